/**
 * Whole numbers of a narrow range, such as match lengths and their differences, in the order of their values by
 * counting: O(n + range) in place of O(n log n) comparisons.
 */

/** Whole numbers `lowest` .. `lowest + size - 1`. */
export interface WholeRange {
  readonly lowest: number;
  readonly size: number;
}

/** A range up to so many times as long as the values is counted. */
const SPARSE = 4;

/** The range of the values that are numbers, if all of these are whole and it is narrow; else null. O(n). */
export function wholeRange(values: ArrayLike<number>): WholeRange | null {
  let [lowest, highest] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return null;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const size = highest - lowest + 1;
  return size > 0 && size <= SPARSE * values.length ? { lowest, size } : null;
}

/** `[size]` how often each value of the range occurs; NaN is left out. */
export function countValues(values: ArrayLike<number>, { lowest, size }: WholeRange): Float64Array {
  const counts = new Float64Array(size);
  for (let index = 0; index < values.length; index++) {
    const place = (values[index] ?? NaN) - lowest;
    if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

/** Indices of the values that are numbers by ascending value, ties in their order. */
export function countingOrder(values: ArrayLike<number>, range: WholeRange): Uint32Array {
  const next = countValues(values, range);
  let before = 0;
  for (let place = 0; place < next.length; place++) {
    const count = next[place] ?? 0;
    next[place] = before;
    before += count;
  }
  const order = new Uint32Array(before);
  for (let index = 0; index < values.length; index++) {
    const place = (values[index] ?? NaN) - range.lowest;
    if (!(place >= 0)) continue;
    const at = next[place] ?? 0;
    order[at] = index;
    next[place] = at + 1;
  }
  return order;
}
