import { proxy, releaseProxy, type Remote, wrap } from 'comlink';
import { type Cancellation, registerCancellation } from '../protocol/cancellation.ts';
import { asMemoscopeError, MemoscopeError } from '../protocol/errors.ts';
import type {
  AdapterSource,
  DeviceRequest,
  GenerateRequest,
  Generation,
  LoadProgress,
  ModelSource,
  OpenedModel,
  ScoreChunk,
  ScoreRequest,
  ScorerApi,
  ScoreSummary,
  TokenizedText,
} from '../protocol/scorer.ts';
import { startScorerWorker, type WorkerConnection } from './workerConnection.ts';

/**
 * How long a worker may take to obey a cancellation before it is replaced, ms. A slow device gets twice the time
 * that it took for its slowest step so far, because a forward pass cannot be interrupted.
 */
const CANCEL_PATIENCE = 2000;

/**
 * How long a run may give no sign of life before its worker counts as hung, ms, or twenty of its slowest steps:
 * a browser whose graphics process crashed can block a worker for good, without any error.
 */
const SILENCE_PATIENCE = 60_000;

/** What a caller may hand to any call. */
export interface CallOptions<Progress = never> {
  readonly signal?: AbortSignal | undefined;
  /** Not called any more once the call has settled. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

interface ClientOptions {
  readonly start?: () => WorkerConnection;
  readonly cancelPatience?: number;
  readonly silencePatience?: number;
}

/** A worker with the calls that wait for it. */
interface Connection {
  readonly worker: WorkerConnection;
  readonly api: Remote<ScorerApi>;
  readonly waiting: Set<(error: MemoscopeError) => void>;
  /** True once it has the model. */
  isOpen: boolean;
  /** Longest time between two signs of life within a call, ms. */
  slowestStep: number;
}

type Task<T> = (api: Remote<ScorerApi>, cancellation: Cancellation) => Promise<T>;

/**
 * The page's side of the scoring worker. Starts it when first needed, replaces it when it dies or hangs, and
 * opens the last model again then. Every call settles: with its result, or with a {@link MemoscopeError}.
 */
export class ScorerClient {
  private readonly start: () => WorkerConnection;
  private readonly cancelPatience: number;
  private readonly silencePatience: number;
  private connection: Connection | null = null;
  private lastOpen: { readonly source: ModelSource; readonly request: DeviceRequest } | null = null;

  constructor(options: ClientOptions = {}) {
    this.start = options.start ?? startScorerWorker;
    this.cancelPatience = options.cancelPatience ?? CANCEL_PATIENCE;
    this.silencePatience = options.silencePatience ?? SILENCE_PATIENCE;
    registerCancellation();
  }

  /** Loads a model; see {@link ScorerApi.open}. Another device or number of threads takes a new worker. */
  open(
    source: ModelSource,
    request: DeviceRequest,
    { signal, onProgress }: CallOptions<LoadProgress> = {},
  ): Promise<OpenedModel> {
    const isOther = this.lastOpen && JSON.stringify(this.lastOpen.request) !== JSON.stringify(request);
    if (isOther) this.terminate();
    this.lastOpen = { source, request };
    return this.call(signal, (api, cancellation) => this.openOn(api, cancellation, onProgress));
  }

  openAdapter(adapter: AdapterSource, { signal }: CallOptions = {}): Promise<void> {
    return this.callOpened(signal, (api, cancellation) => api.openAdapter(adapter, cancellation));
  }

  tokenize(text: string, { signal }: CallOptions = {}): Promise<TokenizedText> {
    return this.callOpened(signal, (api) => api.tokenize(text));
  }

  /** Tokens of many texts; see {@link ScorerApi.tokenizeAll}. */
  tokenizeAll(texts: readonly string[], { signal }: CallOptions = {}): Promise<TokenizedText[]> {
    return this.callOpened(signal, (api) => api.tokenizeAll(texts));
  }

  tokenBytes(ids: Uint32Array, { signal }: CallOptions = {}): ReturnType<ScorerApi['tokenBytes']> {
    return this.callOpened(signal, (api) => api.tokenBytes(ids));
  }

  /** Scores; see {@link ScorerApi.score}. After a cancellation the summary tells how far it came. */
  score(request: ScoreRequest, { signal, onProgress }: CallOptions<ScoreChunk> = {}): Promise<ScoreSummary> {
    return this.callOpened(signal, (api, cancellation) =>
      this.whileCalling(onProgress, (onChunk) => api.score(request, onChunk, cancellation), true),
    );
  }

  /** Decodes greedily; see {@link ScorerApi.generate}. */
  generate(request: GenerateRequest, { signal, onProgress }: CallOptions<number> = {}): Promise<Generation> {
    return this.callOpened(signal, (api, cancellation) =>
      this.whileCalling(onProgress, (onToken) => api.generate(request, onToken, cancellation), true),
    );
  }

  /** Releases the model and ends the worker, which alone gives its memory back. */
  async close(): Promise<void> {
    this.lastOpen = null;
    if (this.connection) await this.call(undefined, (api) => api.close());
    this.terminate();
  }

  /** Ends the worker at once; calls under way reject with `WorkerDied`. The next call starts a new one. */
  terminate(): void {
    if (this.connection) this.drop(this.connection, 'it was ended');
  }

  private async openOn(
    api: Remote<ScorerApi>,
    cancellation: Cancellation,
    onProgress?: (progress: LoadProgress) => void,
  ): Promise<OpenedModel> {
    if (!this.lastOpen) throw new MemoscopeError('ModelUnavailable', 'No model was opened. Open one first.');
    const { source, request } = this.lastOpen;
    const { connection } = this;
    const model = await this.whileCalling(onProgress, (report) =>
      api.open(source, request, report, cancellation),
    );
    if (connection) connection.isOpen = true;
    return model;
  }

  /** A call that needs the model: a worker that does not have it yet opens it first. */
  private callOpened<T>(signal: AbortSignal | undefined, task: Task<T>): Promise<T> {
    return this.call(signal, async (api, cancellation) => {
      const { connection } = this;
      if (!connection?.isOpen) await this.openOn(api, cancellation);
      return task(api, cancellation);
    });
  }

  /** Runs a task on the worker; settles at the latest when the worker dies or ignores a cancellation. */
  private async call<T>(signal: AbortSignal | undefined, task: Task<T>): Promise<T> {
    if (signal?.aborted) throw new MemoscopeError('Cancelled', 'Cancelled before it began.');
    const connection = (this.connection ??= this.connect());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      const patience = Math.max(this.cancelPatience, 2 * connection.slowestStep);
      timer = setTimeout(() => {
        this.drop(connection, 'it did not stop when asked', 'Cancelled');
      }, patience);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    let fail: (error: MemoscopeError) => void = () => undefined;
    const death = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    connection.waiting.add(fail);
    try {
      const cancellation = { signal: signal ?? new AbortController().signal };
      return await Promise.race([task(connection.api, cancellation), death]);
    } catch (thrown) {
      throw asMemoscopeError(thrown);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      connection.waiting.delete(fail);
    }
  }

  private connect(): Connection {
    const worker = this.start();
    const connection: Connection = {
      worker,
      api: wrap<ScorerApi>(worker.endpoint),
      waiting: new Set(),
      isOpen: false,
      slowestStep: 0,
    };
    worker.onDeath((cause) => {
      this.drop(connection, cause);
    });
    return connection;
  }

  /** Gives up a worker: its calls reject, the next call starts another. */
  private drop(connection: Connection, cause: string, kind: 'WorkerDied' | 'Cancelled' = 'WorkerDied'): void {
    if (this.connection === connection) this.connection = null;
    const error = new MemoscopeError(
      kind,
      `The scoring worker stopped: ${cause}. What was finished is kept; run again to go on.`,
    );
    for (const fail of connection.waiting) fail(error);
    connection.api[releaseProxy]();
    connection.worker.terminate();
  }

  /**
   * Hands a callback to the worker for the length of one call; what arrives later is ignored.
   *
   * @param isSteady true if the worker is to be given up when the callback is not called for long.
   */
  private async whileCalling<T, R>(
    callback: ((value: T) => void) | undefined,
    task: (callback: (value: T) => void) => Promise<R>,
    isSteady = false,
  ): Promise<R> {
    const { connection } = this;
    let isSettled = false;
    let lastSign = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = (): void => {
      clearTimeout(timer);
      if (!isSteady || !connection) return;
      const patience = Math.max(this.silencePatience, 20 * connection.slowestStep);
      timer = setTimeout(() => {
        this.drop(connection, 'it fell silent');
      }, patience);
    };
    const guarded = (value: T): void => {
      const now = performance.now();
      if (connection) connection.slowestStep = Math.max(connection.slowestStep, now - lastSign);
      lastSign = now;
      if (isSettled) return;
      watch();
      callback?.(value);
    };
    try {
      watch();
      return await task(proxy(guarded));
    } finally {
      isSettled = true;
      clearTimeout(timer);
    }
  }
}
