/**
 * In which order and in what company the samples of a data set are scored. Blocks depend on the lengths alone and
 * are scored as a whole, so that a run that goes on after an interruption forms the very batches of an
 * uninterrupted one and gives the same numbers to the last bit.
 */

import { sortOrder } from './statistics/ranks.ts';

/** Tokens of one block: some seconds of work on a slow device, so little is lost when a tab is closed. */
export const BLOCK_TOKENS = 4096;

/** Indices of the samples with tokens, the longest first, ties in their order. */
const longestFirst = (lengths: ArrayLike<number>): Uint32Array =>
  sortOrder(Int32Array.from(lengths, (length) => -length)).filter((index) => (lengths[index] ?? 0) > 0);

/**
 * Cuts a data set into blocks of samples of like length (longest first, so that memory runs out early or never
 * and the time left is not underestimated). O(n).
 *
 * @param lengths `[n]` tokens of each sample; samples without tokens are left out.
 * @param blockTokens a block holds at most so many tokens, padding included, and at least one sample.
 * @returns blocks of indices; every sample with tokens is in exactly one.
 */
export function planBlocks(lengths: ArrayLike<number>, blockTokens = BLOCK_TOKENS): Uint32Array[] {
  const order = longestFirst(lengths);
  const blocks: Uint32Array[] = [];
  for (let from = 0; from < order.length;) {
    const longest = lengths[order[from] ?? 0] ?? 1;
    const count = Math.max(1, Math.floor(blockTokens / longest));
    blocks.push(order.slice(from, from + count));
    from += count;
  }
  return blocks;
}
