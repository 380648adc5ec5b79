import { proxy, transfer, wrap, type Endpoint, type Remote } from 'comlink';
import type { CeilingAnalysis } from '../core/analyses/ceilings.ts';
import type { ImportBatch, ReadOptions } from '../core/samples/readSamples.ts';
import type { ImportResult } from '../core/samples/sample.ts';
import type { TokenRows } from '../core/tokenRows.ts';
import { registerCancellation } from '../protocol/cancellation.ts';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { InputFile, StatisticsApi } from '../protocol/statistics.ts';

/** Starts the statistics worker. */
const startStatisticsWorker = (): Endpoint =>
  new Worker(new URL('../../workers/statistics.worker.ts', import.meta.url), {
    type: 'module',
    name: 'statistics',
  });

/** The page's side of the statistics worker, which is started when it is first asked. */
export class StatisticsClient {
  private readonly start: () => Endpoint;
  private api: Remote<StatisticsApi> | null = null;

  /** @param start tests put a message channel in the place of a worker. */
  constructor(start: () => Endpoint = startStatisticsWorker) {
    this.start = start;
    registerCancellation();
  }

  /** Asks for one analysis. @throws {MemoscopeError} what the analysis threw. */
  async ask<T>(question: (api: StatisticsApi) => Promise<T>): Promise<T> {
    this.api ??= wrap<StatisticsApi>(this.start());
    try {
      return await question(this.api);
    } catch (thrown) {
      throw asMemoscopeError(thrown);
    }
  }

  /** See {@link StatisticsApi.ceilings}; the rows are moved to the worker. */
  ceilings(rows: TokenRows, suffixStarts: Uint32Array, n: Float64Array): Promise<CeilingAnalysis> {
    const moved = transfer(rows, [rows.ids.buffer, rows.starts.buffer] as ArrayBuffer[]);
    return this.ask((api) => api.ceilings(moved, suffixStarts, n));
  }

  /**
   * Reads files in the worker; see {@link StatisticsApi.readSamples}.
   *
   * @param onProgress is told the bytes that are read, and that there are.
   * @returns all samples and problems, put together from the batches.
   */
  async readSamples(
    files: readonly InputFile[],
    options: ReadOptions,
    signal: AbortSignal,
    onProgress: (done: number, total: number) => void,
  ): Promise<ImportResult> {
    const all: Pick<ImportResult, 'samples' | 'problems'> = { samples: [], problems: [] };
    const take = ({ samples, problems }: Pick<ImportBatch, 'samples' | 'problems'>): void => {
      for (const sample of samples) all.samples.push(sample);
      for (const problem of problems) all.problems.push(problem);
    };
    const onBatch = (batch: ImportBatch): void => {
      take(batch);
      onProgress(batch.done, batch.total);
    };
    const end = await this.ask((api) => api.readSamples(files, options, proxy(onBatch), { signal }));
    take(end);
    return { ...end, ...all };
  }
}
