/** Results of samples as the arrays that analyses take. */
import type { Suffixes } from '../../core/analyses/decomposition.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import type { SampleMatches } from '../../protocol/statistics.ts';
import { Slices } from './slices.ts';

/**
 * Flags and logprobs of all suffixes, end to end, laid out in slices: five million tokens of a large set take a
 * while. An unscored sample is empty; what comes meanwhile, comes with the next call.
 */
export async function suffixesOf(results: readonly (StoredSample | null)[]): Promise<Suffixes> {
  const slices = new Slices();
  const known = results.slice();
  const offsets = new Uint32Array(known.length + 1);
  known.forEach((result, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + (result?.scored.logprobs.length ?? 0);
  });
  const values = new Float32Array(offsets.at(-1) ?? 0);
  const correct = new Uint8Array(values.length);
  for (const [index, result] of known.entries()) {
    if (result) {
      values.set(result.scored.logprobs, offsets[index]);
      correct.set(result.scored.correct, offsets[index]);
    }
    await slices.pause();
  }
  return { values, correct, offsets };
}

/** N and L of every sample, `[samples]` each, tokens; NaN where it is not scored. */
export function matchesOf(results: readonly (StoredSample | null)[]): SampleMatches {
  return {
    n: Float64Array.from(results, (result) => result?.scored.matchLength ?? NaN),
    length: Float64Array.from(results, (result) => result?.scored.suffixTokens ?? NaN),
  };
}
