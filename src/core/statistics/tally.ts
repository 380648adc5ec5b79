import { countValues, wholeRange, type WholeRange } from './counting.ts';
import { numbersOf } from './ranks.ts';

/**
 * A sample as its distinct values and how often each occurs. Match lengths take at most L + 1 values, so statistics
 * and resamples written on a tally cost the same for a hundred samples as for a hundred thousand.
 */
export interface Tally {
  /** Distinct values, ascending. */
  readonly values: Float64Array;
  /** How often each occurs; 0 is allowed (resamples keep the values of their source). */
  readonly counts: Float64Array;
  /** Sum of the counts. */
  readonly n: number;
}

/** The values that occur, of counts over a range. */
function countedTally(sample: ArrayLike<number>, range: WholeRange): Tally {
  const counted = countValues(sample, range);
  const values: number[] = [];
  let n = 0;
  counted.forEach((count, place) => {
    if (count > 0) values.push(place + range.lowest);
    n += count;
  });
  return { values: Float64Array.from(values), counts: counted.filter((count) => count > 0), n };
}

/** Tally of the values that are numbers; NaN is left out. O(n log n), of whole numbers in a narrow range O(n). */
export function tally(sample: ArrayLike<number>): Tally {
  const range = wholeRange(sample);
  if (range) return countedTally(sample, range);
  const sorted = numbersOf(sample).sort();
  const values = new Float64Array(sorted.length);
  const counts = new Float64Array(sorted.length);
  let distinct = 0;
  for (let index = 0; index < sorted.length; index++) {
    const value = sorted[index] ?? NaN;
    if (distinct === 0 || value !== values[distinct - 1]) values[distinct++] = value;
    counts[distinct - 1] = (counts[distinct - 1] ?? 0) + 1;
  }
  return { values: values.slice(0, distinct), counts: counts.slice(0, distinct), n: sorted.length };
}

/** A sample or its tally. Every statistic takes either. */
export type Sample = ArrayLike<number> | Tally;

/** The tally of a sample; a tally is returned as it is. */
export const asTally = (sample: Sample): Tally => ('counts' in sample ? sample : tally(sample));

/** sum_v count_v f(v). */
export function tallySum({ values, counts }: Tally, f: (value: number) => number): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    const count = counts[index] ?? 0;
    if (count > 0) total += count * f(values[index] ?? NaN);
  }
  return total;
}

/**
 * Median; the mean of the two middle values of an even sample. NaN of none. O(distinct values).
 */
export function tallyMedian(sample: Sample): number {
  const { values, counts, n } = asTally(sample);
  let seen = 0;
  let lower = NaN;
  for (let index = 0; index < values.length; index++) {
    seen += counts[index] ?? 0;
    const value = values[index] ?? NaN;
    if (Number.isNaN(lower) && seen >= n / 2) lower = value;
    if (seen > n / 2) return (lower + value) / 2;
  }
  return NaN;
}
