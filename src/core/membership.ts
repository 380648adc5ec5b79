/**
 * Membership scores of one text: higher = more like the training data, for every score here (the benchmark mimir
 * has it the other way round). One score of one text decides nothing:
 * it needs non-members of the same kind beside it.
 *
 * All arguments are `[n]` values of the same tokens; tokens without a score (NaN) are left out. Every score is
 * NaN if nothing is left.
 */

/** Below this a predictive distribution has no spread, and a standardised logprob is 0 by convention. */
const MIN_VARIANCE = 1e-8;

const known = (values: Iterable<number>): Float64Array =>
  Float64Array.from(values).filter((value) => !Number.isNaN(value));

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Mean of the lowest `share` of the values, at least of one (mimir averages none of fewer than 5 tokens and
 * gets NaN).
 */
function lowestMean(values: Float64Array, share: number): number {
  const count = Math.max(1, Math.floor(share * values.length));
  return mean(values.toSorted().subarray(0, count));
}

/** LOSS: mean logprob, nats. Yeom et al. 2018 (arXiv 1709.01604). */
export const lossScore = (logprobs: Iterable<number>): number => mean(known(logprobs));

/**
 * zlib: mean logprob / bytes of the zlib stream. Carlini et al. 2021 (arXiv 2012.07805), as in mimir. Depends on
 * the length of the text and on the compressor: compare like with like.
 */
export const zlibScore = (logprobs: Iterable<number>, compressedBytes: number): number =>
  compressedBytes > 0 ? lossScore(logprobs) / compressedBytes : NaN;

/** Reference difference: mean logprob under the target minus that under the base, same tokens. Nats. */
export const referenceScore = (excess: Iterable<number>): number => lossScore(excess);

/** Min-K% Prob: mean of the lowest `share` of the logprobs. Shi et al. 2024 (arXiv 2310.16789). */
export const minK = (logprobs: Iterable<number>, share = 0.2): number => lowestMean(known(logprobs), share);

/**
 * Logprobs in units of their distribution: z[t] = (l[t] + H[t]) / sd[t], as -H is the mean of the log-probability.
 *
 * @param entropy nats.
 * @param variance of the log-probability, nats squared; below 1e-8 z is 0 (the published code divides 0 by 0).
 */
export const standardizedLogprobs = (
  logprobs: ArrayLike<number>,
  entropy: ArrayLike<number>,
  variance: ArrayLike<number>,
): Float64Array =>
  Float64Array.from(logprobs, (logprob, token) => {
    const spread = variance[token] ?? NaN;
    if (spread < MIN_VARIANCE && !Number.isNaN(logprob)) return 0;
    return (logprob + (entropy[token] ?? NaN)) / Math.sqrt(spread);
  });

/** Min-K%++: {@link minK} of {@link standardizedLogprobs}. Zhang et al. 2024 (arXiv 2404.02936). */
export const minKPlusPlus = (standardized: Iterable<number>, share = 0.2): number =>
  minK(standardized, share);

/** Tokens of Gap-K%'s moving average. */
const GAP_WINDOW = 3;

/**
 * Gap-K%: g[t] = (l[t] - l_best[t]) / sd[t], moving average over 3 tokens (over all, if fewer), mean of the
 * lowest `share`. Variance is held at 1e-8 or more. arXiv 2601.19936.
 *
 * @param best logprob of the best token at each position.
 */
export function gapK(
  logprobs: ArrayLike<number>,
  best: ArrayLike<number>,
  variance: ArrayLike<number>,
  share = 0.2,
): number {
  const gaps = known(
    Array.from(logprobs, (logprob, token) => {
      const gap = logprob - (best[token] ?? NaN);
      return gap / Math.sqrt(Math.max(variance[token] ?? NaN, MIN_VARIANCE));
    }),
  );
  const width = Math.min(GAP_WINDOW, gaps.length);
  if (width === 0) return NaN;
  const averages = gaps.subarray(width - 1).map((_, start) => mean(gaps.subarray(start, start + width)));
  return lowestMean(averages, share);
}

/** The value below which `percent` of ascending values lie, linear between them (NumPy's default). */
function percentile(ascending: Float64Array, percent: number): number {
  const place = (percent / 100) * (ascending.length - 1);
  const below = ascending[Math.floor(place)] ?? NaN;
  const above = ascending[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Which tokens SURP takes: entropy below the first, logprob at or below the percentile of the second. */
export interface SurpSettings {
  /** nats */
  readonly maxEntropy: number;
  readonly percentile: number;
}

/**
 * SURP: mean logprob of the tokens at which the model was sure (low entropy) and surprised (low logprob).
 * arXiv 2407.21248.
 *
 * @returns NaN if no token is both.
 */
export function surp(
  logprobs: ArrayLike<number>,
  entropy: ArrayLike<number>,
  settings: SurpSettings,
): number {
  const values = Float64Array.from(logprobs);
  const limit = percentile(known(values).sort(), settings.percentile);
  return mean(
    values.filter((logprob, token) => logprob <= limit && (entropy[token] ?? NaN) < settings.maxEntropy),
  );
}
