/** The same samples before and after: the paper's test between two training mixes (Li et al. 2025, section 3). */
import { midranks, numbersOf } from './ranks.ts';
import { normalTwoSided } from './special.ts';

/** Result of {@link wilcoxonSignedRank}. */
export interface WilcoxonSignedRank {
  /** Pairs that differ, and pairs that do not (dropped). */
  readonly n: number;
  readonly zeros: number;
  /** Rank sums of the increases and of the decreases. */
  readonly wPlus: number;
  readonly wMinus: number;
  /** Two-sided p by `method`: all 2^n signs, or the tie-corrected normal approximation with continuity correction. */
  readonly p: number;
  readonly method: 'exact' | 'normal';
  /** Normal approximation: plain, with continuity correction, and Pratt's (zeros take part in the ranking). */
  readonly plainP: number;
  readonly correctedP: number;
  readonly prattP: number;
  /** Matched rank-biserial correlation (W+ - W-) / (W+ + W-), -1 .. 1. */
  readonly rankBiserial: number;
}

/** Pairs up to which all signs are counted. */
const EXACT_PAIRS = 100;

/** Share of all sign assignments with a W+ at least as far from its mean. Counts by sum, on doubled ranks. */
function exactSigns(ranks: Float64Array, wPlus: number): number {
  const doubled = ranks.map((rank) => Math.round(2 * rank));
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const shares = new Float64Array(total + 1);
  shares[0] = 1;
  doubled.forEach((rank) => {
    for (let sum = total; sum >= 0; sum--)
      shares[sum] = ((shares[sum] ?? 0) + (sum >= rank ? (shares[sum - rank] ?? 0) : 0)) / 2;
  });
  const far = Math.abs(4 * wPlus - total);
  return shares.reduce(
    (hits, share, sum) => (Math.abs(2 * sum - total) >= far - 1e-9 ? hits + share : hits),
    0,
  );
}

/** Rank sums by sign, over the midranks of the absolute differences. */
function signedSums(differences: Float64Array): {
  wPlus: number;
  wMinus: number;
  ranks: Float64Array;
  tieTerm: number;
} {
  const { ranks, tieTerm } = midranks(differences.map(Math.abs));
  let wPlus = 0;
  let wMinus = 0;
  differences.forEach((difference, index) => {
    if (difference > 0) wPlus += ranks[index] ?? 0;
    else if (difference < 0) wMinus += ranks[index] ?? 0;
  });
  return { wPlus, wMinus, ranks, tieTerm };
}

const normalP = (distance: number, variance: number): number =>
  variance > 0 ? normalTwoSided(Math.max(0, distance) / Math.sqrt(variance)) : 1;

/** Pratt 1959, moments of Cureton 1967: rank with the zeros, then leave their ranks out. */
function pratt(differences: Float64Array, zeros: number): number {
  const { wPlus, tieTerm } = signedSums(differences);
  const n = differences.length;
  const mean = (n * (n + 1) - zeros * (zeros + 1)) / 4;
  // The zeros' own group of ties is not part of the correction.
  const ties = tieTerm - (zeros ** 3 - zeros);
  const variance = (n * (n + 1) * (2 * n + 1) - zeros * (zeros + 1) * (2 * zeros + 1)) / 24 - ties / 48;
  return normalP(Math.abs(wPlus - mean), variance);
}

/**
 * Wilcoxon signed-rank test, two-sided. Zero differences are dropped (Wilcoxon's rule); pairs with NaN too. Exact up
 * to 100 pairs, ties included. O(n log n).
 *
 * @returns p = 1 if all pairs are equal, NaN without pairs; effect NaN in both cases.
 * @throws {RangeError} if the samples differ in length.
 */
export function wilcoxonSignedRank(before: ArrayLike<number>, after: ArrayLike<number>): WilcoxonSignedRank {
  if (before.length !== after.length) throw new RangeError(`${before.length} and ${after.length} samples`);
  const raw = new Float64Array(before.length);
  for (let index = 0; index < raw.length; index++)
    raw[index] = (after[index] ?? NaN) - (before[index] ?? NaN);
  const all = numbersOf(raw);
  const differences = all.filter((difference) => difference !== 0);
  const n = differences.length;
  const zeros = all.length - n;
  const { wPlus, wMinus, ranks, tieTerm } = signedSums(differences);
  const common = { n, zeros, wPlus, wMinus, rankBiserial: (wPlus - wMinus) / (wPlus + wMinus) };
  if (n === 0) {
    const p = all.length > 0 ? 1 : NaN;
    return { ...common, p, method: 'exact', plainP: p, correctedP: p, prattP: p };
  }
  const distance = Math.abs(wPlus - (n * (n + 1)) / 4);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieTerm / 48;
  const correctedP = normalP(distance - 0.5, variance);
  const exact = n <= EXACT_PAIRS;
  return {
    ...common,
    p: exact ? exactSigns(ranks, wPlus) : correctedP,
    method: exact ? 'exact' : 'normal',
    plainP: normalP(distance, variance),
    correctedP,
    prattP: pratt(all, zeros),
  };
}
