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
  /** The blocks that will be scored. */
  readonly onPlan: (blocks: readonly Uint32Array[]) => void;
  readonly onSample: (index: number, sample: StoredSample) => void;
  /** A block is finished, or part of it is. */
  readonly onBlock: (number: number, block: StoredBlock, isWhole: boolean) => void;
  /** True if a block needs no scoring. */
  readonly isDone: (indices: Uint32Array) => boolean;
}

/** A finished sample waits so many ms until it is told as part of its block: a tab may be closed at any moment. */
const PART_AFTER = 300;

/**
 * The finished samples of the block at hand. They are told while the others are scored, and when scoring is stopped
 * or fails, so that they can be stored. A run that goes on scores the whole block again, in the company that an
 * uninterrupted run gives it.
 */
export class BlockPart {
  /** Of the samples that are finished, in the places of the block. */
  embeddings: BlockEmbeddings | null = null;
  private readonly number: number;
  private readonly indices: Uint32Array;
  private readonly job: Pick<BlockJob, 'onSample' | 'onBlock'>;
  /** `[indices]` filled in any order. */
  private readonly finished: StoredSample[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(number: number, indices: Uint32Array, job: Pick<BlockJob, 'onSample' | 'onBlock'>) {
    this.number = number;
    this.indices = indices;
    this.job = job;
  }

  /** @param place of the sample in the block. */
  add(place: number, sample: StoredSample): void {
    this.finished[place] = sample;
    this.job.onSample(this.indices[place] ?? 0, sample);
    this.timer ??= setTimeout(() => {
      this.tellPart();
    }, PART_AFTER);
  }

  /** Runs what calls `add` for every sample of the block, and tells the block. */
  async fill(work: () => Promise<void>): Promise<void> {
    const { number, indices, finished, job } = this;
    try {
      await work();
      clearTimeout(this.timer);
      job.onBlock(number, { indices, samples: finished, embeddings: this.embeddings }, true);
    } catch (thrown) {
      this.tellPart();
      throw thrown;
    }
  }

  private tellPart(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { number, indices, finished, embeddings, job } = this;
    const places = Uint32Array.from(indices.keys()).filter((place) => finished[place] !== undefined);
    if (places.length === 0) return;
    const part = {
      indices: places.map((place) => indices[place] ?? 0),
      samples: Array.from(places, (place) => finished[place]).filter((sample) => sample !== undefined),
      embeddings: rowsOf(embeddings, places),
    };
    job.onBlock(number, part, false);
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
