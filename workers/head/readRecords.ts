import { emptyRecords, type TokenRecords } from '../../src/core/tokenRecords.ts';
import type { ForwardBatch } from '../scoring/batch.ts';
import { SCALARS } from './graphHead.ts';
import { SCALAR_WORDS } from './recordKernel.ts';

/** What a forward pass leaves. */
export interface Scored {
  /** One record for each row of the batch, in its order; the context is the batch's. */
  readonly records: TokenRecords;
  /** `[batch, pools, hidden]` weighted sums of hidden states; null if the graph does not show them. */
  readonly pooled: Float32Array | null;
  /** Bytes that came to JavaScript. */
  readonly bytes: number;
}

/** Outputs of the head in the graph. */
export interface GraphRecords {
  readonly scalars: Float32Array;
  readonly topIds: Int32Array;
  readonly topLogprobs: Float32Array;
  /** Alternatives a row in `topIds` and `topLogprobs`. */
  readonly stride: number;
}

/** Records from the outputs of the head in the graph. */
export function recordsFromGraph(
  raw: GraphRecords,
  { rows, context }: ForwardBatch,
  topK: number,
): TokenRecords {
  const records = emptyRecords(rows.length, topK);
  records.context.set(context);
  SCALARS.forEach((column, index) => {
    const target = records[column];
    for (let row = 0; row < rows.length; row++)
      target[row] = raw.scalars[row * SCALARS.length + index] ?? NaN;
  });
  for (let row = 0; row < rows.length; row++) {
    const from = row * raw.stride;
    records.topIds.set(raw.topIds.subarray(from, from + topK), row * topK);
    records.topLogprobs.set(raw.topLogprobs.subarray(from, from + topK), row * topK);
  }
  return records;
}

/** Records from the words of the WGSL kernel. */
export function recordsFromWords(
  raw: ArrayBuffer,
  batch: ForwardBatch,
  stride: number,
  topK: number,
): Scored {
  const rows = batch.rows.length;
  const width = SCALAR_WORDS + 2 * stride;
  const floats = new Float32Array(raw);
  const integers = new Uint32Array(raw);
  const records = emptyRecords(rows, topK);
  records.context.set(batch.context);
  SCALARS.forEach((column, index) => {
    const target = records[column];
    const source = target instanceof Uint32Array ? integers : floats;
    for (let row = 0; row < rows; row++) target[row] = source[row * width + index] ?? NaN;
  });
  for (let row = 0; row < rows; row++) {
    const from = row * width + SCALAR_WORDS;
    records.topIds.set(integers.subarray(from, from + topK), row * topK);
    records.topLogprobs.set(floats.subarray(from + stride, from + stride + topK), row * topK);
  }
  const pooled = floats.length > rows * width ? floats.slice(rows * width) : null;
  return { records, pooled, bytes: raw.byteLength };
}
