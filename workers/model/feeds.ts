import { POOLING } from '../onnx/adaptModel.ts';
import type { ForwardBatch } from '../scoring/batch.ts';
import type { AdapterTensors } from './adapters.ts';
import type { GraphInterface, KeyValues } from './graphInterface.ts';
import { ort } from './runtime.ts';

/** A tensor on the processor, of the type that its data has. */
export const tensorOf = (data: Float32Array | BigInt64Array, dims: readonly number[]): ort.Tensor =>
  data instanceof Float32Array ? new ort.Tensor('float32', data, dims) : new ort.Tensor('int64', data, dims);

/** Number of inputs that lie in a cache. */
function lengthOf(graph: GraphInterface, past: KeyValues | undefined): number {
  const [slot] = graph.keyValues;
  return (slot && past?.get(slot.past)?.dims[2]) ?? 0;
}

/** All inputs of a graph but those of its head; the attention mask is all ones, for padding lies in the future. */
export function feedsFor(
  graph: GraphInterface,
  { batch, time, ids, pools, poolWeights }: ForwardBatch,
  { adapter, past }: { readonly adapter: AdapterTensors; readonly past?: KeyValues | undefined },
): Record<string, ort.Tensor> {
  const seen = lengthOf(graph, past);
  const positions = () => BigInt64Array.from({ length: batch * time }, (_, i) => BigInt(seen + (i % time)));
  const mask = () => new BigInt64Array(batch * (seen + time)).fill(1n);
  return {
    input_ids: tensorOf(ids, [batch, time]),
    ...(graph.takesMask && { attention_mask: tensorOf(mask(), [batch, seen + time]) }),
    ...(graph.takesPositions && { position_ids: tensorOf(positions(), [batch, time]) }),
    ...(graph.keepsAllLogits && { [graph.keepsAllLogits]: tensorOf(BigInt64Array.of(0n), []) }),
    ...(graph.pools && { [POOLING.weights]: tensorOf(poolWeights, [batch, pools, time]) }),
    ...Object.fromEntries(
      graph.keyValues.map((slot) => [slot.past, past?.get(slot.past) ?? slot.empty(batch)]),
    ),
    ...Object.fromEntries(adapter),
  };
}
