/**
 * Two of the experiments that come with the page, after the questions of Li et al. 2025 (arXiv 2502.01187): does
 * independence describe the match length, does structure bind the tokens. The third is in `redundancy`.
 */
import { seededRandom, shuffleAt } from '../random.ts';
import {
  flagColumns,
  pairMargins,
  type CorrectnessMatrix,
  type PairMargins,
} from '../statistics/correctnessBits.ts';
import { flagEntropy, marginInformation } from '../statistics/information.ts';
import { forEachMatch, type MatchLengths } from '../statistics/matchLength.ts';
import { kaplanMeier } from '../statistics/survival.ts';
import { analyseDependence, type Dependence } from './dependence.ts';
import { matchesOf, type Groups, type Suffixes } from './decomposition.ts';

/** Experiment (a) at suffix token n. */
export interface AccumulationPoint {
  readonly n: number;
  /** Samples that have an n-th token. */
  readonly samples: number;
  /** p_n: share of them whose n-th token is right, whatever came before. */
  readonly accuracy: number;
  /** p_1 ... p_n: what independence of the tokens would make of P(N >= n). */
  readonly product: number;
  /** The same product taken in each group, then averaged over the samples: independence within groups only. */
  readonly grouped: number;
  /** P(N >= n) as it is: Kaplan-Meier with its log-log interval. */
  readonly empirical: number;
  readonly low: number;
  readonly high: number;
}

export interface Accumulation {
  readonly points: readonly AccumulationPoint[];
  /** First n at which `product` lies outside the 95% interval; null if at none. */
  readonly failsAt: number | null;
  readonly groupedFailsAt: number | null;
  /** Last n that {@link FEWEST} samples have and at which P(N >= n) > 0; 0 if none. */
  readonly last: number;
  /** log2(P(N >= last) / product), bits: above 0, independence understates. NaN without a last n. */
  readonly errorBits: number;
  readonly groupedErrorBits: number;
}

/** Points from fewer samples are not judged. */
export const FEWEST = 20;

/** Share of right flags at each token of the samples that have it. */
function accuracies(
  matches: MatchLengths,
  { correct, offsets }: Suffixes,
  isIn: (index: number) => boolean,
): { samples: Float64Array; product: Float64Array; accuracy: Float64Array } {
  let longest = 0;
  forEachMatch(matches, (_n, length, index) => {
    if (isIn(index)) longest = Math.max(longest, length);
  });
  const [samples, right] = [new Float64Array(longest), new Float64Array(longest)];
  forEachMatch(matches, (_n, length, index) => {
    if (!isIn(index)) return;
    const from = offsets[index] ?? 0;
    for (let token = 0; token < length; token++) {
      samples[token] = (samples[token] ?? 0) + 1;
      right[token] = (right[token] ?? 0) + Number(correct[from + token] === 1);
    }
  });
  const accuracy = right.map((count, token) => count / (samples[token] ?? NaN));
  let product = 1;
  return { samples, accuracy, product: accuracy.map((p) => (product *= p)) };
}

/**
 * Experiment (a): the accumulation product against the empirical curve.
 *
 * @param groups within which samples are alike, null for none.
 * @throws {RangeError} unless every sample has 0 <= N <= L in whole tokens.
 */
export function accumulate(matches: MatchLengths, suffixes: Suffixes, groups: Groups | null): Accumulation {
  const all = accuracies(matches, suffixes, () => true);
  const parts = (groups?.names ?? []).map((_, group) =>
    accuracies(matches, suffixes, (index) => groups?.of[index] === group),
  );
  const points = kaplanMeier(matches).map(({ i, survival, low, high }, token): AccumulationPoint => {
    const total = parts.reduce((sum, part) => sum + (part.samples[token] ?? 0), 0);
    const mixed = parts.reduce(
      (sum, part) => sum + (part.samples[token] ?? 0) * (part.product[token] ?? 0),
      0,
    );
    return {
      n: i,
      samples: all.samples[token] ?? 0,
      accuracy: all.accuracy[token] ?? NaN,
      product: all.product[token] ?? NaN,
      grouped: total > 0 ? mixed / total : NaN,
      empirical: survival,
      low,
      high,
    };
  });
  const judged = points.filter(({ samples, empirical }) => samples >= FEWEST && empirical > 0);
  const last = judged.at(-1);
  const failing = (of: 'product' | 'grouped'): number | null =>
    judged.find((point) => point[of] < point.low - 1e-12 || point[of] > point.high + 1e-12)?.n ?? null;
  return {
    points,
    failsAt: failing('product'),
    groupedFailsAt: failing('grouped'),
    last: last?.n ?? 0,
    errorBits: last ? Math.log2(last.empirical / last.product) : NaN,
    groupedErrorBits: last ? Math.log2(last.empirical / last.grouped) : NaN,
  };
}

/** A number of either kind of text. */
export interface BySide {
  readonly structured: number;
  readonly prose: number;
}

/** Experiment (c) for one model. */
export interface StructureContrast {
  readonly structured: Dependence;
  readonly prose: Dependence;
  /** Mean information over the lags up to {@link CONTRAST_LAGS}, nats. NaN without variation. */
  readonly means: BySide;
  /** What it could be at most: mean over the same pairs of the smaller entropy of the two flags, nats. */
  readonly bounds: BySide;
  /** The means, structured minus prose, nats. NaN if one of them has no variation. */
  readonly difference: number;
  /** Of the difference, two-sided, labels shuffled within equal numbers of copies. NaN without a difference. */
  readonly p: number;
}

/** Shuffles of the labels, and lags that the contrast averages over. */
export const SHUFFLES = 499;
export const CONTRAST_LAGS = 8;

/** Average over the pairs of positions up to some lag in which both flags vary, by samples; NaN if none does. */
function overLags(matrix: CorrectnessMatrix, maxLag: number, of: (pair: PairMargins) => number): number {
  const columns = flagColumns(matrix);
  let [sum, weight] = [0, 0];
  for (let lag = 1; lag <= maxLag; lag++)
    columns.slice(lag).forEach((later, position) => {
      const earlier = columns[position];
      if (!earlier) return;
      const pair = pairMargins(earlier, later);
      const { first, second, n } = pair;
      if (!(first > 0 && first < n && second > 0 && second < n)) return;
      sum += n * of(pair);
      weight += n;
    });
  return weight > 0 ? sum / weight : NaN;
}

/** Miller-Madow information averaged over the pairs of positions up to some lag, nats; NaN if nothing varies. */
export const meanLagInformation = (matrix: CorrectnessMatrix, maxLag: number): number =>
  overLags(
    matrix,
    maxLag,
    ({ both, first, second, n }) => marginInformation(both, first, second, n).corrected,
  );

/** The most that {@link meanLagInformation} could be with flags as often right as these, nats. */
export const meanLagBound = (matrix: CorrectnessMatrix, maxLag: number): number =>
  overLags(matrix, maxLag, ({ first, second, n }) => Math.min(flagEntropy(first, n), flagEntropy(second, n)));

/** Flags of some samples as a matrix. */
function matrixOf(rows: readonly number[], { correct, offsets }: Suffixes): CorrectnessMatrix {
  const spans = rows.map((row) => [offsets[row] ?? 0, offsets[row + 1] ?? 0] as const);
  const positions = spans.reduce((most, [from, to]) => Math.max(most, to - from), 0);
  const flags = new Int8Array(rows.length * positions).fill(-1);
  spans.forEach(([from, to], place) => {
    flags.set(correct.subarray(from, to), place * positions);
  });
  return { flags, samples: rows.length, positions };
}

/** A number of the samples of either label, from their flags. */
function sidesOf(
  used: readonly number[],
  labels: Uint8Array,
  suffixes: Suffixes,
  of: (matrix: CorrectnessMatrix, maxLag: number) => number,
): BySide {
  const side = (label: number): number => {
    const rows = used.filter((_, place) => labels[place] === label);
    return of(matrixOf(rows, suffixes), CONTRAST_LAGS);
  };
  return { structured: side(1), prose: side(0) };
}

/**
 * Experiment (c): is there more information between the tokens of structured texts than of free prose?
 *
 * @param isStructured `[samples]` 1 structured, 0 prose, anything else neither.
 * @param stratum `[samples]` number of copies: the labels are shuffled among equals only.
 * @throws {RangeError} unless every sample has 0 <= N <= L in whole tokens.
 */
export function contrastStructure(
  matches: MatchLengths,
  suffixes: Suffixes,
  isStructured: Int8Array,
  stratum: Float64Array,
  seed: number,
): StructureContrast {
  const used: number[] = [];
  forEachMatch(matches, (_n, _length, index) => {
    if (isStructured[index] === 0 || isStructured[index] === 1) used.push(index);
  });
  const labels = Uint8Array.from(used, (index) => isStructured[index] ?? 0);
  const bySide = (of: typeof meanLagInformation): BySide => sidesOf(used, labels, suffixes, of);
  const difference = (): number => {
    const { structured, prose } = bySide(meanLagInformation);
    return structured - prose;
  };
  const dependence = (label: number): Dependence => {
    const isIn = (index: number) => isStructured[index] === label;
    const rows = Array.from(isStructured.keys()).filter(isIn);
    return analyseDependence(matchesOf(matches, isIn), pickSuffixes(rows, suffixes), seed);
  };
  const [means, bounds] = [bySide(meanLagInformation), bySide(meanLagBound)];
  const observed = means.structured - means.prose;
  const strata = [...new Set(used.map((index) => stratum[index] ?? NaN))].map((value) =>
    used.flatMap((index, place) => (stratum[index] === value ? [place] : [])),
  );
  const random = seededRandom(seed);
  let reached = 0;
  if (!Number.isNaN(observed))
    for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
      for (const members of strata) shuffleAt(labels, members, random);
      reached += Number(Math.abs(difference()) >= Math.abs(observed) - 1e-12);
    }
  return {
    structured: dependence(1),
    prose: dependence(0),
    means,
    bounds,
    difference: observed,
    p: Number.isNaN(observed) ? NaN : (1 + reached) / (SHUFFLES + 1),
  };
}

/** The suffixes of some samples, end to end. */
function pickSuffixes(rows: readonly number[], { values, correct, offsets }: Suffixes): Suffixes {
  const sizes = rows.map((row) => (offsets[row + 1] ?? 0) - (offsets[row] ?? 0));
  const picked = {
    values: new Float32Array(sizes.reduce((sum, size) => sum + size, 0)),
    correct: new Uint8Array(sizes.reduce((sum, size) => sum + size, 0)),
    offsets: new Uint32Array(rows.length + 1),
  };
  rows.forEach((row, place) => {
    const at = picked.offsets[place] ?? 0;
    picked.values.set(values.subarray(offsets[row], offsets[row + 1]), at);
    picked.correct.set(correct.subarray(offsets[row], offsets[row + 1]), at);
    picked.offsets[place + 1] = at + (sizes[place] ?? 0);
  });
  return picked;
}
