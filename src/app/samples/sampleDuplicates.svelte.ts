import type { Duplicates } from '../../core/similarity/duplicates.ts';
import type { SampleStore } from '../../engine/sampleStore.ts';
import type { SimilarityClient } from '../../engine/similarityClient.ts';
import { asMemoscopeError } from '../../protocol/errors.ts';
import type { Archive } from '../archive.svelte.ts';
import { duplicatesOf } from './duplicates.ts';
import type { PreparedSample } from './prepare.ts';

/** The copies among the samples of a run. */
export class SampleDuplicates {
  /** Null until they are looked for. */
  found = $state.raw<Duplicates | null>(null);
  /** Why they are not known. */
  problem = $state<string | null>(null);
  private generation = 0;

  /** The samples are others now. */
  clear(): void {
    this.generation++;
    this.found = null;
    this.problem = null;
  }

  /** Takes those in that are stored of a run. */
  async restore(key: string, store: SampleStore): Promise<void> {
    const { generation } = this;
    const found = await store.readDuplicates(key);
    if (generation === this.generation) this.found = found;
  }

  /** Looks for them, beside the scoring, and stores them with the run. Never rejects. */
  async find(
    prepared: readonly (PreparedSample | null)[],
    client: Pick<SimilarityClient, 'findDuplicates'>,
    key: string,
    storage: Archive,
  ): Promise<void> {
    if (this.found) return;
    const { generation } = this;
    try {
      const found = await duplicatesOf(prepared, (rows) => client.findDuplicates(rows));
      if (generation !== this.generation) return;
      this.found = found;
      this.problem = null;
      await storage.withSamples((store) => store.writeDuplicates(key, found), undefined);
    } catch (thrown) {
      if (generation === this.generation) this.problem = asMemoscopeError(thrown).message;
    }
  }
}
