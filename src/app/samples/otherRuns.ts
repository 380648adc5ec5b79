/** Stored runs of the samples at hand, to be compared with the run that is shown. */
import { sha256OfText } from '../../engine/hashing.ts';
import type { SampleRunHeader, SampleStore } from '../../engine/sampleStore.ts';
import type { SampleMatches } from '../../protocol/statistics.ts';
import type { Sample } from './dataSet.ts';
import { Slices } from './slices.ts';

/** Samples that are hashed in one piece: few enough for a slice. The hash depends on it. */
const HASHED_AT_ONCE = 1000;

/** Hashes of the lists that were hashed in this visit; a list is never changed. */
const hashes = new WeakMap<readonly Sample[], string>();

/**
 * SHA-256 of the samples' texts and own cuts, in their order.
 *
 * @throws {MemoscopeError} `ModelUnavailable` on insecure pages.
 */
export async function contentHash(samples: readonly Sample[]): Promise<string> {
  const known = hashes.get(samples);
  if (known !== undefined) return known;
  const parts: string[] = [];
  const slices = new Slices();
  for (let from = 0; from < samples.length; from += HASHED_AT_ONCE) {
    const some = samples.slice(from, from + HASHED_AT_ONCE);
    parts.push(
      await sha256OfText(JSON.stringify(some.map(({ prefix, suffix, text }) => [prefix, suffix, text]))),
    );
    // Browsers digest little data at once: without this, all of it is one task.
    await slices.pause();
  }
  const hash = await sha256OfText(JSON.stringify([samples.length, parts]));
  hashes.set(samples, hash);
  return hash;
}

/** Stored runs of the same samples, the latest first, without the one at hand. */
export async function otherRuns(
  store: SampleStore,
  samples: readonly Sample[],
  key: string | null,
): Promise<SampleRunHeader[]> {
  const candidates = (await store.list()).filter(
    (header) => header.key !== key && header.samples === samples.length && header.content !== undefined,
  );
  if (candidates.length === 0) return [];
  const content = await contentHash(samples);
  return candidates.filter((header) => header.content === content);
}

/** N and L of a stored run's samples; NaN where it has none. */
export async function storedMatches(
  store: SampleStore,
  key: string,
  samples: number,
): Promise<SampleMatches> {
  const n = new Float64Array(samples).fill(NaN);
  const length = n.slice();
  for await (const block of store.read(key))
    block.indices.forEach((index, place) => {
      const scored = block.samples[place]?.scored;
      if (!scored || index >= samples) return;
      n[index] = scored.matchLength;
      length[index] = scored.suffixTokens;
    });
  return { n, length };
}
