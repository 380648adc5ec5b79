/**
 * Probabilistic extraction: the chance that sampling, not greedy decoding, produces the text.
 * Hayes et al. 2024 (arXiv 2410.19482). All probabilities stay logarithms: a suffix of 50 tokens underflows.
 */
import { prefixSums, spanSum, type PrefixSums } from './prefixSums.ts';
import type { Span } from './span.ts';
import { isScored, rankOf, type TokenRecords } from './tokenRecords.ts';

/** How a decoder draws the next token. */
export interface SamplingSettings {
  /** Divides the logits; 1 leaves them, 0 is greedy decoding. */
  readonly temperature: number;
  /** Draw only among the k best tokens; null: among all. */
  readonly topK: number | null;
}

/** The model's own distribution. */
export const PLAIN_SAMPLING: SamplingSettings = { temperature: 1, topK: null };

/**
 * True if the probabilities under `settings` follow exactly from records that keep `storedTopK` alternatives:
 * for every top-k up to that, for greedy decoding, and for the plain distribution. A temperature over the whole
 * vocabulary would need a sum that the pass does not keep.
 *
 * @throws {RangeError} if a setting is out of range.
 */
export function isSamplingExact({ temperature, topK }: SamplingSettings, storedTopK: number): boolean {
  if (!(temperature >= 0 && temperature < Infinity)) throw new RangeError(`temperature ${temperature}`);
  if (topK === null) return temperature === 0 || temperature === 1;
  if (!Number.isInteger(topK) || topK < 1) throw new RangeError(`top-k ${topK}`);
  return temperature === 0 || topK <= storedTopK;
}

/**
 * Log-probability of each token under the decoder.
 *
 * log q[t] = l[t] / T - ln sum over j < k of exp(l_j / T), with l_j the log-probabilities of the k best entries
 * in the order (logit descending, id ascending). Dividing by the temperature T keeps that order, so the set is
 * the same for every T; the token is in it exactly if its tie-aware rank is at most k. O(n k).
 *
 * @returns `[n]` nats; -Infinity where top-k excludes the token, NaN where the token is unscored and everywhere
 *   if {@link isSamplingExact} is false.
 * @throws {RangeError} if a setting is out of range.
 */
export function samplingLogprobs(records: TokenRecords, settings: SamplingSettings): Float64Array {
  const logprobs = new Float64Array(records.length).fill(NaN);
  if (!isSamplingExact(settings, records.topK)) return logprobs;
  const { temperature, topK } = settings;
  for (let token = 0; token < records.length; token++) {
    if (!isScored(records, token)) continue;
    if (temperature === 0) logprobs[token] = rankOf(records, token) === 1 ? 0 : -Infinity;
    else if (topK === null) logprobs[token] = records.logprob[token] ?? NaN;
    else logprobs[token] = topKLogprob(records, token, temperature, topK);
  }
  return logprobs;
}

function topKLogprob(records: TokenRecords, token: number, temperature: number, topK: number): number {
  const rank = rankOf(records, token);
  if (rank > topK) return -Infinity;
  const row = token * records.topK;
  const best = records.topLogprobs[row] ?? NaN;
  let mass = 0;
  for (let place = 0; place < topK; place++) {
    const logprob = records.topLogprobs[row + place] ?? NaN;
    if (Number.isNaN(logprob)) break; // the vocabulary is smaller than K
    mass += Math.exp((logprob - best) / temperature);
  }
  return ((records.topLogprobs[row + rank - 1] ?? NaN) - best) / temperature - Math.log(mass);
}

/** A stretch of text and the log-probability, in nats, that the decoder produces it from what precedes it. */
export interface ProbableSpan extends Span {
  readonly logprob: number;
}

/**
 * Log-probability of every window: log p_z[w] = sum of log q over w .. w + length - 1, from running sums. Each
 * window has its full left context, not a fixed number of prompt tokens (contrast Cooper et al. 2025,
 * arXiv 2505.12546, which gives every window 50).
 *
 * @returns `[n - length + 1]` nats, NaN where a token of the window is unscored; empty if the text is shorter.
 */
export function windowLogprobs(sums: PrefixSums, length: number): Float64Array {
  const windows = new Float64Array(Math.max(0, sums.finite.length - length));
  for (let start = 0; start < windows.length; start++)
    windows[start] = spanSum(sums, { start, end: start + length });
  return windows;
}

/**
 * The window of `length` tokens that sampling is most likely to produce, the first among equals.
 *
 * @returns null if no window of that length is scored throughout.
 */
export function bestWindow(sums: PrefixSums, length: number): ProbableSpan | null {
  let best: ProbableSpan | null = null;
  windowLogprobs(sums, length).forEach((logprob, start) => {
    if (!Number.isNaN(logprob) && !(best && logprob <= best.logprob))
      best = { start, end: start + length, logprob };
  });
  return best;
}

/** ln(1 - e^x) for x <= 0 without cancellation (Maechler 2012, "Accurately computing log(1 - exp(-|a|))"). */
const log1mExp = (x: number): number => (x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x)));

/**
 * Chance that at least one of n independent samples is the text: 1 - (1 - p_z)^n.
 *
 * @param logprob log p_z, nats, <= 0; -Infinity is allowed.
 * @returns probability; NaN if `logprob` is.
 */
export function hitProbability(logprob: number, tries: number): number {
  if (tries === 0) return 0;
  const logMiss = log1mExp(logprob);
  // Below the smallest float ln(1 - p_z) rounds to 0, where n p_z may still count.
  return logMiss === 0 ? -Math.expm1(-Math.exp(Math.log(tries) + logprob)) : -Math.expm1(tries * logMiss);
}

/** Relative slack that keeps a rounding error from adding a try to an exact quotient. */
const CEIL_SLACK = 1e-12;

/**
 * Samples needed to meet the text with chance `chance`: n = ceil(ln(1 - chance) / ln(1 - p_z)). The text is
 * (n, p)-discoverable for this n and p = `chance`.
 *
 * @param logprob log p_z, nats, <= 0.
 * @returns a positive integer; Infinity if p_z = 0 or n exceeds the largest float ({@link logTriesFor} does not);
 *   NaN if `logprob` is.
 * @throws {RangeError} unless 0 < chance < 1.
 */
export function triesFor(logprob: number, chance: number): number {
  if (!(chance > 0 && chance < 1)) throw new RangeError(`chance ${chance}`);
  const logMiss = log1mExp(logprob);
  if (logMiss === 0) return Math.exp(logTriesFor(logprob, chance));
  const tries = Math.log1p(-chance) / logMiss;
  return Math.max(1, Math.ceil(tries * (1 - CEIL_SLACK)));
}

/**
 * ln n of {@link triesFor} for any p_z, however small: ln n = ln(-ln(1 - chance)) - log p_z where p_z is tiny.
 *
 * @throws {RangeError} unless 0 < chance < 1.
 */
export function logTriesFor(logprob: number, chance: number): number {
  // From here on ln(1 - p_z) = -p_z to the last bit, and n is far beyond where rounding up matters.
  if (logprob > -40) return Math.log(triesFor(logprob, chance));
  if (!(chance > 0 && chance < 1)) throw new RangeError(`chance ${chance}`);
  return Math.log(-Math.log1p(-chance)) - logprob;
}

/**
 * Upper bound of each token's log-probability that holds for every decoder that never prefers a lower-ranked
 * token: q[t] <= 1 / rank[t]. Summed over a span: log p_z <= -sum ln rank. Liu, Evans and Xiong 2026
 * (arXiv 2604.18697), algorithm 2, without its cut at rank 20.
 *
 * @returns `[n]` nats, <= 0; NaN where unscored.
 */
export function rankBounds(records: TokenRecords): Float64Array {
  return Float64Array.from({ length: records.length }, (_, token) => -Math.log(rankOf(records, token)));
}

/** Running sums of {@link samplingLogprobs}: what every window and suffix is read from. */
export const samplingSums = (records: TokenRecords, settings: SamplingSettings): PrefixSums =>
  prefixSums(samplingLogprobs(records, settings));
