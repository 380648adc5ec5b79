/**
 * Expands quantized weights before the runtime sees them. A file that stores weights in eight bits turns them into
 * floats by a few operators on constants; the runtime folds those too, but in WebAssembly that the browser has not
 * optimized yet, which makes opening a model seconds slower, and with copies in a memory that never shrinks.
 */
import { halfToFloat } from '../model/safetensors.ts';
import { type GraphOutline, integersIn, type NodeOutline, type TensorOutline, TYPE } from './graphOutline.ts';

/** A constant that was computed here. */
export interface FoldedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export interface FoldedWeights {
  /** Constants that take the place of nodes, for the nodes that are left. */
  readonly tensors: readonly FoldedTensor[];
  readonly nodes: ReadonlySet<NodeOutline>;
  /** Names of initializers that only folded nodes used. */
  readonly sources: ReadonlySet<string>;
}

/** An initializer of eight-bit or half-precision numbers as floats; null for other types. */
function widened(bytes: Uint8Array, { raw, type, dims }: TensorOutline): Omit<FoldedTensor, 'name'> | null {
  if (!raw) return null;
  const payload = bytes.slice(raw.from, raw.end).buffer;
  if (type === TYPE.int8) return { dims, data: new Float32Array(new Int8Array(payload)) };
  if (type !== TYPE.float16) return null;
  return { dims, data: Float32Array.from(new Uint16Array(payload), halfToFloat) };
}

type Value = Omit<FoldedTensor, 'name'>;

/** a * b where b has the shape of a but for a last dimension of 1. Overwrites a, which nobody else holds. */
function scaled(a: Value, b: Value): Value | null {
  const last = a.dims.length - 1;
  const isBroadcast =
    b.dims.length === a.dims.length &&
    b.dims.every((size, axis) => size === (axis === last ? 1 : a.dims[axis]));
  if (!isBroadcast) return null;
  const block = a.dims[last] ?? 1;
  b.data.forEach((factor, row) => {
    for (let i = row * block; i < (row + 1) * block; i++) a.data[i] = (a.data[i] ?? 0) * factor;
  });
  return a;
}

/** Rows whose elements are written side by side, so that a cache line is filled at once. */
const TILE = 16;

function transposed({ dims, data }: Value): Value {
  const [rows = 0, columns = 0] = dims;
  const result = new Float32Array(data.length);
  for (let first = 0; first < rows; first += TILE) {
    const end = Math.min(first + TILE, rows);
    for (let column = 0; column < columns; column++)
      for (let row = first; row < end; row++) result[column * rows + row] = data[row * columns + column] ?? 0;
  }
  return { dims: [columns, rows], data: result };
}

/** Sizes that a `Reshape` asks for, if they are plain numbers of the right product. */
function shapeOf(bytes: Uint8Array, shape: TensorOutline | undefined, size: number): number[] | null {
  if (!shape?.raw || shape.type !== TYPE.int64) return null;
  const dims = Array.from(new BigInt64Array(bytes.slice(shape.raw.from, shape.raw.end).buffer), Number);
  return dims.every((dim) => dim > 0) && dims.reduce((product, dim) => product * dim, 1) === size
    ? dims
    : null;
}

/** What a node computes from, as far as it is known here. */
interface Operands {
  readonly bytes: Uint8Array;
  readonly node: NodeOutline;
  /** Initializers and earlier results under the names of the node's inputs. */
  readonly stored: readonly (TensorOutline | undefined)[];
  readonly known: readonly (Value | undefined)[];
}

/** The operators that are folded; each gives null if it has to be left to the runtime. */
const FOLDING: Readonly<Record<string, (operands: Operands) => Value | null>> = {
  Cast: ({ bytes, node, stored: [source] }) =>
    source && integersIn(bytes, node, 'to')[0] === TYPE.float ? widened(bytes, source) : null,
  Mul: ({ known: [value, factor] }) => (value && factor ? scaled(value, factor) : null),
  Reshape: ({ bytes, known: [value], stored: [, shape] }) => {
    const dims = value && shapeOf(bytes, shape, value.data.length);
    return value && dims ? { dims, data: value.data } : null;
  },
  Transpose: ({ bytes, node, known: [value] }) =>
    value?.dims.length === 2 && integersIn(bytes, node, 'perm').join() === '1,0' ? transposed(value) : null,
};

/**
 * Folds all chains of `Cast`, `Mul`, `Reshape` and `Transpose` that begin at quantized weights.
 *
 * @param foldsTransposes false to leave a transposition to what uses it.
 */
export function foldWeights(
  bytes: Uint8Array,
  outline: GraphOutline,
  foldsTransposes: boolean,
): FoldedWeights {
  const users = new Map<string, number>();
  for (const node of outline.nodes)
    for (const name of node.inputs) users.set(name, (users.get(name) ?? 0) + 1);
  // A product overwrites its factors' memory, so they must not be wanted elsewhere.
  const isFoldable = ({ operator, inputs }: NodeOutline): boolean =>
    operator === 'Mul'
      ? inputs.every((name) => users.get(name) === 1)
      : foldsTransposes || operator !== 'Transpose';
  const given = new Set(outline.inputs.map(({ name }) => name));
  const values = new Map<string, Value>();
  const nodes = new Set<NodeOutline>();
  for (const node of outline.nodes) {
    const [output = ''] = node.outputs;
    if (!isFoldable(node) || node.inputs.some((name) => given.has(name))) continue;
    const value = FOLDING[node.operator]?.({
      bytes,
      node,
      stored: node.inputs.map((name) => outline.initializers.get(name)),
      known: node.inputs.map((name) => values.get(name)),
    });
    if (!value) continue;
    values.set(output, value);
    nodes.add(node);
  }
  const used = new Set(outline.nodes.filter((node) => !nodes.has(node)).flatMap(({ inputs }) => inputs));
  const sources = new Set([...nodes].flatMap(({ inputs }) => inputs).filter((name) => !used.has(name)));
  const tensors = [...values].flatMap(([name, value]) => (used.has(name) ? [{ name, ...value }] : []));
  return { tensors, nodes, sources };
}
