/** Several tests at once. Adjust within one panel and state the family's size. NaN stays NaN and is not counted. */

/** Adjusts by `factor(position, tests)`, positions 1 .. tests in ascending order of p. */
function adjust(
  p: readonly number[],
  factor: (position: number, tests: number) => number,
  direction: 'up' | 'down',
): number[] {
  const order = p
    .flatMap((value, index) => (Number.isNaN(value) ? [] : [{ value, index }]))
    .sort((one, other) => one.value - other.value);
  const scaled = order.map(({ value }, at) => value * factor(at + 1, order.length));
  const out = p.map(() => NaN);
  let bound = direction === 'up' ? 0 : 1;
  const place = (at: number): void => {
    const value = Math.min(1, scaled[at] ?? NaN);
    bound = direction === 'up' ? Math.max(bound, value) : Math.min(bound, value);
    out[order[at]?.index ?? -1] = bound;
  };
  if (direction === 'up') for (let at = 0; at < order.length; at++) place(at);
  else for (let at = order.length - 1; at >= 0; at--) place(at);
  return out;
}

/** Holm 1979: adjusted p that keep the chance of any false finding; running maximum of (m - i + 1) p_(i). */
export const holm = (p: readonly number[]): number[] =>
  adjust(p, (position, tests) => tests - position + 1, 'up');

/** Benjamini and Hochberg 1995: adjusted p that keep the false discovery rate; running minimum of m p_(i) / i. */
export const benjaminiHochberg = (p: readonly number[]): number[] =>
  adjust(p, (position, tests) => tests / position, 'down');

/**
 * p of a permutation test, two-sided: (1 + #{|permuted| >= |observed|}) / (B + 1). Never 0.
 *
 * @returns NaN if the observed value is.
 */
export function permutationP(observed: number, permuted: ArrayLike<number>): number {
  if (Number.isNaN(observed)) return NaN;
  let hits = 1;
  // Equal statistics may differ in their last digits.
  const bar = Math.abs(observed) * (1 - 1e-12);
  for (let index = 0; index < permuted.length; index++)
    hits += Number(Math.abs(permuted[index] ?? NaN) >= bar);
  return hits / (permuted.length + 1);
}
