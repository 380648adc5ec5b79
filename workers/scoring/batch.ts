import type { Window } from './windows.ts';

/** The tensors of one forward pass over `batch` sequences of `time` inputs each. */
export interface ForwardBatch {
  readonly batch: number;
  readonly time: number;
  /** `[batch, time]` */
  readonly ids: BigInt64Array<ArrayBuffer>;
  /** `[rows]` which rows to score: `b * time + t` for position t of sequence b. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** `[rows]` the token that each of them is to predict. */
  readonly targets: Uint32Array<ArrayBuffer>;
  /** `[rows]` inputs that each of them sees. */
  readonly context: Uint32Array<ArrayBuffer>;
  /** Sums of hidden states that are taken of each sequence. */
  readonly pools: number;
  /**
   * `[batch, pools, time]` 1 for the rows that a sum takes in. The first sum takes every scored row but a sequence's
   * first input, whose state says nothing; the second those of them whose input lies in the prefix.
   */
  readonly poolWeights: Float32Array<ArrayBuffer>;
}

/**
 * Lays windows out as tensors; the rows are in the order of the flat positions that they predict.
 *
 * @param prefixes `[sequences]` tokens of each sequence's prefix, for a second sum of hidden states.
 */
export function layOut(
  windows: readonly Window[],
  ids: Uint32Array,
  startTokenId: number | null,
  prefixes?: Uint32Array,
): ForwardBatch {
  const pools = prefixes ? 2 : 1;
  const time = Math.max(...windows.map(({ inputs }) => inputs));
  const total = windows.reduce((sum, window) => sum + scoredCount(window), 0);
  const result = {
    batch: windows.length,
    time,
    ids: new BigInt64Array(windows.length * time),
    rows: new Uint32Array(total),
    targets: new Uint32Array(total),
    context: new Uint32Array(total),
    pools,
    poolWeights: new Float32Array(windows.length * pools * time),
  };
  let at = 0;
  windows.forEach((window, index) => {
    const begin = index * time;
    const pool = index * pools * time;
    const prefix = prefixes?.[window.sequence] ?? 0;
    // Row j of the stream is token j - 1 behind a start token, token j without one.
    const shift = startTokenId === null ? 0 : 1;
    for (let row = 0; row < window.inputs; row++) {
      const token = window.inputStart + row - shift;
      const id = token < 0 ? startTokenId : ids[window.sequenceStart + token];
      result.ids[begin + row] = BigInt(id ?? 0);
    }
    for (let position = window.scoredFrom; position < window.to; position++, at++) {
      const row = window.firstRow + position - window.scoredFrom;
      result.rows[at] = begin + row;
      result.targets[at] = ids[position] ?? 0;
      result.context[at] = row + 1;
      if (window.inputStart + row === 0) continue;
      result.poolWeights[pool + row] = 1;
      if (window.inputStart + row - shift < prefix) result.poolWeights[pool + time + row] = 1;
    }
  });
  return result;
}

/** Number of positions of a window that get a score. */
export const scoredCount = ({ scoredFrom, to }: Window): number => Math.max(0, to - scoredFrom);
