/** What the panel "Dependence" shows: does one token right make the next one likelier, or do samples differ? */
import { conditionalMi, partOf } from '../statistics/conditionalInformation.ts';
import { lagProfile, prefixMi, type CorrectnessMatrix, type LagPoint } from '../statistics/dependence.ts';
import { holm } from '../statistics/multiplicity.ts';
import { forEachMatch, type MatchLengths } from '../statistics/matchLength.ts';
import { runToEnd } from '../statistics/bootstrap.ts';
import { dependenceGain } from '../statistics/soft.ts';
import { suffixOf, type Suffixes } from './decomposition.ts';

export interface Dependence {
  /** Samples whose flags are used. */
  readonly samples: number;
  /** Information of two tokens by their distance, nats. */
  readonly lags: readonly LagPoint[];
  /** The same given the sample's accuracy on its other tokens; its chance keeps the accuracies. */
  readonly conditional: readonly LagPoint[];
  /** Samples that `conditional` is from: a random part of many. */
  readonly conditionalSamples: number;
  /** `[positions - 1]` Miller-Madow information of "all before are right" and token j = 2, 3, ..., nats. */
  readonly prefix: Float64Array;
  /** `[max L]` dependence gain D(n), bits. */
  readonly gain: Float64Array;
  /** Smallest p over the lags after Holm's correction; NaN if no pair varies. */
  readonly p: number;
  readonly conditionalP: number;
  /** Mean conditional / mean raw information over the lags, both net of chance; NaN where the raw one is not positive. */
  readonly shareLeft: number;
}

/** Flags of the scored samples, one row each, -1 behind a suffix's end. */
function matrixOf(matches: MatchLengths, { correct, offsets }: Suffixes): CorrectnessMatrix {
  const rows: number[] = [];
  let positions = 0;
  forEachMatch(matches, (_n, length, index) => {
    rows.push(index);
    positions = Math.max(positions, length);
  });
  const flags = new Int8Array(rows.length * positions).fill(-1);
  rows.forEach((index, row) => {
    flags.set(correct.subarray(offsets[index], offsets[index + 1]), row * positions);
  });
  return { flags, samples: rows.length, positions };
}

const smallestP = (points: readonly LagPoint[]): number => {
  const known = points.map(({ p }) => p).filter((p) => !Number.isNaN(p));
  return known.length === 0 ? NaN : Math.min(...holm(known));
};

/** So many that Holm's correction over 16 lags can still reach 0.05. */
export const PERMUTATIONS = 999;

/** The same for the information given accuracy, whose permutations are of whole matrices. */
export const CONDITIONAL_PERMUTATIONS = 399;

/** Flags that these are made of at most: 2,000 samples of 50 tokens, some seconds. */
const CONDITIONAL_FLAGS = 100_000;

/**
 * Information of a lag beyond what permuted data give on average: in the small tables of the bins a bias is left
 * over after Miller and Madow's correction, and a noisy accuracy leaves some of the samples' difference in. Nats.
 */
export const netInformation = ({ corrected, nullMean }: LagPoint): number => corrected - nullMean;

/** What the net information of independent data stays below in 95 of 100 permutations, nats. */
export const netChance = ({ nullHigh, nullMean }: LagPoint): number => nullHigh - nullMean;

/** Mean net information over the lags that say anything. */
function meanInformation(points: readonly LagPoint[]): number {
  const known = points.filter(({ noVariation }) => !noVariation);
  return known.reduce((sum, point) => sum + netInformation(point), 0) / known.length;
}

/**
 * Dependence between the correctness of tokens. Every token of every suffix is used, those after the first miss as
 * well: teacher forcing gives each its true context.
 *
 * @param seed of the permutations.
 */
export function analyseDependence(matches: MatchLengths, suffixes: Suffixes, seed: number): Dependence {
  const matrix = matrixOf(matches, suffixes);
  const isEmpty = matrix.samples === 0 || matrix.positions < 2;
  const lags = isEmpty ? [] : (runToEnd(lagProfile(matrix, { seed, permutations: PERMUTATIONS })) ?? []);
  const part = isEmpty ? matrix : partOf(matrix, CONDITIONAL_FLAGS, seed);
  const conditional = isEmpty
    ? []
    : (runToEnd(conditionalMi(part, { seed, permutations: CONDITIONAL_PERMUTATIONS })) ?? []);
  const scored: Float32Array[] = [];
  forEachMatch(matches, (_n, _length, index) => {
    scored.push(suffixOf(suffixes, index));
  });
  const raw = meanInformation(lags);
  return {
    samples: matrix.samples,
    lags,
    conditional,
    conditionalSamples: part.samples,
    prefix: Float64Array.from(isEmpty ? [] : prefixMi(matrix), ({ corrected }) => corrected),
    gain: dependenceGain(scored),
    p: smallestP(lags),
    conditionalP: smallestP(conditional),
    shareLeft: raw > 0 ? meanInformation(conditional) / raw : NaN,
  };
}
