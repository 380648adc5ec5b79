/** What a sample says about the worst case of the data it was drawn from. All without assumptions on the shape. */

function checkCount(name: string, value: number, most = Infinity): void {
  if (!Number.isInteger(value) || value < 0 || value > most) throw new RangeError(`${name} ${value}`);
}

function checkConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}`);
}

/**
 * Probability that z of M samples, drawn without replacement, hold none of the k largest:
 * prod_{i < k} (M - z - i) / (M - i) = C(M - k, z) / C(M, z). Li et al. 2025 (arXiv 2502.01187). O(min(k, z)).
 *
 * @throws {RangeError} unless M, k, z are whole numbers with k, z <= M.
 */
export function missProbability(M: number, k: number, z: number): number {
  checkCount('M', M);
  checkCount('k', k, M);
  checkCount('z', z, M);
  // Symmetric in k and z.
  const [few, many] = k <= z ? [k, z] : [z, k];
  let miss = 1;
  for (let i = 0; i < few && miss > 0; i++) miss *= Math.max(0, M - many - i) / (M - i);
  return miss;
}

/**
 * Smallest z that holds at least one of the k largest of M with the given confidence. O(k log M).
 *
 * @returns NaN for k = 0.
 * @throws {RangeError} as {@link missProbability}, or unless 0 < confidence < 1.
 */
export function samplesNeeded(M: number, k: number, confidence: number): number {
  checkConfidence(confidence);
  checkCount('M', M);
  checkCount('k', k, M);
  if (k === 0) return NaN;
  let [enough, short] = [M, 0];
  while (enough - short > 1) {
    const z = Math.floor((enough + short) / 2);
    // The slack keeps 1 - .95 = .05 + 4e-17 from asking for one more.
    if (missProbability(M, k, z) <= 1 - confidence + 1e-12) enough = z;
    else short = z;
  }
  return enough;
}

/**
 * Upper bound on the rate of something not seen in z independent samples: 1 - (1 - confidence)^(1 / z), Clopper
 * and Pearson's for 0 hits. About 3 / z at 95 %.
 *
 * @returns 1 for z = 0.
 * @throws {RangeError} unless z is a whole number and 0 < confidence < 1.
 */
export function zeroHitBound(z: number, confidence = 0.95): number {
  checkCount('z', z);
  checkConfidence(confidence);
  return z === 0 ? 1 : -Math.expm1(Math.log1p(-confidence) / z);
}

/**
 * Probability that the next exchangeable sample sets a new record after z: 1 / (z + 1), less where ties can occur.
 *
 * @throws {RangeError} unless z is a whole number.
 */
export function recordProbability(z: number): number {
  checkCount('z', z);
  return 1 / (z + 1);
}

/**
 * Samples without a hit after which at most a share epsilon lies above the maximum, with the given confidence:
 * smallest z with 1 - (1 - epsilon)^z >= confidence. Independent draws (M unknown or endless).
 *
 * @throws {RangeError} unless 0 < epsilon < 1 and 0 < confidence < 1.
 */
export function samplesForQuantile(epsilon: number, confidence: number): number {
  checkConfidence(confidence);
  if (!(epsilon > 0 && epsilon < 1)) throw new RangeError(`epsilon ${epsilon}`);
  return Math.ceil(Math.log1p(-confidence) / Math.log1p(-epsilon) - 1e-12);
}

/** A probability that changes no digit of a mean: to follow it down to 0 takes longer than all before. */
const NEGLIGIBLE = 1e-290;

/** The maximum of a random subsample. */
export interface SubsampleMaximum {
  readonly z: number;
  readonly mean: number;
  /** The value at each quantile asked for: the smallest x with P(max <= x) >= q. */
  readonly quantiles: Float64Array;
}

/**
 * Exact distribution of the maximum of z of the M values, drawn without replacement:
 * P(max <= x_(i)) = C(i, z) / C(M, z), from the largest down by F(i - 1) = F(i) (i - z) / i. O(M), in practice
 * M / z.
 *
 * @param sorted ascending, without NaN.
 * @param levels quantiles wanted, each in (0, 1].
 * @returns NaN for z = 0.
 * @throws {RangeError} unless z is a whole number <= M.
 */
export function maxOfSubsample(
  sorted: ArrayLike<number>,
  z: number,
  levels: readonly number[] = [0.05, 0.5, 0.95],
): SubsampleMaximum {
  checkCount('z', z, sorted.length);
  const quantiles = Float64Array.from(levels, () => NaN);
  if (z === 0) return { z, mean: NaN, quantiles };
  const least = Math.min(...levels) - 1e-12;
  let mean = 0;
  let upTo = 1;
  for (let i = sorted.length; i >= z && upTo > NEGLIGIBLE; i--) {
    const value = sorted[i - 1] ?? NaN;
    const below = (upTo * (i - z)) / i;
    mean += (upTo - below) * value;
    // Below every level only the mean still changes.
    if (upTo >= least)
      for (let index = 0; index < levels.length; index++)
        if (upTo >= (levels[index] ?? NaN) - 1e-12) quantiles[index] = value;
    upTo = below;
  }
  return { z, mean, quantiles };
}
