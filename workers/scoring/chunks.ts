import {
  emptyRecords,
  SCALAR_COLUMNS,
  type TokenRecords,
  writeRecords,
} from '../../src/core/tokenRecords.ts';
import type { ScoreChunk } from '../../src/protocol/scorer.ts';
import type { Scored } from '../head/readRecords.ts';
import { type ForwardBatch, scoredCount } from './batch.ts';
import type { Window } from './windows.ts';

/** Windows of one sequence within a batch, and the rows of the batch that are theirs. */
interface Stretch {
  readonly windows: { readonly window: Window; readonly row: number; readonly index: number }[];
}

function stretchesOf(windows: readonly Window[]): Stretch[] {
  const stretches: Stretch[] = [];
  let row = 0;
  windows.forEach((window, index) => {
    if (windows[index - 1]?.sequence !== window.sequence) stretches.push({ windows: [] });
    stretches.at(-1)?.windows.push({ window, row, index });
    row += scoredCount(window);
  });
  return stretches;
}

/** Rows `from .. to` of records, sharing their memory. */
function viewOf(records: TokenRecords, from: number, to: number): TokenRecords {
  const { topK } = records;
  const columns = Object.fromEntries(
    SCALAR_COLUMNS.map((column) => [column, records[column].subarray(from, to)]),
  ) as unknown as Pick<TokenRecords, (typeof SCALAR_COLUMNS)[number]>;
  return {
    ...columns,
    length: to - from,
    topK,
    topIds: records.topIds.subarray(from * topK, to * topK),
    topLogprobs: records.topLogprobs.subarray(from * topK, to * topK),
  };
}

function recordsOf({ windows }: Stretch, { records }: Scored, start: number, length: number): TokenRecords {
  if (length === records.length) return records;
  const result = emptyRecords(length, records.topK);
  for (const { window, row } of windows)
    writeRecords(result, viewOf(records, row, row + scoredCount(window)), window.scoredFrom - start);
  return result;
}

/** Sum of hidden states over the windows of a stretch; `pool` is 0 for all of them, 1 for those of the prefix. */
function hiddenSumOf(
  { windows }: Stretch,
  { pooled }: Scored,
  { batch, pools }: ForwardBatch,
  pool: number,
): Float32Array<ArrayBuffer> {
  const size = (pooled?.length ?? 0) / (batch * pools);
  const sum = new Float32Array(size);
  for (const { index } of windows)
    for (let i = 0; i < size; i++)
      sum[i] = (sum[i] ?? 0) + (pooled?.[(index * pools + pool) * size + i] ?? 0);
  return sum;
}

/** Positions in such a sum. */
function pooledCount({ windows }: Stretch, { time, pools, poolWeights }: ForwardBatch, pool: number): number {
  let count = 0;
  for (const { index } of windows) {
    const from = (index * pools + pool) * time;
    for (let at = from; at < from + time; at++) count += poolWeights[at] ?? 0;
  }
  return count;
}

/** Turns the results of a batch, one for each pass, into chunks: one for each sequence that it touches. */
export function chunksOf(
  windows: readonly Window[],
  batch: ForwardBatch,
  scored: readonly Scored[],
): ScoreChunk[] {
  const hasPrefixes = batch.pools > 1;
  return stretchesOf(windows).map((stretch) => {
    const start = stretch.windows[0]?.window.from ?? 0;
    const length = (stretch.windows.at(-1)?.window.to ?? start) - start;
    return {
      sequence: stretch.windows[0]?.window.sequence ?? 0,
      start,
      records: scored.map((result) => recordsOf(stretch, result, start, length)),
      hiddenSums: scored.map((result) => hiddenSumOf(stretch, result, batch, 0)),
      hiddenCount: pooledCount(stretch, batch, 0),
      prefixSums: hasPrefixes ? scored.map((result) => hiddenSumOf(stretch, result, batch, 1)) : [],
      prefixCount: hasPrefixes ? pooledCount(stretch, batch, 1) : 0,
    };
  });
}
