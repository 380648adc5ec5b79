import { wrap, type Endpoint, type Remote } from 'comlink';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { StatisticsApi } from '../protocol/statistics.ts';

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
}
