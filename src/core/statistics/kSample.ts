/** Several independent samples. */
import { midranks, numbersOf } from './ranks.ts';
import { chiSquareTail, normalTwoSided } from './special.ts';
import { holm } from './multiplicity.ts';

interface PooledRanks {
  readonly sizes: number[];
  readonly rankSums: number[];
  readonly n: number;
  readonly tieTerm: number;
}

function poolRanks(groups: readonly ArrayLike<number>[]): PooledRanks {
  const samples = groups.map(numbersOf);
  const sizes = samples.map(({ length }) => length);
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const pooled = new Float64Array(n);
  let at = 0;
  for (const sample of samples) {
    pooled.set(sample, at);
    at += sample.length;
  }
  const { ranks, tieTerm } = midranks(pooled);
  let from = 0;
  const rankSums = sizes.map((size) => {
    const sum = ranks.subarray(from, from + size).reduce((total, rank) => total + rank, 0);
    from += size;
    return sum;
  });
  return { sizes, rankSums, n, tieTerm };
}

/**
 * Kruskal-Wallis test with tie correction; p from chi-squared with groups - 1 degrees of freedom. Empty groups are
 * left out, as are NaN values. O(n log n).
 *
 * @returns NaN with fewer than two groups or if all values are equal. `epsilon2` = H / (n - 1), the effect size.
 */
export function kruskalWallis(groups: readonly ArrayLike<number>[]): {
  h: number;
  df: number;
  p: number;
  epsilon2: number;
} {
  const { sizes, rankSums, n, tieTerm } = poolRanks(groups);
  const df = Math.max(0, sizes.filter((size) => size > 0).length - 1);
  const correction = 1 - tieTerm / (n ** 3 - n);
  if (df === 0 || !(correction > 0)) return { h: NaN, df, p: NaN, epsilon2: NaN };
  const squares = rankSums.reduce((sum, ranks, group) => {
    const size = sizes[group] ?? 0;
    return size > 0 ? sum + (ranks * ranks) / size : sum;
  }, 0);
  const h = ((12 / (n * (n + 1))) * squares - 3 * (n + 1)) / correction;
  return { h, df, p: chiSquareTail(h, df), epsilon2: h / (n - 1) };
}

/** One pair of {@link dunn}. */
export interface DunnPair {
  /** Indices of the two groups. */
  readonly first: number;
  readonly second: number;
  /** Difference of their mean ranks in standard errors. */
  readonly z: number;
  readonly p: number;
  /** p adjusted over all pairs by Holm. */
  readonly adjustedP: number;
}

/** Dunn's test of every pair of groups after Kruskal-Wallis, on the common ranks, tie-corrected (Dunn 1964). */
export function dunn(groups: readonly ArrayLike<number>[]): DunnPair[] {
  const { sizes, rankSums, n, tieTerm } = poolRanks(groups);
  const variance = (n * (n + 1)) / 12 - tieTerm / (12 * (n - 1));
  const pairs = groups.flatMap((_group, first) =>
    groups.slice(first + 1).map((_other, offset) => {
      const second = first + 1 + offset;
      const [n1, n2] = [sizes[first] ?? 0, sizes[second] ?? 0];
      const difference = (rankSums[first] ?? NaN) / n1 - (rankSums[second] ?? NaN) / n2;
      const z = difference / Math.sqrt(variance * (1 / n1 + 1 / n2));
      return { first, second, z, p: normalTwoSided(z) };
    }),
  );
  const adjusted = holm(pairs.map(({ p }) => p));
  return pairs.map((pair, index) => ({ ...pair, adjustedP: adjusted[index] ?? NaN }));
}
