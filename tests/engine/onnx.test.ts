import { describe, expect, it } from 'vitest';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import { adaptModel, HIDDEN, LOGITS, POOLING, WEIGHTS_FILE } from '../../workers/onnx/adaptModel.ts';
import { foldWeights } from '../../workers/onnx/foldWeights.ts';
import { GRAPH, MODEL, readOutline, TENSOR, TYPE } from '../../workers/onnx/graphOutline.ts';
import { withGemms } from '../../workers/onnx/gemmNodes.ts';
import { GraphWriter } from '../../workers/onnx/graphWriter.ts';
import { findOutputHead } from '../../workers/onnx/outputHead.ts';
import {
  bytesField,
  fieldsOf,
  integerField,
  integersOf,
  join,
  messageField,
  textField,
  textOf,
} from '../../workers/onnx/protobuf.ts';
import { RECORD_INPUTS, RECORD_OUTPUTS } from '../../workers/head/graphHead.ts';
import { TINY, tinyOnnx, tinyWeights } from './tinyModel.ts';

const weights = tinyWeights();
const GPU = { isSoftware: false, mostBytes: 2 ** 27 };
const names = (values: readonly { readonly name: string }[]) => values.map(({ name }) => name);

describe('protobuf', () => {
  it('reads what it writes, numbers beyond 32 bits included', () => {
    const bytes = join([...integerField(1, 2 ** 40 + 5), ...textField(2, 'naïve'), ...integerField(300, 0)]);
    const [number, text, zero] = [...fieldsOf(bytes)];
    expect(number).toMatchObject({ number: 1, value: 2 ** 40 + 5 });
    expect(text && textOf(bytes, text)).toBe('naïve');
    expect(zero).toMatchObject({ number: 300, value: 0 });
  });

  it('writes a negative integer as its 64-bit two’s complement', () => {
    const bytes = join(integerField(1, -1));
    expect(bytes).toHaveLength(11);
    expect([...bytes.subarray(1)]).toEqual([...Array<number>(9).fill(255), 1]);
  });

  it('reads repeated integers packed and unpacked alike', () => {
    const packed = Uint8Array.of(0x0a, 3, 0, 129, 1);
    const unpacked = Uint8Array.of(0x08, 0, 0x08, 129, 1);
    const all = (bytes: Uint8Array) => [...fieldsOf(bytes)].flatMap((field) => integersOf(bytes, field));
    expect(all(packed)).toEqual([0, 129]);
    expect(all(unpacked)).toEqual([0, 129]);
  });

  it('refuses bytes that end too early', () => {
    expect(() => [...fieldsOf(Uint8Array.of(0x0a, 9, 1))]).toThrow(RangeError);
    expect(() => [...fieldsOf(Uint8Array.of(0x88))]).toThrow(RangeError);
  });
});

describe('the outline of a graph', () => {
  it('tells inputs, outputs, shapes and where the weights lie', () => {
    const bytes = tinyOnnx(weights);
    const outline = readOutline(bytes);
    expect(outline.opset).toBe(17);
    expect(names(outline.inputs)).toContain('past_key_values.1.value');
    expect(outline.outputs.find(({ name }) => name === 'logits')?.dims).toEqual([
      'batch_size',
      'sequence_length',
      TINY.vocabulary,
    ]);
    const raw = outline.initializers.get('embedding')?.raw;
    const read = new Float32Array(bytes.slice(raw?.from, raw?.end).buffer);
    expect(read).toEqual(weights.embedding);
  });
});

describe('the output head', () => {
  it.each(['matmul', 'gemm'] as const)('of a %s is found behind what only shapes rows', (head) => {
    const found = findOutputHead(readOutline(tinyOnnx(weights, TINY, { head })));
    const operators = found?.path.map(({ operator }) => operator);
    expect(operators).toEqual(head === 'gemm' ? ['Gemm'] : ['MatMul', 'Add']);
    expect(found?.tail.length).toBe(2);
  });

  it('is left where it is if an unknown operator follows', () => {
    expect(findOutputHead(readOutline(tinyOnnx(weights, TINY, { head: 'opaque' })))).toBeNull();
  });
});

describe('quantized weights', () => {
  const stored = (
    g: GraphWriter,
    name: string,
    type: number,
    dims: readonly number[],
    data: Int8Array | Uint16Array,
  ) => {
    g.add(GRAPH.initializer, [
      ...dims.flatMap((size) => integerField(TENSOR.dims, size)),
      ...integerField(TENSOR.type, type),
      ...textField(TENSOR.name, name),
      ...bytesField(TENSOR.rawData, new Uint8Array(data.buffer)),
    ]);
    return name;
  };
  /** Two rows of two blocks of two, scaled by 1, 2, 0.5 and -1, as `[2, 4]` and transposed. */
  const graphOf = (shareScale: boolean): Uint8Array => {
    const g = new GraphWriter('quantized');
    const cast = (name: string) => g.node('Cast', [name], { attributes: { to: TYPE.float } });
    const scale = cast(
      stored(g, 's', TYPE.float16, [2, 2, 1], Uint16Array.of(0x3c00, 0x4000, 0x3800, 0xbc00)),
    );
    const weights = cast(stored(g, 'w', TYPE.int8, [2, 2, 2], Int8Array.of(1, -2, 3, 4, -127, 6, 7, 8)));
    const flat = g.node('Reshape', [g.node('Mul', [weights, scale]), g.integers([2, 4])], {
      outputs: ['flat'],
    });
    g.node('Transpose', [flat], { attributes: { perm: [1, 0] }, outputs: ['turned'] });
    g.node('Gather', ['flat', 'ids'], { outputs: ['rows'] });
    g.node('MatMul', ['x', 'turned'], { outputs: ['y'] });
    if (shareScale) g.node('Exp', [scale], { outputs: ['z'] });
    return join(messageField(MODEL.graph, g.fields()));
  };
  const fold = (bytes: Uint8Array) => foldWeights(bytes, readOutline(bytes), true);

  it('are expanded to floats under the names that the other nodes use', () => {
    const { tensors, nodes, sources } = fold(graphOf(false));
    const flat = [1, -2, 6, 8, -63.5, 3, -7, -8];
    expect(tensors).toEqual([
      { name: 'flat', dims: [2, 4], data: Float32Array.from(flat) },
      { name: 'turned', dims: [4, 2], data: Float32Array.of(1, -63.5, -2, 3, 6, -7, 8, -8) },
    ]);
    expect([...nodes].map(({ operator }) => operator)).toEqual([
      'Cast',
      'Cast',
      'Mul',
      'Reshape',
      'Transpose',
    ]);
    expect([...sources]).toEqual(expect.arrayContaining(['s', 'w']));
  });

  it('are left to the runtime where a part of them is used otherwise', () => {
    const { nodes } = fold(graphOf(true));
    expect([...nodes].map(({ operator }) => operator)).toEqual(['Cast', 'Cast']);
  });
});

describe('products with constant matrices', () => {
  const constant = (
    g: GraphWriter,
    name: string,
    dims: readonly number[],
    type: number = TYPE.float,
  ): string => {
    const size = dims.reduce((product, dim) => product * dim, type === TYPE.float16 ? 2 : 4);
    g.add(GRAPH.initializer, [
      ...dims.flatMap((dim) => integerField(TENSOR.dims, dim)),
      ...integerField(TENSOR.type, type),
      ...textField(TENSOR.name, name),
      ...bytesField(TENSOR.rawData, new Uint8Array(size)),
    ]);
    return name;
  };
  /** Operators and inputs of the rewritten graph that `write` makes of `x`, without what only shapes. */
  const rewritten = (write: (g: GraphWriter) => void): string[] => {
    const g = new GraphWriter('products');
    g.input('x', TYPE.float, ['batch', 'time', 4]);
    write(g);
    g.output('y', TYPE.float, null);
    const { nodes } = readOutline(withGemms(join(messageField(MODEL.graph, g.fields()))));
    const shaping = ['Reshape', 'Shape', 'Slice', 'Concat'];
    const made = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node.operator])));
    return nodes
      .filter(({ operator }) => !shaping.includes(operator))
      .map(({ operator, inputs }) => [operator, ...inputs.map((name) => made.get(name) ?? name)].join(' '));
  };
  const turned = { attributes: { perm: [1, 0] } };

  it('take their bias along', () => {
    const write = (g: GraphWriter) => {
      const product = g.node('MatMul', ['x', constant(g, 'w', [4, 6])]);
      g.node('Add', [constant(g, 'bias', [6]), product], { outputs: ['y'] });
    };
    expect(rewritten(write)).toEqual(['Gemm Reshape w bias']);
  });

  it('take an adapter’s product along, and are read as they are stored', () => {
    const write = (g: GraphWriter) => {
      g.input('a', TYPE.float, [4, 'rank']);
      g.input('b', TYPE.float, ['rank', 6]);
      const product = g.node('MatMul', ['x', g.node('Transpose', [constant(g, 'w', [6, 4])], turned)]);
      const low = g.node('MatMul', [g.node('MatMul', ['x', 'a']), 'b']);
      g.node('Add', [product, low], { outputs: ['y'] });
    };
    expect(rewritten(write)).toEqual(['Gemm Reshape a', 'Gemm Gemm b', 'Gemm Reshape w Gemm']);
  });

  it('need no sum to be read as they are stored', () => {
    const write = (g: GraphWriter) => {
      const w = g.node('Transpose', [constant(g, 'w', [6, 4])], turned);
      g.node('Relu', [g.node('MatMul', ['x', w])], { outputs: ['y'] });
    };
    expect(rewritten(write)).toEqual(['Gemm Reshape w', 'Relu Reshape']);
  });

  it.each<[string, (g: GraphWriter) => void]>([
    [
      'is used otherwise as well',
      (g) => {
        const product = g.node('MatMul', ['x', constant(g, 'w', [4, 6])]);
        g.node('Mul', [g.node('Add', [product, constant(g, 'bias', [6])]), product], { outputs: ['y'] });
      },
    ],
    [
      'is of half precision',
      (g) => {
        const product = g.node('MatMul', ['x', constant(g, 'w', [4, 6], TYPE.float16)]);
        g.node('Add', [product, constant(g, 'bias', [6], TYPE.float16)], { outputs: ['y'] });
      },
    ],
    [
      'meets something that is no bias',
      (g) => {
        const product = g.node('MatMul', ['x', constant(g, 'w', [4, 6])]);
        g.node('Add', [product, constant(g, 'other', [3, 6])], { outputs: ['y'] });
      },
    ],
    [
      'meets a product of something else',
      (g) => {
        const product = g.node('MatMul', ['x', constant(g, 'w', [4, 6])]);
        const other = g.node('MatMul', [g.node('Relu', ['x']), constant(g, 'v', [4, 6])]);
        g.node('Add', [product, other], { outputs: ['y'] });
      },
    ],
    [
      'has a matrix that is turned otherwise, or of which there is a stack',
      (g) => {
        const same = g.node('Transpose', [constant(g, 'w', [6, 4])], { attributes: { perm: [0, 1] } });
        const product = g.node('MatMul', ['x', same]);
        g.node('Add', [product, g.node('MatMul', ['x', constant(g, 'v', [2, 4, 6])])], { outputs: ['y'] });
      },
    ],
  ])('are left alone where the product %s', (_, write) => {
    expect(rewritten(write).filter((node) => node.startsWith('Gemm'))).toEqual([]);
  });
});

describe('an adapted model', () => {
  it('requires the adapter, takes rows and targets, and gives records instead of logits', () => {
    const { graph, pools } = adaptModel(tinyOnnx(weights), null);
    const outline = readOutline(graph);
    expect(pools).toBe(true);
    expect([...outline.initializers.keys()].some((name) => name.startsWith('lora.'))).toBe(false);
    expect(names(outline.inputs)).toEqual(
      expect.arrayContaining(['lora.0.o.a', ...Object.values(RECORD_INPUTS), POOLING.weights]),
    );
    expect(names(outline.outputs)).not.toContain('logits');
    expect(names(outline.outputs)).toEqual(
      expect.arrayContaining([...Object.values(RECORD_OUTPUTS), POOLING.pooled, 'present.0.key']),
    );
  });

  it.each(['matmul', 'gemm'] as const)('ends with hidden states where a shader is the head (%s)', (head) => {
    const { graph, matrix } = adaptModel(tinyOnnx(weights, TINY, { head }), GPU);
    const outline = readOutline(graph);
    expect(names(outline.outputs)).toContain(HIDDEN);
    expect(names(outline.inputs)).not.toContain(RECORD_INPUTS.targets);
    expect([...outline.initializers.keys()].filter((name) => name.startsWith('head'))).toEqual([]);
    const { hidden, vocabulary } = TINY;
    expect(matrix).toMatchObject({ hidden, vocabulary, isTransposed: head === 'gemm' });
    const floats = (bytes: Uint8Array | null | undefined) => new Float32Array(bytes?.slice().buffer ?? []);
    expect(floats(matrix?.bias)).toEqual(weights.bias);
    const first = floats(matrix?.weights).subarray(0, 3);
    const place = (i: number) => (head === 'gemm' ? i * vocabulary : i);
    expect([...first]).toEqual([0, 1, 2].map((i) => weights.head[place(i)]));
    // Its products with weights are those of a shader too, and no sum is left behind them.
    const gemms = outline.nodes.filter(({ operator }) => operator === 'Gemm');
    expect(gemms.map(({ inputs }) => inputs.length)).toEqual(expect.arrayContaining([2, 3]));
  });

  it('ends with logits where the shader cannot be the head', () => {
    const outputsOf = (model: Uint8Array<ArrayBuffer>, mostBytes = GPU.mostBytes) =>
      names(readOutline(adaptModel(model, { ...GPU, mostBytes }).graph).outputs);
    expect(outputsOf(tinyOnnx(weights, TINY, { head: 'opaque' }))).toContain(LOGITS);
    expect(outputsOf(tinyOnnx(weights), 1000)).toContain(LOGITS);
  });

  it('refers to the weights in the original file instead of copying them', () => {
    const bytes = tinyOnnx(weights);
    const { graph } = adaptModel(bytes, null);
    expect(graph.length).toBeLessThan(bytes.length / 4);
    expect(readOutline(graph).initializers.get('embedding')?.raw).toBeNull();
    expect(new TextDecoder('latin1').decode(graph)).toContain(WEIGHTS_FILE);
  });

  it('keeps the logits where the head cannot be moved', () => {
    const adapted = adaptModel(tinyOnnx(weights, TINY, { head: 'opaque' }), null);
    expect(adapted.pools).toBe(false);
    expect(names(readOutline(adapted.graph).outputs)).toContain('logits');
  });

  it('must be a graph, and one of a language model', () => {
    const kindOf = (bytes: Uint8Array<ArrayBuffer>): string => {
      try {
        adaptModel(bytes, null);
      } catch (thrown) {
        return thrown instanceof MemoscopeError ? thrown.kind : 'other';
      }
      return 'none';
    };
    expect(kindOf(Uint8Array.of(7, 7, 7))).toBe('ModelCorrupt');
    expect(kindOf(new Uint8Array())).toBe('ModelUnavailable');
  });
});
