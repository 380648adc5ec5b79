/** Names and shapes of an ONNX graph, read without its weights: milliseconds for half a gigabyte. */
import { type Field, fieldsOf, integersOf, nested, textOf } from './protobuf.ts';

/** Field numbers of onnx.proto that are read or written here. */
export const MODEL = { irVersion: 1, graph: 7, opset: 8 } as const;
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
export const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 } as const;
export const TENSOR = { dims: 1, type: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;

/** Element types of tensors (TensorProto.DataType). */
export const TYPE = { float: 1, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** A stretch of the file that holds one field, key included. */
export interface Span {
  readonly from: number;
  readonly end: number;
}

export interface NodeOutline {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly field: Field;
}

export interface TensorOutline {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: number;
  /** Where the weights lie in the file, or null if they are elsewhere or too small to be raw bytes. */
  readonly raw: Span | null;
  readonly field: Field;
}

export interface ValueOutline {
  readonly name: string;
  readonly type: number;
  /** Numbers, or names of dynamic dimensions; null if the file states no shape. */
  readonly dims: readonly (number | string)[] | null;
  readonly field: Field;
}

export interface GraphOutline {
  /** Version of the standard operators. */
  readonly opset: number;
  readonly nodes: readonly NodeOutline[];
  readonly initializers: ReadonlyMap<string, TensorOutline>;
  readonly inputs: readonly ValueOutline[];
  readonly outputs: readonly ValueOutline[];
}

function readNode(bytes: Uint8Array, field: Field): NodeOutline {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let operator = '';
  for (const part of nested(bytes, field)) {
    if (part.number === NODE.input) inputs.push(textOf(bytes, part));
    else if (part.number === NODE.output) outputs.push(textOf(bytes, part));
    else if (part.number === NODE.operator) operator = textOf(bytes, part);
  }
  return { operator, inputs, outputs, field };
}

function readTensor(bytes: Uint8Array, field: Field): TensorOutline {
  const dims: number[] = [];
  let name = '';
  let type = 0;
  let raw: Span | null = null;
  for (const part of nested(bytes, field)) {
    if (part.number === TENSOR.dims) dims.push(...integersOf(bytes, part));
    else if (part.number === TENSOR.type) type = part.value;
    else if (part.number === TENSOR.name) name = textOf(bytes, part);
    else if (part.number === TENSOR.rawData) raw = { from: part.start, end: part.end };
  }
  return { name, dims, type, raw, field };
}

/** `TensorShapeProto.Dimension`: field 1 a number, field 2 a name. */
function readDimension(bytes: Uint8Array, field: Field): number | string {
  let dimension: number | string = '?';
  for (const part of nested(bytes, field))
    dimension = part.number === 1 ? part.value : part.number === 2 ? textOf(bytes, part) : dimension;
  return dimension;
}

/** First field with a number in a message that is itself a field. */
function child(bytes: Uint8Array, field: Field | undefined, number: number): Field | undefined {
  if (!field) return undefined;
  for (const part of nested(bytes, field)) if (part.number === number) return part;
  return undefined;
}

/** `ValueInfoProto`: name (1), type (2) > tensor (1) > element type (1) and shape (2). */
function readValue(bytes: Uint8Array, field: Field): ValueOutline {
  const name = child(bytes, field, 1);
  const tensor = child(bytes, child(bytes, field, 2), 1);
  const shape = child(bytes, tensor, 2);
  const dims = shape ? [...nested(bytes, shape)].map((part) => readDimension(bytes, part)) : null;
  return {
    name: name ? textOf(bytes, name) : '',
    type: child(bytes, tensor, 1)?.value ?? 0,
    dims,
    field,
  };
}

/** Version of the standard operators that an `OperatorSetIdProto` (domain 1, version 2) states, or null. */
function standardOpset(bytes: Uint8Array, field: Field): number | null {
  let domain = '';
  let version = 0;
  for (const part of nested(bytes, field))
    if (part.number === 1) domain = textOf(bytes, part);
    else if (part.number === 2) version = part.value;
  return domain === '' || domain === 'ai.onnx' ? version : null;
}

/** Parts of a node's attribute, of an `AttributeProto`; none if the node does not have it. */
function attributeParts(bytes: Uint8Array, node: NodeOutline, name: string): Field[] {
  for (const field of nested(bytes, node.field)) {
    if (field.number !== NODE.attribute) continue;
    const parts = [...nested(bytes, field)];
    if (parts.some((part) => part.number === 1 && textOf(bytes, part) === name)) return parts;
  }
  return [];
}

/** An attribute that is an integer or several, as `Cast`'s `to` and `Transpose`'s `perm`; none if it is not there. */
export const integersIn = (bytes: Uint8Array, node: NodeOutline, name: string): number[] =>
  attributeParts(bytes, node, name)
    .filter(({ number }) => number === 3 || number === 8)
    .flatMap((part) => integersOf(bytes, part));

/** An attribute that is a float, as `Gemm`'s `alpha`. */
export function floatIn(bytes: Uint8Array, node: NodeOutline, name: string): number | undefined {
  const part = attributeParts(bytes, node, name).find(({ number }) => number === 2);
  return part && new DataView(bytes.buffer, bytes.byteOffset + part.start).getFloat32(0, true);
}

/**
 * Reads the outline of a serialized ModelProto.
 *
 * @throws {RangeError} if the bytes are no protobuf message.
 */
export function readOutline(bytes: Uint8Array): GraphOutline {
  const nodes: NodeOutline[] = [];
  const initializers = new Map<string, TensorOutline>();
  const inputs: ValueOutline[] = [];
  const outputs: ValueOutline[] = [];
  let opset = 0;
  const readGraphField = (field: Field): void => {
    if (field.number === GRAPH.node) nodes.push(readNode(bytes, field));
    else if (field.number === GRAPH.input) inputs.push(readValue(bytes, field));
    else if (field.number === GRAPH.output) outputs.push(readValue(bytes, field));
    else if (field.number === GRAPH.initializer) {
      const tensor = readTensor(bytes, field);
      initializers.set(tensor.name, tensor);
    }
  };
  for (const field of fieldsOf(bytes))
    if (field.number === MODEL.opset) opset = standardOpset(bytes, field) ?? opset;
    else if (field.number === MODEL.graph) for (const part of nested(bytes, field)) readGraphField(part);
  return { opset, nodes, initializers, inputs, outputs };
}
