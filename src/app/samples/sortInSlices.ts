import type { Slices } from './slices.ts';

/** Items that are sorted natively in one go: a few milliseconds whatever the comparison. */
const RUN = 1024;

/** Merges two sorted neighbours, the first's items first among equals. */
async function merge<T>(
  from: readonly T[],
  to: T[],
  [start, middle, end]: readonly [number, number, number],
  compare: (one: T, other: T) => number,
  slices: Slices,
): Promise<void> {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    if (at % RUN === 0 && slices.isOver) await slices.rest();
    const isLeft = right >= end || (left < middle && compare(from[left] as T, from[right] as T) <= 0);
    to[at] = from[isLeft ? left++ : right++] as T;
  }
}

/**
 * A sorted copy, made in slices so that no task takes long: stretches sorted natively, then merged. Stable.
 * O(n log n).
 *
 * @throws {DOMException} `AbortError` if `signal` is aborted between two merges.
 */
export async function sortInSlices<T>(
  items: readonly T[],
  compare: (one: T, other: T) => number,
  slices: Slices,
  signal: AbortSignal,
): Promise<T[]> {
  let sorted: T[] = [];
  for (let from = 0; from < items.length; from += RUN) {
    for (const item of items.slice(from, from + RUN).sort(compare)) sorted.push(item);
    if (slices.isOver) await slices.rest();
    signal.throwIfAborted();
  }
  for (let width = RUN; width < items.length; width *= 2) {
    const merged = sorted.slice();
    for (let start = 0; start < items.length; start += 2 * width) {
      const middle = Math.min(start + width, items.length);
      const end = Math.min(start + 2 * width, items.length);
      await merge(sorted, merged, [start, middle, end], compare, slices);
      signal.throwIfAborted();
    }
    sorted = merged;
  }
  return sorted;
}
