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

type Question<T> = (api: StatisticsApi) => Promise<T>;

/**
 * The page's side of the statistics worker, which is started when it is first asked. Estimates are asked for at once,
 * resampling for later: the worker does one thing at a time, and no figure is to wait for the interval of another.
 */
export class StatisticsClient {
  private readonly start: () => Endpoint;
  private api: Remote<StatisticsApi> | null = null;
  /** Questions that what was put off waits for. */
  private open = 0;
  private readonly later: (() => void)[] = [];
  private isLaterAtWork = false;

  /** @param start tests put a message channel in the place of a worker. */
  constructor(start: () => Endpoint = startStatisticsWorker) {
    this.start = start;
    registerCancellation();
  }

  /**
   * Asks for one analysis.
   *
   * @param question may prepare what it asks with: that is part of it.
   * @throws {MemoscopeError} what the analysis threw.
   */
  ask<T>(question: Question<T>): Promise<T> {
    return this.hold(() => this.put(question));
  }

  /** Does something that a question needs, before which nothing that was put off begins. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.open++;
    try {
      return await work();
    } finally {
      this.open--;
      this.goOn();
    }
  }

  /**
   * Asks for what takes long, such as resampling: when no other question is open, one at a time, in the order in which
   * they were asked.
   *
   * @param isWanted asked when its turn comes.
   * @returns null if it was not wanted any more.
   * @throws {MemoscopeError} what the analysis threw.
   */
  async askLater<T>(question: Question<T>, isWanted: () => boolean): Promise<T | null> {
    await new Promise<void>((resolve) => {
      this.later.push(resolve);
      this.goOn();
    });
    try {
      return isWanted() ? await this.put(question) : null;
    } finally {
      this.isLaterAtWork = false;
      this.goOn();
    }
  }

  private async put<T>(question: Question<T>): Promise<T> {
    this.api ??= wrap<StatisticsApi>(this.start());
    try {
      return await question(this.api);
    } catch (thrown) {
      throw asMemoscopeError(thrown);
    }
  }

  /** Lets the next one begin that was put off, in a task of its own: an answer may bring another question first. */
  private goOn(): void {
    setTimeout(() => {
      if (this.open > 0 || this.isLaterAtWork) return;
      const begin = this.later.shift();
      this.isLaterAtWork = begin !== undefined;
      begin?.();
    });
  }

  /** See {@link StatisticsApi.ceilings}; the rows are moved to the worker. @param prepare makes what is asked with. */
  ceilings(
    prepare: () => Promise<readonly [rows: TokenRows, suffixStarts: Uint32Array, n: Float64Array]>,
  ): Promise<CeilingAnalysis> {
    return this.ask(async (api) => {
      const [rows, suffixStarts, n] = await prepare();
      const moved = transfer(rows, [rows.ids.buffer, rows.starts.buffer] as ArrayBuffer[]);
      return api.ceilings(moved, suffixStarts, n);
    });
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
