/** Match lengths of a data set and the risk table that every survival estimate starts from. */

/**
 * Match length N and suffix length L of each sample, in tokens. A sample is censored exactly if N = L: no miss was
 * seen. Samples with L = 0 say nothing and are left out; so are those whose N or L is NaN (failed to score).
 */
export interface MatchLengths {
  readonly n: ArrayLike<number>;
  readonly length: ArrayLike<number>;
}

/** Who could miss token i and who did, i = 1 .. max L at index i - 1. */
export interface RiskTable {
  /** Samples used: L >= 1 and N known. */
  readonly samples: number;
  /** n_i = #{N >= i - 1 and L >= i}. */
  readonly atRisk: Float64Array;
  /** d_i = #{N = i - 1 and L >= i}. */
  readonly misses: Float64Array;
}

function checkSample(n: number, length: number, index: number): void {
  const whole = Number.isInteger(n) && Number.isInteger(length);
  if (!whole || n < 0 || n > length)
    throw new RangeError(`sample ${index}: match length ${n} of ${length} tokens; need whole 0 <= N <= L`);
}

/**
 * Calls `use(N, L, index)` for each sample that counts.
 *
 * @throws {RangeError} if the arrays differ in length or a sample is not 0 <= N <= L in whole tokens.
 */
export function forEachMatch(
  { n, length }: MatchLengths,
  use: (n: number, length: number, index: number) => void,
): void {
  if (n.length !== length.length)
    throw new RangeError(`${n.length} match lengths, ${length.length} suffixes`);
  for (let index = 0; index < n.length; index++) {
    const match = n[index] ?? NaN;
    const tokens = length[index] ?? NaN;
    if (Number.isNaN(match) || Number.isNaN(tokens)) continue;
    checkSample(match, tokens, index);
    if (tokens > 0) use(match, tokens, index);
  }
}

/**
 * Risk table of some samples. O(samples + max L).
 *
 * @throws {RangeError} as {@link forEachMatch}.
 */
export function riskTable(matches: MatchLengths): RiskTable {
  let samples = 0;
  let longest = 0;
  forEachMatch(matches, (_n, length) => {
    samples++;
    longest = Math.max(longest, length);
  });
  const misses = new Float64Array(longest);
  // leaving[i]: samples last at risk at token i + 1, by a miss there or because the suffix ends.
  const leaving = new Float64Array(longest);
  const add = (counts: Float64Array, index: number): void => {
    counts[index] = (counts[index] ?? 0) + 1;
  };
  forEachMatch(matches, (n, length) => {
    if (n < length) add(misses, n);
    add(leaving, Math.min(n, length - 1));
  });
  const atRisk = new Float64Array(longest);
  let left = samples;
  for (let index = 0; index < longest; index++) {
    atRisk[index] = left;
    left -= leaving[index] ?? 0;
  }
  return { samples, atRisk, misses };
}

/** What is shown beside every number about match lengths: how many, how many unknown from above, how many zero. */
export interface MatchSummary {
  readonly samples: number;
  readonly censored: number;
  readonly zeros: number;
  /** censored / samples, NaN without samples; `zeroShare` likewise. */
  readonly censoredShare: number;
  readonly zeroShare: number;
}

/**
 * Counts samples, censored ones and zeros. O(samples).
 *
 * @throws {RangeError} as {@link forEachMatch}.
 */
export function summarizeMatches(matches: MatchLengths): MatchSummary {
  let samples = 0;
  let censored = 0;
  let zeros = 0;
  forEachMatch(matches, (n, length) => {
    samples++;
    censored += Number(n === length);
    zeros += Number(n === 0);
  });
  return { samples, censored, zeros, censoredShare: censored / samples, zeroShare: zeros / samples };
}
