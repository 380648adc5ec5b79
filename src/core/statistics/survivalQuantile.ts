/** Quantiles of a match length whose upper part is censored. */
import type { SurvivalPoint } from './survival.ts';

export interface SurvivalQuantile {
  /** Smallest n with P(N <= n) >= q; NaN if the curve ends above: then it is longer than the suffixes show. */
  readonly value: number;
  /** Where the interval of the curve crosses the same level; NaN: open. */
  readonly low: number;
  readonly high: number;
}

/** Smallest n = i - 1 at which a decreasing function of S(i) is down to `level`. */
function crossing(
  points: readonly SurvivalPoint[],
  level: number,
  of: (point: SurvivalPoint) => number,
): number {
  const at = points.find((point) => (point.survival === 0 ? 0 : of(point)) <= level + 1e-12);
  return at ? at.i - 1 : NaN;
}

/**
 * The q-quantile of N from a Kaplan-Meier curve, with the interval of Brookmeyer and Crowley 1982: all n at which the
 * curve's own pointwise interval holds 1 - q (as R's `quantile.survfit`). O(points).
 *
 * @throws {RangeError} unless 0 < q < 1.
 */
export function survivalQuantile(points: readonly SurvivalPoint[], q: number): SurvivalQuantile {
  if (!(q > 0 && q < 1)) throw new RangeError(`quantile ${q}`);
  const level = 1 - q;
  return {
    value: crossing(points, level, ({ survival }) => survival),
    low: crossing(points, level, ({ low }) => low),
    high: crossing(points, level, ({ high }) => high),
  };
}
