import { assertSpan, type Span } from './span.ts';

/**
 * Running sums that give the sum over any span in O(1). Infinities and missing values are counted beside the
 * finite sum, because a difference of running sums could not take them out again.
 */
export interface PrefixSums {
  /** `[n + 1]` sum of the finite values before each position, float64. */
  readonly finite: Float64Array;
  /** `[n + 1]` number of values -Infinity before each position: factors that are zero. */
  readonly zeros: Uint32Array;
  /** `[n + 1]` number of values NaN before each position: tokens without a score. */
  readonly missing: Uint32Array;
}

/** Running sums of `values` (finite, -Infinity or NaN), O(n). */
export function prefixSums(values: ArrayLike<number>): PrefixSums {
  const size = values.length + 1;
  const sums = {
    finite: new Float64Array(size),
    zeros: new Uint32Array(size),
    missing: new Uint32Array(size),
  };
  let finite = 0;
  let zeros = 0;
  let missing = 0;
  for (let position = 0; position < values.length; position++) {
    const value = values[position] ?? NaN;
    if (Number.isNaN(value)) missing++;
    else if (value === -Infinity) zeros++;
    else finite += value;
    sums.finite[position + 1] = finite;
    sums.zeros[position + 1] = zeros;
    sums.missing[position + 1] = missing;
  }
  return sums;
}

const difference = (sums: ArrayLike<number>, { start, end }: Span): number =>
  (sums[end] ?? NaN) - (sums[start] ?? NaN);

/**
 * Sum of the values in a span, O(1): P[end] - P[start].
 *
 * @returns NaN if the span is empty or holds a missing value, -Infinity if it holds a -Infinity.
 * @throws {RangeError} if the span does not lie within the values.
 */
export function spanSum(sums: PrefixSums, span: Span): number {
  assertSpan(span, sums.finite.length - 1);
  if (span.start === span.end || difference(sums.missing, span) > 0) return NaN;
  if (difference(sums.zeros, span) > 0) return -Infinity;
  return difference(sums.finite, span);
}

/**
 * Sum over the values of a span that are not missing, and their number.
 *
 * @returns a sum of NaN if nothing is left.
 * @throws {RangeError} if the span does not lie within the values.
 */
export function knownSum(sums: PrefixSums, span: Span): { sum: number; count: number } {
  assertSpan(span, sums.finite.length - 1);
  const count = span.end - span.start - difference(sums.missing, span);
  if (count === 0) return { sum: NaN, count };
  return { sum: difference(sums.zeros, span) > 0 ? -Infinity : difference(sums.finite, span), count };
}
