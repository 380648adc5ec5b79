/**
 * By how much do two samples differ? Hodges and Lehmann's estimate: the median of all differences, with an interval
 * that inverts the rank test. Match lengths repeat, so both work on tallies.
 */
import { randomInteger, seededRandom } from '../random.ts';
import { numbersOf } from './ranks.ts';
import { normalQuantile } from './special.ts';
import { asTally, tally, type Sample } from './tally.ts';

/** A shift with its interval, in the unit of the samples. */
export interface Shift {
  /** NaN if a sample is empty. */
  readonly estimate: number;
  /** NaN where so few values allow no interval of that confidence. */
  readonly low: number;
  readonly high: number;
}

/** Values that each stand for many, as if they were written out and sorted. */
interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** Median, and the values at rank `rank` from both ends. */
function medianAndEnds(list: Weighted[], rank: number): Shift {
  list.sort((a, b) => a.value - b.value);
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  const at = (wanted: number): number => {
    let seen = 0;
    for (const { value, weight } of list) if ((seen += weight) >= wanted) return value;
    return NaN;
  };
  if (total === 0) return { estimate: NaN, low: NaN, high: NaN };
  const estimate = (at(Math.ceil(total / 2)) + at(Math.floor(total / 2) + 1)) / 2;
  return rank >= 1
    ? { estimate, low: at(rank), high: at(total + 1 - rank) }
    : { estimate, low: NaN, high: NaN };
}

const zOf = (confidence: number): number => {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}`);
  return normalQuantile((1 + confidence) / 2);
};

/**
 * Shift of y over x: the median of all differences y - x (Hodges and Lehmann 1963), with Moses' interval between the
 * C-th smallest and C-th largest difference, C = floor(n1 n2 / 2 - z sqrt(n1 n2 (n1 + n2 + 1) / 12)) (Hollander and
 * Wolfe, section 4.3; ties make it wider than need be). NaN values are left out. O(d1 d2 log) for d distinct values.
 *
 * @throws {RangeError} unless 0 < confidence < 1.
 */
export function hodgesLehmann(x: Sample, y: Sample, confidence = 0.95): Shift {
  const [first, second] = [asTally(x), asTally(y)];
  const pairs = first.n * second.n;
  const rank = Math.floor(pairs / 2 - zOf(confidence) * Math.sqrt((pairs * (first.n + second.n + 1)) / 12));
  const differences: Weighted[] = [];
  first.values.forEach((from, i) => {
    second.values.forEach((to, j) => {
      differences.push({ value: to - from, weight: (first.counts[i] ?? 0) * (second.counts[j] ?? 0) });
    });
  });
  return medianAndEnds(differences, rank);
}

/**
 * Shift of paired samples from their differences: the median of the averages of any two differences, each with
 * itself too (Walsh averages), with Tukey's interval between the C-th smallest and C-th largest average,
 * C = floor(n (n + 1) / 4 - z sqrt(n (n + 1) (2 n + 1) / 24)) (Hollander and Wolfe, section 3.3). Differences of
 * zero take part. NaN values are left out. O(d^2 log d) for d distinct differences.
 *
 * @throws {RangeError} unless 0 < confidence < 1.
 */
export function hodgesLehmannPaired(differences: ArrayLike<number>, confidence = 0.95): Shift {
  const { values, counts, n } = tally(differences);
  const rank = Math.floor((n * (n + 1)) / 4 - zOf(confidence) * Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24));
  const averages: Weighted[] = [];
  values.forEach((one, i) => {
    const count = counts[i] ?? 0;
    averages.push({ value: one, weight: (count * (count + 1)) / 2 });
    for (let j = i + 1; j < values.length; j++)
      averages.push({ value: (one + (values[j] ?? NaN)) / 2, weight: count * (counts[j] ?? 0) });
  });
  return medianAndEnds(averages, rank);
}

/** Work that a permutation test may take: values moved. */
const MOST_MOVES = 2e7;

/**
 * Permutation test of the difference of two means, two-sided: p = (1 + hits) / (B + 1) over B random assignments,
 * seeded. NaN values are left out. O(B min(n1, n2)).
 *
 * @returns NaN if a sample is empty. B = `permutations` is 9,999, less (at least 999) for large samples.
 */
export function meanPermutation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  seed: number,
): { difference: number; p: number; permutations: number } {
  const [first, second] = [numbersOf(x), numbersOf(y)];
  const [small, large] = first.length <= second.length ? [first, second] : [second, first];
  const size = small.length;
  const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const [seen, rest] = [sumOf(small), sumOf(large)];
  const difference = sumOf(second) / second.length - sumOf(first) / first.length;
  if (size === 0) return { difference: NaN, p: NaN, permutations: 0 };
  const deck = new Float64Array(size + large.length);
  deck.set(small);
  deck.set(large, size);
  // The means lie apart exactly as far as the smaller sample's sum lies from its expectation.
  const center = (size * (seen + rest)) / deck.length;
  const far = Math.abs(seen - center) * (1 - 1e-12);
  const permutations = Math.max(999, Math.min(9999, Math.floor(MOST_MOVES / size)));
  const random = seededRandom(seed);
  let hits = 0;
  for (let draw = 0; draw < permutations; draw++) {
    let sum = 0;
    for (let index = 0; index < size; index++) {
      const other = index + randomInteger(random, deck.length - index);
      const value = deck[other] ?? NaN;
      deck[other] = deck[index] ?? NaN;
      deck[index] = value;
      sum += value;
    }
    hits += Number(Math.abs(sum - center) >= far);
  }
  return { difference, p: (1 + hits) / (permutations + 1), permutations };
}
