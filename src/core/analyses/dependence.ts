/** What the panel "Dependence" shows: does one token right make the next one likelier, or do samples differ? */
import { conditionalMi, partOf } from '../statistics/conditionalInformation.ts';
import { flagColumns } from '../statistics/correctnessBits.ts';
import {
  lagEstimates,
  lagProfile,
  prefixMiOf,
  type CorrectnessMatrix,
  type LagPoint,
} from '../statistics/dependence.ts';
import { holm } from '../statistics/multiplicity.ts';
import { forEachMatch, type MatchLengths } from '../statistics/matchLength.ts';
import { runToEnd } from '../statistics/bootstrap.ts';
import { dependenceTerms, type DependenceTerms } from '../statistics/soft.ts';
import { suffixOf, type Suffixes } from './decomposition.ts';

/** The two numbers that D(n) compares, at the longest n at which it is known. */
export interface WholeSuffix {
  readonly n: number;
  /** Samples with at least n tokens. */
  readonly samples: number;
  /** Mean probability of all first n tokens, and the product of the means of each; bits. */
  readonly log2Mean: number;
  readonly log2Product: number;
}

/** What the flags and probabilities say by themselves, before any null is drawn. */
export interface DependenceEstimates {
  /** Samples whose flags are used. */
  readonly samples: number;
  /** Information of two tokens by their distance, nats; of these estimates without a null, whose numbers are NaN. */
  readonly lags: readonly LagPoint[];
  /** `[positions - 1]` Miller-Madow information of "all before are right" and token j = 2, 3, ..., nats. */
  readonly prefix: Float64Array;
  /** `[max L]` dependence gain D(n), bits. */
  readonly gain: Float64Array;
  /** Null where no D(n) is known. */
  readonly whole: WholeSuffix | null;
}

/** The estimates with what permuted data give. */
export interface Dependence extends DependenceEstimates {
  /** Information of two tokens given the sample's accuracy on its other tokens; its chance keeps the accuracies. */
  readonly conditional: readonly LagPoint[];
  /** Samples that `conditional` is from: a random part of many. */
  readonly conditionalSamples: number;
  /** Means over the lags of `lags` and `conditional`, net of chance, nats; NaN if nothing varies. */
  readonly mean: number;
  readonly conditionalMean: number;
  /** Smallest p over the lags after Holm's correction; NaN if no pair varies. */
  readonly p: number;
  readonly conditionalP: number;
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

function wholeOf(
  gain: Float64Array,
  { samples, log2Mean, log2Product }: DependenceTerms,
): WholeSuffix | null {
  const last = gain.findLastIndex((value) => !Number.isNaN(value));
  return last < 0
    ? null
    : {
        n: last + 1,
        samples: samples[last] ?? 0,
        log2Mean: log2Mean[last] ?? NaN,
        log2Product: log2Product[last] ?? NaN,
      };
}

function estimatesOf(
  matrix: CorrectnessMatrix,
  matches: MatchLengths,
  suffixes: Suffixes,
): DependenceEstimates {
  const isEmpty = matrix.samples === 0 || matrix.positions < 2;
  const columns = isEmpty ? [] : flagColumns(matrix);
  const scored: Float32Array[] = [];
  forEachMatch(matches, (_n, _length, index) => {
    scored.push(suffixOf(suffixes, index));
  });
  const terms = dependenceTerms(scored);
  const gain = terms.log2Mean.map((mean, index) => mean - (terms.log2Product[index] ?? NaN));
  return {
    samples: matrix.samples,
    lags: isEmpty ? [] : lagEstimates(columns),
    prefix: Float64Array.from(prefixMiOf(columns), ({ corrected }) => corrected),
    gain,
    whole: wholeOf(gain, terms),
  };
}

/**
 * Dependence between the correctness of tokens, as far as it needs no permutation. Every token of every suffix is
 * used, those after the first miss as well: teacher forcing gives each its true context. O(tokens).
 */
export const estimateDependence = (matches: MatchLengths, suffixes: Suffixes): DependenceEstimates =>
  estimatesOf(matrixOf(matches, suffixes), matches, suffixes);

/**
 * The same with its permutations.
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
  return {
    ...estimatesOf(matrix, matches, suffixes),
    lags,
    conditional,
    conditionalSamples: part.samples,
    mean: meanInformation(lags),
    conditionalMean: meanInformation(conditional),
    p: smallestP(lags),
    conditionalP: smallestP(conditional),
  };
}
