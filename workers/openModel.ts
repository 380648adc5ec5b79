/** A model that is ready to score: its files, its tokenizer, and the device that runs it. */
import { MemoscopeError } from '../src/protocol/errors.ts';
import type {
  DeviceReport,
  DeviceRequest,
  LoadProgress,
  LoadStage,
  ModelSource,
  OpenedModel,
} from '../src/protocol/scorer.ts';
import { type Gpu, type GpuProbe, probeGpu } from './device.ts';
import { Adapters } from './model/adapters.ts';
import { LanguageModel } from './model/languageModel.ts';
import { type ModelFacts, ModelFiles } from './model/modelFiles.ts';
import { canUseWebGpu, configureRuntime, usableThreads, warmRuntime, wasmName } from './model/runtime.ts';
import { Tokenizer } from './model/tokenizer.ts';
import { selfTest, tolerance } from './scoring/selfTest.ts';

/** Inputs of one forward pass, by device: enough to keep it busy, few enough to stop within a moment. */
const CAPACITY = { webgpu: 4096, software: 256, wasm: 512 } as const;
/** Most bytes that the logits of one pass may take on a GPU, where they are there all at once. */
const MOST_LOGIT_BYTES = 2 ** 29;

type Report = (progress: LoadProgress) => void;

const ignore: Report = () => undefined;

export class OpenModel {
  readonly source: ModelSource;
  readonly facts: ModelFacts;
  readonly tokenizer: Tokenizer;
  private readonly files: ModelFiles;
  private readonly threads: number;
  private current: { model: LanguageModel; adapters: Adapters; report: DeviceReport } | null = null;

  private constructor(source: ModelSource, files: ModelFiles, facts: ModelFacts, threads: number) {
    this.source = source;
    this.files = files;
    this.facts = facts;
    this.threads = threads;
    this.tokenizer = new Tokenizer(files.json('tokenizer.json'), files.json('tokenizer_config.json'));
  }

  /** Loads a model, chooses a device, runs the self-test. @throws {MemoscopeError} as `ScorerApi.open`. */
  static async open(
    source: ModelSource,
    request: DeviceRequest,
    onProgress: Report,
    signal: AbortSignal,
  ): Promise<OpenModel> {
    const probe = await probeFor(request);
    const { threads } = await configureRuntime(usableThreads(request.threads), probe.gpu !== null);
    const warm = warmRuntime();
    const files = await ModelFiles.fetch(source, onProgress, signal);
    await warm;
    const model = new OpenModel(source, files, files.facts(), threads);
    try {
      await model.choose(request, probe, onProgress, signal);
    } catch (thrown) {
      await model.release();
      throw thrown;
    }
    return model;
  }

  get model(): LanguageModel {
    return this.running.model;
  }

  get adapters(): Adapters {
    return this.running.adapters;
  }

  get device(): DeviceReport {
    return this.running.report;
  }

  /** What the page is told. */
  get info(): OpenedModel {
    return {
      ...this.facts,
      id: this.source.id,
      hash: this.files.graphHash,
      vocabularySize: this.model.graph.vocabularySize,
      acceptsAdapters: this.model.graph.adapterInputs.length > 0,
      device: this.device,
    };
  }

  /** Inputs that one forward pass may hold. */
  get capacity(): number {
    const { gpu, graph } = this.model;
    if (!gpu) return CAPACITY.wasm;
    if (gpu.isSoftware) return CAPACITY.software;
    if (!this.model.holdsLogits) return CAPACITY.webgpu;
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
    const bytes = Math.min(maxBufferSize, maxStorageBufferBindingSize, MOST_LOGIT_BYTES);
    const rows = Math.floor(bytes / (graph.vocabularySize * (graph.halfLogits ? 2 : 4)));
    return Math.min(CAPACITY.webgpu, rows);
  }

  /** Passes that may be queued at once: on a GPU the next one is prepared while the last one runs. */
  get depth(): number {
    return this.model.gpu ? 2 : 1;
  }

  /**
   * Leaves WebGPU for WebAssembly, without losing the run.
   *
   * @throws {MemoscopeError} `DeviceLost` if WebAssembly cannot take over.
   */
  async moveToWasm(why: string, signal: AbortSignal): Promise<void> {
    await this.release();
    try {
      await this.start(null, `${why}, so WebAssembly took over`, ignore, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new MemoscopeError(
        'DeviceLost',
        `${why}, and WebAssembly could not take over. Reload the page.`,
        {
          cause,
        },
      );
    }
  }

  async release(): Promise<void> {
    const { current } = this;
    this.current = null;
    if (!current) return;
    current.adapters.release();
    // A session on a lost device may fail to release; there is nothing left to free then.
    await current.model.release().catch(() => undefined);
    current.model.gpu?.device.destroy();
  }

  private get running() {
    if (!this.current) throw new MemoscopeError('Internal', 'The model is not running. Open it again.');
    return this.current;
  }

  private async choose(
    request: DeviceRequest,
    probe: GpuProbe,
    onProgress: Report,
    signal: AbortSignal,
  ): Promise<void> {
    let why = request.device === 'wasm' ? 'WebAssembly was asked for' : '';
    if (probe.gpu) {
      const asked = request.device === 'webgpu' ? 'was asked for' : 'is available';
      try {
        await this.start(probe.gpu, `WebGPU ${asked} and passed the self-test`, onProgress, signal);
        return;
      } catch (thrown) {
        signal.throwIfAborted();
        why = `WebGPU failed (${thrown instanceof Error ? thrown.message : String(thrown)})`;
        await this.release();
      }
    } else if (why === '') why = probe.reason;
    if (request.device === 'webgpu')
      throw new MemoscopeError('DeviceUnavailable', `WebGPU cannot be used: ${why}. Choose WebAssembly.`);
    await this.start(null, why, onProgress, signal);
  }

  /** Compiles for a device and tests it. */
  private async start(
    gpu: Gpu | null,
    reason: string,
    onProgress: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const stage = (name: LoadStage) => {
      onProgress({ stage: name, done: 0, total: 0 });
    };
    stage('compiling');
    const graph = await this.files.graph(signal);
    const model = await LanguageModel.create(graph.bytes, graph.external, gpu);
    const adapters = new Adapters(model.graph, gpu?.device ?? null);
    const report: DeviceReport = {
      kind: gpu ? 'webgpu' : 'wasm',
      threads: gpu ? 0 : this.threads,
      name: gpu ? gpu.name : `${wasmName()}, ${this.threads} ${this.threads === 1 ? 'thread' : 'threads'}`,
      reason,
      selfTestError: null,
    };
    this.current = { model, adapters, report };
    stage('self-test');
    const error = await selfTest(model, adapters, this.files.selfTest(), this.facts.startTokenId, signal);
    this.current.report = { ...report, selfTestError: error };
    if (error !== null && !(error <= tolerance(model.graph.halfLogits)))
      throw new MemoscopeError(
        'DeviceUnavailable',
        `The self-test on ${report.name} is off by ${error.toPrecision(3)} nats.`,
      );
  }
}

/** Probes the GPU unless the request or the loaded runtime rules it out. */
async function probeFor({ device }: DeviceRequest): Promise<GpuProbe> {
  if (device === 'wasm') return { gpu: null, reason: 'WebAssembly was asked for' };
  if (!canUseWebGpu()) return { gpu: null, reason: 'the worker runs without WebGPU already' };
  const probe = await probeGpu();
  if (device === 'webgpu' || !probe.gpu?.isSoftware) return probe;
  // It computes on the same processor as WebAssembly, several times slower.
  probe.gpu.device.destroy();
  return { gpu: null, reason: 'WebGPU is only emulated on this machine' };
}
