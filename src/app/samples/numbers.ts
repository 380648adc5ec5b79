/** Median of the values that are numbers: the mean of the two middle ones; NaN of none. */
export function median(values: Iterable<number>): number {
  const known = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const upper = known.length >> 1;
  const high = known[upper] ?? NaN;
  return known.length % 2 === 1 ? high : (high + (known[upper - 1] ?? NaN)) / 2;
}
