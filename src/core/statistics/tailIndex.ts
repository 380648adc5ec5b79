/** How heavy the tail of the match lengths is: Hill's estimator with censoring, where ties leave it defined. */
import { forEachMatch, type MatchLengths } from './matchLength.ts';

/** The tail above one threshold. */
export interface TailPoint {
  /** u > 0: a value that occurs; the tail are the samples with N > u. */
  readonly threshold: number;
  /** k: samples in the tail. */
  readonly k: number;
  /** d: those of them whose N is exact; the others are right to their suffix's end, so N is larger. */
  readonly exact: number;
  /**
   * d / sum_(i in tail) ln(N_i / u): exponent of a power-law tail P(N > n) ~ n^-alpha. NaN if d = 0.
   */
  readonly alpha: number;
  /** alpha (1 -+ 1.96 / sqrt d): 95% normal interval of the maximum-likelihood estimate, cut at 0. */
  readonly low: number;
  readonly high: number;
}

/** z of a two-sided 95% interval. */
const Z = 1.959963984540054;

/** Fewer exact values than this give no interval: the normal one would be fiction. */
export const FEWEST_EXACT = 5;

/**
 * Tail index for every threshold at which it is defined (Hill 1975, Annals of Statistics 3; with censoring: maximum
 * likelihood of the Pareto tail, as Beirlant, Guillou, Dierckx and Fils-Villetard 2007, Extremes 10). Without
 * censored samples it is 1 / gamma_k of Hill's plot.
 *
 * N is a count with many ties: between two tied values there is no threshold, so there is one point for each value
 * that occurs, not one for each k. Values of 0 have no logarithm and can be no threshold. N is discrete, so the
 * power law holds at best for thresholds that are large against 1. O(samples + max N).
 *
 * @returns points by descending threshold (growing k); empty if fewer than two values above 0 occur.
 * @throws {RangeError} as {@link forEachMatch}.
 */
export function tailIndex(matches: MatchLengths): TailPoint[] {
  const exactAt: number[] = [];
  const censoredAt: number[] = [];
  forEachMatch(matches, (n, length) => {
    const counts = n === length ? censoredAt : exactAt;
    counts[n] = (counts[n] ?? 0) + 1;
  });
  const points: TailPoint[] = [];
  let [k, exact, logs] = [0, 0, 0];
  for (let value = Math.max(exactAt.length, censoredAt.length) - 1; value > 0; value--) {
    const here = [exactAt[value] ?? 0, censoredAt[value] ?? 0] as const;
    if (here[0] + here[1] === 0) continue;
    if (k > 0) points.push(pointAt(value, k, exact, logs - k * Math.log(value)));
    k += here[0] + here[1];
    exact += here[0];
    logs += (here[0] + here[1]) * Math.log(value);
  }
  return points;
}

function pointAt(threshold: number, k: number, exact: number, excess: number): TailPoint {
  const alpha = exact === 0 ? NaN : exact / excess;
  const half = exact < FEWEST_EXACT ? NaN : Z / Math.sqrt(exact);
  return { threshold, k, exact, alpha, low: Math.max(0, alpha * (1 - half)), high: alpha * (1 + half) };
}
