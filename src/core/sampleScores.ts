/**
 * From the token records of one sample to the few numbers that a data set keeps of it. A sample is a sequence of
 * tokens cut into a prefix, which the model is given, and a suffix, which it is to reproduce.
 */
import { excessLogprobs } from './calibration.ts';
import { CORRECT, correctness, greedyRuns, matchLength, teacherForcedAccuracy } from './extraction.ts';
import {
  gapK,
  lossScore,
  minK,
  minKPlusPlus,
  referenceScore,
  standardizedLogprobs,
  surp,
  zlibScore,
  type SurpSettings,
} from './membership.ts';
import { assertSpan, type Span } from './span.ts';
import { expectedMatch } from './statistics/soft.ts';
import { isFragile, type TokenRecords } from './tokenRecords.ts';

/** Membership scores over all scored tokens of a sample, prefix and suffix; higher = more likely a member. */
export interface MembershipScores {
  /** Mean logprob, nats. */
  readonly loss: number;
  readonly zlib: number;
  readonly minK: number;
  readonly minKPlusPlus: number;
  readonly gapK: number;
  readonly surp: number;
  /** Mean logprob under the target minus that under the base, nats; NaN without a base. */
  readonly reference: number;
}

/** What is kept of one scored sample. NaN where a number is not defined. */
export interface SampleScores extends MembershipScores {
  /** N: tokens of the suffix that greedy decoding of the prefix reproduces before its first miss. */
  readonly matchLength: number;
  /** L: tokens of the suffix. */
  readonly suffixTokens: number;
  readonly prefixTokens: number;
  /** True if no miss was seen within the L tokens: N is only known to be at least `matchLength`. */
  readonly censored: boolean;
  /** True if rounding could change N: a token of the match, or the one that ended it, is nearly tied. */
  readonly fragile: boolean;
  /** ln p_z: log-probability of the whole suffix under plain sampling, nats. */
  readonly logPz: number;
  /** E[N] of one sampled continuation (temperature 1), tokens. */
  readonly expectedLength: number;
  /** ln p_z / L, nats a token. */
  readonly meanLogprob: number;
  /** Share of the suffix's tokens that are the model's first choice given the true tokens before them. */
  readonly accuracy: number;
  /** N of the base model for the same prefix; NaN without a base. */
  readonly baseMatchLength: number;
  /** ln p_z under the base, nats; NaN without a base. */
  readonly baseLogPz: number;
}

/** A sample's numbers with those of each token of its suffix. */
export interface ScoredSample extends SampleScores {
  /** `[L]` 1 where the token is the model's first choice, else 0. */
  readonly correct: Uint8Array;
  /** `[L]` nats. */
  readonly logprobs: Float32Array;
}

/** "Sure" is below 2 nats of entropy, "surprised" the lowest 40% of the logprobs (arXiv 2407.21248 scans both). */
export const SURP_SETTINGS: SurpSettings = { maxEntropy: 2, percentile: 40 };

/** Sum in float64; 0 for none, NaN if a token is unscored. */
const total = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** True if rounding could change the match length that starts at `start`: O(N). */
function isMatchFragile(records: TokenRecords, start: number, length: number, end: number): boolean {
  for (let token = start; token <= Math.min(start + length, end - 1); token++)
    if (isFragile(records, token)) return true;
  return false;
}

function membershipOf(
  target: TokenRecords,
  base: TokenRecords | null,
  compressedBytes: number,
): MembershipScores {
  const { logprob, entropy, variance, topK, topLogprobs } = target;
  const best = logprob.map((_, token) => topLogprobs[token * topK] ?? NaN);
  return {
    loss: lossScore(logprob),
    zlib: zlibScore(logprob, compressedBytes),
    minK: minK(logprob),
    minKPlusPlus: minKPlusPlus(standardizedLogprobs(logprob, entropy, variance)),
    gapK: gapK(logprob, best, variance),
    surp: surp(logprob, entropy, SURP_SETTINGS),
    reference: base ? referenceScore(excessLogprobs(target, base)) : NaN,
  };
}

/**
 * Reduces the records of one sample. O(tokens).
 *
 * @param target records of prefix and suffix; at least one alternative a token.
 * @param base the same tokens under the base model; null if it was not scored.
 * @param suffix the part that the model is to reproduce; everything before it is the prefix.
 * @param compressedBytes zlib size of the sample's text.
 * @throws {RangeError} if the suffix does not lie within the records, or the two records differ in length.
 */
export function scoreSample(
  target: TokenRecords,
  base: TokenRecords | null,
  suffix: Span,
  compressedBytes: number,
): ScoredSample {
  assertSpan(suffix, target.length);
  const { start, end } = suffix;
  const flags = correctness(target);
  const match = matchLength(flags, greedyRuns(flags), suffix);
  const logprobs = target.logprob.slice(start, end);
  const logPz = total(logprobs);
  const isFailed = Number.isNaN(logPz);
  return {
    matchLength: isFailed ? NaN : match.length,
    suffixTokens: end - start,
    prefixTokens: start,
    censored: match.censored,
    fragile: !isFailed && isMatchFragile(target, start, match.length, end),
    logPz,
    expectedLength: expectedMatch(logprobs).mean,
    meanLogprob: logPz / (end - start),
    accuracy: teacherForcedAccuracy(flags.subarray(start, end)),
    ...baseNumbers(base, suffix),
    ...membershipOf(target, base, compressedBytes),
    correct: Uint8Array.from(flags.subarray(start, end), (flag) => Number(flag === CORRECT)),
    logprobs,
  };
}

function baseNumbers(
  base: TokenRecords | null,
  suffix: Span,
): Pick<SampleScores, 'baseMatchLength' | 'baseLogPz'> {
  if (!base) return { baseMatchLength: NaN, baseLogPz: NaN };
  const flags = correctness(base);
  return {
    baseMatchLength: matchLength(flags, greedyRuns(flags), suffix).length,
    baseLogPz: total(base.logprob.subarray(suffix.start, suffix.end)),
  };
}
