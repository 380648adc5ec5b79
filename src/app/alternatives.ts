import type { Run } from '../core/run.ts';
import type { StoredStretch } from '../engine/storedRun.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import type { Alternative } from './status.ts';

/** Where the stretches of a long run rest. */
interface StretchSource {
  stretchOf(key: string, token: number): Promise<StoredStretch | null>;
}

/**
 * The best entries at a token, from memory or, for long texts, from storage; only those in memory if storage has
 * none.
 */
export async function alternativesAt(
  run: Run,
  token: number,
  source: StretchSource,
  vocabulary: Vocabulary | null,
): Promise<Alternative[]> {
  const isShort = run.target.topK >= run.settings.topK;
  const stretch = isShort ? null : await source.stretchOf(run.key, token);
  const { topK, topIds, topLogprobs } = stretch?.target ?? run.target;
  const from = (token - (stretch?.start ?? 0)) * topK;
  return Array.from(topIds.subarray(from, from + topK), (id, index) => ({
    id,
    text: vocabulary?.textOf(id) ?? `#${id}`,
    logprob: topLogprobs[from + index] ?? NaN,
  })).filter(({ logprob }) => !Number.isNaN(logprob));
}
