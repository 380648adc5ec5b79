/** From a tokenized sample to the sequence that is scored: where the prefix ends, what the context has room for. */
import { charOffsets, INSIDE_CHARACTER } from '../../core/utf8.ts';
import type { SampleCut } from '../../engine/sampleStore.ts';
import type { TokenizedText } from '../../protocol/scorer.ts';
import type { Sample } from './dataSet.ts';

/** Which part of a sample is the prefix. Samples that come with a prefix of their own keep it. */
export type SplitSettings =
  | { readonly kind: 'tokens'; readonly prefix: number; readonly suffix: number }
  | { readonly kind: 'fraction'; readonly share: number };

export const DEFAULT_SPLIT: SplitSettings = { kind: 'tokens', prefix: 50, suffix: 50 };

export const describeSplit = (split: SplitSettings): string =>
  split.kind === 'tokens'
    ? `prefix of ${split.prefix} tokens, suffix of at most ${split.suffix}`
    : `prefix of the first ${Math.round(100 * split.share)}% of the tokens`;

/** A sample ready to be scored. */
export interface PreparedSample {
  /** Tokens of prefix and suffix. */
  readonly ids: Uint32Array;
  readonly prefixTokens: number;
  readonly cut: SampleCut;
}

interface TokenCut {
  readonly token: number;
  readonly isMoved: boolean;
}

/** The token at which the suffix starts, if the sample says where: the one that holds its first character. */
function ownCut(sample: Sample, starts: Int32Array | Uint32Array): TokenCut | null {
  if (sample.prefix === null || sample.suffix === null) return null;
  const char = sample.text.length - sample.suffix.length;
  let token = 0;
  for (let next = 1; next < starts.length; next++) {
    const start = starts[next] ?? 0;
    if (start === INSIDE_CHARACTER) continue;
    if (start > char) break;
    token = next;
  }
  return { token, isMoved: starts[token] !== char };
}

function plainCut(tokens: number, split: SplitSettings): TokenCut {
  const token = split.kind === 'tokens' ? split.prefix : Math.round(tokens * split.share);
  return { token, isMoved: false };
}

/**
 * Cuts a sample. Tokens are those of the full text, so that no token is split by the cut.
 *
 * @param longest tokens that the model can score in one window.
 * @returns the prepared sample, or why it cannot be scored.
 */
export function prepareSample(
  sample: Sample,
  { ids, byteStarts }: TokenizedText,
  split: SplitSettings,
  longest: number,
): PreparedSample | string {
  const starts = charOffsets(sample.text, byteStarts);
  const own = ownCut(sample, starts);
  const { token: cut, isMoved } = own ?? plainCut(ids.length, split);
  const most = split.kind === 'tokens' ? split.suffix : Infinity;
  const end = Math.min(ids.length, cut + (own ? Infinity : most));
  if (end <= cut) return `no suffix: the text has ${ids.length} tokens and the prefix takes ${cut}`;
  if (end - cut >= longest)
    return `the suffix of ${end - cut} tokens is longer than the model's context of ${longest}`;
  const from = Math.max(0, end - longest);
  const charAt = (token: number): number => {
    let at = token;
    while (starts[at] === INSIDE_CHARACTER) at--;
    return starts[at] ?? 0;
  };
  return {
    ids: ids.slice(from, end),
    prefixTokens: cut - from,
    cut: { from: charAt(from), cut: charAt(cut), to: charAt(end), isMoved, leftOut: from },
  };
}
