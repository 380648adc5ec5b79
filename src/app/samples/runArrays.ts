/** Results of samples as the arrays that analyses take. */
import type { Suffixes } from '../../core/analyses/decomposition.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';

/** Flags and logprobs of all suffixes, end to end; an unscored sample is empty. */
export function suffixesOf(results: readonly (StoredSample | null)[]): Suffixes {
  const offsets = new Uint32Array(results.length + 1);
  results.forEach((result, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + (result?.scored.logprobs.length ?? 0);
  });
  const values = new Float32Array(offsets.at(-1) ?? 0);
  const correct = new Uint8Array(values.length);
  results.forEach((result, index) => {
    if (!result) return;
    values.set(result.scored.logprobs, offsets[index]);
    correct.set(result.scored.correct, offsets[index]);
  });
  return { values, correct, offsets };
}
