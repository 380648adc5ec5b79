/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is in range by construction */
/**
 * A causal language model with random weights, small enough for a test, as an ONNX file and as a forward pass in
 * float64 that is written apart from it: the reference for everything that the engine computes.
 */
import { GRAPH, MODEL, TENSOR, TYPE } from '../../workers/onnx/graphOutline.ts';
import { GraphWriter } from '../../workers/onnx/graphWriter.ts';
import { bytesField, integerField, join, messageField, textField } from '../../workers/onnx/protobuf.ts';

export interface TinyShape {
  readonly vocabulary: number;
  readonly hidden: number;
  readonly heads: number;
  readonly layers: number;
  readonly context: number;
}

export interface TinyOptions {
  /** How the projection to the vocabulary is written; `opaque` cannot be moved by the engine. */
  readonly head?: 'matmul' | 'gemm' | 'opaque';
  readonly cache?: boolean;
  /** Makes every logit of the position after this token NaN. */
  readonly poison?: number;
}

interface Layer {
  readonly qkv: Float32Array;
  readonly out: Float32Array;
  readonly up: Float32Array;
  readonly down: Float32Array;
}

export interface TinyWeights {
  readonly embedding: Float32Array;
  readonly positions: Float32Array;
  readonly layers: readonly Layer[];
  /** `[hidden, vocabulary]` */
  readonly head: Float32Array;
  readonly bias: Float32Array;
}

/** Low-rank matrices added to the attention's output projection of each layer. */
export type TinyAdapter = readonly { readonly a: Float32Array; readonly b: Float32Array }[];

export const TINY: TinyShape = { vocabulary: 301, hidden: 32, heads: 2, layers: 2, context: 64 };
/** Entries with exactly equal logits, and one that is impossible. */
export const TIED = [5, 6, 7, 8];
export const IMPOSSIBLE = 11;
const RANK = 3;

/** Deterministic uniform numbers in [0, 1) (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function tinyWeights(shape: TinyShape = TINY, seed = 1): TinyWeights {
  const random = randomNumbers(seed);
  const matrix = (size: number, scale: number) =>
    Float32Array.from({ length: size }, () => (random() * 2 - 1) * scale);
  const { vocabulary: V, hidden: d, layers, context } = shape;
  const head = matrix(d * V, 0.9);
  const bias = matrix(V, 0.5);
  for (const id of TIED) {
    bias[id] = 2.5;
    for (let row = 0; row < d; row++) head[row * V + id] = 0;
  }
  bias[IMPOSSIBLE] = -Infinity;
  return {
    embedding: matrix(V * d, 1),
    positions: matrix(context * d, 0.3),
    layers: Array.from({ length: layers }, () => ({
      qkv: matrix(d * 3 * d, 0.35),
      out: matrix(d * d, 0.3),
      up: matrix(d * 2 * d, 0.3),
      down: matrix(2 * d * d, 0.3),
    })),
    head,
    bias,
  };
}

export function tinyAdapter(shape: TinyShape = TINY, seed = 2): TinyAdapter {
  const random = randomNumbers(seed);
  // Half precision keeps multiples of 1/256 below 1 exactly.
  const matrix = (size: number) =>
    Float32Array.from({ length: size }, () => Math.round((random() * 2 - 1) * 128) / 256 || 0);
  return Array.from({ length: shape.layers }, () => ({
    a: matrix(shape.hidden * RANK),
    b: matrix(RANK * shape.hidden),
  }));
}

// ---- reference ------------------------------------------------------------------------------------------------

const multiply = (x: Float64Array, w: Float32Array, inner: number, outer: number): Float64Array => {
  const rows = x.length / inner;
  const y = new Float64Array(rows * outer);
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < inner; i++)
      for (let j = 0; j < outer; j++) y[r * outer + j]! += x[r * inner + i]! * w[i * outer + j]!;
  return y;
};

function normalize(x: Float64Array, d: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += d) {
    const row = x.subarray(at, at + d);
    const mean = row.reduce((sum, value) => sum + value, 0) / d;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / d;
    for (let i = 0; i < d; i++) y[at + i] = (row[i]! - mean) / Math.sqrt(variance + 1e-5);
  }
  return y;
}

function attend(qkv: Float64Array, time: number, d: number, heads: number): Float64Array {
  const size = d / heads;
  const mixed = new Float64Array(time * d);
  for (let head = 0; head < heads; head++)
    for (let t = 0; t < time; t++) {
      const scores = Array.from({ length: t + 1 }, (_, j) => {
        let dot = 0;
        for (let i = 0; i < size; i++)
          dot += qkv[t * 3 * d + head * size + i]! * qkv[j * 3 * d + d + head * size + i]!;
        return dot / Math.sqrt(size);
      });
      const most = Math.max(...scores);
      const total = scores.reduce((sum, score) => sum + Math.exp(score - most), 0);
      scores.forEach((score, j) => {
        for (let i = 0; i < size; i++)
          mixed[t * d + head * size + i]! +=
            (Math.exp(score - most) / total) * qkv[j * 3 * d + 2 * d + head * size + i]!;
      });
    }
  return mixed;
}

/** Logits `[time, vocabulary]` and hidden states `[time, hidden]` of one sequence, in float64. */
export function referenceForward(
  ids: readonly number[],
  weights: TinyWeights,
  shape: TinyShape = TINY,
  adapter?: TinyAdapter,
): { logits: Float64Array; hidden: Float64Array } {
  const { hidden: d, vocabulary: V } = shape;
  const time = ids.length;
  const x = new Float64Array(time * d);
  ids.forEach((id, t) => {
    for (let i = 0; i < d; i++) x[t * d + i] = weights.embedding[id * d + i]! + weights.positions[t * d + i]!;
  });
  const add = (y: Float64Array): void => {
    for (let i = 0; i < x.length; i++) x[i]! += y[i]!;
  };
  weights.layers.forEach((layer, index) => {
    const mixed = attend(multiply(normalize(x, d), layer.qkv, d, 3 * d), time, d, shape.heads);
    add(multiply(mixed, layer.out, d, d));
    const low = adapter?.[index];
    if (low) add(multiply(multiply(mixed, low.a, d, RANK), low.b, RANK, d));
    const up = multiply(normalize(x, d), layer.up, d, 2 * d).map(Math.tanh);
    add(multiply(up, layer.down, 2 * d, d));
  });
  const hidden = normalize(x, d);
  const logits = multiply(hidden, weights.head, d, V);
  for (let i = 0; i < logits.length; i++) logits[i]! += weights.bias[i % V]!;
  return { logits, hidden };
}

// ---- files ----------------------------------------------------------------------------------------------------

function weight(graph: GraphWriter, name: string, dims: readonly number[], data: Float32Array): string {
  graph.add(GRAPH.initializer, [
    ...dims.flatMap((size) => integerField(TENSOR.dims, size)),
    ...integerField(TENSOR.type, TYPE.float),
    ...textField(TENSOR.name, name),
    ...bytesField(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
  return name;
}

const ones = (size: number): Float32Array => new Float32Array(size).fill(1);

function layerNormalization(g: GraphWriter, x: string, name: string, d: number): string {
  return g.node('LayerNormalization', [
    x,
    weight(g, `${name}.weight`, [d], ones(d)),
    weight(g, `${name}.bias`, [d], new Float32Array(d)),
  ]);
}

/** Additive mask `[time, total]`: 0 where a query may look, -1e9 in its future. */
function causalMask(g: GraphWriter): string {
  const at = (value: string) => g.node('Gather', [g.node('Shape', [value]), g.integers(1)]);
  const time = at('input_ids');
  const total = at('attention_mask');
  const zero = g.integers(0);
  const one = g.integers(1);
  const queries = g.node('Add', [g.node('Range', [zero, time, one]), g.node('Sub', [total, time])]);
  const keys = g.node('Range', [zero, total, one]);
  const allowed = g.node('LessOrEqual', [keys, g.node('Unsqueeze', [queries, g.integers([1])])]);
  return g.node('Where', [allowed, g.float(0), g.float(-1e9)]);
}

function attention(g: GraphWriter, x: string, mask: string, shape: TinyShape, layer: number, cache: boolean) {
  const { hidden: d, heads } = shape;
  const size = d / heads;
  const parts = ['q', 'k', 'v'].map((part) => `layer.${layer}.${part}`);
  g.node('Split', [x, g.integers([d, d, d])], { attributes: { axis: 2 }, outputs: parts });
  const [q, k, v] = parts.map((part) =>
    g.node('Transpose', [g.node('Reshape', [part, g.integers([0, 0, heads, size])])], {
      attributes: { perm: [0, 2, 1, 3] },
    }),
  ) as [string, string, string];
  const extended = (kind: string, value: string): string => {
    if (!cache) return value;
    const dims = (time: string) => ['batch_size', heads, time, size];
    const past = g.input(`past_key_values.${layer}.${kind}`, TYPE.float, dims('past_sequence_length'));
    const present = `present.${layer}.${kind}`;
    g.node('Concat', [past, value], { attributes: { axis: 2 }, outputs: [present] });
    g.output(present, TYPE.float, dims('total_sequence_length'));
    return present;
  };
  const keys = g.node('Transpose', [extended('key', k)], { attributes: { perm: [0, 1, 3, 2] } });
  const scaled = g.node('Mul', [q, g.float(1 / Math.sqrt(size))]);
  const scores = g.node('Add', [g.node('MatMul', [scaled, keys]), mask]);
  const probabilities = g.node('Softmax', [scores]);
  const mixed = g.node('MatMul', [probabilities, extended('value', v)]);
  return g.node('Reshape', [
    g.node('Transpose', [mixed], { attributes: { perm: [0, 2, 1, 3] } }),
    g.integers([0, 0, d]),
  ]);
}

/** The model as a serialized ONNX graph; the adapters' inputs have zeros as defaults. */
export function tinyOnnx(
  weights: TinyWeights,
  shape: TinyShape = TINY,
  { head = 'matmul', cache = true, poison }: TinyOptions = {},
): Uint8Array<ArrayBuffer> {
  const { hidden: d, vocabulary: V, layers, context } = shape;
  const g = new GraphWriter('tiny');
  for (const [name, time] of [
    ['input_ids', 'sequence_length'],
    ['attention_mask', 'total_sequence_length'],
    ['position_ids', 'sequence_length'],
  ] as const)
    g.input(name, TYPE.int64, ['batch_size', time]);
  const embedded = g.node('Gather', [weight(g, 'embedding', [V, d], weights.embedding), 'input_ids']);
  const placed = g.node('Gather', [weight(g, 'positions', [context, d], weights.positions), 'position_ids']);
  let x = g.node('Add', [embedded, placed]);
  const mask = causalMask(g);
  for (let layer = 0; layer < layers; layer++) {
    const w = weights.layers[layer]!;
    const name = `layer.${layer}`;
    const linear = (input: string, part: string, dims: [number, number], data: Float32Array) =>
      g.node('MatMul', [input, weight(g, `${name}.${part}`, dims, data)]);
    const qkv = linear(layerNormalization(g, x, `${name}.norm`, d), 'qkv', [d, 3 * d], w.qkv);
    const mixed = attention(g, qkv, mask, shape, layer, cache);
    const [a, b] = [`lora.${layer}.o.a`, `lora.${layer}.o.b`] as const;
    g.input(weight(g, a, [d, 1], new Float32Array(d)), TYPE.float, [d, 'rank']);
    g.input(weight(g, b, [1, d], new Float32Array(d)), TYPE.float, ['rank', d]);
    const delta = g.node('MatMul', [g.node('MatMul', [mixed, a]), b]);
    x = g.node('Add', [x, g.node('Add', [linear(mixed, 'out', [d, d], w.out), delta])]);
    const up = linear(layerNormalization(g, x, `${name}.norm2`, d), 'up', [d, 2 * d], w.up);
    x = g.node('Add', [x, linear(g.node('Tanh', [up]), 'down', [2 * d, d], w.down)]);
  }
  x = layerNormalization(g, x, 'norm', d);
  if (poison !== undefined) {
    const isPoison = g.node('Equal', ['input_ids', g.integers(poison)]);
    const zero = g.node('Unsqueeze', [
      g.node('Where', [isPoison, g.float(NaN), g.float(0)]),
      g.integers([2]),
    ]);
    x = g.node('Add', [x, zero]);
  }
  addHead(g, x, weights, shape, head);
  return join([
    ...integerField(MODEL.irVersion, 8),
    ...messageField(MODEL.graph, [...textField(GRAPH.name, 'tiny'), ...g.fields()]),
    ...messageField(MODEL.opset, [...textField(1, ''), ...integerField(2, 17)]),
  ]);
}

function addHead(
  g: GraphWriter,
  x: string,
  weights: TinyWeights,
  { hidden: d, vocabulary: V }: TinyShape,
  head: NonNullable<TinyOptions['head']>,
): void {
  const bias = weight(g, 'head.bias', [V], weights.bias);
  if (head === 'gemm') {
    const transposed = Float32Array.from(
      weights.head,
      (_, i) => weights.head[(i % d) * V + Math.floor(i / d)]!,
    );
    const flat = g.node('Reshape', [x, g.integers([-1, d])]);
    const rows = g.node('Gemm', [flat, weight(g, 'head', [V, d], transposed), bias], {
      attributes: { transB: 1 },
    });
    const shape = g.node('Concat', [g.node('Shape', ['input_ids']), g.integers([V])], {
      attributes: { axis: 0 },
    });
    g.node('Reshape', [rows, shape], { outputs: ['logits'] });
  } else {
    const product = g.node('MatMul', [x, weight(g, 'head', [d, V], weights.head)]);
    const sum = g.node('Add', [product, bias], head === 'opaque' ? {} : { outputs: ['logits'] });
    // Max with the lowest number is the identity, but the engine does not know that.
    if (head === 'opaque') g.node('Max', [sum, g.float(-Infinity)], { outputs: ['logits'] });
  }
  g.output('logits', TYPE.float, ['batch_size', 'sequence_length', V]);
}

function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
}

/** An adapter as a safetensors file in half precision. */
export function tinySafetensors(adapter: TinyAdapter, shape: TinyShape = TINY): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  const values: number[] = [];
  adapter.forEach(({ a, b }, layer) => {
    for (const [side, data, dims] of [
      ['a', a, [shape.hidden, RANK]],
      ['b', b, [RANK, shape.hidden]],
    ] as const) {
      const from = values.length * 2;
      values.push(...data);
      header[`layers.${layer}.o.${side}`] = {
        dtype: 'F16',
        shape: dims,
        data_offsets: [from, values.length * 2],
      };
    }
  });
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(json.length), true);
  const body = Uint16Array.from(values, halfBits);
  return join([new Uint8Array(length.buffer), json, new Uint8Array(body.buffer)]);
}
