import { markOf, type Mark, type Recitation } from '../core/recitation.ts';
import { PLAIN_SAMPLING } from '../core/sampling.ts';
import type { Run } from '../core/run.ts';
import { isFragile, isScored, rankOf, type TokenRecords } from '../core/tokenRecords.ts';
import type { TokenText } from '../core/tokenText.ts';
import { suffixLogprob } from './splitView.ts';

/** What the card of one token says. Numbers that are not defined are NaN. */
export interface TokenDetail {
  readonly token: number;
  readonly isScored: boolean;
  readonly mark: Mark;
  /** Nats. */
  readonly logprob: number;
  readonly rank: number;
  /** Nats. */
  readonly entropy: number;
  /** Difference of the two best logits, nats. */
  readonly margin: number;
  readonly isFragile: boolean;
  /** Tokens that the model saw before this one. */
  readonly context: number;
  readonly base: { readonly logprob: number; readonly rank: number } | null;
  /** Nats. */
  readonly excess: number;
  /** ln of the product of the probabilities from the split to this token, nats; NaN before the split. */
  readonly cumulative: number;
}

export function detailOf(run: Run, recitation: Recitation, token: number, split: number): TokenDetail {
  const { target, base } = run;
  return {
    token,
    isScored: isScored(target, token),
    mark: markOf(recitation, token),
    ...scoreOf(target, token),
    entropy: target.entropy[token] ?? NaN,
    margin: target.margin[token] ?? NaN,
    isFragile: isFragile(target, token),
    context: target.context[token] ?? 0,
    base: base && scoreOf(base, token),
    excess: recitation.excess?.[token] ?? NaN,
    cumulative:
      token >= split ? suffixLogprob(target, { start: split, end: token + 1 }, PLAIN_SAMPLING) : NaN,
  };
}

const scoreOf = (records: TokenRecords, token: number) => ({
  logprob: records.logprob[token] ?? NaN,
  rank: rankOf(records, token),
});

/** UTF-8 of a token. */
export const bytesOfToken = (token: TokenText): Uint8Array =>
  token.kind === 'bytes' ? token.bytes : new TextEncoder().encode(token.text);

/** Bytes as they are written in tables of Unicode: `F0 9F`. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
