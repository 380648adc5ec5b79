import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planBlocks } from '../../src/core/sampleBlocks.ts';
import { scoreSample } from '../../src/core/sampleScores.ts';
import reference from '../reference/fixtureA.json' with { type: 'json' };
import { FIXTURE_A, recordsFrom, recordsOf } from './fixtures.ts';

const records = recordsOf(FIXTURE_A);
const whole = { start: 0, end: 6 };

describe('Fixture A as one sample', () => {
  const sample = scoreSample(records, null, whole, 50);
  test('N counts up to the first miss, ties to the lowest id', () => {
    expect(sample).toMatchObject({ matchLength: 2, suffixTokens: 6, prefixTokens: 0, censored: false });
    expect([...sample.correct]).toEqual([1, 1, 0, 1, 0, 1]);
    expect(sample.accuracy).toBeCloseTo(4 / 6, 12);
  });
  test('p_z, its mean, and the expected length under sampling (worked by hand: 1.356880)', () => {
    expect(sample.logPz).toBeCloseTo(reference.meanLogprob * 6, 6);
    expect(sample.meanLogprob).toBeCloseTo(reference.meanLogprob, 6);
    expect(sample.expectedLength).toBeCloseTo(1.35688, 5);
  });
  test('membership scores are those of the whole sample', () => {
    expect(sample.loss).toBeCloseTo(reference.meanLogprob, 6);
    expect(sample.minK).toBeCloseTo(reference.minK['0.2'], 6);
    expect(sample.minKPlusPlus).toBeCloseTo(reference.minKPlusPlus['0.2'], 6);
    expect(sample.gapK).toBeCloseTo(reference.gapK, 6);
    expect(sample.zlib).toBeCloseTo(reference.meanLogprob / 50, 6);
  });
  test('without a base, what needs one is undefined', () => {
    expect([sample.reference, sample.baseLogPz, sample.baseMatchLength]).toEqual([NaN, NaN, NaN]);
  });
});

describe('a split sample', () => {
  const suffix = { start: 2, end: 6 };
  test('a miss in the prefix does not count', () => {
    expect(scoreSample(recordsFrom('--+++-'), null, suffix, 1)).toMatchObject({
      matchLength: 3,
      prefixTokens: 2,
      suffixTokens: 4,
      censored: false,
      fragile: false,
    });
  });
  test('a suffix that is right to its end is censored at its length', () => {
    expect(scoreSample(recordsFrom('--++++'), null, suffix, 1)).toMatchObject({
      matchLength: 4,
      censored: true,
    });
  });
  test('a near tie within the match or at its end makes it fragile, one after the miss does not', () => {
    expect(scoreSample(recordsFrom('--+~+-'), null, suffix, 1).fragile).toBe(true);
    expect(scoreSample(recordsFrom('--+-~+'), null, suffix, 1).fragile).toBe(false);
  });
  test('a token without a score leaves N undefined instead of short', () => {
    const failed = scoreSample(recordsFrom('--+.+-'), null, suffix, 1);
    expect(failed.matchLength).toBeNaN();
    expect(failed.logPz).toBeNaN();
    expect(failed.expectedLength).toBeNaN();
  });
  test('the base is judged on the same suffix', () => {
    const sample = scoreSample(recordsFrom('--++++'), recordsFrom('--+-++'), suffix, 1);
    expect(sample.baseMatchLength).toBe(1);
    expect(sample.reference).toBeCloseTo(Math.log(9) / 6, 6);
  });
  test('an empty suffix has N = 0, censored', () => {
    expect(scoreSample(recordsFrom('++'), null, { start: 2, end: 2 }, 1)).toMatchObject({
      matchLength: 0,
      censored: true,
      suffixTokens: 0,
    });
  });
  test('a suffix outside of the sample is refused', () => {
    expect(() => scoreSample(records, null, { start: 2, end: 7 }, 1)).toThrow(RangeError);
  });
});

test('blocks hold every sample with tokens once, within the limit, longest first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300)), fc.integer({ min: 1, max: 1000 }), (lengths, limit) => {
      const blocks = planBlocks(lengths, limit);
      const all = blocks.flatMap((block) => [...block]);
      expect(all.toSorted((a, b) => a - b)).toEqual(
        lengths.flatMap((length, index) => (length > 0 ? [index] : [])),
      );
      for (const block of blocks) {
        const longest = Math.max(...Array.from(block, (index) => lengths[index] ?? 0));
        expect(block.length === 1 || longest * block.length <= limit).toBe(true);
      }
      const order = all.map((index) => lengths[index] ?? 0);
      expect(order).toEqual(order.toSorted((a, b) => b - a));
    }),
  );
});

test('samples of one length keep their order, so that a run that goes on forms the same blocks', () => {
  expect(planBlocks([2, 5, 0, 2, 5, 2, 1], 6).map((block) => [...block])).toEqual([[1], [4], [0, 3, 5], [6]]);
});
