/**
 * How unequally memorization is spread over the samples. All need values >= 0 and are undefined (NaN) where
 * nothing is memorized at all: ask {@link isAllZero} first and say so.
 */
import { asTally, tally, tallySum, type Sample } from './tally.ts';

/** True if there are values and all are 0. */
export function isAllZero(sample: Sample): boolean {
  const t = asTally(sample);
  return t.n > 0 && tallySum(t, (value) => Number(value !== 0)) === 0;
}

/**
 * Gini coefficient: sum_i (2 i - n - 1) x_(i) / (n sum x), and the unbiased one, times n / (n - 1).
 *
 * @returns `gini` in [0, 1 - 1/n]; NaN where the sum is 0, `unbiased` also for n = 1.
 */
export function gini(sample: Sample): { gini: number; unbiased: number } {
  const { values, counts, n } = asTally(sample);
  let before = 0;
  let ranked = 0;
  let sum = 0;
  for (let index = 0; index < values.length; index++) {
    const count = counts[index] ?? 0;
    const mass = count * (values[index] ?? NaN);
    // The ranks of this value, before + 1 .. before + count, average before + (count + 1) / 2.
    ranked += (2 * before + count - n) * mass;
    sum += mass;
    before += count;
  }
  const biased = sum === 0 ? NaN : ranked / (n * sum);
  return { gini: biased, unbiased: n < 2 ? NaN : (biased * n) / (n - 1) };
}

/**
 * Lorenz curve: cumulative share of the sorted values, from 0 to 1.
 *
 * @returns `[n + 1]`, point k the share of the k smallest; NaN where the sum is 0.
 */
export function lorenz(sample: ArrayLike<number>): Float64Array {
  const { values, counts, n } = tally(sample);
  const curve = new Float64Array(n + 1);
  let at = 0;
  let sum = 0;
  for (let index = 0; index < values.length; index++)
    for (let copy = 0; copy < (counts[index] ?? 0); copy++) curve[++at] = sum += values[index] ?? NaN;
  return curve.map((value) => (sum === 0 ? NaN : value / sum));
}

/** How many of n values are the top q: ceil(q n), so at least 1. */
// 0.07 * 100 is 7.000000000000001.
export const topCount = (n: number, q: number): number => Math.ceil(q * n - 1e-9);

/**
 * Share of the total held by the largest ceil(q n) values.
 *
 * @throws {RangeError} unless 0 < q <= 1.
 */
export function topShare(sample: Sample, q: number): number {
  if (!(q > 0 && q <= 1)) throw new RangeError(`share ${q}`);
  const t = asTally(sample);
  let left = topCount(t.n, q);
  let top = 0;
  for (let index = t.values.length - 1; index >= 0 && left > 0; index--) {
    const taken = Math.min(left, t.counts[index] ?? 0);
    top += taken * (t.values[index] ?? NaN);
    left -= taken;
  }
  const sum = tallySum(t, (value) => value);
  return sum === 0 ? NaN : top / sum;
}

/** Theil's T: mean of (x / mean) ln(x / mean), nats, 0 ln 0 = 0; at most ln n. NaN where the sum is 0. */
export function theil(sample: Sample): number {
  const t = asTally(sample);
  const mean = tallySum(t, (value) => value) / t.n;
  if (mean === 0) return NaN;
  return tallySum(t, (value) => (value === 0 ? 0 : (value / mean) * Math.log(value / mean))) / t.n;
}

/** Hill plot: the tail index against the number of largest values it is read from. */
export interface HillPlot {
  /** 1 .. as long as x_(k+1) > 0. */
  readonly k: Uint32Array;
  /** gamma_k = (1 / k) sum_{i <= k} ln(x_(i) / x_(k+1)), x in descending order. */
  readonly gamma: Float64Array;
  /** alpha = 1 / gamma: the exponent of a power-law tail; Infinity where the top k + 1 are tied. */
  readonly alpha: Float64Array;
}

/** Hill's estimate for every k (Hill 1975). There is no right k: look for a flat stretch. O(n log n). */
export function hill(sample: ArrayLike<number>): HillPlot {
  const logs = Float64Array.from(sample)
    .filter((value) => value > 0)
    .sort()
    .reverse()
    .map(Math.log);
  const size = Math.max(0, logs.length - 1);
  const k = Uint32Array.from({ length: size }, (_, index) => index + 1);
  const gamma = new Float64Array(size);
  let sum = 0;
  for (let index = 0; index < size; index++) {
    sum += logs[index] ?? NaN;
    // A mean of equal logs can miss them by a rounding error.
    gamma[index] = Math.max(0, sum / (index + 1) - (logs[index + 1] ?? NaN));
    if (logs[0] === logs[index + 1]) gamma[index] = 0;
  }
  return { k, gamma, alpha: gamma.map((value) => 1 / value) };
}

/**
 * Hill's gamma at one k, of a sample or its tally: what a bootstrap of the plot needs. O(distinct values) of a tally.
 *
 * @returns NaN unless x_(k + 1) > 0.
 * @throws {RangeError} unless k is a positive whole number.
 */
export function hillEstimate(sample: Sample, k: number): number {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k ${k}`);
  const { values, counts } = asTally(sample);
  let left = k;
  let sum = 0;
  for (let index = values.length - 1; index >= 0; index--) {
    const count = counts[index] ?? 0;
    const value = values[index] ?? NaN;
    if (!(value > 0)) return NaN;
    if (count > left) return Math.max(0, (sum + left * Math.log(value)) / k - Math.log(value));
    sum += count * Math.log(value);
    left -= count;
    if (left === 0) {
      const next = values.findLastIndex((_value, other) => other < index && (counts[other] ?? 0) > 0);
      const below = values[next] ?? NaN;
      return below > 0 ? sum / k - Math.log(below) : NaN;
    }
  }
  return NaN;
}
