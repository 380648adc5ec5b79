import { GRAPH, MODEL, NODE, TENSOR, TYPE } from './graphOutline.ts';
import {
  type Chunks,
  bytesField,
  fieldsOf,
  integerField,
  join,
  messageField,
  nested,
  textField,
} from './protobuf.ts';

/** Prefix of every name we add, so that none can meet a name of the model. */
export const PREFIX = 'memoscope.';

/** `AttributeProto`: an integer, a list of integers or a graph. */
type Attribute = number | readonly number[] | GraphWriter;

interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Names of the outputs; one of our own is made up if left out. */
  readonly outputs?: readonly string[];
  readonly domain?: string;
}

const ATTRIBUTE = { name: 1, integer: 3, graph: 6, integers: 8, kind: 20 } as const;
const ATTRIBUTE_KIND = { integer: 2, graph: 5, integers: 7 } as const;

function attribute(name: string, value: Attribute): Chunks {
  const named = textField(ATTRIBUTE.name, name);
  if (typeof value === 'number')
    return [
      ...named,
      ...integerField(ATTRIBUTE.integer, value),
      ...integerField(ATTRIBUTE.kind, ATTRIBUTE_KIND.integer),
    ];
  if (value instanceof GraphWriter)
    return [
      ...named,
      ...messageField(ATTRIBUTE.graph, [...textField(GRAPH.name, name), ...value.fields()]),
      ...integerField(ATTRIBUTE.kind, ATTRIBUTE_KIND.graph),
    ];
  return [
    ...named,
    ...value.flatMap((entry) => integerField(ATTRIBUTE.integers, entry)),
    ...integerField(ATTRIBUTE.kind, ATTRIBUTE_KIND.integers),
  ];
}

function valueInfo(name: string, type: number, dims: readonly (number | string)[] | null): Chunks {
  const dimension = (size: number | string) =>
    messageField(1, typeof size === 'string' ? textField(2, size) : integerField(1, size));
  const shape = dims ? messageField(2, dims.flatMap(dimension)) : [];
  const tensor = messageField(1, [...integerField(1, type), ...shape]);
  return [...textField(1, name), ...messageField(2, tensor)];
}

function initializer(name: string, type: number, dims: readonly number[], data: ArrayBufferView): Chunks {
  return [
    ...dims.flatMap((size) => integerField(TENSOR.dims, size)),
    ...integerField(TENSOR.type, type),
    ...textField(TENSOR.name, name),
    ...bytesField(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** Collects the nodes, constants, inputs and outputs of a graph, or of the part to add to one. */
export class GraphWriter {
  private readonly parts: Chunks = [];
  private readonly scope: string;
  private made = 0;

  /** @param scope distinguishes the names of this graph from those of others. */
  constructor(scope: string) {
    this.scope = scope;
  }

  private fresh(hint: string): string {
    return `${PREFIX}${this.scope}.${hint}.${this.made++}`;
  }

  /** Adds a node and returns the name of its first output. */
  node(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const { attributes = {}, outputs = [this.fresh(operator)], domain } = options;
    const [first = ''] = outputs;
    this.add(GRAPH.node, [
      ...inputs.flatMap((name) => textField(NODE.input, name)),
      ...outputs.flatMap((name) => textField(NODE.output, name)),
      ...textField(NODE.name, `${first}:node`),
      ...textField(NODE.operator, operator),
      ...Object.entries(attributes).flatMap(([name, value]) =>
        messageField(NODE.attribute, attribute(name, value)),
      ),
      ...(domain ? textField(NODE.domain, domain) : []),
    ]);
    return first;
  }

  /** Adds constant integers: a scalar, or a vector. */
  integers(values: number | readonly number[]): string {
    const name = this.fresh('integers');
    const list = typeof values === 'number' ? [values] : values;
    const dims = typeof values === 'number' ? [] : [list.length];
    this.add(GRAPH.initializer, initializer(name, TYPE.int64, dims, BigInt64Array.from(list.map(BigInt))));
    return name;
  }

  /** Adds a constant float scalar. */
  float(value: number): string {
    const name = this.fresh('float');
    this.add(GRAPH.initializer, initializer(name, TYPE.float, [], Float32Array.of(value)));
    return name;
  }

  input(name: string, type: number, dims: readonly (number | string)[] | null): string {
    this.add(GRAPH.input, valueInfo(name, type, dims));
    return name;
  }

  output(name: string, type: number, dims: readonly (number | string)[] | null): void {
    this.add(GRAPH.output, valueInfo(name, type, dims));
  }

  /** Adds a field of GraphProto as it is. */
  add(number: number, chunks: Chunks): void {
    for (const chunk of messageField(number, chunks)) this.parts.push(chunk);
  }

  /** The collected fields of GraphProto. */
  fields(): Chunks {
    return this.parts;
  }
}

/**
 * A serialized model whose graph has other bytes, or none, in the place of some of its fields, and more behind them.
 *
 * @param replaced by where the field starts.
 */
export function rebuild(
  bytes: Uint8Array,
  replaced: ReadonlyMap<number, Chunks>,
  added: Chunks = [],
): Uint8Array<ArrayBuffer> {
  const graph: Chunks = [];
  const model: Chunks = [];
  for (const field of fieldsOf(bytes))
    if (field.number === MODEL.graph)
      for (const part of nested(bytes, field))
        graph.push(...(replaced.get(part.from) ?? [bytes.subarray(part.from, part.end)]));
    else model.push(bytes.subarray(field.from, field.end));
  return join([...model, ...messageField(MODEL.graph, [...graph, ...added])]);
}
