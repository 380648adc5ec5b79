import { isScored, rankOf, type TokenRecords } from './tokenRecords.ts';

/** A whole text in a few numbers. All means run over the scored tokens and are NaN if there are none. */
export interface WholeText {
  readonly scored: number;
  readonly unscored: number;
  /** UTF-8 bytes of the scored tokens. */
  readonly scoredBytes: number;
  /** Sum of the logprobs, nats. */
  readonly logprob: number;
  /** Mean logprob, nats; its negative is the loss. */
  readonly meanLogprob: number;
  /** exp(-mean logprob). */
  readonly perplexity: number;
  /** -sum log2 p / bytes: comparable across tokenizers. Raw bytes of the scored tokens, no special token. */
  readonly bitsPerByte: number;
  /** Mean tie-aware rank. */
  readonly meanRank: number;
  /** Mean entropy of the predictive distributions, nats. */
  readonly meanEntropy: number;
}

/**
 * Summary of a text, in float64.
 *
 * @param byteStarts `[n + 1]` offsets of the tokens in the text's UTF-8.
 */
export function summarizeText(records: TokenRecords, byteStarts: Uint32Array): WholeText {
  let scored = 0;
  let scoredBytes = 0;
  let logprob = 0;
  let ranks = 0;
  let entropy = 0;
  for (let token = 0; token < records.length; token++) {
    if (!isScored(records, token)) continue;
    scored++;
    scoredBytes += (byteStarts[token + 1] ?? NaN) - (byteStarts[token] ?? NaN);
    logprob += records.logprob[token] ?? NaN;
    ranks += rankOf(records, token);
    entropy += records.entropy[token] ?? NaN;
  }
  const meanLogprob = logprob / scored;
  return {
    scored,
    unscored: records.length - scored,
    scoredBytes,
    logprob: scored > 0 ? logprob : NaN,
    meanLogprob,
    perplexity: Math.exp(-meanLogprob),
    bitsPerByte: scoredBytes > 0 ? -logprob / Math.LN2 / scoredBytes : NaN,
    meanRank: ranks / scored,
    meanEntropy: entropy / scored,
  };
}
