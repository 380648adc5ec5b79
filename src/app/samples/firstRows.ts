/** The first samples as the model will see them: token by token, with the part that each token is in. */
import { charOffsets, INSIDE_CHARACTER } from '../../core/utf8.ts';
import type { TokenizedText } from '../../protocol/scorer.ts';
import type { Sample } from './dataSet.ts';
import { prepareSample, type SplitSettings } from './prepare.ts';
import type { SampleRunHost } from './sampleRunHost.ts';
import { tokensOf } from './scoreBlocks.ts';

export interface ShownToken {
  readonly text: string;
  readonly part: 'prefix' | 'suffix' | 'left out';
}

/** One sample in tokens, or why it cannot be scored. */
export type ShownRow = readonly ShownToken[] | string;

/**
 * Tokens of a sample with their parts. Tokens that share a character are shown as one piece with the first of them.
 *
 * @param longest tokens that the model can score in one window.
 */
export function shownTokens(
  sample: Sample,
  tokens: TokenizedText,
  split: SplitSettings,
  longest: number,
): ShownRow {
  const prepared = prepareSample(sample, tokens, split, longest);
  if (typeof prepared === 'string') return prepared;
  const { from, cut, to } = prepared.cut;
  const offsets = charOffsets(sample.text, tokens.byteStarts);
  const shown: ShownToken[] = [];
  let start = 0;
  for (let edge = 1; edge < offsets.length; edge++) {
    const end = offsets[edge] ?? INSIDE_CHARACTER;
    if (end === INSIDE_CHARACTER || end === start) continue;
    const part = start < from || start >= to ? 'left out' : start < cut ? 'prefix' : 'suffix';
    shown.push({ text: sample.text.slice(start, end), part });
    start = end;
  }
  return shown;
}

/** Some samples token by token, as they would be cut; loads the model. @throws {MemoscopeError} as `ModelLink.use`. */
export function showTokens(
  { link, deviceRequest: request }: SampleRunHost,
  samples: readonly Sample[],
  split: SplitSettings,
  signal: AbortSignal,
): Promise<ShownRow[]> {
  return link.use({ request, signal }, async ({ contextLength }) => {
    const tokens = await tokensOf(samples, link.scorer, signal);
    return samples.map((sample, place) => {
      const its = tokens[place];
      return its ? shownTokens(sample, its, split, contextLength) : 'no tokens came';
    });
  });
}
