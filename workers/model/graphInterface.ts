/** What a graph wants to be fed, and what it can give. */
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { AdaptedModel } from '../onnx/adaptModel.ts';
import { PREFIX } from '../onnx/graphWriter.ts';
import { type GraphOutline, type ValueOutline, TYPE } from '../onnx/graphOutline.ts';
import { ort } from './runtime.ts';

/** Keys and values of earlier inputs, by the name of the input that takes them. */
export type KeyValues = ReadonlyMap<string, ort.Tensor>;

/** One tensor of the key-value cache. */
export interface KeyValueSlot {
  readonly past: string;
  readonly present: string;
  /** The cache before the first input. */
  empty(batch: number): ort.Tensor;
}

export interface GraphInterface {
  readonly vocabularySize: number;
  readonly halfLogits: boolean;
  readonly pools: boolean;
  readonly takesMask: boolean;
  readonly takesPositions: boolean;
  /** Input that, set to 0, asks for the logits of all positions; null if there is none. */
  readonly keepsAllLogits: string | null;
  readonly keyValues: readonly KeyValueSlot[];
  /** Inputs of the adapter with the dimensions of their defaults. */
  readonly adapterInputs: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

const PAST = 'past_key_values.';
const PRESENT = 'present.';
const ALL_LOGITS = ['num_logits_to_keep', 'logits_to_keep'];

function keyValueSlot(input: ValueOutline): KeyValueSlot {
  const dims = input.dims ?? [];
  const shape = (batch: number): number[] =>
    dims.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? batch : 0));
  return {
    past: input.name,
    present: PRESENT + input.name.slice(PAST.length),
    empty: (batch) =>
      input.type === TYPE.float16
        ? new ort.Tensor('float16', new Uint16Array(0), shape(batch))
        : new ort.Tensor('float32', new Float32Array(0), shape(batch)),
  };
}

/** Last dimension of the logits, or of the embedding if the graph leaves it open. */
function vocabularyOf({ outputs }: GraphOutline): number {
  const size = outputs.find(({ name }) => name === 'logits')?.dims?.at(-1);
  if (typeof size === 'number') return size;
  throw new MemoscopeError('ModelUnavailable', 'The graph does not state the size of its vocabulary.');
}

/**
 * Reads the interface of an adapted graph.
 *
 * @throws {MemoscopeError} `ModelUnavailable` if it needs an input that we do not know.
 */
export function inputsOf({ outline, halfLogits, pools }: AdaptedModel): GraphInterface {
  const inputs = outline.inputs.filter(
    ({ name }) => !outline.initializers.has(name) && !name.startsWith(PREFIX),
  );
  const has = (name: string): boolean => inputs.some((input) => input.name === name);
  const keepsAllLogits = ALL_LOGITS.find(has) ?? null;
  const known = new Set(['input_ids', 'attention_mask', 'position_ids', keepsAllLogits]);
  const unknown = inputs.find(({ name }) => !known.has(name) && !name.startsWith(PAST));
  if (unknown)
    throw new MemoscopeError(
      'ModelUnavailable',
      `The graph needs an input that is not known: ${unknown.name}.`,
    );
  return {
    vocabularySize: vocabularyOf(outline),
    halfLogits,
    pools,
    takesMask: has('attention_mask'),
    takesPositions: has('position_ids'),
    keepsAllLogits,
    keyValues: inputs.filter(({ name }) => name.startsWith(PAST)).map(keyValueSlot),
    adapterInputs: outline.inputs
      .filter(({ name }) => name.startsWith('lora.'))
      .map(({ name }) => ({ name, dims: outline.initializers.get(name)?.dims ?? [] })),
  };
}
