/**
 * A causal language model of GPT-2's shape with random weights, as a single ONNX file of plain operators. Its
 * speed is that of the real one; its text is noise. It is written here because no model of that size ships.
 */
import { GRAPH, MODEL, TENSOR, TYPE } from '../../workers/onnx/graphOutline.ts';
import { GraphWriter } from '../../workers/onnx/graphWriter.ts';
import { bytesField, integerField, join, messageField, textField } from '../../workers/onnx/protobuf.ts';

export interface Gpt2Shape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly context: number;
}

/** GPT-2 small: 124 million parameters. */
export const GPT2_SMALL: Gpt2Shape = { layers: 12, width: 768, heads: 12, vocabulary: 50_257, context: 1024 };

/** Normal numbers from a counter-based generator (splitmix32) and the Box-Muller transform. */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

class Gpt2Writer {
  private readonly graph = new GraphWriter('gpt2');
  private readonly normal = normals(1);
  private readonly shape: Gpt2Shape;
  private readonly mask: string;

  constructor(shape: Gpt2Shape) {
    this.shape = shape;
    for (const name of ['input_ids', 'attention_mask', 'position_ids'])
      this.graph.input(name, TYPE.int64, ['batch_size', 'sequence_length']);
    this.mask = this.causalMask();
  }

  private op(operator: string, inputs: readonly string[], attributes = {}): string {
    return this.graph.node(operator, inputs, { attributes });
  }

  /** Weights `mean + deviation * normal`. */
  private weights(name: string, dims: readonly number[], deviation: number, mean = 0): string {
    const data = new Float32Array(dims.reduce((size, dim) => size * dim, 1));
    for (let index = 0; index < data.length; index++) data[index] = mean + deviation * this.normal();
    this.graph.add(GRAPH.initializer, [
      ...dims.flatMap((dim) => integerField(TENSOR.dims, dim)),
      ...integerField(TENSOR.type, TYPE.float),
      ...textField(TENSOR.name, name),
      ...bytesField(TENSOR.rawData, new Uint8Array(data.buffer)),
    ]);
    return name;
  }

  private causalMask(): string {
    const length = this.op('Gather', [this.op('Shape', ['input_ids']), this.graph.integers(1)]);
    const positions = this.op('Range', [this.graph.integers(0), length, this.graph.integers(1)]);
    const keys = this.op('Unsqueeze', [positions, this.graph.integers([0])]);
    const queries = this.op('Unsqueeze', [positions, this.graph.integers([1])]);
    const allowed = this.op('LessOrEqual', [keys, queries]);
    return this.op('Where', [allowed, this.graph.float(0), this.graph.float(-1e9)]);
  }

  private normalized(input: string, name: string): string {
    const scale = this.weights(`${name}.weight`, [this.shape.width], 0.05, 1);
    return this.op('LayerNormalization', [
      input,
      scale,
      this.weights(`${name}.bias`, [this.shape.width], 0.02),
    ]);
  }

  private linear(input: string, name: string, inputs: number, outputs: number, gain: number): string {
    const weight = this.weights(`${name}.weight`, [inputs, outputs], gain / Math.sqrt(inputs));
    const bias = this.weights(`${name}.bias`, [outputs], 0.02);
    return this.op('Add', [this.op('MatMul', [input, weight]), bias]);
  }

  private attention(input: string, name: string): string {
    const { width, heads } = this.shape;
    const perHead = this.graph.integers([0, 0, heads, width / heads]);
    const split = (part: string, permutation: readonly number[]) =>
      this.op('Transpose', [this.op('Reshape', [part, perHead])], { perm: permutation });
    const [query, key, value] = ['query', 'key', 'value'].map((part) =>
      this.linear(input, `${name}.${part}`, width, width, 1.2),
    ) as [string, string, string];
    const scale = this.graph.float(Math.sqrt(heads / width));
    const scores = this.op('MatMul', [
      this.op('Mul', [split(query, [0, 2, 1, 3]), scale]),
      split(key, [0, 2, 3, 1]),
    ]);
    const weights = this.op('Softmax', [this.op('Add', [scores, this.mask])], { axis: -1 });
    const mixed = this.op('Transpose', [this.op('MatMul', [weights, split(value, [0, 2, 1, 3])])], {
      perm: [0, 2, 1, 3],
    });
    const merged = this.op('Reshape', [mixed, this.graph.integers([0, 0, width])]);
    return this.linear(merged, `${name}.output`, width, width, 0.5);
  }

  private feedForward(input: string, name: string): string {
    const { width } = this.shape;
    const hidden = this.linear(input, `${name}.in`, width, 4 * width, 1);
    const active = this.graph.node('Gelu', [hidden], { domain: 'com.microsoft' });
    return this.linear(active, `${name}.out`, 4 * width, width, 0.5);
  }

  /** The serialized ModelProto. */
  model(): Uint8Array<ArrayBuffer> {
    const { layers, width, vocabulary, context } = this.shape;
    const table = this.weights('wte', [vocabulary, width], 0.14);
    const places = this.weights('wpe', [context, width], 0.05);
    let state = this.op('Add', [
      this.op('Gather', [table, 'input_ids']),
      this.op('Gather', [places, 'position_ids']),
    ]);
    for (let layer = 0; layer < layers; layer++) {
      const name = `h.${layer}`;
      state = this.op('Add', [state, this.attention(this.normalized(state, `${name}.ln1`), `${name}.attn`)]);
      state = this.op('Add', [state, this.feedForward(this.normalized(state, `${name}.ln2`), `${name}.mlp`)]);
    }
    const rows = this.op('Reshape', [this.normalized(state, 'ln_f'), this.graph.integers([-1, width])]);
    const flat = this.op('Gemm', [rows, table], { transB: 1 });
    const shape = this.graph.node(
      'Concat',
      [this.op('Shape', ['input_ids']), this.graph.integers([vocabulary])],
      {
        attributes: { axis: 0 },
      },
    );
    this.graph.node('Reshape', [flat, shape], { outputs: ['logits'] });
    this.graph.output('logits', TYPE.float, ['batch_size', 'sequence_length', vocabulary]);
    const opset = (domain: string, version: number) =>
      messageField(MODEL.opset, [...textField(1, domain), ...integerField(2, version)]);
    return join([
      ...integerField(MODEL.irVersion, 8),
      ...messageField(MODEL.graph, [...textField(GRAPH.name, 'gpt2-shape'), ...this.graph.fields()]),
      ...opset('', 17),
      ...opset('com.microsoft', 1),
    ]);
  }
}

/** Serialized ONNX model of a shape; always the same bytes for the same shape. */
export const gpt2Model = (shape: Gpt2Shape): Uint8Array<ArrayBuffer> => new Gpt2Writer(shape).model();

/** `config.json` beside it, as transformers.js wants it. */
export const gpt2Config = ({ layers, width, heads, vocabulary, context }: Gpt2Shape) => ({
  architectures: ['GPT2LMHeadModel'],
  model_type: 'gpt2',
  n_layer: layers,
  n_embd: width,
  n_head: heads,
  n_ctx: context,
  n_positions: context,
  vocab_size: vocabulary,
  eos_token_id: null,
  bos_token_id: null,
});
