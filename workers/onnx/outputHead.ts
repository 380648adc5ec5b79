import type { GraphOutline, NodeOutline } from './graphOutline.ts';

/** The last step of a language model: from the hidden states to the logits, row by row. */
export interface OutputHead {
  /** Tensor that feeds the projection to the vocabulary, `[batch, time, hidden]` or `[batch * time, hidden]`. */
  readonly hidden: string;
  /** Nodes that turn rows of it into rows of logits, in order of execution. */
  readonly path: readonly NodeOutline[];
  /** All nodes after `hidden`, those included that only rearrange rows. */
  readonly tail: readonly NodeOutline[];
}

const PROJECTIONS = new Set(['MatMul', 'Gemm', 'MatMulNBits', 'FusedMatMul']);
const POINTWISE = new Set(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Tanh', 'Cast', 'Identity']);
const ROW_SHAPE = new Set(['Reshape', 'Squeeze', 'Unsqueeze']);

/** Tells which tensors depend on no input of the graph. */
function constants(outline: GraphOutline, producers: ReadonlyMap<string, NodeOutline>) {
  const inputs = new Set(outline.inputs.map(({ name }) => name));
  const known = new Map<string, boolean>();
  const isConstant = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const producer = producers.get(name);
    const constant =
      name === '' ||
      (!inputs.has(name) &&
        (outline.initializers.has(name) || (producer !== undefined && producer.inputs.every(isConstant))));
    known.set(name, constant);
    return constant;
  };
  return isConstant;
}

/** The one input of a node that carries rows; null if several do. */
function carried(node: NodeOutline, isConstant: (name: string) => boolean): string | null {
  if (ROW_SHAPE.has(node.operator)) return node.inputs[0] ?? null;
  const variable = node.inputs.filter((name) => !isConstant(name));
  const [only] = variable;
  const isFirst = !PROJECTIONS.has(node.operator) || only === node.inputs[0];
  return only !== undefined && variable.length === 1 && isFirst ? only : null;
}

/**
 * Walks back from `logits` to the projection. Null if what lies between is not a function of each row alone, in
 * which case the graph has to be left as it is.
 */
export function findOutputHead(outline: GraphOutline): OutputHead | null {
  const producers = new Map(outline.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const isConstant = constants(outline, producers);
  const tail: NodeOutline[] = [];
  for (let name = 'logits'; ;) {
    const node = producers.get(name);
    if (!node) return null;
    const isProjection = PROJECTIONS.has(node.operator);
    if (!isProjection && !POINTWISE.has(node.operator) && !ROW_SHAPE.has(node.operator)) return null;
    const next = carried(node, isConstant);
    if (next === null) return null;
    tail.unshift(node);
    if (isProjection) return isPrivate(outline, tail) ? headOf(tail, next) : null;
    name = next;
  }
}

const headOf = (tail: readonly NodeOutline[], hidden: string): OutputHead => ({
  hidden,
  tail,
  path: tail.filter((node) => !ROW_SHAPE.has(node.operator)),
});

/** True if nothing but `logits` is made from the tail, so that it can be taken out. */
function isPrivate(outline: GraphOutline, tail: readonly NodeOutline[]): boolean {
  const made = new Set(tail.flatMap((node) => node.outputs));
  const isUsed = (name: string) => made.has(name);
  return (
    !outline.outputs.some(({ name }) => name !== 'logits' && isUsed(name)) &&
    !outline.nodes.some((node) => !tail.includes(node) && node.inputs.some(isUsed))
  );
}
