import type { ScoreMode } from '../../core/screening.ts';
import type { AdapterEntry } from '../../engine/modelCatalog.ts';
import { copyQuantized, emptyQuantized, type QuantizedVectors } from '../../core/similarity/quantized.ts';
import type { BlockEmbeddings, StoredBlock, StoredSample } from '../../engine/sampleStore.ts';
import type { ScorerClient } from '../../engine/scorerClient.ts';

/** How blocks are scored, and who is told. */
export interface BlockJob {
  readonly scorer: Pick<ScorerClient, 'score'>;
  readonly adapter: AdapterEntry | null;
  readonly mode: ScoreMode;
  /** Tokens that the model can score in one window. */
  readonly longest: number;
  readonly signal: AbortSignal;
  readonly texts: (index: number) => string;
  readonly onSample: (index: number, sample: StoredSample) => void;
  /** A block is finished, or as much of it as is when the run is stopped. */
  readonly onBlock: (number: number, block: StoredBlock) => void;
  /** True if a block needs no scoring. */
  readonly isDone: (indices: Uint32Array) => boolean;
}

/**
 * Runs `work` on a block. If it is stopped or fails, what is finished is told as a block of its own, so that it is
 * stored. A run that goes on scores the whole block again, in the company that an uninterrupted run gives it.
 *
 * @param finished `[indices]` filled by `work`, in any order.
 */
export async function keepingPart<T>(
  number: number,
  indices: Uint32Array,
  finished: readonly StoredSample[],
  { onBlock }: Pick<BlockJob, 'onBlock'>,
  work: () => Promise<T>,
  embeddings: () => BlockEmbeddings | null = () => null,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const places = Uint32Array.from(indices.keys()).filter((place) => finished[place] !== undefined);
    if (places.length > 0)
      onBlock(number, {
        indices: places.map((place) => indices[place] ?? 0),
        samples: Array.from(places, (place) => finished[place]).filter((sample) => sample !== undefined),
        embeddings: rowsOf(embeddings(), places),
      });
    throw thrown;
  }
}

function rowsOf(embeddings: BlockEmbeddings | null, places: Uint32Array): BlockEmbeddings | null {
  if (!embeddings) return null;
  const pick = (all: QuantizedVectors): QuantizedVectors => {
    const some = emptyQuantized(places.length, all.d);
    places.forEach((place, row) => {
      copyQuantized(all, place, some, row);
    });
    return some;
  };
  return { ...embeddings, prefixes: pick(embeddings.prefixes), fulls: pick(embeddings.fulls) };
}
