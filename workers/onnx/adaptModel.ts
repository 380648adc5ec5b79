/**
 * Makes a causal language model score itself, whatever tool exported it: the projection to the vocabulary is
 * taken out of the graph and put back behind a choice of rows, the hidden states can be pooled, and the scoring
 * head follows where it runs best inside the graph.
 *
 * The weights are not copied: the new graph refers to their place in the original file, which the runtime gets
 * beside it. That halves the memory of loading a large model.
 */
import { MemoscopeError } from '../../src/protocol/errors.ts';
import { addGraphHead, RECORD_INPUTS } from '../head/graphHead.ts';
import {
  type GraphOutline,
  type NodeOutline,
  type TensorOutline,
  GRAPH,
  NODE,
  readOutline,
  TENSOR,
  TYPE,
} from './graphOutline.ts';
import { type FoldedWeights, foldWeights } from './foldWeights.ts';
import { withGemms } from './gemmNodes.ts';
import { GraphWriter, PREFIX, rebuild } from './graphWriter.ts';
import { type HeadMatrix, headMatrixOf } from './headMatrix.ts';
import { type OutputHead, findOutputHead } from './outputHead.ts';
import { type Chunks, integerField, messageField, nested, textField, textOf } from './protobuf.ts';

/** Name under which the original file is mounted for the runtime. */
export const WEIGHTS_FILE = 'memoscope.weights';
export const POOLING = { weights: `${PREFIX}pool_weights`, pooled: `${PREFIX}pooled` } as const;
/** Output `[rows, vocabulary]` of a graph without the head. */
export const LOGITS = `${PREFIX}logits`;
/** Output `[rows, hidden]` of a graph without the projection before it. */
export const HIDDEN = `${PREFIX}hidden`;

/** Weights below this size stay in the graph, where shape inference can read them. */
const SMALLEST_MOUNTED = 1024;
/** ReduceSum takes its axes as an input from this version on. */
const OLDEST_OPSET = 13;

/** A GPU that is to run a graph. */
export interface GpuTarget {
  /** True if the processor emulates it. */
  readonly isSoftware: boolean;
  /** Bytes that a shader can bind at once. */
  readonly mostBytes: number;
}

export interface AdaptedModel {
  /** Serialized ModelProto; needs the original bytes mounted as {@link WEIGHTS_FILE}. */
  readonly graph: Uint8Array<ArrayBuffer>;
  /** Weights that were expanded, by the file name that the graph has for each; to be mounted too. */
  readonly expanded: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly outline: GraphOutline;
  /** True if hidden states can be pooled. */
  readonly pools: boolean;
  /** True if the logits are half precision; they are single precision behind the head. */
  readonly halfLogits: boolean;
  /** What is left to a shader of the projection to the vocabulary; null if the graph has it. */
  readonly matrix: HeadMatrix | null;
}

/**
 * Adapts a serialized model.
 *
 * @param gpu what will run it; null for the processor, for which the scoring head is added. On a GPU the graph ends with
 * the hidden states of the chosen rows, or with their logits if the projection cannot be taken out. Transposed weights
 * are multiplied as they are stored by an emulated GPU alone (1.7 times as fast there; a real one is slower with them).
 * @throws {MemoscopeError} `ModelUnavailable` if the graph is no causal language model; `ModelCorrupt` if it is no
 * graph at all.
 */
export function adaptModel(bytes: Uint8Array<ArrayBuffer>, gpu: GpuTarget | null): AdaptedModel {
  const outline = outlineOf(bytes);
  const logits = outline.outputs.find(({ name }) => name === 'logits');
  if (!logits || !outline.inputs.some(({ name }) => name === 'input_ids'))
    throw unsuitable('it has no input `input_ids` or no output `logits`');
  if (outline.opset < OLDEST_OPSET)
    throw unsuitable(`its operators are of version ${outline.opset}, at least ${OLDEST_OPSET} is needed`);
  const head = findOutputHead(outline);
  const halfLogits = logits.type === TYPE.float16;
  const folded = foldWeights(bytes, outline, !gpu?.isSoftware);
  const matrix = gpu && head && headMatrixOf(bytes, outline, head, folded, gpu.mostBytes);
  const extra = new GraphWriter('graph');
  const rowsOf = chosenRows(bytes, extra, head, matrix !== null);
  if (head) addPooling(extra, head.hidden);
  if (gpu) addRows(extra, rowsOf, matrix ? HIDDEN : LOGITS, logits.type);
  else
    addGraphHead(extra, (body, rows) => {
      const made = rowsOf(body, rows);
      return halfLogits ? body.node('Cast', [made], { attributes: { to: TYPE.float } }) : made;
    });
  const unused = new Set(matrix?.names.filter((name) => head && isHeadsOwn(name, outline, head, folded)));
  const expanded = addExpanded(extra, folded, unused);
  const rebuilt = rebuild(bytes, replacements(bytes, outline, head, folded, unused), extra.fields());
  return {
    graph: gpu ? withGemms(rebuilt) : rebuilt,
    expanded,
    outline,
    pools: head !== null,
    halfLogits,
    matrix,
  };
}

/** True if nothing but the head uses a tensor, as it is or turned. */
function isHeadsOwn(name: string, outline: GraphOutline, head: OutputHead, folded: FoldedWeights): boolean {
  return outline.nodes
    .filter((node) => node.inputs.includes(name) && !folded.nodes.has(node) && !head.tail.includes(node))
    .every(
      ({ operator, outputs }) =>
        operator === 'Transpose' && outputs.every((turned) => isHeadsOwn(turned, outline, head, folded)),
    );
}

const unsuitable = (why: string): MemoscopeError =>
  new MemoscopeError(
    'ModelUnavailable',
    `The graph is not a causal language model that can be scored: ${why}.`,
  );

function outlineOf(bytes: Uint8Array): GraphOutline {
  try {
    return readOutline(bytes);
  } catch (cause) {
    throw new MemoscopeError('ModelCorrupt', 'The model file is no ONNX graph; fetch it again.', { cause });
  }
}

/** `value` with all dimensions but the last merged: `[rows, size]`. */
function asRows(graph: GraphWriter, value: string): string {
  const size = graph.node('Gather', [graph.node('Shape', [value]), graph.integers([-1])]);
  const shape = graph.node('Concat', [graph.integers([-1]), size], { attributes: { axis: 0 } });
  return graph.node('Reshape', [value, shape]);
}

/**
 * A function that adds to a graph (the model's, or the body of a loop in it) the logits of chosen rows, where row
 * `b * time + t` is position t of sequence b. Without a head that can be moved, rows of the whole `logits`.
 *
 * @param areHidden true for their hidden states instead.
 */
function chosenRows(bytes: Uint8Array, main: GraphWriter, head: OutputHead | null, areHidden: boolean) {
  const source = asRows(main, head?.hidden ?? 'logits');
  return (graph: GraphWriter, rows: string): string => {
    const chosen = graph.node('Gather', [source, rows], { attributes: { axis: 0 } });
    return head && !areHidden ? replay(bytes, graph, head, chosen) : chosen;
  };
}

/** Adds a copy of the head's nodes that starts from `rows` instead of from all hidden states. */
function replay(bytes: Uint8Array, graph: GraphWriter, head: OutputHead, rows: string): string {
  const renamed = new Map([[head.hidden, rows]]);
  let last = rows;
  for (const node of head.tail) {
    const [input = ''] = node.inputs;
    const [output = ''] = node.outputs;
    if (!head.path.includes(node)) {
      renamed.set(output, renamed.get(input) ?? input);
      continue;
    }
    last = `${PREFIX}head.${output}`;
    graph.add(GRAPH.node, renameNode(bytes, node, renamed, last));
    renamed.set(output, last);
  }
  return last;
}

/** A node's fields with its inputs and its output renamed. */
function renameNode(
  bytes: Uint8Array,
  node: NodeOutline,
  renamed: ReadonlyMap<string, string>,
  output: string,
): Chunks {
  return [...nested(bytes, node.field)].flatMap((field) => {
    if (field.number === NODE.output) return textField(NODE.output, output);
    if (field.number === NODE.name) return textField(NODE.name, `${output}:node`);
    if (field.number !== NODE.input) return [bytes.subarray(field.from, field.end)];
    const name = textOf(bytes, field);
    return textField(NODE.input, renamed.get(name) ?? name);
  });
}

/** pooled = weights x hidden: `[batch, R, time] x [batch, time, hidden]`. */
function addPooling(graph: GraphWriter, hidden: string): void {
  const { weights, pooled } = POOLING;
  graph.input(weights, TYPE.float, ['batch_size', 'memoscope_pools', 'sequence_length']);
  const shape = graph.node('Concat', [graph.node('Shape', ['input_ids']), graph.integers([-1])], {
    attributes: { axis: 0 },
  });
  const states = graph.node('Cast', [graph.node('Reshape', [hidden, shape])], {
    attributes: { to: TYPE.float },
  });
  graph.node('MatMul', [weights, states], { outputs: [pooled] });
  graph.output(pooled, TYPE.float, ['batch_size', 'memoscope_pools', 'memoscope_hidden']);
}

function addRows(
  graph: GraphWriter,
  rowsOf: (graph: GraphWriter, rows: string) => string,
  output: string,
  type: number,
): void {
  graph.input(RECORD_INPUTS.rows, TYPE.int64, ['memoscope_rows']);
  graph.node('Identity', [rowsOf(graph, RECORD_INPUTS.rows)], { outputs: [output] });
  graph.output(output, type, ['memoscope_rows', 'memoscope_columns']);
}

/** True for the zero matrices that stand in for an adapter: without them its inputs are required. */
const isAdapterDefault = (name: string): boolean => name.startsWith('lora.');

/** Fields of a TensorProto that say that its payload is a stretch of a mounted file. */
function location(file: string, offset: number, length: number): Chunks {
  const entry = (key: string, value: string) =>
    messageField(TENSOR.externalData, [...textField(1, key), ...textField(2, value)]);
  return [
    ...entry('location', file),
    ...entry('offset', String(offset)),
    ...entry('length', String(length)),
    ...integerField(TENSOR.dataLocation, 1),
  ];
}

/** A tensor that refers to its payload in the original file. */
function mounted(bytes: Uint8Array, tensor: TensorOutline, raw: { from: number; end: number }): Chunks {
  const kept = [...nested(bytes, tensor.field)]
    .filter(({ number }) => number !== TENSOR.rawData)
    .map((field) => bytes.subarray(field.from, field.end));
  return messageField(GRAPH.initializer, [...kept, ...location(WEIGHTS_FILE, raw.from, raw.end - raw.from)]);
}

/** Adds expanded weights to the graph, each with a file of its own. */
function addExpanded(
  graph: GraphWriter,
  { tensors }: FoldedWeights,
  unused: ReadonlySet<string>,
): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { name, dims, data } of tensors) {
    if (unused.has(name)) continue;
    const file = `${PREFIX}expanded.${files.size}`;
    files.set(file, new Uint8Array(data.buffer));
    graph.add(GRAPH.initializer, [
      ...dims.flatMap((size) => integerField(TENSOR.dims, size)),
      ...integerField(TENSOR.type, TYPE.float),
      ...textField(TENSOR.name, name),
      ...location(file, 0, data.byteLength),
    ]);
  }
  return files;
}

/** What becomes of the fields of the graph, by where they start: other bytes, or none; the rest is kept. */
function replacements(
  bytes: Uint8Array,
  outline: GraphOutline,
  head: OutputHead | null,
  folded: FoldedWeights,
  unused: ReadonlySet<string>,
): ReadonlyMap<number, Chunks> {
  const replaced = new Map<number, Chunks>();
  for (const { field } of folded.nodes) replaced.set(field.from, []);
  if (head) {
    for (const { field } of head.tail) replaced.set(field.from, []);
    for (const { name, field } of outline.outputs) if (name === 'logits') replaced.set(field.from, []);
  }
  for (const tensor of outline.initializers.values()) {
    const { name, raw, field } = tensor;
    if (isAdapterDefault(name) || folded.sources.has(name) || unused.has(name)) replaced.set(field.from, []);
    else if (raw && raw.end - raw.from >= SMALLEST_MOUNTED)
      replaced.set(field.from, mounted(bytes, tensor, raw));
  }
  return replaced;
}
