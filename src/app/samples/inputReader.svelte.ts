import type { ReadOptions } from '../../core/samples/readSamples.ts';
import type { ImportResult } from '../../core/samples/sample.ts';
import { DEFAULT_WINDOWS } from '../../core/samples/windowSamples.ts';
import type { StatisticsClient } from '../../engine/statisticsClient.ts';
import { readAhead } from './columnValues.ts';
import { cutWindows } from './cutWindows.ts';
import { groupColumns, groupsBy } from './dataSet.ts';
import { chosenSamples } from './sampleEmbeddings.ts';
import type { SampleRunHost } from './sampleRunHost.ts';
import { Slices } from './slices.ts';
import type { SampleInput } from './storedInput.ts';

/** How far the reading of files has come. */
interface Reading {
  readonly doing: 'reading' | 'loading' | 'cutting';
  /** Bytes, or characters of text that is cut; 0 of 0 where there is no measure. */
  readonly done: number;
  readonly total: number;
}

/**
 * Does in slices what would be one task of the page when these samples are shown.
 *
 * @throws {DOMException} `AbortError`.
 */
async function getReady(result: ImportResult, signal: AbortSignal): Promise<ImportResult> {
  const { samples, columns } = result;
  const slices = new Slices();
  await slices.rest();
  chosenSamples(samples.length);
  await slices.rest();
  const looked = columns.filter(({ kind }) => kind !== 'text').map(({ name }) => name);
  await readAhead(samples, looked, slices);
  for (const { name } of groupColumns(result)) {
    await slices.pause();
    groupsBy(samples, name);
  }
  await slices.rest();
  signal.throwIfAborted();
  return result;
}

/** Reads what a visitor put in, one input at a time. */
export class InputReader {
  /** What is being read; null between. */
  reading = $state.raw<Reading | null>(null);
  private readonly host: SampleRunHost;
  private readonly client: StatisticsClient;
  private current: AbortController | null = null;

  constructor(host: SampleRunHost, client: StatisticsClient) {
    this.host = host;
    this.client = client;
  }

  /** Gives up reading; what was in before stays. */
  stop(): void {
    this.current?.abort();
  }

  /**
   * Reads files, and cuts windows if such are wanted. A reading that was begun before is given up.
   *
   * @throws {MemoscopeError} `InvalidInput`, `Cancelled`; with windows as `ModelLink.use`.
   */
  async read(files: SampleInput['files'], options: ReadOptions): Promise<ImportResult> {
    this.stop();
    const current = (this.current = new AbortController());
    const tell = (doing: Reading['doing'], done = 0, total = 0): void => {
      if (this.current === current) this.reading = { doing, done, total };
    };
    try {
      tell('reading');
      const { signal } = current;
      const result = await this.client.readSamples(files, options, signal, (done, total) => {
        tell('reading', done, total);
      });
      signal.throwIfAborted();
      if (options.as !== 'window' || result.samples.length === 0) return await getReady(result, signal);
      tell('loading');
      const { link, deviceRequest: request } = this.host;
      const windows = await link.use({ request, signal }, () =>
        cutWindows(result, options.window ?? DEFAULT_WINDOWS, link.scorer, signal, (done, total) => {
          tell('cutting', done, total);
        }),
      );
      return await getReady(windows, signal);
    } finally {
      if (this.current === current) this.reading = null;
    }
  }
}
