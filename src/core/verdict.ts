import { longestSpan, maximalRuns, UNSCORED, type GreedyRun } from './extraction.ts';
import { knownSum, prefixSums } from './prefixSums.ts';
import type { Recitation } from './recitation.ts';
import type { Run } from './run.ts';
import {
  bestWindow,
  PLAIN_SAMPLING,
  samplingSums,
  type ProbableSpan,
  type SamplingSettings,
} from './sampling.ts';

/**
 * The verdict on a text, as data; the view turns it into a sentence.
 * - `unscored`: no token has a score.
 * - `tooShort`: fewer scored tokens than a recited run needs, so no run could have been found.
 * - `no`: no recited run.
 * - `predictable`: recited runs, but the base would recite them too, or their excess may be chance.
 * - `partly`: some of the text is memorized (without a base: recited).
 * - `recites`: at least half of the scored tokens are.
 */
export type VerdictKind = 'recites' | 'partly' | 'predictable' | 'no' | 'tooShort' | 'unscored';

/** Shares count scored tokens and are NaN if there are none. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** True if a base was scored, so that `memorized` can be told from `predictable`. */
  readonly calibrated: boolean;
  /** False if tokens are still to be scored: the verdict may change. */
  readonly complete: boolean;
  readonly tokens: number;
  readonly scored: number;
  /** True if there are fewer scored tokens than the {@link WINDOW} for which published rates are stated. */
  readonly shortText: boolean;
  /** Extractable runs: maximal greedy runs long enough to count. */
  readonly recitedRuns: number;
  readonly memorizedRuns: number;
  /** Of the recited runs, those that a device's rounding could change. */
  readonly fragileRuns: number;
  readonly recitedShare: number;
  readonly memorizedShare: number;
  /** Longest greedy run, even one too short to count; null if no token is right. */
  readonly longest: GreedyRun | null;
  /** Most probable window of {@link WINDOW} tokens, or of all scored ones if fewer; null if there is none. */
  readonly bestWindow: ProbableSpan | null;
  /** Sampling under which `bestWindow` was found. */
  readonly sampling: SamplingSettings;
  /** Sum of the excess over all scored tokens, nats; NaN without a base. */
  readonly excess: number;
  /** Mean excess of a scored token, nats; NaN without a base. */
  readonly meanExcess: number;
}

/** Suffix length of the field (Carlini et al. 2022, arXiv 2202.07646; Hayes et al. 2024, arXiv 2410.19482). */
export const WINDOW = 50;

/** From this share on a text as a whole is called recited. */
const WHOLE_SHARE = 0.5;

/**
 * Judges a run. O(n).
 *
 * @param recitation From `findRecitation` of the run's records.
 * @throws {RangeError} if a setting of `sampling` is out of range.
 */
export function judge(
  run: Run,
  recitation: Recitation,
  sampling: SamplingSettings = PLAIN_SAMPLING,
): Verdict {
  const { correct, runs, marks, settings } = recitation;
  const scored = correct.reduce((count, flag) => count + Number(flag !== UNSCORED), 0);
  const recited = marks.reduce((count, mark) => count + Number(mark !== 0), 0);
  const memorized = runs.reduce((count, { memorizedTokens }) => count + memorizedTokens, 0);
  const calibrated = recitation.excess !== null;
  const excess = knownSum(prefixSums(recitation.excess ?? []), {
    start: 0,
    end: recitation.excess?.length ?? 0,
  });
  const verdict = {
    calibrated,
    complete: run.scored === run.ids.length,
    tokens: run.ids.length,
    scored,
    shortText: scored < WINDOW,
    recitedRuns: runs.length,
    memorizedRuns: runs.filter(({ mark }) => mark === 'memorized').length,
    fragileRuns: runs.filter(({ fragile }) => fragile).length,
    recitedShare: recited / scored,
    memorizedShare: calibrated ? memorized / scored : NaN,
    longest: longestSpan(maximalRuns(run.target, correct)),
    bestWindow: scored > 0 ? bestWindow(samplingSums(run.target, sampling), Math.min(WINDOW, scored)) : null,
    sampling,
    excess: excess.sum,
    meanExcess: excess.sum / excess.count,
  };
  return { kind: kindOf(verdict, settings.minRun), ...verdict };
}

function kindOf(verdict: Omit<Verdict, 'kind'>, minRun: number): VerdictKind {
  const { scored, calibrated, recitedRuns, memorizedShare, recitedShare } = verdict;
  if (scored === 0) return 'unscored';
  if (scored < minRun) return 'tooShort';
  if (recitedRuns === 0) return 'no';
  const share = calibrated ? memorizedShare : recitedShare;
  if (share === 0) return 'predictable';
  return share >= WHOLE_SHARE ? 'recites' : 'partly';
}
