/** How heavy the tail of the match lengths is: Hill's estimator with censoring, where ties leave it defined. */
import { seededRandom } from '../random.ts';
import { bcaInterval, type BootstrapOptions, type BootstrapResult } from './bootstrap.ts';
import { resampler } from './draws.ts';
import { forEachMatch, type MatchLengths } from './matchLength.ts';

/** The tail above one threshold. */
export interface TailPoint {
  /** u > 0: a value that occurs; the tail are the samples with N > u. */
  readonly threshold: number;
  /** k: samples in the tail. */
  readonly k: number;
  /** d: those of them whose N is exact; the others are right to their suffix's end, so N is larger. */
  readonly exact: number;
  /**
   * d / sum_(i in tail) ln(N_i / u): exponent of a power-law tail P(N > n) ~ n^-alpha. NaN if d = 0.
   */
  readonly alpha: number;
}

/** Fewer exact values than this give no interval: there is too little to resample. */
export const FEWEST_EXACT = 5;

/** Samples by N and by whether it is exact, the largest N first. */
interface TailTally {
  /** Distinct N, descending. */
  readonly values: readonly number[];
  /** `[2 x values]` exact, then censored samples at each N. */
  readonly counts: Float64Array;
  readonly samples: number;
}

function tallyOf(matches: MatchLengths): TailTally {
  const at = new Map<number, [exact: number, censored: number]>();
  let samples = 0;
  forEachMatch(matches, (n, length) => {
    const here = at.get(n) ?? [0, 0];
    here[n === length ? 1 : 0]++;
    at.set(n, here);
    samples++;
  });
  const values = [...at.keys()].sort((a, b) => b - a);
  return { values, counts: Float64Array.from(values.flatMap((value) => at.get(value) ?? [0, 0])), samples };
}

/** Calls `use` for each threshold, descending: every value above 0 with another one above it. */
function forEachTail(
  { values }: TailTally,
  counts: Float64Array,
  use: (place: number, tail: { threshold: number; k: number; exact: number; excess: number }) => void,
): void {
  let [k, exact, logs] = [0, 0, 0];
  values.forEach((threshold, index) => {
    if (threshold === 0) return;
    const log = Math.log(threshold);
    if (index > 0) use(index - 1, { threshold, k, exact, excess: logs - k * log });
    const here = counts[2 * index] ?? 0;
    const both = here + (counts[2 * index + 1] ?? 0);
    k += both;
    exact += here;
    logs += both * log;
  });
}

/**
 * Tail index for every threshold at which it is defined (Hill 1975, Annals of Statistics 3; with censoring: maximum
 * likelihood of the Pareto tail, as Beirlant, Guillou, Dierckx and Fils-Villetard 2007, Extremes 10). Without
 * censored samples it is 1 / gamma_k of Hill's plot.
 *
 * N is a count with many ties: between two tied values there is no threshold, so there is one point for each value
 * that occurs, not one for each k. Values of 0 have no logarithm and can be no threshold. N is discrete, so the
 * power law holds at best for thresholds that are large against 1. O(samples + values log values).
 *
 * @returns points by descending threshold (growing k); empty if fewer than two values above 0 occur.
 * @throws {RangeError} as {@link forEachMatch}.
 */
export function tailIndex(matches: MatchLengths): TailPoint[] {
  const tally = tallyOf(matches);
  const points: TailPoint[] = [];
  forEachTail(tally, tally.counts, (_place, { threshold, k, exact, excess }) => {
    points.push({ threshold, k, exact, alpha: exact === 0 ? NaN : exact / excess });
  });
  return points;
}

/**
 * BCa intervals of {@link tailIndex}, resampling whole samples (N with its censoring, as Efron 1981, Journal of the
 * American Statistical Association 76). The threshold stays fixed: alpha is a ratio of two sums over samples then, a
 * smooth function of means, for which the bootstrap is valid whatever the ties. With k fixed it is not: the k-th
 * largest N is an order statistic, and a resample moves it from tie to tie. Unlike alpha (1 -+ z / sqrt d) it does not
 * take the power law for granted. O(replicates values).
 *
 * @yields the share done, 0 .. 1.
 * @returns one result a point; null from fewer than {@link FEWEST_EXACT} exact values.
 */
export function* tailIntervals(
  matches: MatchLengths,
  { seed, replicates = 2000, confidence = 0.95 }: BootstrapOptions,
): Generator<number, (BootstrapResult | null)[]> {
  const tally = tallyOf(matches);
  const points = tailIndex(matches);
  const read = (counts: Float64Array, rows: readonly Float64Array[], column: number): void => {
    forEachTail(tally, counts, (place, { exact, excess }) => {
      const row = rows[place];
      if (row) row[column] = exact / excess;
    });
  };
  const draws = points.map(() => new Float64Array(replicates));
  const random = seededRandom(seed);
  const counts = new Float64Array(tally.counts.length);
  const draw = resampler(tally.counts, tally.samples);
  for (let index = 0; index < replicates; index++) {
    draw(random, counts);
    read(counts, draws, index);
    yield (index + 1) / replicates;
  }
  const jackknife = points.map(() => new Float64Array(counts.length));
  counts.set(tally.counts);
  tally.counts.forEach((count, cell) => {
    if (count === 0) return;
    counts[cell] = count - 1;
    read(counts, jackknife, cell);
    counts[cell] = count;
  });
  return points.map(({ exact, alpha }, place) =>
    exact < FEWEST_EXACT
      ? null
      : bcaInterval(alpha, draws[place] ?? [], jackknife[place] ?? [], { confidence, weights: tally.counts }),
  );
}
