/**
 * Memorized against predictable: the model (target) beside the same model without the training in question
 * (base). One reference model gives the reference difference, a proxy of counterfactual memorization (Zhang et
 * al. 2021, arXiv 2112.12938), which averages over many models trained with and without the text.
 */
import { spanSum, type PrefixSums } from './prefixSums.ts';
import type { Span } from './span.ts';
import type { TokenRecords } from './tokenRecords.ts';

/**
 * Excess of each token: excess[t] = ln p_target(t) - ln p_base(t), what the training added.
 *
 * @returns `[n]` nats, positive where the target is the surer one; NaN where either left the token unscored.
 * @throws {RangeError} if the two records differ in length.
 */
export function excessLogprobs(target: TokenRecords, base: TokenRecords): Float64Array {
  if (target.length !== base.length)
    throw new RangeError(`records of ${target.length} and ${base.length} tokens`);
  const excess = new Float64Array(target.length);
  for (let token = 0; token < excess.length; token++)
    excess[token] = (target.logprob[token] ?? NaN) - (base.logprob[token] ?? NaN);
  return excess;
}

/** The log-probability of a span, split: `targetLogprob` = `baseLogprob` + `excess`. Nats. */
export interface SpanSplit {
  readonly targetLogprob: number;
  /** The predictable part: what the base gives without having seen the text. */
  readonly baseLogprob: number;
  /** The memorized part: what the training added. */
  readonly excess: number;
  /**
   * excess / -baseLogprob: the share of the base's surprise that the training removed. 1 where the target is
   * certain, 0 where nothing changed, negative where the target is the more surprised one; NaN if the base has
   * no surprise left.
   */
  readonly removedShare: number;
}

/**
 * Splits the log-probability of a span into a predictable and a memorized part. O(1).
 *
 * @param target Running sums of the target's logprobs; `base` those of the base's.
 * @returns NaN throughout if a token of the span is unscored or the span is empty.
 * @throws {RangeError} if the span does not lie within the text.
 */
export function splitSpan(target: PrefixSums, base: PrefixSums, span: Span): SpanSplit {
  const targetLogprob = spanSum(target, span);
  const baseLogprob = spanSum(base, span);
  const excess = targetLogprob - baseLogprob;
  const removedShare = baseLogprob < 0 ? excess / -baseLogprob : NaN;
  return { targetLogprob, baseLogprob, excess, removedShare };
}

/**
 * Excess a span must have before chance in a text of `tokens` tokens is ruled out: ln(tokens / alpha).
 *
 * If the text came from the base's own distribution, the product of p_target / p_base from a fixed start on
 * would be a martingale of mean 1, which ever reaches c with probability at most 1 / c (Ville's inequality);
 * over all starts, tokens / c. So at most a share `alpha` of such texts holds any span above the threshold,
 * wherever it starts and ends. About 10 nats for 200 tokens and alpha = 0.01.
 *
 * Limit: real text is not drawn from the base. Training on texts of the same kind also gives excess (style,
 * templates), so passing says "the training put this here", not "this very text was in it".
 *
 * @returns nats.
 * @throws {RangeError} unless 0 < alpha < 1.
 */
export function excessThreshold(tokens: number, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha ${alpha}`);
  return Math.log(Math.max(1, tokens) / alpha);
}

/**
 * Code length of a text under the model against its length under zlib: -sum log2 p / (8 bytes). Below 1 the
 * model knows more of the text than repetition within it explains. Carlini et al. 2021 (arXiv 2012.07805),
 * section 5.2, compare the same two quantities.
 *
 * The two sides must cover the same bytes: leave out what the model did not score.
 *
 * @param logprob Sum of the text's logprobs, nats.
 * @param compressedBytes Size of the zlib stream of its UTF-8.
 * @returns NaN if nothing was compressed.
 */
export const zlibRatio = (logprob: number, compressedBytes: number): number =>
  compressedBytes > 0 ? -logprob / Math.LN2 / (8 * compressedBytes) : NaN;
