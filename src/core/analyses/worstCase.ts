/** What the panel "Worst case" shows: how far the largest N of a part of the data can be trusted for all of it. */
import { randomInteger, seededRandom, type Random } from '../random.ts';
import {
  fitBetaGeometric,
  fitGeometric,
  betaGeometricSurvival,
  geometricSurvival,
} from '../statistics/parametric.ts';
import type { MatchLengths } from '../statistics/matchLength.ts';
import { numbersOf } from '../statistics/ranks.ts';
import { tally } from '../statistics/tally.ts';
import {
  maxOfSubsample,
  missProbability,
  recordProbability,
  samplesNeeded,
  zeroHitBound,
} from '../statistics/worstCase.ts';

/** The maximum of z samples drawn from the data without replacement. */
export interface MaximumPoint {
  readonly z: number;
  /** Exact: mean and 5%, 50%, 95% quantiles over all subsamples. */
  readonly mean: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** Expected maximum of z samples of the fitted models, capped at the longest suffix. */
  readonly geometric: number;
  readonly betaGeometric: number;
  /** Probability that z samples hold none of the top 1%. */
  readonly miss: number;
}

export interface WorstCase {
  /** M: samples whose N is known. */
  readonly samples: number;
  /** Samples of the top 1%, ceil(M / 100) of them, and all that tie with the least of these. */
  readonly top: number;
  /** Samples that hold one of the top 1% with 95% confidence. */
  readonly needed: number;
  /** Probability that one more sample of the same kind exceeds all of these (ties aside). */
  readonly record: number;
  /** Samples recited to the end. */
  readonly recited: number;
  /** 95% upper bound on the share of recited samples if none was found; NaN if some were. */
  readonly bound: number;
  readonly curve: readonly MaximumPoint[];
}

/** Random subsamples for each point of the curve, at most. */
export const DRAWS = 1000;

/** 1, 2, 3, 5, 7, 10, 15, ... M. */
export function subsampleSizes(samples: number): number[] {
  const sizes = new Set<number>();
  for (let size = 1; size < samples; size *= 1.4) sizes.add(Math.round(size));
  if (samples > 0) sizes.add(samples);
  return [...sizes].sort((a, b) => a - b);
}

/** Draws the largest of z values without replacement (Floyd's algorithm: each subset is equally likely). */
function maximumDrawer(sorted: Float64Array, random: Random): (z: number) => number {
  /** The draw that chose each value last: cheaper than a set for each draw. */
  const chosenIn = new Uint32Array(sorted.length);
  let draw = 0;
  return (z) => {
    draw++;
    let largest = -1;
    for (let top = sorted.length - z; top < sorted.length; top++) {
      const pick = randomInteger(random, top + 1);
      const index = chosenIn[pick] === draw ? top : pick;
      chosenIn[index] = draw;
      if (index > largest) largest = index;
    }
    return sorted[largest] ?? NaN;
  };
}

/** E[max of z] = sum over n = 1 .. cap of 1 - (1 - S(n))^z. */
function expectedMaximum(survival: Float64Array, z: number): number {
  return survival.reduce((sum, value) => sum - Math.expm1(z * Math.log1p(-Math.min(1, value))), 0);
}

/** The known values, ascending. */
function sortedValues(values: ArrayLike<number>): Float64Array {
  const { values: distinct, counts, n } = tally(values);
  const sorted = new Float64Array(n);
  let at = 0;
  distinct.forEach((value, index) => {
    const end = at + (counts[index] ?? 0);
    sorted.fill(value, at, end);
    at = end;
  });
  return sorted;
}

/**
 * Planner and exact curve: all that needs no random subsample. O(M log M), of lengths in a narrow range
 * O(M sizes of subsamples).
 *
 * @throws {RangeError} unless every sample has 0 <= N <= L in whole tokens.
 */
export function analyseWorstCase(matches: MatchLengths): WorstCase {
  const sorted = sortedValues(matches.n);
  const samples = sorted.length;
  const cap = numbersOf(matches.length).reduce((most, length) => (length > most ? length : most), 0);
  const least = sorted[samples - Math.ceil(samples / 100)] ?? NaN;
  const top = sorted.reduce((count, n) => count + Number(n >= least), 0);
  const { p } = fitGeometric(matches);
  const { a, b } = fitBetaGeometric(matches);
  const tokens = Array.from({ length: cap }, (_, index) => index + 1);
  const geometric = Float64Array.from(tokens, (n) => geometricSurvival(p, n));
  const betaGeometric = Float64Array.from(tokens, (n) => betaGeometricSurvival(a, b, n));
  let recited = 0;
  for (let index = 0; index < matches.n.length; index++) {
    const n = matches.n[index] ?? NaN;
    recited += Number(n > 0 && n === matches.length[index]);
  }
  const curve = subsampleSizes(samples).map((z): MaximumPoint => {
    const { mean, quantiles } = maxOfSubsample(sorted, z, [0.05, 0.5, 0.95]);
    return {
      z,
      mean,
      low: quantiles[0] ?? NaN,
      median: quantiles[1] ?? NaN,
      high: quantiles[2] ?? NaN,
      geometric: expectedMaximum(geometric, z),
      betaGeometric: expectedMaximum(betaGeometric, z),
      miss: missProbability(samples, top, z),
    };
  });
  return {
    samples,
    top,
    needed: samples > 0 ? samplesNeeded(samples, top, 0.95) : NaN,
    record: recordProbability(samples),
    recited,
    bound: recited === 0 ? zeroHitBound(samples) : NaN,
    curve,
  };
}

/**
 * Mean of the largest N over random subsamples at each size of {@link WorstCase.curve}: must follow its `mean`.
 * O(M log M + draws M).
 *
 * @param n match lengths; NaN where unscored.
 * @yields the share done, 0 .. 1.
 */
export function* simulateMaxima(n: ArrayLike<number>, seed: number): Generator<number, Float64Array> {
  const sorted = sortedValues(n);
  const sizes = subsampleSizes(sorted.length);
  const drawMaximum = maximumDrawer(sorted, seededRandom(seed));
  const means = new Float64Array(sizes.length);
  for (const [place, z] of sizes.entries()) {
    // Large subsamples vary little: the work of one point is bounded.
    const draws = Math.max(10, Math.min(DRAWS, Math.floor(5e5 / z)));
    let sum = 0;
    for (let draw = 0; draw < draws; draw++) sum += drawMaximum(z);
    means[place] = sum / draws;
    yield (place + 1) / sizes.length;
  }
  return means;
}
