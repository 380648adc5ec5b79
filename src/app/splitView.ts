import { matchLength, suffixVerdict, type MatchLength, type SuffixVerdict } from '../core/extraction.ts';
import { prefixSums, spanSum } from '../core/prefixSums.ts';
import type { Recitation } from '../core/recitation.ts';
import type { Run } from '../core/run.ts';
import { logTriesFor, samplingLogprobs, type SamplingSettings } from '../core/sampling.ts';
import type { Span } from '../core/span.ts';
import { SCALAR_COLUMNS, type TokenRecords } from '../core/tokenRecords.ts';
import { formatCount, formatMagnitude, UNDEFINED } from '../ui/format.ts';

/** What an attacker who knows the prefix gets of the suffix. */
export interface SplitView {
  readonly suffix: Span;
  readonly verdict: SuffixVerdict;
  readonly match: MatchLength;
  /** ln p_z under the sampling chosen, nats; NaN where undefined. */
  readonly logPz: number;
  /** ln of the number of samples that contain the suffix with the chance chosen. */
  readonly logTries: number;
}

/** What the attacker does. */
export interface Attack {
  /** First token of the suffix. */
  readonly split: number;
  /** Tokens of the suffix; fewer where the text ends. */
  readonly length: number;
  readonly sampling: SamplingSettings;
  /** Chance to be reached, in (0, 1). */
  readonly chance: number;
}

/** Tokens of the longest suffix that is offered, where the text is long enough. */
const LONGEST_SUFFIX = 200;

/** Tokens of the longest suffix behind a cut: no more than are scored there. */
export const longestSuffix = (scored: number, split: number): number =>
  Math.max(1, Math.min(LONGEST_SUFFIX, scored - split));

/** Where a run is cut until somebody chooses: in the middle of what is scored, so that there is something to see. */
export const middleOf = ({ scored }: Pick<Run, 'scored'>): number => Math.floor(scored / 2);

/** Reads one split off the records, touching only the suffix, so that it follows a drag. */
export function viewSplit(records: TokenRecords, recitation: Recitation, attack: Attack): SplitView {
  const { split, length, sampling, chance } = attack;
  const suffix = { start: split, end: Math.min(split + length, records.length) };
  const logPz = suffixLogprob(records, suffix, sampling);
  return {
    suffix,
    verdict: suffixVerdict(recitation.correct, recitation.greedyRuns, suffix),
    match: matchLength(recitation.correct, recitation.greedyRuns, suffix),
    logPz,
    logTries: logPz === -Infinity ? Infinity : logTriesFor(logPz, chance),
  };
}

/** ln p_z of a span under a decoder, nats; NaN if it is empty or holds an unscored token. */
export function suffixLogprob(records: TokenRecords, span: Span, sampling: SamplingSettings): number {
  const part = rowsOf(records, span);
  return spanSum(prefixSums(samplingLogprobs(part, sampling)), { start: 0, end: part.length });
}

/** The rows of a span, as views of the same memory. */
function rowsOf(records: TokenRecords, { start, end }: Span): TokenRecords {
  const { topK } = records;
  const rows = Object.fromEntries(
    SCALAR_COLUMNS.map((column) => [column, records[column].subarray(start, end)]),
  ) as Pick<TokenRecords, (typeof SCALAR_COLUMNS)[number]>;
  return {
    ...rows,
    length: end - start,
    topK,
    topIds: records.topIds.subarray(start * topK, end * topK),
    topLogprobs: records.topLogprobs.subarray(start * topK, end * topK),
  };
}

/** N of L, and whether the text ended before the model failed. */
export function describeMatch({ match, suffix }: SplitView): string {
  const length = suffix.end - suffix.start;
  if (Number.isNaN(match.length)) return `${UNDEFINED} of ${formatCount(length)}`;
  return `${match.censored ? '≥ ' : ''}${formatCount(match.length)} of ${formatCount(length)}`;
}

export function describeTries({ logTries, logPz }: SplitView): string {
  if (Number.isNaN(logPz)) return UNDEFINED;
  if (logTries === Infinity) return 'never';
  return logTries < 690 ? formatMagnitude(Math.exp(logTries)) : `10^${formatCount(logTries / Math.LN10)}`;
}
