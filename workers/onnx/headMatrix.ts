/** Takes the projection to the vocabulary out of a graph, so that a shader can do it. */
import type { FoldedWeights } from './foldWeights.ts';
import { floatIn, type GraphOutline, integersIn, type NodeOutline, TYPE } from './graphOutline.ts';
import type { OutputHead } from './outputHead.ts';

/** Constants of single precision that turn hidden states into logits. */
export interface HeadMatrix {
  /** Little-endian floats, `[hidden, vocabulary]`. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** True if they are stored as `[vocabulary, hidden]`. */
  readonly isTransposed: boolean;
  readonly hidden: number;
  readonly vocabulary: number;
  /** `[vocabulary]` floats; null if there is none. */
  readonly bias: Uint8Array<ArrayBuffer> | null;
  /** Names of the constants. */
  readonly names: readonly string[];
}

interface Constant {
  readonly dims: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A constant of single precision by its name; null if the file does not hold it as it is used. */
function constantOf(
  bytes: Uint8Array<ArrayBuffer>,
  outline: GraphOutline,
  { tensors }: FoldedWeights,
  name: string,
): Constant | null {
  const folded = tensors.find((tensor) => tensor.name === name);
  if (folded) return { dims: folded.dims, data: new Uint8Array(folded.data.buffer) };
  const stored = outline.initializers.get(name);
  if (stored?.type !== TYPE.float || !stored.raw) return null;
  return { dims: stored.dims, data: bytes.subarray(stored.raw.from, stored.raw.end) };
}

/** Names of the constants of a head, and how its matrix is stored. */
interface Factors {
  readonly matrix: string;
  /** Empty if there is none. */
  readonly vector: string;
  readonly isTransposed: boolean;
}

/** A `Gemm` that is a plain product and sum. */
function ofGemm(bytes: Uint8Array, node: NodeOutline): Factors | null {
  const isScaled = ['alpha', 'beta'].some((name) => (floatIn(bytes, node, name) ?? 1) !== 1);
  if (isScaled || integersIn(bytes, node, 'transA')[0] === 1) return null;
  const [, matrix = '', vector = ''] = node.inputs;
  return { matrix, vector, isTransposed: integersIn(bytes, node, 'transB')[0] === 1 };
}

/** A product and, maybe, a sum. */
function ofMatMul(product: NodeOutline, sum: NodeOutline | undefined): Factors | null {
  const [, matrix = ''] = product.inputs;
  if (!sum) return { matrix, vector: '', isTransposed: false };
  const vector = sum.inputs.find((name) => !product.outputs.includes(name)) ?? '';
  return sum.operator === 'Add' ? { matrix, vector, isTransposed: false } : null;
}

/** What a head consists of; null if it is more than one product and a vector. */
function factorsOf(bytes: Uint8Array, { path }: OutputHead): Factors | null {
  const [product, sum, more] = path;
  if (!product || more) return null;
  if (product.operator === 'Gemm') return sum ? null : ofGemm(bytes, product);
  return product.operator === 'MatMul' ? ofMatMul(product, sum) : null;
}

/** A matrix that is turned before it is used is read as it is stored. */
function asStored(
  bytes: Uint8Array,
  { nodes }: GraphOutline,
  folded: FoldedWeights,
  factors: Factors,
): Factors {
  const turn = nodes.find(({ outputs }) => outputs[0] === factors.matrix);
  if (turn?.operator !== 'Transpose' || folded.nodes.has(turn)) return factors;
  const isPlain = integersIn(bytes, turn, 'perm').join() === '1,0' && !factors.isTransposed;
  return isPlain ? { ...factors, matrix: turn.inputs[0] ?? '', isTransposed: true } : factors;
}

/** The sizes of a matrix that the shader can read; null for any other. */
function sizesOf({ dims, data }: Constant, isTransposed: boolean, mostBytes: number) {
  const [hidden = 0, vocabulary = 0] = isTransposed ? dims.toReversed() : dims;
  const isReadable = dims.length === 2 && hidden % 4 === 0 && data.length <= mostBytes;
  return isReadable ? { hidden, vocabulary } : null;
}

/**
 * The constants of a head that is one product, with or without a bias; null if it is anything else, if they are not
 * of single precision, or if the shader cannot read them.
 *
 * @param mostBytes of the matrix.
 */
export function headMatrixOf(
  bytes: Uint8Array<ArrayBuffer>,
  outline: GraphOutline,
  head: OutputHead,
  folded: FoldedWeights,
  mostBytes: number,
): HeadMatrix | null {
  const found = factorsOf(bytes, head);
  if (!found) return null;
  const { matrix, vector, isTransposed } = asStored(bytes, outline, folded, found);
  const weights = constantOf(bytes, outline, folded, matrix);
  const sizes = weights && sizesOf(weights, isTransposed, mostBytes);
  if (!sizes) return null;
  const bias = vector === '' ? null : constantOf(bytes, outline, folded, vector);
  const isVector = bias ? bias.dims.join() === String(sizes.vocabulary) : vector === '';
  if (!isVector) return null;
  const names = vector === '' ? [matrix] : [matrix, vector];
  return { weights: weights.data, isTransposed, ...sizes, bias: bias?.data ?? null, names };
}
