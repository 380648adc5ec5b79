/** A model on a device: forward passes that end in records. */
import type { TokenRecords } from '../../src/core/tokenRecords.ts';
import { emptyRecords } from '../../src/core/tokenRecords.ts';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { Gpu } from '../device.ts';
import { GpuHead } from '../head/gpuHead.ts';
import { RECORD_INPUTS, RECORD_OUTPUTS, SCALARS } from '../head/graphHead.ts';
import { SCALAR_WORDS } from '../head/recordKernel.ts';
import { adaptModel, LOGITS, POOLING, WEIGHTS_FILE } from '../onnx/adaptModel.ts';
import type { ForwardBatch } from '../scoring/batch.ts';
import type { AdapterTensors } from './adapters.ts';
import { type GraphInterface, type KeyValues, inputsOf } from './graphInterface.ts';
import { ort, runtimeError } from './runtime.ts';

/** What a forward pass leaves. */
export interface Scored {
  /** One record for each row of the batch, in its order; the context is the batch's. */
  readonly records: TokenRecords;
  /** `[batch, hidden]` weighted sums of hidden states; null if the graph does not show them. */
  readonly pooled: Float32Array | null;
  /** Bytes that came to JavaScript. */
  readonly bytes: number;
}

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

const tensor = (data: Float32Array | BigInt64Array, dims: readonly number[]): ort.Tensor =>
  data instanceof Float32Array ? new ort.Tensor('float32', data, dims) : new ort.Tensor('int64', data, dims);

export class LanguageModel {
  readonly graph: GraphInterface;
  readonly gpu: Gpu | null;
  private readonly session: ort.InferenceSession;
  private readonly head: GpuHead | null;

  private constructor(session: ort.InferenceSession, graph: GraphInterface, gpu: Gpu | null) {
    this.session = session;
    this.graph = graph;
    this.gpu = gpu;
    this.head = gpu ? new GpuHead(gpu.device, graph.vocabularySize, graph.halfLogits) : null;
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
    const adapted = adaptModel(bytes, gpu === null);
    const graph = inputsOf(adapted);
    const onDevice = [LOGITS, POOLING.pooled, ...graph.keyValues.map(({ present }) => present)];
    try {
      const session = await ort.InferenceSession.create(adapted.graph, {
        executionProviders: gpu ? [{ name: 'webgpu', device: gpu.device }] : ['wasm'],
        externalData: [
          { path: WEIGHTS_FILE, data: bytes },
          ...Array.from(external, ([path, data]) => ({ path, data })),
        ],
        logSeverityLevel: 3,
        ...(gpu && {
          preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer' as const])),
        }),
      });
      return new LanguageModel(session, graph, gpu);
    } catch (thrown) {
      throw runtimeError(thrown, 'The model could not be prepared');
    }
  }

  /**
   * Queues a forward pass. Resolves once the next one may be queued.
   *
   * @throws {MemoscopeError} `OutOfMemory`, `Internal`; `DeviceLost` by `scored`.
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
    await this.session.release();
  }

  private async submitToGpu(head: GpuHead, batch: ForwardBatch, options: ForwardOptions): Promise<Submitted> {
    const feeds = this.feeds(batch, options);
    feeds[RECORD_INPUTS.rows] = tensor(BigInt64Array.from(batch.rows, BigInt), [batch.rows.length]);
    const results = await this.session.run(feeds, [LOGITS, ...this.extraOutputs(options)]);
    const logits = results[LOGITS];
    const pooled = results[POOLING.pooled];
    if (!logits) throw new MemoscopeError('Internal', 'The model returned no logits.');
    const appendix = pooled ? { buffer: pooled.gpuBuffer as GPUBuffer, bytes: pooled.size * 4 } : null;
    const topK = Math.max(2, options.topK);
    const { words } = await head.submit(logits.gpuBuffer as GPUBuffer, batch.targets, topK, appendix);
    logits.dispose();
    pooled?.dispose();
    return {
      scored: words.then((raw) => readWords(raw, batch, topK, options.topK)),
      keyValues: this.keyValuesOf(results, options),
    };
  }

  private async runInGraph(batch: ForwardBatch, options: ForwardOptions): Promise<Submitted> {
    const feeds = this.feeds(batch, options);
    const group = Math.min(GROUP_ROWS, batch.rows.length);
    const groups = Math.ceil(batch.rows.length / group);
    // The last group is filled up with row 0, whose records are dropped again.
    const padded = (values: Uint32Array): ort.Tensor => {
      const data = new BigInt64Array(groups * group);
      values.forEach((value, index) => {
        data[index] = BigInt(value);
      });
      return tensor(data, [groups, group]);
    };
    const topK = Math.max(2, options.topK);
    feeds[RECORD_INPUTS.rows] = padded(batch.rows);
    feeds[RECORD_INPUTS.targets] = padded(batch.targets);
    feeds[RECORD_INPUTS.k] = tensor(BigInt64Array.of(BigInt(topK)), [1]);
    const { scalars, topIds, topLogprobs } = RECORD_OUTPUTS;
    const results = await this.session.run(feeds, [
      scalars,
      topIds,
      topLogprobs,
      ...this.extraOutputs(options),
    ]);
    const data = <T>(name: string): T => results[name]?.data as T;
    const raw = {
      scalars: data<Float32Array>(scalars),
      topIds: data<Int32Array>(topIds),
      topLogprobs: data<Float32Array>(topLogprobs),
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

  private feeds(batch: ForwardBatch, { adapter, past }: ForwardOptions): Record<string, ort.Tensor> {
    const { batch: size, time } = batch;
    const seen = this.graph.keyValues[0] ? (past?.get(this.graph.keyValues[0].past)?.dims[2] ?? 0) : 0;
    const feeds: Record<string, ort.Tensor> = { input_ids: tensor(batch.ids, [size, time]) };
    if (this.graph.takesMask)
      feeds.attention_mask = tensor(new BigInt64Array(size * (seen + time)).fill(1n), [size, seen + time]);
    if (this.graph.takesPositions)
      feeds.position_ids = tensor(
        BigInt64Array.from({ length: size * time }, (_, index) => BigInt(seen + (index % time))),
        [size, time],
      );
    if (this.graph.keepsAllLogits) feeds[this.graph.keepsAllLogits] = tensor(BigInt64Array.of(0n), []);
    if (this.graph.pools) feeds[POOLING.weights] = tensor(batch.poolWeights, [size, 1, time]);
    for (const slot of this.graph.keyValues) feeds[slot.past] = past?.get(slot.past) ?? slot.empty(size);
    for (const [name, value] of adapter) feeds[name] = value;
    return feeds;
  }
}

interface GraphRecords {
  readonly scalars: Float32Array;
  readonly topIds: Int32Array;
  readonly topLogprobs: Float32Array;
  /** Alternatives a row in `topIds` and `topLogprobs`. */
  readonly stride: number;
}

/** Records from the outputs of the head in the graph. */
function recordsFromGraph(raw: GraphRecords, { rows, context }: ForwardBatch, topK: number): TokenRecords {
  const records = emptyRecords(rows.length, topK);
  records.context.set(context);
  SCALARS.forEach((column, index) => {
    const target = records[column];
    for (let row = 0; row < rows.length; row++)
      target[row] = raw.scalars[row * SCALARS.length + index] ?? NaN;
  });
  for (let row = 0; row < rows.length; row++) {
    const from = row * raw.stride;
    records.topIds.set(raw.topIds.subarray(from, from + topK), row * topK);
    records.topLogprobs.set(raw.topLogprobs.subarray(from, from + topK), row * topK);
  }
  return records;
}

/** Records from the words of the WGSL kernel. */
function readWords(raw: ArrayBuffer, batch: ForwardBatch, stride: number, topK: number): Scored {
  const rows = batch.rows.length;
  const width = SCALAR_WORDS + 2 * stride;
  const floats = new Float32Array(raw);
  const integers = new Uint32Array(raw);
  const records = emptyRecords(rows, topK);
  records.context.set(batch.context);
  SCALARS.forEach((column, index) => {
    const target = records[column];
    const source = target instanceof Uint32Array ? integers : floats;
    for (let row = 0; row < rows; row++) target[row] = source[row * width + index] ?? NaN;
  });
  for (let row = 0; row < rows; row++) {
    const from = row * width + SCALAR_WORDS;
    records.topIds.set(integers.subarray(from, from + topK), row * topK);
    records.topLogprobs.set(floats.subarray(from + stride, from + stride + topK), row * topK);
  }
  const pooled = floats.length > rows * width ? floats.slice(rows * width) : null;
  return { records, pooled, bytes: raw.byteLength };
}
