/** Quantiles of a match length whose upper part is censored. */
import type { SurvivalPoint } from './survival.ts';

export interface SurvivalQuantile {
  /** Smallest n with P(N <= n) >= q; NaN if the curve ends above: then it is longer than the suffixes show. */
  readonly value: number;
  /** Where the interval of the curve crosses the same level; NaN: open. */
  readonly low: number;
  readonly high: number;
  /** Where `value` is NaN: the longest n that more than 1 - q of the samples are known to reach; else `value`. */
  readonly atLeast: number;
}

/** Smallest n = i - 1 at which a decreasing function of S(i) is down to `level`. */
function crossing(
  points: readonly SurvivalPoint[],
  level: number,
  of: (point: SurvivalPoint) => number,
): number {
  const at = points.find((point) => of(point) <= level + 1e-12);
  return at ? at.i - 1 : NaN;
}

/**
 * The q-quantile of N from a Kaplan-Meier curve, with the interval of Brookmeyer and Crowley 1982: all n at which the
 * curve's own pointwise interval holds 1 - q (as R's `quantile.survfit`). Where the curve falls to 0 it has no
 * interval of its own; there the upper end is Clopper and Pearson's for "all at risk missed", 1 - tail^(1 / at risk),
 * so that a few samples with one N do not look certain. O(points).
 *
 * @param confidence that the points were computed with.
 * @throws {RangeError} unless 0 < q < 1 and 0 < confidence < 1.
 */
export function survivalQuantile(
  points: readonly SurvivalPoint[],
  q: number,
  confidence = 0.95,
): SurvivalQuantile {
  if (!(q > 0 && q < 1)) throw new RangeError(`quantile ${q}`);
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}`);
  const level = 1 - q;
  const atZero = (atRisk: number): number => 1 - ((1 - confidence) / 2) ** (1 / Math.max(1, atRisk));
  const value = crossing(points, level, ({ survival }) => survival);
  const known = points.filter(({ survival }) => !Number.isNaN(survival));
  return {
    value,
    atLeast: Number.isNaN(value) ? (known.at(-1)?.i ?? NaN) : value,
    low: crossing(points, level, ({ survival, low }) => (survival === 0 ? 0 : low)),
    high: crossing(points, level, ({ survival, high, atRisk }) => (survival === 0 ? atZero(atRisk) : high)),
  };
}
