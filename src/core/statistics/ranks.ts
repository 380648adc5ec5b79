/** Midranks and their ties. */

/** Ranks of a sample. */
export interface Ranks {
  /** 1-based; tied values share the mean of their ranks. */
  readonly ranks: Float64Array;
  /** sum over groups of ties of t^3 - t. */
  readonly tieTerm: number;
  /** Sizes of the groups of equal values, in ascending order of the value. */
  readonly groups: number[];
}

/** Calls `use(from, to)` for each stretch of equal values in the order given. */
export function forEachTie(
  values: ArrayLike<number>,
  order: ArrayLike<number>,
  use: (from: number, to: number) => void,
): void {
  let from = 0;
  while (from < order.length) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    use(from, to);
    from = to;
  }
}

/** Indices that sort the values in ascending order, stable. */
export const sortOrder = (values: ArrayLike<number>): Uint32Array =>
  Uint32Array.from(values, (_value, index) => index).sort(
    (one, other) => (values[one] ?? NaN) - (values[other] ?? NaN),
  );

/** Midranks of values without NaN. O(n log n). */
export function midranks(values: ArrayLike<number>): Ranks {
  const order = sortOrder(values);
  const ranks = new Float64Array(values.length);
  const groups: number[] = [];
  let tieTerm = 0;
  forEachTie(values, order, (from, to) => {
    for (let at = from; at < to; at++) ranks[order[at] ?? 0] = (from + 1 + to) / 2;
    groups.push(to - from);
    tieTerm += (to - from) ** 3 - (to - from);
  });
  return { ranks, tieTerm, groups };
}

/** The values that are numbers. */
export const numbersOf = (values: ArrayLike<number>): Float64Array =>
  Float64Array.from(values).filter((value) => !Number.isNaN(value));
