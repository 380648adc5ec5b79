/** A model on a device: forward passes that end in records. */
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { Gpu } from '../device.ts';
import { GpuHead } from '../head/gpuHead.ts';
import { RECORD_INPUTS, RECORD_OUTPUTS } from '../head/graphHead.ts';
import { recordsFromGraph, recordsFromWords, type Scored } from '../head/readRecords.ts';
import { adaptModel, HIDDEN, LOGITS, POOLING, WEIGHTS_FILE } from '../onnx/adaptModel.ts';
import type { HeadMatrix } from '../onnx/headMatrix.ts';
import type { ForwardBatch } from '../scoring/batch.ts';
import type { AdapterTensors } from './adapters.ts';
import { DeviceLoss } from './deviceLoss.ts';
import { feedsFor, tensorOf } from './feeds.ts';
import { type GraphInterface, type KeyValues, inputsOf } from './graphInterface.ts';
import { ort, runtimeError } from './runtime.ts';

/** A pass that is queued on the device; `keyValues` must be released by whoever asked for them. */
export interface Submitted {
  readonly scored: Promise<Scored>;
  readonly keyValues: KeyValues | null;
}

export interface ForwardOptions {
  readonly adapter: AdapterTensors;
  readonly topK: number;
  /** Keys and values of the inputs before this batch's. */
  readonly past?: KeyValues | undefined;
  /** True to keep the keys and values for a following pass. */
  readonly keep?: boolean;
}

/** Rows that the head in the graph handles at once: their logits fit a processor's cache. */
const GROUP_ROWS = 32;

export class LanguageModel {
  readonly graph: GraphInterface;
  readonly gpu: Gpu | null;
  private readonly session: ort.InferenceSession;
  private readonly head: GpuHead | null;
  /** The output that the head begins at. */
  private readonly headInput: string;
  private readonly loss: DeviceLoss | null;

  private constructor(
    session: ort.InferenceSession,
    graph: GraphInterface,
    gpu: Gpu | null,
    matrix: HeadMatrix | null,
  ) {
    this.session = session;
    this.graph = graph;
    this.gpu = gpu;
    this.head = gpu ? new GpuHead(gpu.device, graph.vocabularySize, graph.halfLogits, matrix) : null;
    this.headInput = matrix ? HIDDEN : LOGITS;
    this.loss = gpu ? new DeviceLoss(gpu.device) : null;
  }

  /**
   * Adapts the graph and compiles it for a device.
   *
   * @param external the model's own weight files, by the names that its graph uses.
   * @param gpu null for WebAssembly.
   * @throws {MemoscopeError} `ModelUnavailable`, `ModelCorrupt`, `OutOfMemory`, `Internal`.
   */
  static async create(
    bytes: Uint8Array<ArrayBuffer>,
    external: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
    gpu: Gpu | null,
  ): Promise<LanguageModel> {
    const adapted = adaptModel(
      bytes,
      gpu && { isSoftware: gpu.isSoftware, mostBytes: gpu.device.limits.maxStorageBufferBindingSize },
    );
    const graph = inputsOf(adapted);
    const onDevice = [
      adapted.matrix ? HIDDEN : LOGITS,
      POOLING.pooled,
      ...graph.keyValues.map(({ present }) => present),
    ];
    try {
      const session = await ort.InferenceSession.create(adapted.graph, {
        executionProviders: gpu ? [{ name: 'webgpu', device: gpu.device }] : ['wasm'],
        externalData: [
          { path: WEIGHTS_FILE, data: bytes },
          ...Array.from([...external, ...adapted.expanded], ([path, data]) => ({ path, data })),
        ],
        logSeverityLevel: 3,
        ...(gpu && {
          preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer' as const])),
        }),
      });
      return new LanguageModel(session, graph, gpu, adapted.matrix);
    } catch (thrown) {
      throw runtimeError(thrown, 'The model could not be prepared');
    }
  }

  /** True if all logits of a pass are there at once; false if they are made and reduced part by part. */
  get holdsLogits(): boolean {
    return this.headInput === LOGITS;
  }

  /**
   * Queues a forward pass. Resolves once the next one may be queued.
   *
   * @throws {MemoscopeError} `OutOfMemory`, `Internal`; `DeviceLost`, also by `scored`.
   */
  async submit(batch: ForwardBatch, options: ForwardOptions): Promise<Submitted> {
    try {
      return await (this.head
        ? this.submitToGpu(this.head, batch, options)
        : this.runInGraph(batch, options));
    } catch (thrown) {
      throw runtimeError(thrown, 'The model could not be run');
    }
  }

  /** Frees the session; the device stays. */
  async release(): Promise<void> {
    this.head?.release();
    // On a lost device nothing is left to free, and a run that never ends holds the session.
    if (!this.loss?.isLost) await this.session.release();
  }

  private unlessLost<T>(task: Promise<T>): Promise<T> {
    return this.loss ? this.loss.guard(task) : task;
  }

  private async submitToGpu(head: GpuHead, batch: ForwardBatch, options: ForwardOptions): Promise<Submitted> {
    const feeds = feedsFor(this.graph, batch, options);
    feeds[RECORD_INPUTS.rows] = tensorOf(BigInt64Array.from(batch.rows, BigInt), [batch.rows.length]);
    const wanted = [this.headInput, ...this.extraOutputs(options)];
    const running = this.session.run(feeds, wanted);
    const results = await (this.loss ? this.loss.explain(running) : running);
    const input = results[this.headInput];
    const pooled = results[POOLING.pooled];
    if (!input) throw new MemoscopeError('Internal', 'The model returned no logits.');
    const appendix = pooled ? { buffer: pooled.gpuBuffer, bytes: pooled.size * 4 } : null;
    const topK = Math.max(2, options.topK);
    const { words } = await head.submit(input.gpuBuffer, batch.targets, topK, appendix);
    input.dispose();
    pooled?.dispose();
    return {
      scored: this.unlessLost(words.then((raw) => recordsFromWords(raw, batch, topK, options.topK))),
      keyValues: this.keyValuesOf(results, options),
    };
  }

  private async runInGraph(batch: ForwardBatch, options: ForwardOptions): Promise<Submitted> {
    const feeds = feedsFor(this.graph, batch, options);
    const group = Math.min(GROUP_ROWS, batch.rows.length);
    const groups = Math.ceil(batch.rows.length / group);
    // The last group is filled up with row 0, whose records are dropped again.
    const padded = (values: Uint32Array): ort.Tensor => {
      const data = new BigInt64Array(groups * group);
      values.forEach((value, index) => {
        data[index] = BigInt(value);
      });
      return tensorOf(data, [groups, group]);
    };
    const topK = Math.max(2, options.topK);
    feeds[RECORD_INPUTS.rows] = padded(batch.rows);
    feeds[RECORD_INPUTS.targets] = padded(batch.targets);
    feeds[RECORD_INPUTS.k] = tensorOf(BigInt64Array.of(BigInt(topK)), [1]);
    const { scalars, topIds, topLogprobs } = RECORD_OUTPUTS;
    const results = await this.session.run(feeds, [
      scalars,
      topIds,
      topLogprobs,
      ...this.extraOutputs(options),
    ]);
    const raw = {
      scalars: results[scalars]?.data as Float32Array,
      topIds: results[topIds]?.data as Int32Array,
      topLogprobs: results[topLogprobs]?.data as Float32Array,
      stride: topK,
    };
    const pooled = results[POOLING.pooled]?.data as Float32Array | undefined;
    const bytes =
      raw.scalars.byteLength + raw.topIds.byteLength + raw.topLogprobs.byteLength + (pooled?.byteLength ?? 0);
    const scored = { records: recordsFromGraph(raw, batch, options.topK), pooled: pooled ?? null, bytes };
    return { scored: Promise.resolve(scored), keyValues: this.keyValuesOf(results, options) };
  }

  private extraOutputs({ keep }: ForwardOptions): string[] {
    return [
      ...(this.graph.pools ? [POOLING.pooled] : []),
      ...(keep ? this.graph.keyValues.map(({ present }) => present) : []),
    ];
  }

  private keyValuesOf(results: ort.InferenceSession.ReturnType, { keep }: ForwardOptions): KeyValues | null {
    if (!keep) return null;
    return new Map(
      this.graph.keyValues.flatMap(({ past, present }) => {
        const value = results[present];
        return value ? [[past, value] as const] : [];
      }),
    );
  }
}
