/** Midranks and their ties. */
import { countingOrder, countValues, wholeRange, type WholeRange } from './counting.ts';

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

/** Indices that sort the values, none of which is NaN, in ascending order, stable. */
export function sortOrder(values: ArrayLike<number>): Uint32Array {
  const range = wholeRange(values);
  if (range) return countingOrder(values, range);
  return Uint32Array.from(values, (_value, index) => index).sort(
    (one, other) => (values[one] ?? NaN) - (values[other] ?? NaN),
  );
}

function countedRanks(values: ArrayLike<number>, range: WholeRange): Ranks {
  const counts = countValues(values, range);
  const rankOf = new Float64Array(range.size);
  const groups: number[] = [];
  let [from, tieTerm] = [0, 0];
  counts.forEach((count, place) => {
    if (count === 0) return;
    rankOf[place] = (from + 1 + from + count) / 2;
    groups.push(count);
    tieTerm += count ** 3 - count;
    from += count;
  });
  const ranks = new Float64Array(values.length);
  for (let index = 0; index < ranks.length; index++)
    ranks[index] = rankOf[(values[index] ?? NaN) - range.lowest] ?? NaN;
  return { ranks, tieTerm, groups };
}

/** Midranks of values without NaN. O(n log n), of whole numbers in a narrow range O(n). */
export function midranks(values: ArrayLike<number>): Ranks {
  const range = wholeRange(values);
  if (range) return countedRanks(values, range);
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
export function numbersOf(values: ArrayLike<number>): Float64Array {
  const numbers = new Float64Array(values.length);
  let size = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (!Number.isNaN(value)) numbers[size++] = value;
  }
  return size === numbers.length ? numbers : numbers.slice(0, size);
}
