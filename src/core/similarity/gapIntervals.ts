import { randomInteger, seededRandom } from '../random.ts';
import { bcaInterval, type BootstrapResult } from '../statistics/bootstrap.ts';
import { meanCosineOfUnits, similarityGap } from './embeddings.ts';
import { unitVectors, type Vectors } from './vectors.ts';

/**
 * Mean pairwise cosine of unit vectors without each one of them: ((|s - u_i|^2 - (n - 1)) / ((n - 1) (n - 2)) with s
 * their sum. O(n d) for all together.
 *
 * @returns `[n]`, NaN for fewer than three.
 */
export function leaveOneOutCosines({ n, d, values }: Vectors): Float64Array {
  const sum = new Float64Array(d);
  for (let row = 0; row < n; row++)
    for (let at = 0; at < d; at++) sum[at] = (sum[at] ?? 0) + (values[row * d + at] ?? 0);
  const square = sum.reduce((total, value) => total + value ** 2, 0);
  return Float64Array.from({ length: n }, (_, row) => {
    let along = 0;
    for (let at = 0; at < d; at++) along += (sum[at] ?? 0) * (values[row * d + at] ?? 0);
    return n < 3 ? NaN : (square - 2 * along + 1 - (n - 1)) / ((n - 1) * (n - 2));
  });
}

/** Intervals of {@link similarityGap}. */
export interface GapIntervals {
  readonly input: BootstrapResult;
  readonly full: BootstrapResult;
  readonly gap: BootstrapResult;
  /** Resamples drawn. */
  readonly replicates: number;
}

/** Multiplications that one set of resamples may take: some seconds. */
const WORK = 4e9;
const MOST_REPLICATES = 2000;
const LEAST_REPLICATES = 400;

/** Resamples for n samples of d dimensions: 2,000, fewer for many samples, 400 at least. */
export const gapReplicates = ({ n, d }: Vectors): number =>
  Math.max(LEAST_REPLICATES, Math.min(MOST_REPLICATES, Math.floor(WORK / Math.max(1, 2 * n * d))));

/**
 * BCa intervals (Efron 1987) of S_input, S_full and their gap: samples are drawn with replacement, each with its
 * prefix and its full text, and one that is drawn twice makes no pair with itself. O(n d) a resample.
 *
 * @param prefixes as `fulls`, with a direction each.
 * @yields the share done, 0 .. 1.
 * @throws {RangeError} if the sets differ in size.
 */
export function* gapIntervals(
  prefixes: Vectors,
  fulls: Vectors,
  { seed, replicates = gapReplicates(prefixes) }: { readonly seed: number; readonly replicates?: number },
): Generator<number, GapIntervals> {
  const estimate = similarityGap(prefixes, fulls);
  const units = [unitVectors(prefixes), unitVectors(fulls)] as const;
  const { n } = prefixes;
  const random = seededRandom(seed);
  const weights = new Float64Array(n);
  const draws = [new Float64Array(replicates), new Float64Array(replicates)] as const;
  for (let draw = 0; draw < replicates; draw++) {
    weights.fill(0);
    for (let index = 0; index < n; index++) {
      const chosen = randomInteger(random, n);
      weights[chosen] = (weights[chosen] ?? 0) + 1;
    }
    draws[0][draw] = meanCosineOfUnits(units[0], weights);
    draws[1][draw] = meanCosineOfUnits(units[1], weights);
    yield (draw + 1) / replicates;
  }
  const without = [leaveOneOutCosines(units[0]), leaveOneOutCosines(units[1])] as const;
  const difference = ([a, b]: readonly [Float64Array, Float64Array]): Float64Array =>
    b.map((value, index) => value - (a[index] ?? NaN));
  return {
    input: bcaInterval(estimate.input, draws[0], without[0]),
    full: bcaInterval(estimate.full, draws[1], without[1]),
    gap: bcaInterval(estimate.gap, difference(draws), difference(without)),
    replicates,
  };
}
