import type { AdapterEntry, Catalog, ModelEntry } from '../engine/modelCatalog.ts';
import { loadCatalog } from '../engine/modelCatalog.ts';
import type { ScorerClient } from '../engine/scorerClient.ts';
import { Vocabulary } from '../engine/vocabulary.ts';
import { asMemoscopeError, MemoscopeError } from '../protocol/errors.ts';
import type { DeviceReport, DeviceRequest, LoadProgress, OpenedModel } from '../protocol/scorer.ts';
import type { ModelState } from './status.ts';

/** How a job wants the model. */
export interface ModelUse {
  readonly request: DeviceRequest;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** The page's hold on the model: what there is, whether it is loaded, and on which device. */
export class ModelLink {
  state = $state.raw<ModelState>({ kind: 'idle' });
  /** Device of the last pass: another than the one of `state` if that was lost. */
  device = $state.raw<DeviceReport | null>(null);
  catalog = $state.raw<Catalog | null>(null);
  readonly scorer: ScorerClient;
  /** What the first fetch of the model waits for: whoever is to keep its files offline. Never rejects. */
  keeper: Promise<void> = Promise.resolve();
  private vocabulary = $state.raw<{ readonly hash: string; readonly of: Vocabulary } | null>(null);
  private request: DeviceRequest | null = null;
  /** Settles when the job that has the model is over. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Jobs that have the model or wait for it. */
  private jobs = 0;

  constructor(scorer: ScorerClient) {
    this.scorer = scorer;
  }

  /** The model that ships with the page. @throws {MemoscopeError} `ModelUnavailable`. */
  async entry(): Promise<ModelEntry> {
    this.catalog ??= await loadCatalog();
    return this.catalog.models[0];
  }

  /** An adapter of a model by its id. */
  adapterOf(entry: ModelEntry, id: string | null): AdapterEntry | null {
    return entry.adapters.find((adapter) => adapter.source.id === id) ?? null;
  }

  /** The tokens of a model by its hash; null unless it is the one that was loaded. */
  vocabularyOf(modelHash: string): Vocabulary | null {
    return this.vocabulary?.hash === modelHash ? this.vocabulary.of : null;
  }

  /**
   * Lends the model, loaded on the device asked for, to one job at a time: two jobs that want different devices
   * would take it from each other.
   *
   * @throws {MemoscopeError} as `ScorerApi.open` and as the job.
   */
  async use<T>(use: ModelUse, job: (opened: OpenedModel) => Promise<T>): Promise<T> {
    const before = this.turn;
    let end: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.turn = Promise.all([before, mine]);
    if (this.jobs++ > 0) use.onProgress?.({ stage: 'waiting', done: 0, total: 0 });
    try {
      await Promise.race([before, abortOf(use.signal)]);
      use.signal.throwIfAborted();
      const opened = await this.open(use);
      return await job(opened);
    } catch (thrown) {
      const error = asMemoscopeError(thrown);
      if (['WorkerDied', 'DeviceLost', 'OutOfMemory'].includes(error.kind)) this.giveUp(error);
      throw error;
    } finally {
      this.jobs--;
      end();
    }
  }

  private async open({ request, signal, onProgress }: ModelUse): Promise<OpenedModel> {
    if (this.state.kind === 'ready' && this.isSameRequest(request)) return this.state.opened;
    try {
      const entry = await this.entry();
      const report = (progress: LoadProgress) => {
        this.state = { kind: 'loading', progress };
        onProgress?.(progress);
      };
      report({ stage: 'downloading', done: 0, total: 0 });
      await this.keeper;
      const opened = await this.scorer.open(entry.source, request, { signal, onProgress: report });
      if (this.vocabulary?.hash !== opened.hash) await this.readVocabulary(opened, signal);
      this.request = request;
      this.device = opened.device;
      this.state = { kind: 'ready', opened };
      return opened;
    } catch (thrown) {
      const error = asMemoscopeError(thrown);
      this.state = error.kind === 'Cancelled' ? { kind: 'idle' } : { kind: 'failed', error };
      throw error;
    }
  }

  private async readVocabulary({ hash, vocabularySize }: OpenedModel, signal: AbortSignal): Promise<void> {
    const everyId = Uint32Array.from({ length: vocabularySize }, (_, id) => id);
    const { bytes, starts } = await this.scorer.tokenBytes(everyId, { signal });
    this.vocabulary = { hash, of: new Vocabulary(bytes, starts) };
  }

  private isSameRequest(request: DeviceRequest): boolean {
    return this.request?.device === request.device && this.request.threads === request.threads;
  }

  /** After a failure that the worker may not get over: the next job begins with a new one. */
  private giveUp(error: MemoscopeError): void {
    this.scorer.terminate();
    this.state = { kind: 'failed', error };
  }
}

/** Rejects when the signal is aborted. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => {
      reject(new MemoscopeError('Cancelled', 'Stopped while the model was in use elsewhere.'));
    };
    signal.addEventListener('abort', fail, { once: true });
  });
}
