import { expect, test } from 'vitest';
import { summarizeText } from '../../src/core/wholeText.ts';
import reference from '../reference/fixtureA.json' with { type: 'json' };
import { FIXTURE_A, recordsFrom, recordsOf } from './fixtures.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

test('Fixture A', () => {
  const summary = summarizeText(recordsOf(FIXTURE_A), Uint32Array.of(0, 1, 3, 4, 6, 9, 12));
  expect(summary).toMatchObject({ scored: 6, unscored: 0, scoredBytes: 12 });
  expect(summary.meanLogprob).toBeCloseTo(reference.meanLogprob, 6);
  expect(summary.perplexity).toBeCloseTo(reference.perplexity, 6);
  expect(summary.bitsPerByte).toBeCloseTo(reference.bits / 12, 6);
  expect(summary.meanRank).toBeCloseTo(mean(reference.rank), 12);
  expect(summary.meanEntropy).toBeCloseTo(mean(reference.entropy), 6);
});

test('bytes of unscored tokens do not dilute bits per byte', () => {
  const summary = summarizeText(recordsFrom('.+'), Uint32Array.of(0, 100, 101));
  expect(summary.bitsPerByte).toBeCloseTo(-Math.log2(0.9), 6);
  expect(summary.unscored).toBe(1);
});

test('a text without scores has no means', () => {
  const { scored, perplexity, bitsPerByte, meanRank, logprob } = summarizeText(
    recordsFrom('.'),
    Uint32Array.of(0, 1),
  );
  expect({ scored, perplexity, bitsPerByte, meanRank, logprob }).toEqual({
    scored: 0,
    perplexity: NaN,
    bitsPerByte: NaN,
    meanRank: NaN,
    logprob: NaN,
  });
});
