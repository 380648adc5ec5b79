/**
 * Shape of a distribution by its moments. Inequality measures and the medcouple lie beside it; all are re-exported
 * here. Every function takes a sample or its tally and leaves NaN out.
 */
import { asTally, tallySum, type Sample } from './tally.ts';

export * from './inequality.ts';
export * from './medcouple.ts';

/** Moments of a sample; NaN where the sample is too small or constant. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** With n - 1; from n = 2. */
  readonly sd: number;
  /** g1 = m3 / m2^1.5; from n = 3. */
  readonly skewness: number;
  /** G1 = g1 sqrt(n (n - 1)) / (n - 2). Joanes and Gill 1998. */
  readonly adjustedSkewness: number;
  /** Standard error of G1 under normality; prefer the bootstrap. */
  readonly skewnessError: number;
  /** g2 = m4 / m2^2 - 3; from n = 4. */
  readonly excessKurtosis: number;
  /** G2 = (n - 1) / ((n - 2) (n - 3)) ((n + 1) g2 + 6). */
  readonly adjustedKurtosis: number;
}

/** Mean, deviation, skewness and kurtosis. O(n log n), or O(distinct values) of a tally. */
export function moments(sample: Sample): Moments {
  const t = asTally(sample);
  const { n } = t;
  const mean = tallySum(t, (value) => value) / n;
  const m2 = tallySum(t, (value) => (value - mean) ** 2) / n;
  const m3 = tallySum(t, (value) => (value - mean) ** 3) / n;
  const m4 = tallySum(t, (value) => (value - mean) ** 4) / n;
  // Below rounding of the mean the values are constant, and standardized moments are noise.
  const constant = !(m2 > (1e-14 * mean) ** 2);
  const skewness = n < 3 || constant ? NaN : m3 / m2 ** 1.5;
  const excessKurtosis = n < 4 || constant ? NaN : m4 / m2 ** 2 - 3;
  return {
    n,
    mean,
    sd: n < 2 ? NaN : Math.sqrt((m2 * n) / (n - 1)),
    skewness,
    adjustedSkewness: (skewness * Math.sqrt(n * (n - 1))) / (n - 2),
    skewnessError: n < 3 ? NaN : Math.sqrt((6 * n * (n - 1)) / ((n - 2) * (n + 1) * (n + 3))),
    excessKurtosis,
    adjustedKurtosis: ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * excessKurtosis + 6),
  };
}
