/** Samples and their results as the arrays that analyses take. */
import type { Suffixes } from '../../core/analyses/decomposition.ts';
import type { TokenRows } from '../../core/tokenRows.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import { sharedMemory } from '../../engine/sharedMemory.ts';
import type { PreparedSample } from './prepare.ts';
import { Slices } from './slices.ts';

/** `[sizes + 1]` where stretches of these sizes begin when they are laid end to end. */
function offsetsOf(count: number, sizeOf: (index: number) => number): Uint32Array {
  const offsets = new Uint32Array(count + 1);
  for (let index = 0; index < count; index++) offsets[index + 1] = (offsets[index] ?? 0) + sizeOf(index);
  return offsets;
}

/**
 * Flags and logprobs of all suffixes, end to end, laid out in slices: five million tokens of a large set take a
 * while. An unscored sample is empty; what comes meanwhile, comes with the next call.
 */
export async function suffixesOf(results: readonly (StoredSample | null)[]): Promise<Suffixes> {
  const slices = new Slices();
  const known = results.slice();
  const offsets = offsetsOf(known.length, (index) => known[index]?.scored.logprobs.length ?? 0);
  const tokens = offsets.at(-1) ?? 0;
  const values = new Float32Array(sharedMemory(tokens * Float32Array.BYTES_PER_ELEMENT));
  const correct = new Uint8Array(sharedMemory(tokens));
  for (const [index, result] of known.entries()) {
    if (result) {
      values.set(result.scored.logprobs, offsets[index]);
      correct.set(result.scored.correct, offsets[index]);
    }
    await slices.pause();
  }
  return { values, correct, offsets };
}

/**
 * The tokens of some samples, laid out in slices; a sample that could not be cut has none.
 *
 * @param chosen indices of the samples, one a row.
 */
export async function rowsOf(
  prepared: readonly (PreparedSample | null)[],
  chosen: Uint32Array,
): Promise<TokenRows> {
  const slices = new Slices();
  const idsAt = (row: number) => prepared[chosen[row] ?? 0]?.ids;
  const starts = offsetsOf(chosen.length, (row) => idsAt(row)?.length ?? 0);
  const ids = new Uint32Array(starts.at(-1) ?? 0);
  for (const row of chosen.keys()) {
    ids.set(idsAt(row) ?? [], starts[row]);
    await slices.pause();
  }
  return { ids, starts };
}
