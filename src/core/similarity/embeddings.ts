import { type Random, randomPairs } from '../random.ts';
import { dot, hasDirection, type Vectors, unitVectors } from './vectors.ts';

/**
 * Mean cosine over all pairs i < j of different samples, in O(n d): (|sum w u|^2 - sum w^2) / ((sum w)^2 - sum w^2)
 * with unit vectors u. With unit weights that is (n^2 |mean u|^2 - n) / (n (n - 1)).
 *
 * @param weights `[n]` how often each sample counts, for the bootstrap over samples: a sample that was drawn twice
 *   makes no pair with itself. All 1 if left out.
 * @returns NaN for fewer than two samples with a direction.
 */
export function meanPairwiseCosine(vectors: Vectors, weights?: ArrayLike<number>): number {
  return meanCosineOfUnits(unitVectors(vectors), weights);
}

/** {@link meanPairwiseCosine} of unit vectors, to be called again and again. */
export function meanCosineOfUnits(units: Vectors, weights?: ArrayLike<number>): number {
  const { n, d, values } = units;
  const sum = new Float64Array(d);
  let total = 0;
  let squares = 0;
  for (let row = 0; row < n; row++) {
    const weight = weights ? (weights[row] ?? 0) : 1;
    if (weight === 0 || !hasDirection(units, row)) continue;
    total += weight;
    squares += weight ** 2;
    for (let at = 0; at < d; at++) sum[at] = (sum[at] ?? 0) + weight * (values[row * d + at] ?? 0);
  }
  const length = sum.reduce((square, value) => square + value ** 2, 0);
  const pairs = total ** 2 - squares;
  return pairs > 0 ? (length - squares) / pairs : NaN;
}

/** Similarity of the prefixes, of the full texts, and how much the suffixes bring the texts together. */
export interface SimilarityGap {
  /** S_input: mean pairwise cosine of the prefixes. */
  readonly input: number;
  /** S_full: mean pairwise cosine of the full texts. */
  readonly full: number;
  /** S_full - S_input; negative if the texts part after similar beginnings. */
  readonly gap: number;
}

/**
 * S_input, S_full and their signed gap (Li et al. 2025, arXiv 2502.01187), over the samples that have a direction in
 * both sets.
 *
 * @param weights as in {@link meanPairwiseCosine}.
 * @throws {RangeError} if the sets differ in size.
 */
export function similarityGap(prefixes: Vectors, fulls: Vectors, weights?: ArrayLike<number>): SimilarityGap {
  assertPaired(prefixes, fulls);
  const [unitPrefixes, unitFulls] = [unitVectors(prefixes), unitVectors(fulls)];
  const counted = Float64Array.from({ length: prefixes.n }, (_, row) =>
    hasDirection(unitPrefixes, row) && hasDirection(unitFulls, row) ? (weights ? (weights[row] ?? 0) : 1) : 0,
  );
  const input = meanCosineOfUnits(unitPrefixes, counted);
  const full = meanCosineOfUnits(unitFulls, counted);
  return { input, full, gap: full - input };
}

export function assertPaired(a: Vectors, b: Vectors): void {
  if (a.n !== b.n) throw new RangeError(`${a.n} vectors beside ${b.n}`);
}

/**
 * Background: mean cosine of random pairs of different samples, which stands beside every similarity. With all the
 * samples of a set in view it estimates {@link meanPairwiseCosine}; over samples of other groups it says what
 * unrelated texts have.
 *
 * @param pairs number of pairs drawn.
 * @returns NaN for fewer than two samples.
 */
export function backgroundCosine(vectors: Vectors, random: Random, pairs = 10_000): number {
  const units = unitVectors(vectors);
  let sum = 0;
  let count = 0;
  for (const [first, second] of randomPairs(units.n, random, pairs)) {
    const cosine = dot(units, first, units, second);
    if (Number.isNaN(cosine)) continue;
    sum += cosine;
    count++;
  }
  return sum / count;
}
