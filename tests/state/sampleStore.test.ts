import { expect, test } from 'vitest';
import { SampleStore, type StoredBlock, type StoredSample } from '../../src/engine/sampleStore.ts';
import { MemoryDisk } from './memoryShelf.ts';

/** A sample whose suffix has so many tokens. */
const sampleOf = (tokens: number, index: number): StoredSample => ({
  scored: {
    matchLength: index,
    suffixTokens: tokens,
    prefixTokens: 3,
    censored: false,
    fragile: false,
    logPz: -tokens,
    expectedLength: 0.5,
    meanLogprob: -1,
    accuracy: 0.5,
    baseMatchLength: NaN,
    baseLogPz: NaN,
    loss: -1,
    zlib: -0.1,
    minK: -2,
    minKPlusPlus: -1,
    gapK: -1,
    surp: NaN,
    reference: NaN,
    correct: Uint8Array.from({ length: tokens }, (_, token) => (token + index) % 2),
    logprobs: Float32Array.from({ length: tokens }, (_, token) => -token - index),
  },
  cut: { from: 0, cut: 1, to: 2, isMoved: false, leftOut: 0, leftOutBehind: 0 },
});

test('a block reads back as it was stored, with two buffers for the tokens of all its samples', async () => {
  const store = new SampleStore(new MemoryDisk().open);
  const samples = [4, 0, 7, 1].map(sampleOf);
  await store.append('run', 0, { indices: Uint32Array.of(5, 2, 9, 0), samples, embeddings: null });
  const read: StoredBlock[] = [];
  for await (const block of store.read('run')) read.push(block);
  expect(read).toEqual([{ indices: Uint32Array.of(5, 2, 9, 0), samples, embeddings: null }]);
  const buffersOf = (name: 'correct' | 'logprobs') =>
    new Set(read[0]?.samples.map(({ scored }) => scored[name].buffer));
  expect(buffersOf('correct').size).toBe(1);
  expect(buffersOf('logprobs').size).toBe(1);
});
