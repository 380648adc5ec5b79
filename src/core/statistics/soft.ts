/**
 * The decomposition with probabilities in place of ranks: every token of every suffix counts, not only those up to
 * the first miss. p_{s,i} is the probability of sample s's token i under the chosen decoding; all functions take
 * its natural logarithm. A suffix with an unscored (NaN) token is left out of every aggregate.
 */

/** S_s(n) = prod_{i <= n} p_{s,i}: the probability of sampling the suffix's first n tokens; `[L]`. */
export function softSurvival(logprobs: ArrayLike<number>): Float64Array {
  const survival = new Float64Array(logprobs.length);
  let sum = 0;
  for (let index = 0; index < survival.length; index++) {
    sum += logprobs[index] ?? NaN;
    survival[index] = Math.exp(sum);
  }
  return survival;
}

/**
 * Mean and variance of the match length of one sampled continuation, capped at L: E N = sum S(n),
 * E N^2 = sum (2n - 1) S(n). Tokens.
 *
 * @returns NaN for an empty or unscored suffix.
 */
export function expectedMatch(logprobs: ArrayLike<number>): { mean: number; variance: number } {
  if (logprobs.length === 0) return { mean: NaN, variance: NaN };
  let sum = 0;
  let mean = 0;
  let square = 0;
  for (let index = 0; index < logprobs.length; index++) {
    sum += logprobs[index] ?? NaN;
    const survival = Math.exp(sum);
    mean += survival;
    square += (2 * index + 1) * survival;
  }
  return { mean, variance: square - mean * mean };
}

/** True if a suffix, `logprobs[from .. to - 1]`, has tokens and every one is scored. */
export function isScored(logprobs: ArrayLike<number>, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (Number.isNaN(logprobs[at] ?? NaN)) return false;
  return to > from;
}

const scored = (suffixes: readonly ArrayLike<number>[]): ArrayLike<number>[] =>
  suffixes.filter((logprobs) => isScored(logprobs, 0, logprobs.length));

const longest = (suffixes: readonly ArrayLike<number>[]): number =>
  suffixes.reduce((most, { length }) => Math.max(most, length), 0);

/** Soft counterparts of the survival curve over a data set, index i - 1 for token i. */
export interface PopulationSurvival {
  /** Suffixes that have a token i. */
  readonly samples: Float64Array;
  /** hazard_i = sum_s S_s(i - 1) (1 - p_{s,i}) / sum_s S_s(i - 1). */
  readonly hazard: Float64Array;
  /** prod_{j <= i} (1 - hazard_j); the mean of S_s(i) where all suffixes are equally long. */
  readonly survival: Float64Array;
}

/** Population hazard and survival of sampled continuations, suffixes censored at their end. O(tokens). */
export function populationSoftSurvival(suffixes: readonly ArrayLike<number>[]): PopulationSurvival {
  const used = scored(suffixes);
  const sums = softSums(longest(used));
  for (const logprobs of used) addSoft(sums, logprobs, 0, logprobs.length);
  return softResult(sums);
}

/** Sums over suffixes that {@link PopulationSurvival} is made of, by token. */
export interface SoftSums {
  /** Suffixes that end with this token. */
  readonly ends: Float64Array;
  readonly atRisk: Float64Array;
  readonly kept: Float64Array;
}

export const softSums = (longestSuffix: number): SoftSums => ({
  ends: new Float64Array(longestSuffix),
  atRisk: new Float64Array(longestSuffix),
  kept: new Float64Array(longestSuffix),
});

/**
 * Adds a suffix, `logprobs[from .. to - 1]`, without an unscored token.
 *
 * @returns its match length as {@link expectedMatch} has it.
 */
export function addSoft(
  { ends, atRisk, kept }: SoftSums,
  logprobs: ArrayLike<number>,
  from: number,
  to: number,
): { mean: number; variance: number } {
  const length = to - from;
  let sum = 0;
  let before = 1;
  let mean = 0;
  let square = 0;
  ends[length - 1] = (ends[length - 1] ?? 0) + 1;
  for (let index = 0; index < length; index++) {
    sum += logprobs[from + index] ?? NaN;
    const after = Math.exp(sum);
    atRisk[index] = (atRisk[index] ?? 0) + before;
    kept[index] = (kept[index] ?? 0) + after;
    mean += after;
    square += (2 * index + 1) * after;
    before = after;
  }
  return { mean, variance: square - mean * mean };
}

export function softResult({ ends, atRisk, kept }: SoftSums): PopulationSurvival {
  const samples = ends.slice();
  for (let index = samples.length - 2; index >= 0; index--)
    samples[index] = (samples[index] ?? 0) + (samples[index + 1] ?? 0);
  const hazard = atRisk.map((risk, index) => (risk - (kept[index] ?? 0)) / risk);
  let product = 1;
  const survival = hazard.map((h) => (product *= 1 - h));
  return { samples, hazard, survival };
}

/** Population soft hazard alone, `[max L]`. */
export const populationSoftHazard = (suffixes: readonly ArrayLike<number>[]): Float64Array =>
  populationSoftSurvival(suffixes).hazard;

/**
 * log2 of the mean probability of all first n tokens over the suffixes that have them: stable for products far below
 * the smallest double. Suffix by suffix, as they lie in memory.
 *
 * @param samples `[max L]` suffixes with at least n tokens.
 */
function log2Means(suffixes: readonly ArrayLike<number>[], samples: Uint32Array): Float64Array {
  const highest = new Float64Array(samples.length).fill(-Infinity);
  const totals = new Float64Array(samples.length);
  for (const logprobs of suffixes) {
    let sum = 0;
    for (let index = 0; index < logprobs.length; index++) {
      sum += logprobs[index] ?? NaN;
      if (sum > (highest[index] ?? Infinity)) highest[index] = sum;
    }
  }
  for (const logprobs of suffixes) {
    let sum = 0;
    for (let index = 0; index < logprobs.length; index++) {
      sum += logprobs[index] ?? NaN;
      totals[index] = (totals[index] ?? 0) + Math.exp(sum - (highest[index] ?? 0));
    }
  }
  return highest.map((most, index) =>
    most > -Infinity ? (most + Math.log((totals[index] ?? NaN) / (samples[index] ?? NaN))) / Math.LN2 : most,
  );
}

/** Running column sums of the probabilities of a shrinking set of suffixes. */
function columnSums(suffixes: readonly ArrayLike<number>[], size: number) {
  const sums = new Float64Array(size);
  /** Sums of the probabilities of all first n tokens: suffixes that are shorter than n are not in them anyway. */
  const products = new Float64Array(size);
  for (const logprobs of suffixes) {
    let product = 1;
    for (let index = 0; index < logprobs.length; index++) {
      const p = Math.exp(logprobs[index] ?? NaN);
      product *= p;
      sums[index] = (sums[index] ?? 0) + p;
      products[index] = (products[index] ?? 0) + product;
    }
  }
  return {
    products,
    remove: (logprobs: ArrayLike<number>): void => {
      for (let index = 0; index < logprobs.length; index++)
        sums[index] = (sums[index] ?? 0) - Math.exp(logprobs[index] ?? NaN);
    },
    /** sum_{i <= n} log2 of the mean probability of token i. */
    log2Product: (n: number, count: number): number => {
      let total = 0;
      for (let index = 0; index < n; index++) total += Math.log2(Math.max(0, sums[index] ?? NaN) / count);
      return total;
    },
  };
}

/** Sums of probabilities below this may have lost terms to the smallest double. */
const SMALLEST_SUM = 1e-280;

/** The two sides of {@link dependenceGain} at every n, `[max L]` each. */
export interface DependenceTerms {
  /** Suffixes with at least n tokens. */
  readonly samples: Uint32Array;
  /** log2 of the mean probability of all first n tokens, bits. */
  readonly log2Mean: Float64Array;
  /** log2 of the product of the mean probabilities of each, bits. */
  readonly log2Product: Float64Array;
}

/**
 * Dependence gain D(n) = log2(mean_s prod_{i <= n} p_{s,i} / prod_{i <= n} mean_s p_{s,i}), bits, over the suffixes
 * with at least n tokens. 0 exactly where independence with a common p_i holds; above 0 samples differ or success
 * feeds success; below 0 hard tokens follow easy ones. O(tokens + max L^2).
 *
 * @returns `[max L]`; NaN where every product is 0.
 */
export function dependenceGain(suffixes: readonly ArrayLike<number>[]): Float64Array {
  const { log2Mean, log2Product } = dependenceTerms(suffixes);
  return log2Mean.map((mean, index) => mean - (log2Product[index] ?? NaN));
}

/** What {@link dependenceGain} is the difference of. */
export function dependenceTerms(suffixes: readonly ArrayLike<number>[]): DependenceTerms {
  // Longest first, so that those with at least n tokens are always the first ones.
  const used = scored(suffixes).sort((one, other) => other.length - one.length);
  const size = longest(used);
  const columns = columnSums(used, size);
  const log2Product = new Float64Array(size);
  const samples = new Uint32Array(size);
  let count = used.length;
  for (let n = 1; n <= size; n++) {
    for (let shortest = used[count - 1]; shortest && shortest.length < n; shortest = used[count - 1]) {
      columns.remove(shortest);
      count--;
    }
    samples[n - 1] = count;
    log2Product[n - 1] = columns.log2Product(n, count);
  }
  const { products } = columns;
  const log2Mean = products.every((sum) => sum > SMALLEST_SUM)
    ? products.map((sum, index) => Math.log2(sum / (samples[index] ?? NaN)))
    : log2Means(used, samples);
  return { samples, log2Mean, log2Product };
}

/** Where the improbability of one suffix sits. */
export interface Waterfall {
  /** -log2 p_i, bits: they add up to -log2 p_z. Infinity for a token that the decoding filters out. */
  readonly bits: Float64Array;
  /** ln p_i / ln p_z. NaN if all tokens are certain; with filtered tokens, shared among those. */
  readonly shares: Float64Array;
  /** exp(-sum share ln share): the number of tokens that carry the improbability. NaN if all are certain. */
  readonly effectiveTokens: number;
}

/** Splits -log2 p_z of one suffix into its tokens. O(L). */
export function waterfall(logprobs: ArrayLike<number>): Waterfall {
  const bits = Float64Array.from(logprobs, (logprob) => -logprob / Math.LN2);
  const filtered = bits.includes(Infinity);
  const weights = filtered ? bits.map((value) => Number(value === Infinity)) : bits;
  const total = weights.reduce((sum, value) => sum + value, 0);
  const shares = weights.map((value) => (total > 0 ? value / total : NaN));
  const entropy = shares.reduce((sum, share) => sum - (share === 0 ? 0 : share * Math.log(share)), 0);
  return { bits, shares, effectiveTokens: shares.length > 0 ? Math.exp(entropy) : NaN };
}
