/** What the panel "Skew" shows: how unequally memorization is spread over the samples. */
import { bootstrap, type BootstrapResult, type BootstrapStatistic } from '../statistics/bootstrap.ts';
import { countingOrder, wholeRange } from '../statistics/counting.ts';
import { gini, isAllZero, lorenz, medcouple, moments, theil, topShare } from '../statistics/skewness.ts';
import { tally, type Tally } from '../statistics/tally.ts';

/** Names of the statistics, in the order of {@link skewIntervals}. */
export const SKEW_STATISTICS = [
  'gini',
  'theil',
  'top1',
  'top5',
  'top10',
  'skewness',
  'medcouple',
  'mean',
] as const;
export type SkewStatistic = (typeof SKEW_STATISTICS)[number];

/** The top shares among them. */
export const TOP_SHARES: Readonly<Partial<Record<SkewStatistic, number>>> = {
  top1: 0.01,
  top5: 0.05,
  top10: 0.1,
};

/** True if the top share is of less than one sample: one would stand for more than it says. */
const isBelowOne = (name: SkewStatistic, samples: number): boolean =>
  (TOP_SHARES[name] ?? 1) * samples < 1 - 1e-9;

const COMPUTE: Readonly<Record<SkewStatistic, (sample: Tally) => number>> = {
  gini: (sample) => gini(sample).gini,
  theil,
  top1: (sample) => topShare(sample, 0.01),
  top5: (sample) => topShare(sample, 0.05),
  top10: (sample) => topShare(sample, 0.1),
  skewness: (sample) => moments(sample).adjustedSkewness,
  medcouple: (sample) => medcouple(sample).value,
  mean: (sample) => moments(sample).mean,
};

export interface SkewAnalysis {
  /** Samples whose N is known. */
  readonly samples: number;
  /** True if nothing is memorized at all: then there is no inequality to speak of. */
  readonly allZero: boolean;
  /** NaN where undefined; a top share also where it is of less than one sample. */
  readonly estimates: Readonly<Record<SkewStatistic, number>>;
  /** `[samples]` indices of the known samples by N, the largest last; ties in the order of the input. */
  readonly order: Uint32Array;
  /** `[samples + 1]` share of all matched tokens that the first i samples of `order` hold. */
  readonly lorenz: Float64Array;
}

/** Indices of the values that are numbers by ascending value, ties in their order. */
function knownOrder(n: Float64Array): Uint32Array {
  const range = wholeRange(n);
  if (range) return countingOrder(n, range);
  return Uint32Array.from(n, (_, index) => index)
    .filter((index) => !Number.isNaN(n[index] ?? NaN))
    .sort((a, b) => (n[a] ?? 0) - (n[b] ?? 0) || a - b);
}

/**
 * Estimates without intervals. O(n), of lengths in no narrow range O(n log n).
 *
 * @param n match lengths; NaN where unscored.
 */
export function analyseSkew(n: Float64Array): SkewAnalysis {
  const order = knownOrder(n);
  const known = Float64Array.from(order, (index) => n[index] ?? NaN);
  const sample = tally(known);
  const estimates = Object.fromEntries(
    SKEW_STATISTICS.map((name) => [name, isBelowOne(name, known.length) ? NaN : COMPUTE[name](sample)]),
  ) as Record<SkewStatistic, number>;
  return {
    samples: known.length,
    allZero: isAllZero(sample),
    estimates,
    order,
    lorenz: lorenz(known),
  };
}

/** BCa intervals of {@link SKEW_STATISTICS}, from one set of resamples of the samples. @yields the share done. */
export function* skewIntervals(
  n: Float64Array,
  seed: number,
  replicates = 2000,
): Generator<number, BootstrapResult[]> {
  const statistics: BootstrapStatistic[] = SKEW_STATISTICS.map((name) => ({ compute: COMPUTE[name] }));
  return yield* bootstrap(tally(n), statistics, { seed, replicates });
}
