import type { AdapterEntry, Catalog, ModelEntry } from '../engine/modelCatalog.ts';
import { loadCatalog } from '../engine/modelCatalog.ts';
import { ScorerClient } from '../engine/scorerClient.ts';
import { Vocabulary } from '../engine/vocabulary.ts';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { DeviceReport, DeviceRequest, LoadProgress, OpenedModel } from '../protocol/scorer.ts';
import type { ModelState } from './status.ts';

/** The page's hold on the model: what there is, whether it is loaded, and on which device. */
export class ModelLink {
  state = $state.raw<ModelState>({ kind: 'idle' });
  /** Device of the last pass: another than the one of `state` if that was lost. */
  device = $state.raw<DeviceReport | null>(null);
  vocabulary = $state.raw<Vocabulary | null>(null);
  catalog = $state.raw<Catalog | null>(null);
  readonly scorer = new ScorerClient();
  private request: DeviceRequest | null = null;

  /** The model that ships with the page. @throws {MemoscopeError} `ModelUnavailable`. */
  async entry(): Promise<ModelEntry> {
    this.catalog ??= await loadCatalog();
    return this.catalog.models[0];
  }

  /** An adapter of a model by its id. */
  adapterOf(entry: ModelEntry, id: string | null): AdapterEntry | null {
    return entry.adapters.find((adapter) => adapter.source.id === id) ?? null;
  }

  /**
   * Loads the model unless it is ready on the device asked for.
   *
   * @throws {MemoscopeError} as `ScorerApi.open`; `state` says the same.
   */
  async open(
    request: DeviceRequest,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<OpenedModel> {
    if (this.state.kind === 'ready' && this.isSameRequest(request)) return this.state.opened;
    try {
      const entry = await this.entry();
      const report = (progress: LoadProgress) => {
        this.state = { kind: 'loading', progress };
        onProgress(progress);
      };
      report({ stage: 'downloading', done: 0, total: 0 });
      const opened = await this.scorer.open(entry.source, request, { signal, onProgress: report });
      const everyId = Uint32Array.from({ length: opened.vocabularySize }, (_, id) => id);
      const { bytes, starts } = await this.scorer.tokenBytes(everyId, { signal });
      this.vocabulary = new Vocabulary(bytes, starts);
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

  private isSameRequest(request: DeviceRequest): boolean {
    return this.request?.device === request.device && this.request.threads === request.threads;
  }
}
