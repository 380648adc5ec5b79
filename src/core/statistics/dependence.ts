/**
 * Are the tokens' correctness flags independent of each other? The paper's MI(C_pre, C_j) (Li et al. 2025, arXiv
 * 2502.01187, section 3.5), by lag, with the prefix, and given how hard the sample is. Raw information mixes what
 * happens within a sample with how samples differ: where the conditional one (conditionalInformation.ts) is near 0
 * and the raw one is not, it is the samples. Positions that all samples share (templates) must be left out by the caller.
 *
 * The null band is that of shuffling each position over the samples. With its margins fixed, a shuffled table is a
 * hypergeometric draw, and the tables of one lag form chains, in which independent shuffles give independent tables:
 * so tables are drawn instead of samples shuffled.
 */
import { seededRandom, type Random } from '../random.ts';
import { sortedQuantile } from './quantile.ts';
import {
  flagColumns,
  pairMargins,
  prefixColumns,
  type CorrectnessMatrix,
  type FlagBits,
  type PairMargins,
} from './correctnessBits.ts';
import { hypergeometric } from './draws.ts';
import { marginInformation, miPair, type PairInformation } from './information.ts';
import { riskTable, type MatchLengths } from './matchLength.ts';

export * from './information.ts';
export type { CorrectnessMatrix } from './correctnessBits.ts';

/** Information at one lag k: average of I(C_i; C_{i + k}) over i, pairs weighted by their samples. */
export interface LagPoint {
  readonly lag: number;
  /** Pairs of positions in which both flags vary; the others say nothing and are left out. */
  readonly pairs: number;
  /** Plug-in and Miller-Madow average, nats; NaN if no pair varies. */
  readonly mi: number;
  readonly corrected: number;
  /** Of the Miller-Madow average under independence: mean, and the 95 % quantile that only 1 in 20 exceeds. */
  readonly nullMean: number;
  readonly nullHigh: number;
  /** (1 + #{null >= seen}) / (B + 1), one-sided. */
  readonly p: number;
  readonly noVariation: boolean;
}

export interface ProfileOptions {
  readonly seed: number;
  /** Longest lag, default 16. */
  readonly maxLag?: number;
  /** Permutations, default 999. */
  readonly permutations?: number;
}

const varies = ({ first, second, n }: PairMargins): boolean =>
  first > 0 && first < n && second > 0 && second < n;

/** One term of the average of a lag: a table and its weight, the samples. */
interface Weighted {
  readonly margins: PairMargins;
  readonly weight: number;
}

/** Weighted average of the tables' information, and of tables drawn in their place. */
function averageOf(tables: readonly Weighted[]): { mi: number; corrected: number } {
  let [mi, corrected, total] = [0, 0, 0];
  for (const { margins, weight } of tables) {
    const { both, first, second, n } = margins;
    const information = marginInformation(both, first, second, n);
    mi += weight * information.mi;
    corrected += weight * information.corrected;
    total += weight;
  }
  return { mi: mi / total, corrected: corrected / total };
}

function nullAverages(tables: readonly Weighted[], random: Random, permutations: number): Float64Array {
  const averages = new Float64Array(permutations);
  const total = tables.reduce((sum, { weight }) => sum + weight, 0);
  for (const { margins, weight } of tables) {
    const { first, second, n } = margins;
    const draw = hypergeometric(n, first, second);
    for (let index = 0; index < permutations; index++) {
      const { corrected } = marginInformation(draw(random), first, second, n);
      averages[index] = (averages[index] ?? 0) + (weight / total) * corrected;
    }
  }
  return averages.sort();
}

const NO_NULL = { nullMean: NaN, nullHigh: NaN, p: NaN };

/** What a lag shows by itself, before any null is drawn. */
function seenAt(lag: number, tables: readonly Weighted[]): LagPoint {
  const found = tables.length === 0 ? { mi: NaN, corrected: NaN } : averageOf(tables);
  return { lag, pairs: tables.length, ...found, ...NO_NULL, noVariation: tables.length === 0 };
}

function lagPoint(lag: number, tables: readonly Weighted[], random: Random, permutations: number): LagPoint {
  const seen = seenAt(lag, tables);
  if (seen.noVariation) return seen;
  const averages = nullAverages(tables, random, permutations);
  const reached = averages.reduce((count, value) => count + Number(value >= seen.corrected - 1e-12), 0);
  return {
    ...seen,
    nullMean: averages.reduce((sum, value) => sum + value, 0) / permutations,
    nullHigh: sortedQuantile(averages, 0.95),
    p: (1 + reached) / (permutations + 1),
  };
}

/** The tables of all position pairs at one lag that vary. */
function tablesAt(columns: readonly FlagBits[], lag: number): Weighted[] {
  return columns.slice(lag).flatMap((later, position) => {
    const earlier = columns[position];
    const margins = earlier && pairMargins(earlier, later);
    return margins && varies(margins) ? [{ margins, weight: margins.n }] : [];
  });
}

/**
 * The lag profile without its null, whose numbers are NaN. O(samples positions lags / 32).
 *
 * @throws {RangeError} as {@link longestLag}.
 */
export const lagEstimates = (columns: readonly FlagBits[], maxLag = 16): LagPoint[] =>
  Array.from({ length: longestLag(columns.length, maxLag) }, (_, index) =>
    seenAt(index + 1, tablesAt(columns, index + 1)),
  );

/** The lags that a matrix has, at most `maxLag`. @throws {RangeError} unless that is a positive whole number. */
export function longestLag(positions: number, maxLag: number): number {
  if (!Number.isInteger(maxLag) || maxLag < 1) throw new RangeError(`longest lag ${maxLag}`);
  return Math.min(maxLag, positions - 1);
}

/**
 * Lag profile of the mutual information with its permutation band. O(samples positions lags / 32) and
 * O(permutations positions lags sqrt(samples)).
 *
 * @yields the share done, 0 .. 1.
 * @returns one point a lag, 1 .. min(maxLag, positions - 1).
 * @throws {RangeError} if the flags do not fill the matrix.
 */
export function* lagProfile(
  matrix: CorrectnessMatrix,
  { seed, maxLag = 16, permutations = 999 }: ProfileOptions,
): Generator<number, LagPoint[]> {
  const columns = flagColumns(matrix);
  const lags = longestLag(matrix.positions, maxLag);
  const random = seededRandom(seed);
  const points: LagPoint[] = [];
  for (let lag = 1; lag <= lags; lag++) {
    points.push(lagPoint(lag, tablesAt(columns, lag), random, permutations));
    yield lag / lags;
  }
  return points;
}

const tableOf = ({ both, first, second, n }: PairMargins): PairInformation =>
  miPair({ n11: both, n10: first - both, n01: second - both, n00: n - first - second + both });

/**
 * Prefix information I(A_{j-1}; C_j), A_{j-1} = prod_{i < j} C_i: does a whole prefix right say anything about the
 * next token? The closest reading of the paper's MI(C_pre, C_j).
 *
 * @returns one table's information a position j = 2 .. positions, at index j - 2.
 * @throws {RangeError} if the flags do not fill the matrix.
 */
export const prefixMi = (matrix: CorrectnessMatrix): PairInformation[] => prefixMiOf(flagColumns(matrix));

/** {@link prefixMi} of columns that are known. */
export function prefixMiOf(columns: readonly FlagBits[]): PairInformation[] {
  const prefixes = prefixColumns(columns);
  return columns.slice(1).flatMap((column, index) => {
    const prefix = prefixes[index];
    return prefix ? [tableOf(pairMargins(prefix, column))] : [];
  });
}

/**
 * Which group explains the misses at token i: I(group; miss at i | at risk) = sum_g (n_g / n) KL(h_g || h), nats.
 *
 * @returns index i - 1; NaN where nobody is at risk.
 */
export function groupHazardInformation(groups: readonly MatchLengths[]): Float64Array {
  const tables = groups.map(riskTable);
  const size = Math.max(0, ...tables.map(({ atRisk }) => atRisk.length));
  const entropy = (d: number, n: number): number => {
    const h = d / n;
    return h > 0 && h < 1 ? -h * Math.log(h) - (1 - h) * Math.log1p(-h) : 0;
  };
  return Float64Array.from({ length: size }, (_, index) => {
    const n = tables.reduce((sum, { atRisk }) => sum + (atRisk[index] ?? 0), 0);
    const d = tables.reduce((sum, { misses }) => sum + (misses[index] ?? 0), 0);
    if (n === 0) return NaN;
    const within = tables.reduce((sum, { atRisk, misses }) => {
      const own = atRisk[index] ?? 0;
      return own > 0 ? sum + (own / n) * entropy(misses[index] ?? 0, own) : sum;
    }, 0);
    return Math.max(0, entropy(d, n) - within);
  });
}
