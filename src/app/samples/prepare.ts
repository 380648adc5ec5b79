/** From a tokenized sample to the sequence that is scored: where the prefix ends, what the context has room for. */
import { splitTokens, type SplitRule } from '../../core/samples/split.ts';
import { charOffsets, INSIDE_CHARACTER } from '../../core/utf8.ts';
import type { SampleCut } from '../../engine/sampleStore.ts';
import { counted } from '../../ui/format.ts';
import type { TokenizedText } from '../../protocol/scorer.ts';
import type { Sample } from './dataSet.ts';

/** Which part of a sample is the prefix. */
export interface SplitSettings {
  readonly rule: Exclude<SplitRule, { mode: 'column' }>;
  /** True if samples that come with a prefix of their own keep it. */
  readonly keepsOwn: boolean;
}

export const DEFAULT_SPLIT: SplitSettings = {
  rule: { mode: 'count', prefix: 50, suffix: 50 },
  keepsOwn: true,
};

/** How samples are cut, in words. */
export function describeSplit({ rule, keepsOwn }: SplitSettings, samples: readonly Sample[]): string {
  const cut =
    rule.mode === 'count'
      ? `prefix of ${counted(rule.prefix, 'token')}, suffix of at most ${rule.suffix}`
      : `prefix of the first ${Math.round(100 * rule.at)}% of the tokens`;
  const others = keepsOwn ? samples.filter(({ prefix }) => prefix === null).length : samples.length;
  if (others === samples.length) return cut;
  const own = 'where the columns of the file meet';
  return others === 0 ? own : `${own}; the other ${counted(others, 'sample')}: ${cut}`;
}

/** A sample ready to be scored. */
export interface PreparedSample {
  /** Tokens of prefix and suffix: a view on those of several samples or of the whole text. */
  readonly ids: Uint32Array;
  readonly prefixTokens: number;
  readonly cut: SampleCut;
}

const ruleFor = ({ prefix }: Sample, { rule, keepsOwn }: SplitSettings): SplitRule =>
  prefix !== null && keepsOwn ? { mode: 'column', join: prefix.length } : rule;

/** Edges of the sample that is being cut. An array for each of a hundred thousand would be garbage to sweep. */
const edges = new Int32Array(16_384);

/** Character of each token edge: valid until the next call. */
const edgesOf = (text: string, byteStarts: Uint32Array): Int32Array =>
  byteStarts.length > edges.length
    ? charOffsets(text, byteStarts)
    : charOffsets(text, byteStarts, edges.subarray(0, byteStarts.length));

/**
 * Cuts a sample. Tokens are those of the full text, so that no token is split by the cut.
 *
 * @param longest tokens that the model can score in one window.
 * @returns the prepared sample, or why it cannot be scored.
 */
export function prepareSample(
  sample: Sample,
  { ids, byteStarts }: TokenizedText,
  settings: SplitSettings,
  longest: number,
): PreparedSample | string {
  const offsets = edgesOf(sample.text, byteStarts);
  const split = splitTokens(ids.length, offsets, ruleFor(sample, settings), longest);
  const { prefixStart, suffixStart, suffixEnd, moved, truncatedPrefix, truncatedSuffix } = split;
  if (suffixEnd <= suffixStart)
    return `no suffix: its ${counted(ids.length, 'token')} ${ids.length === 1 ? 'is' : 'are'} all prefix`;
  const charAt = (token: number): number => {
    let at = token;
    while (offsets[at] === INSIDE_CHARACTER) at--;
    return offsets[at] ?? 0;
  };
  return {
    ids: ids.subarray(prefixStart, suffixEnd),
    prefixTokens: suffixStart - prefixStart,
    cut: {
      from: charAt(prefixStart),
      cut: charAt(suffixStart),
      to: charAt(suffixEnd),
      isMoved: moved,
      leftOut: truncatedPrefix,
      leftOutBehind: truncatedSuffix,
    },
  };
}
