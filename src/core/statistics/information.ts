/** Mutual information of two correctness flags, from their 2 x 2 table. All in nats. */
import { hypergeometricMass } from './draws.ts';
import { chiSquareTail } from './special.ts';

/** Counts of pairs of flags: n10 has the first right and the second wrong. */
export interface PairTable {
  readonly n11: number;
  readonly n10: number;
  readonly n01: number;
  readonly n00: number;
}

/** Dependence of two flags. */
export interface PairInformation {
  readonly n: number;
  /** Plug-in estimate sum p_ab ln(p_ab / (p_a p_b)), nats. Biased upwards by 1 / (2 n). NaN without pairs. */
  readonly mi: number;
  /** Miller-Madow: mi + (K_x + K_y - K_xy - 1) / (2 n), K the occupied cells. May fall below 0. */
  readonly corrected: number;
  /** G = 2 n mi. */
  readonly g: number;
  /**
   * P under independence of a G at least as large: chi-squared with one degree of freedom, or exactly over all
   * permutations where an expected count is below 5.
   */
  readonly p: number;
  /** Correlation of the two flags. */
  readonly phi: number;
  /** Entropies of the two flags, nats; mi is at most the smaller. */
  readonly firstEntropy: number;
  readonly secondEntropy: number;
  /** mi / min(entropies). */
  readonly normalized: number;
  /** True if one flag never varies: mi is 0 by definition, which is not independence. g, p and phi are NaN. */
  readonly noVariation: boolean;
}

const xLogX = (x: number): number => (x > 0 ? x * Math.log(x) : 0);

/** Entropy of a flag that is right `right` times of n, nats. */
export const flagEntropy = (right: number, n: number): number => -xLogX(right / n) - xLogX((n - right) / n);

/**
 * Plug-in and Miller-Madow information of a table given by its margins: `both` right in both, `first` right in the
 * first, `second` in the second, of n.
 */
export function marginInformation(
  both: number,
  first: number,
  second: number,
  n: number,
): { mi: number; corrected: number } {
  const cells = [both, first - both, second - both, n - first - second + both] as const;
  const [n11, n10, n01, n00] = cells;
  const joint = xLogX(n11) + xLogX(n10) + xLogX(n01) + xLogX(n00);
  const margins = xLogX(first) + xLogX(n - first) + xLogX(second) + xLogX(n - second);
  const mi = Math.max(0, (joint - margins + xLogX(n)) / n);
  const occupied = Number(n11 > 0) + Number(n10 > 0) + Number(n01 > 0) + Number(n00 > 0);
  const levels = 2 + Number(first > 0 && first < n) + Number(second > 0 && second < n);
  return { mi, corrected: mi + (levels - occupied - 1) / (2 * n) };
}

/** Exact permutation p: the table's margins fixed, the share of tables whose information is at least as large. */
function exactP(mi: number, first: number, second: number, n: number): number {
  const { lowest, mass } = hypergeometricMass(n, first, second);
  return mass.reduce(
    (p, chance, index) =>
      marginInformation(lowest + index, first, second, n).mi >= mi - 1e-12 ? p + chance : p,
    0,
  );
}

function informationP(mi: number, first: number, second: number, n: number): number {
  const smallest = (Math.min(first, n - first) * Math.min(second, n - second)) / n;
  return smallest < 5 ? Math.min(1, exactP(mi, first, second, n)) : chiSquareTail(2 * n * mi, 1);
}

/**
 * Mutual information I(C_i; C_j) of two flags, with bias correction, test and effect size.
 *
 * @throws {RangeError} unless all counts are whole numbers >= 0.
 */
export function miPair({ n11, n10, n01, n00 }: PairTable): PairInformation {
  const cells = [n11, n10, n01, n00];
  if (!cells.every((count) => Number.isInteger(count) && count >= 0))
    throw new RangeError(`counts ${cells.join(', ')}`);
  const n = n11 + n10 + n01 + n00;
  const [first, second] = [n11 + n10, n11 + n01];
  const { mi, corrected } = marginInformation(n11, first, second, n);
  const noVariation = n > 0 && (first % n === 0 || second % n === 0);
  const varies = n > 0 && !noVariation;
  const [firstEntropy, secondEntropy] = [flagEntropy(first, n), flagEntropy(second, n)];
  return {
    n,
    mi,
    corrected,
    g: varies ? 2 * n * mi : NaN,
    p: varies ? informationP(mi, first, second, n) : NaN,
    phi: varies ? (n11 * n00 - n10 * n01) / Math.sqrt(first * (n - first) * second * (n - second)) : NaN,
    firstEntropy,
    secondEntropy,
    normalized: varies ? mi / Math.min(firstEntropy, secondEntropy) : NaN,
    noVariation,
  };
}
