/**
 * How many directions a set of vectors uses. Effective rank and participation ratio are at most
 * min(n, d): compare them at one n only. Say with each whether the vectors were centred.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { type Random, randomPairs } from '../random.ts';
import { dot, hasDirection, unitVectors, type Vectors } from './vectors.ts';

/** Eigenvalues of the smaller Gram matrix of some vectors, largest first, with their eigenvectors. */
export interface GramSpectrum {
  /** `[m]` with m = min(n, d); squares of the singular values, none below 0. */
  readonly eigenvalues: Float64Array;
  /** `[m][m]` eigenvectors in the order of the eigenvalues. */
  readonly eigenvectors: readonly Float64Array[];
  /** True if they are those of Z Z' (n x n), false of Z' Z (d x d). */
  readonly overSamples: boolean;
}

/** Adds the products of two dimensions of four samples, so that each sum is stored once for four. */
function addFour(gram: Float64Array, four: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    const [a = 0, b = 0, c = 0, e = 0] = [four[i], four[d + i], four[2 * d + i], four[3 * d + i]];
    for (let j = i; j < d; j++) {
      const [p = 0, q = 0, r = 0, s = 0] = [four[j], four[d + j], four[2 * d + j], four[3 * d + j]];
      gram[i * d + j] = (gram[i * d + j] ?? 0) + a * p + b * q + c * r + e * s;
    }
  }
}

/** Z' Z: sums over the samples of products of two dimensions. */
function dimensionGram({ n, d, values }: Vectors): Matrix {
  const gram = new Float64Array(d * d);
  // Missing samples of the last four are zeros.
  const four = new Float64Array(4 * d);
  for (let row = 0; row < n; row += 4) {
    four.fill(0);
    four.set(values.subarray(row * d, Math.min(n, row + 4) * d));
    addFour(gram, four, d);
  }
  return symmetric(d, (i, j) => gram[i * d + j] ?? NaN);
}

const sampleGram = (vectors: Vectors): Matrix => symmetric(vectors.n, (i, j) => dot(vectors, i, vectors, j));

/** Matrix of the upper triangle i <= j. */
function symmetric(size: number, entry: (i: number, j: number) => number): Matrix {
  const matrix = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++)
    for (let j = i; j < size; j++) {
      const value = entry(i, j);
      matrix.set(i, j, value);
      matrix.set(j, i, value);
    }
  return matrix;
}

/**
 * Spectrum of the vectors as they are; {@link centred} ones give that of the covariance. O(n d min(n, d)) and
 * O(min(n, d)^3).
 *
 * @throws {RangeError} if a value is not finite.
 */
export function gramSpectrum(vectors: Vectors): GramSpectrum {
  if (!vectors.values.every(Number.isFinite)) throw new RangeError('spectrum of values that are not finite');
  const overSamples = vectors.n < vectors.d;
  const size = Math.min(vectors.n, vectors.d);
  if (size === 0) return { eigenvalues: new Float64Array(0), eigenvectors: [], overSamples };
  const gram = overSamples ? sampleGram(vectors) : dimensionGram(vectors);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, index) => index).sort((a, b) => valueAt(b) - valueAt(a));
  function valueAt(index: number): number {
    return realEigenvalues[index] ?? NaN;
  }
  return {
    eigenvalues: Float64Array.from(order, (index) => Math.max(0, valueAt(index))),
    eigenvectors: order.map((index) => Float64Array.from(eigenvectorMatrix.getColumn(index))),
    overSamples,
  };
}

/** Singular values, largest first: roots of the eigenvalues. Those below 1e-8 of the largest are rounding. */
export const singularValues = (vectors: Vectors): Float64Array =>
  gramSpectrum(vectors).eigenvalues.map(Math.sqrt);

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** exp of the entropy of `shares`, with 0 ln 0 = 0. */
function perplexity(shares: Float64Array): number {
  return Math.exp(-sumOf(shares.map((share) => (share > 0 ? share * Math.log(share) : 0))));
}

/**
 * Effective rank (Roy and Vetterli 2007): exp(-sum q ln q) with q = s / sum s. It weighs singular values; the
 * participation ratio weighs their squares, so the two share no axis.
 *
 * @returns NaN if all are 0.
 */
export function effectiveRank(singular: Float64Array): number {
  const total = sumOf(singular);
  return total > 0 ? perplexity(singular.map((value) => value / total)) : NaN;
}

const RANK_ME_EPSILON = 1e-7;

/** RankMe (Garrido et al. 2023, arXiv 2210.02885, equation 1): the effective rank with q + 1e-7. */
export function rankMe(singular: Float64Array): number {
  const total = sumOf(singular);
  return total > 0 ? perplexity(singular.map((value) => value / total + RANK_ME_EPSILON)) : NaN;
}

/** Participation ratio: (sum l)^2 / sum l^2 with l = s^2. NaN if all are 0. */
export function participationRatio(singular: Float64Array): number {
  const eigenvalues = singular.map((value) => value ** 2);
  return sumOf(eigenvalues) ** 2 / sumOf(eigenvalues.map((value) => value ** 2));
}

/** Stable rank: sum l / largest l with l = s^2. NaN if all are 0. */
export function stableRank(singular: Float64Array): number {
  const eigenvalues = singular.map((value) => value ** 2);
  return sumOf(eigenvalues) / eigenvalues.reduce((largest, value) => Math.max(largest, value), 0);
}

/** exp(-2 |u_i - u_j|^2) of unit vectors. */
const kernel = (units: Vectors, i: number, j: number): number =>
  Math.exp(-2 * Math.max(0, 2 - 2 * dot(units, i, units, j)));

/**
 * Uniformity (Wang and Isola 2020, arXiv 2005.10242): ln of the mean of exp(-2 |u_i - u_j|^2) over all pairs; 0 if
 * all directions are one, less the more they spread. Vectors without a direction are left out. O(n^2 d).
 *
 * @returns NaN for fewer than two.
 */
export function uniformity(vectors: Vectors): number {
  const units = unitVectors(vectors);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < units.n; i++)
    for (let j = i + 1; j < units.n; j++) {
      if (!hasDirection(units, i) || !hasDirection(units, j)) continue;
      sum += kernel(units, i, j);
      count++;
    }
  return Math.log(sum / count);
}

/** {@link uniformity} estimated from random pairs of different samples, for many samples. */
export function sampledUniformity(vectors: Vectors, random: Random, pairs = 100_000): number {
  const units = unitVectors(vectors);
  let sum = 0;
  let count = 0;
  for (const [first, second] of randomPairs(units.n, random, pairs)) {
    if (!hasDirection(units, first) || !hasDirection(units, second)) continue;
    sum += kernel(units, first, second);
    count++;
  }
  return Math.log(sum / count);
}
