/**
 * How much of the spread and skew of match lengths is the generation process (chance within a sample) and how much
 * the data (samples that differ): law of total variance, Var N = E[Var(N | s)] + Var(E[N | s]).
 */
import { forEachMatch, type MatchLengths } from './matchLength.ts';
import { expectedMatch } from './soft.ts';

/** Moments of a match length, tokens. */
export interface MatchMoments {
  readonly mean: number;
  readonly variance: number;
  /** Third standardized moment; NaN where the variance is 0. */
  readonly skewness: number;
}

/**
 * Moments of min(N, L) from its survival curve: E N = sum S(n), E N^2 = sum (2n - 1) S(n),
 * E N^3 = sum (3n^2 - 3n + 1) S(n).
 *
 * @param survival `[L]` S(1) .. S(L).
 */
export function survivalMoments(survival: ArrayLike<number>): MatchMoments {
  let first = 0;
  let second = 0;
  let third = 0;
  for (let index = 0; index < survival.length; index++) {
    const value = survival[index] ?? NaN;
    const n = index + 1;
    first += value;
    second += (2 * n - 1) * value;
    third += (3 * n * n - 3 * n + 1) * value;
  }
  const variance = Math.max(0, second - first * first);
  const central = third - 3 * first * second + 2 * first ** 3;
  return { mean: first, variance, skewness: variance > 1e-12 ? central / variance ** 1.5 : NaN };
}

/** Var N in its two parts, tokens^2. */
export interface VarianceSplit {
  readonly mean: number;
  /** Chance: mean of the variances within a sample. */
  readonly within: number;
  /** Data: variance of the samples' expected match lengths. */
  readonly between: number;
  /** between / (within + between); NaN where nothing varies. */
  readonly betweenShare: number;
}

const split = (mean: number, within: number, between: number): VarianceSplit => ({
  mean,
  within,
  between,
  betweenShare: between / (within + between),
});

/**
 * Variance split from the probabilities of the suffixes' tokens, each sample N capped at its own length: one
 * continuation sampled from each prefix. Samples without tokens or with an unscored one are left out. O(tokens).
 *
 * @param suffixes natural-log probabilities of each suffix's tokens.
 */
export function varianceSplit(suffixes: readonly ArrayLike<number>[]): VarianceSplit {
  const running = runningSplit();
  for (const logprobs of suffixes) running.add(expectedMatch(logprobs));
  return running.result();
}

/** A {@link varianceSplit} to which expected matches are added one by one; NaN is left out. */
export function runningSplit() {
  let [count, mean, spread, within] = [0, 0, 0, 0];
  return {
    add(match: { mean: number; variance: number }): void {
      if (Number.isNaN(match.mean)) return;
      // Welford's running mean and sum of squares.
      const step = match.mean - mean;
      mean += step / ++count;
      spread += step * (match.mean - mean);
      within += match.variance;
    },
    result: (): VarianceSplit =>
      count === 0 ? split(NaN, NaN, NaN) : split(mean, within / count, spread / count),
  };
}

/**
 * Variance split of the beta-geometric model, N capped at `length`: exact, since E[p^k] is its survival S(k).
 * E[(sum_n p^n)^2] = sum_k (pairs n + m = k) S(k). Uncapped the variance is infinite for b <= 2. O(length).
 *
 * @throws {RangeError} unless `length` is a positive whole number.
 */
export function fittedVarianceSplit(a: number, b: number, length: number): VarianceSplit {
  if (!Number.isInteger(length) || length < 1) throw new RangeError(`length ${length} tokens`);
  const survival = new Float64Array(length);
  let value = 1;
  let squared = 0;
  for (let k = 1; k <= 2 * length; k++) {
    value *= (a + k - 1) / (a + b + k - 1);
    if (k <= length) survival[k - 1] = value;
    squared += Math.min(k - 1, 2 * length - k + 1) * value;
  }
  const { mean, variance } = survivalMoments(survival);
  const between = Math.max(0, squared - mean * mean);
  return split(mean, Math.max(0, variance - between), between);
}

/** P(value >= n) for n = 1 .. max: the shares of what `of` gives for each sample. */
function tailShares(s: MatchLengths, of: (n: number, length: number) => number): number[] {
  const counts: number[] = [];
  let samples = 0;
  forEachMatch(s, (n, length) => {
    const value = of(n, length);
    while (counts.length <= value) counts.push(0);
    counts[value] = (counts[value] ?? 0) + 1;
    samples++;
  });
  const tails = counts.slice(1);
  for (let index = tails.length - 2; index >= 0; index--)
    tails[index] = (tails[index] ?? 0) + (tails[index + 1] ?? 0);
  return tails.map((count) => count / samples);
}

/**
 * Skewness that a model of the match length gives under the data's own suffix lengths: of min(N, L), L as in the
 * data. A cap alone turns the skew of a high p negative. O(samples + max L).
 *
 * @param survival the model's P(N >= n), called with n = 1, 2, … in order.
 * @returns NaN where nothing varies.
 */
export function cappedSkewness(s: MatchLengths, survival: (n: number) => number): number {
  const shares = tailShares(s, (_n, length) => length);
  return survivalMoments(shares.map((share, index) => share * survival(index + 1))).skewness;
}

/** Skewness seen against what one constant p gives under the same suffix lengths. */
export interface ExcessSkewness {
  /** Of the observed N, censored ones as they are. */
  readonly observed: number;
  /** Of a geometric N capped at the same suffix lengths. */
  readonly geometric: number;
  /** (1 + p) / sqrt(p): the geometric without a cap. Always above 2: "skewed" alone proves nothing. */
  readonly uncapped: number;
  /** observed - geometric: the part that the samples' differences must explain. */
  readonly excess: number;
}

/**
 * Excess skewness over the fitted geometric, cut at the same lengths as the data. {@link cappedSkewness} of the
 * beta-geometric fit says how much of the excess samples with different p explain. O(samples + max L).
 *
 * @param p of {@link fitGeometric}.
 * @returns NaN where nothing varies.
 */
export function excessSkewness(s: MatchLengths, p: number): ExcessSkewness {
  const observed = survivalMoments(tailShares(s, (n) => n)).skewness;
  const geometric = cappedSkewness(s, (n) => p ** n);
  return { observed, geometric, uncapped: (1 + p) / Math.sqrt(p), excess: observed - geometric };
}
