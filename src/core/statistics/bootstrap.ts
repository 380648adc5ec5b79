/**
 * Bootstrap intervals: bias-corrected and accelerated (BCa, Efron 1987), seeded. The drivers are generators that
 * yield the share done, so that a worker can report progress and stop between two steps.
 */
import { randomInteger, seededRandom } from '../random.ts';
import { sortedQuantile } from './quantile.ts';
import { normalCdf, normalQuantile } from './special.ts';
import { asTally, type Sample, type Tally } from './tally.ts';
import { resampler } from './draws.ts';

/** An interval, or why there is none. */
export type BootstrapResult = BootstrapInterval | BootstrapRefusal;

export interface BootstrapInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** `percentile` where BCa is undefined: all replicates on one side of the estimate, or a constant jackknife. */
  readonly method: 'bca' | 'percentile';
  /** Replicates used; those on which the statistic is undefined (NaN) are left out. */
  readonly replicates: number;
  /** Bias correction z0 and acceleration a; NaN where undefined. */
  readonly bias: number;
  readonly acceleration: number;
}

export interface BootstrapRefusal {
  readonly estimate: number;
  /**
   * `extreme`: the bootstrap is inconsistent for the maximum and extreme quantiles, use worstCase.ts.
   * `undefined`: the statistic is undefined on the sample or on more than 1 in 20 resamples.
   */
  readonly refused: 'extreme' | 'undefined';
}

/** What to bootstrap. */
export interface BootstrapStatistic {
  readonly compute: (resample: Tally) => number;
  /** True for the maximum and for extreme quantiles: no interval is given. */
  readonly extreme?: boolean;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Resamples, default 2,000. */
  readonly replicates?: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/** Bias correction: Phi^-1 of the share of replicates below the estimate, ties half. */
function biasCorrection(replicates: Float64Array, estimate: number): number {
  let below = 0;
  for (const value of replicates) below += value < estimate ? 1 : Number(value === estimate) / 2;
  return normalQuantile(below / replicates.length);
}

/** sum d^3 / (6 (sum d^2)^1.5), d the jackknife's deviations from their mean, each `weights` times. */
function accelerationOf(jackknife: ArrayLike<number>, weights: ArrayLike<number>): number {
  let n = 0;
  let mean = 0;
  for (let index = 0; index < jackknife.length; index++) {
    const weight = weights[index] ?? 0;
    if (weight === 0) continue;
    n += weight;
    mean += weight * (jackknife[index] ?? NaN);
  }
  mean /= n;
  let square = 0;
  let cube = 0;
  for (let index = 0; index < jackknife.length; index++) {
    const weight = weights[index] ?? 0;
    if (weight === 0) continue;
    const deviation = mean - (jackknife[index] ?? NaN);
    square += weight * deviation ** 2;
    cube += weight * deviation ** 3;
  }
  const scale = Math.abs(mean) * 1e-14;
  return square > n * scale * scale ? cube / (6 * square ** 1.5) : NaN;
}

/**
 * The BCa interval from replicates and jackknife values: the quantiles at Phi(z0 + (z0 + z) / (1 - a (z0 + z))).
 *
 * @param jackknife the statistic without one observation.
 * @param weights how many observations each jackknife value stands for; default 1 each.
 */
export function bcaInterval(
  estimate: number,
  replicates: ArrayLike<number>,
  jackknife: ArrayLike<number>,
  { confidence = 0.95, weights }: { confidence?: number; weights?: ArrayLike<number> } = {},
): BootstrapResult {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}`);
  const sorted = Float64Array.from(replicates)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (Number.isNaN(estimate) || sorted.length < 0.95 * replicates.length || sorted.length === 0)
    return { estimate, refused: 'undefined' };
  const bias = biasCorrection(sorted, estimate);
  const acceleration = accelerationOf(jackknife, weights ?? Float64Array.from(jackknife, () => 1));
  const usable = Number.isFinite(bias) && Number.isFinite(acceleration);
  const level = (alpha: number): number => {
    const z = bias + normalQuantile(alpha);
    return usable ? normalCdf(bias + z / (1 - acceleration * z)) : alpha;
  };
  const tail = (1 - confidence) / 2;
  return {
    estimate,
    low: sortedQuantile(sorted, level(tail)),
    high: sortedQuantile(sorted, level(1 - tail)),
    method: usable ? 'bca' : 'percentile',
    replicates: sorted.length,
    bias,
    acceleration,
  };
}

/** The statistics without one observation: one row a distinct value. */
function jackknifeTally(t: Tally, statistics: readonly BootstrapStatistic[]): Float64Array[] {
  const counts = t.counts.slice();
  const rows = statistics.map(() => new Float64Array(counts.length).fill(NaN));
  for (let index = 0; index < counts.length; index++) {
    const count = t.counts[index] ?? 0;
    if (count === 0) continue;
    counts[index] = count - 1;
    const without = { values: t.values, counts, n: t.n - 1 };
    statistics.forEach(({ compute }, row) => {
      const values = rows[row];
      if (values) values[index] = compute(without);
    });
    counts[index] = count;
  }
  return rows;
}

/** Replicates between two reports of progress. */
const STEP = 50;

/**
 * BCa intervals of several statistics of one sample, from one set of resamples. Resamples are drawn on the
 * tally: O(distinct values) each where values repeat, whatever n; else O(n). A statistic must not keep the tally it is given.
 *
 * The observations must be independent: resample documents, not tokens or overlapping windows.
 *
 * @yields the share done, 0 .. 1.
 * @returns one result a statistic, in their order.
 */
export function* bootstrap(
  sample: Sample,
  statistics: readonly BootstrapStatistic[],
  { seed, replicates = 2000, confidence = 0.95 }: BootstrapOptions,
): Generator<number, BootstrapResult[]> {
  const t = asTally(sample);
  const random = seededRandom(seed);
  const counts = new Float64Array(t.counts.length);
  const draw = resampler(t.counts, t.n);
  const used = statistics.filter(({ extreme }) => extreme !== true);
  const draws = used.map(() => new Float64Array(replicates));
  for (let index = 0; index < replicates; index++) {
    draw(random, counts);
    const resample = { values: t.values, counts, n: t.n };
    used.forEach(({ compute }, row) => {
      const values = draws[row];
      if (values) values[index] = compute(resample);
    });
    if (index % STEP === STEP - 1) yield (index + 1) / replicates;
  }
  const jackknife = jackknifeTally(t, used);
  return statistics.map((statistic) => {
    const estimate = statistic.compute(t);
    const row = used.indexOf(statistic);
    if (row < 0) return { estimate, refused: 'extreme' };
    const options = { confidence, weights: t.counts };
    return bcaInterval(estimate, draws[row] ?? [], jackknife[row] ?? [], options);
  });
}

/**
 * BCa interval of a statistic of whole observations (pairs, embeddings), by their indices. O(n) a resample and n
 * evaluations for the jackknife: from `jackknifeLimit` observations on, of that many groups of neighbours left out
 * together.
 *
 * @param compute the statistic of the observations with these indices; must not keep the array.
 * @yields the share done, 0 .. 1.
 */
export function* bootstrapIndices(
  n: number,
  compute: (indices: Uint32Array) => number,
  { seed, replicates = 2000, confidence = 0.95 }: BootstrapOptions,
  jackknifeLimit = 200,
): Generator<number, BootstrapResult> {
  const random = seededRandom(seed);
  const all = Uint32Array.from({ length: n }, (_, index) => index);
  const estimate = compute(all.slice());
  const groups = Math.min(n, jackknifeLimit);
  const total = replicates + groups;
  const indices = new Uint32Array(n);
  const draws = new Float64Array(replicates);
  for (let draw = 0; draw < replicates; draw++) {
    for (let index = 0; index < n; index++) indices[index] = randomInteger(random, n);
    draws[draw] = compute(indices);
    yield (draw + 1) / total;
  }
  const jackknife = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    const from = Math.floor((group * n) / groups);
    const to = Math.floor(((group + 1) * n) / groups);
    jackknife[group] = compute(all.filter((index) => index < from || index >= to));
    yield (replicates + group + 1) / total;
  }
  return bcaInterval(estimate, draws, jackknife, { confidence });
}

/**
 * Runs a generator of this folder to its end.
 *
 * @param shouldStop asked between steps, with the share done; true gives it up.
 * @returns null if stopped.
 */
export function runToEnd<T>(
  steps: Generator<number, T>,
  shouldStop: (done: number) => boolean = () => false,
): T | null {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (shouldStop(step.value)) return null;
  }
}
