/**
 * Which stretches of a text the model would recite, and which of those only because of its training.
 *
 * The rule, in one breath: a token is *recited* if it lies in a greedy run of at least `minRun` tokens;
 * *memorized* if the target recites it, the base does not, and the run's excess exceeds what chance gives in a
 * text of this length; *predictable* if the target recites it but one of the two conditions fails. The same
 * criterion is applied to both models, so that nothing counts as memorized that can be recited without the
 * training (contextual memorization, arXiv 2507.14777).
 *
 * Limits. Greedy: text that only sampling would produce is not marked (see `sampling.ts`). Every token has its
 * full left context: a shorter prompt may extract less. A fact of one token inside a predictable sentence is
 * marked as that one token. Learned templates count as memorized, as they were learned from the training text.
 */
import { excessLogprobs, excessThreshold } from './calibration.ts';
import { correctness, greedyRuns, maximalRuns, UNSCORED, type GreedyRun } from './extraction.ts';
import { prefixSums, spanSum } from './prefixSums.ts';
import type { TokenRecords } from './tokenRecords.ts';

/** What can be said of a token. `recited` is all that can be said of a recited token without a base. */
export const MARKS = ['none', 'recited', 'predictable', 'memorized'] as const;
export type Mark = (typeof MARKS)[number];

const codeOf = (mark: Mark): number => MARKS.indexOf(mark);

export interface RecitationSettings {
  /** Shortest greedy run that counts as reciting, tokens. */
  readonly minRun: number;
  /** Share of texts of the base's own making that may hold a memorized run by chance. */
  readonly alpha: number;
}

/** Runs below 8 tokens (some 6 words) are common in any fluent text. */
export const DEFAULT_RECITATION: RecitationSettings = { minRun: 8, alpha: 0.01 };

/** A greedy run long enough to count as reciting. */
export interface RecitedRun extends GreedyRun {
  readonly mark: Exclude<Mark, 'none'>;
  /** Sum of the excess over the run, nats; NaN without a base. */
  readonly excess: number;
  /** Tokens of it that are memorized. */
  readonly memorizedTokens: number;
}

export interface Recitation {
  readonly settings: RecitationSettings;
  /** `[n]` flags of `correctness`. */
  readonly correct: Int8Array;
  /** `[n]` tokens that greedy decoding from here reproduces. */
  readonly greedyRuns: Uint32Array;
  /** `[n]` excess, nats; null without a base. */
  readonly excess: Float64Array | null;
  /** Excess above which a run counts, nats. */
  readonly threshold: number;
  /** The recited runs, in order. */
  readonly runs: readonly RecitedRun[];
  /** `[n]` index into {@link MARKS}. */
  readonly marks: Uint8Array;
}

/**
 * Marks what the target recites. O(n).
 *
 * @param base Records of the same tokens without the training in question; null if there are none.
 * @throws {RangeError} if the records differ in length or a setting is out of range.
 */
export function findRecitation(
  target: TokenRecords,
  base: TokenRecords | null,
  settings: RecitationSettings = DEFAULT_RECITATION,
): Recitation {
  const correct = correctness(target);
  const excess = base && excessLogprobs(target, base);
  const scored = correct.reduce((count, flag) => count + Number(flag !== UNSCORED), 0);
  const threshold = excessThreshold(scored, settings.alpha);
  const found = maximalRuns(target, correct, settings.minRun);
  const marks = new Uint8Array(target.length);
  for (const { start, end } of found) marks.fill(codeOf('recited'), start, end);
  const runs =
    base && excess
      ? weighRuns(found, marks, prefixSums(excess), recitedBy(base, settings.minRun), threshold)
      : found.map((run) => ({ ...run, mark: 'recited' as const, excess: NaN, memorizedTokens: 0 }));
  return { settings, correct, greedyRuns: greedyRuns(correct), excess, threshold, runs, marks };
}

/** `[n]` 1 where a token lies in a greedy run of at least `minRun` tokens. */
function recitedBy(records: TokenRecords, minRun: number): Uint8Array {
  const recited = new Uint8Array(records.length);
  for (const { start, end } of maximalRuns(records, correctness(records), minRun))
    recited.fill(1, start, end);
  return recited;
}

function weighRuns(
  found: readonly GreedyRun[],
  marks: Uint8Array,
  excessSums: ReturnType<typeof prefixSums>,
  recitedByBase: Uint8Array,
  threshold: number,
): RecitedRun[] {
  return found.map((run) => {
    const excess = spanSum(excessSums, run);
    // The base left a token of the run unscored: nothing to weigh it against.
    if (Number.isNaN(excess)) return { ...run, mark: 'recited', excess, memorizedTokens: 0 };
    let memorizedTokens = 0;
    for (let token = run.start; token < run.end; token++) {
      const memorized = excess >= threshold && recitedByBase[token] === 0;
      marks[token] = codeOf(memorized ? 'memorized' : 'predictable');
      memorizedTokens += Number(memorized);
    }
    return { ...run, mark: memorizedTokens > 0 ? 'memorized' : 'predictable', excess, memorizedTokens };
  });
}

/** The mark of a token. */
export const markOf = (recitation: Recitation, token: number): Mark =>
  MARKS[recitation.marks[token] ?? 0] ?? 'none';
