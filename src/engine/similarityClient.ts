import { proxy, transfer, wrap, type Endpoint, type Remote } from 'comlink';
import type { Duplicates } from '../core/similarity/duplicates.ts';
import type { QuantizedVectors } from '../core/similarity/quantized.ts';
import type { TokenRows } from '../core/tokenRows.ts';
import { registerCancellation } from '../protocol/cancellation.ts';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { SimilarityApi } from '../protocol/similarity.ts';

/** Starts the similarity worker. */
const startSimilarityWorker = (): Endpoint =>
  new Worker(new URL('../../workers/similarity.worker.ts', import.meta.url), {
    type: 'module',
    name: 'similarity',
  });

/** A callback as it can be handed to the worker. */
type Handed = (onProgress: (done: number) => void) => (done: number) => void;

/** The page's side of the similarity worker, which is started when it is first asked. */
export class SimilarityClient {
  private readonly start: () => Endpoint;
  private api: Remote<SimilarityApi> | null = null;

  /** @param start tests put a message channel in the place of a worker. */
  constructor(start: () => Endpoint = startSimilarityWorker) {
    this.start = start;
    registerCancellation();
  }

  /** See {@link SimilarityApi.findDuplicates}; the rows are moved to the worker. */
  findDuplicates(rows: TokenRows): Promise<Duplicates> {
    const moved = transfer(rows, [rows.ids.buffer, rows.starts.buffer] as ArrayBuffer[]);
    return this.ask((api) => api.findDuplicates(moved));
  }

  /** See {@link SimilarityApi.open}; the vectors are moved to the worker. */
  open(prefixes: QuantizedVectors, fulls: QuantizedVectors): Promise<Uint32Array> {
    const moved = (vectors: QuantizedVectors): QuantizedVectors =>
      transfer(vectors, [vectors.steps.buffer, vectors.scales.buffer] as ArrayBuffer[]);
    return this.ask((api) => api.open(moved(prefixes), moved(fulls)));
  }

  /**
   * Asks for one result.
   *
   * @param question gets the worker, and a function through which it passes its callback.
   * @throws {MemoscopeError} what the analysis threw.
   */
  async ask<T>(question: (api: SimilarityApi, handed: Handed) => Promise<T>): Promise<T> {
    this.api ??= wrap<SimilarityApi>(this.start());
    try {
      return await question(this.api, (callback) => proxy(callback));
    } catch (thrown) {
      throw asMemoscopeError(thrown);
    }
  }
}
