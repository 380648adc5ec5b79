import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  gapK,
  lossScore,
  minK,
  minKPlusPlus,
  referenceScore,
  standardizedLogprobs,
  surp,
  zlibScore,
} from '../../src/core/membership.ts';
import reference from '../reference/fixtureA.json' with { type: 'json' };
import { FIXTURE_A } from './fixtures.ts';

const { logprob, entropy } = reference;
const variance = reference.deviation.map((sd) => sd ** 2);
const best = FIXTURE_A.map(({ probabilities }) => Math.log(Math.max(...probabilities)));

describe('Fixture A', () => {
  test('LOSS and zlib', () => {
    expect(lossScore(logprob)).toBeCloseTo(reference.meanLogprob, 9);
    expect(zlibScore(logprob, 50)).toBeCloseTo(reference.meanLogprob / 50, 9);
  });
  test('Min-K% of 20% takes one of six tokens, of 50% three', () => {
    expect(minK(logprob)).toBeCloseTo(reference.minK['0.2'], 9);
    expect(minK(logprob, 0.5)).toBeCloseTo(reference.minK['0.5'], 9);
  });
  test('Min-K%++ gives 0 to the position without spread', () => {
    const z = standardizedLogprobs(logprob, entropy, variance);
    reference.z.forEach((expected, token) => {
      expect(z[token]).toBeCloseTo(expected, 9);
    });
    expect(minKPlusPlus(z)).toBeCloseTo(reference.minKPlusPlus['0.2'], 9);
    expect(minKPlusPlus(z, 0.5)).toBeCloseTo(reference.minKPlusPlus['0.5'], 9);
  });
  test('Gap-K%', () => {
    expect(gapK(logprob, best, variance)).toBeCloseTo(reference.gapK, 9);
  });
  test('SURP takes the sure and surprised token, or is undefined', () => {
    expect(surp(logprob, entropy, { maxEntropy: 1, percentile: 70 })).toBeCloseTo(reference.surp['70'], 9);
    expect(surp(logprob, entropy, { maxEntropy: 1, percentile: 40 })).toBeNaN();
  });
});

describe('edges', () => {
  test('fewer than five tokens still give Min-K% one to average', () => {
    expect(minK([-1, -3])).toBe(-3);
  });
  test('tokens without a score are left out', () => {
    expect(lossScore([NaN, -1, -3])).toBe(-2);
    expect([...standardizedLogprobs([NaN], [1], [0])]).toEqual([NaN]);
    expect(gapK([NaN, -1], [NaN, -1], [NaN, 1])).toBe(0);
    expect(surp([NaN, -1], [NaN, 0], { maxEntropy: 1, percentile: 100 })).toBe(-1);
  });
  test('no tokens, no score', () => {
    for (const score of [
      lossScore([]),
      minK([]),
      gapK([], [], []),
      zlibScore([-1], 0),
      referenceScore([NaN]),
    ])
      expect(score).toBeNaN();
    expect(surp([], [], { maxEntropy: 1, percentile: 50 })).toBeNaN();
  });
  test('a point mass does not divide by zero', () => {
    expect([...standardizedLogprobs([0], [0], [0])]).toEqual([0]);
    expect(gapK([0], [0], [0])).toBe(0);
  });
});

test('every score rises or stays when every token becomes likelier', () => {
  const values = fc.array(fc.double({ min: -20, max: -1, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, (lower) => {
      const higher = lower.map((value) => value + 0.5);
      const ones = lower.map(() => 1);
      expect(lossScore(higher)).toBeGreaterThan(lossScore(lower));
      expect(zlibScore(higher, 9)).toBeGreaterThan(zlibScore(lower, 9));
      expect(minK(higher)).toBeGreaterThan(minK(lower));
      expect(minKPlusPlus(standardizedLogprobs(higher, ones, ones))).toBeGreaterThan(
        minKPlusPlus(standardizedLogprobs(lower, ones, ones)),
      );
      expect(gapK(higher, ones, ones)).toBeGreaterThan(gapK(lower, ones, ones));
      expect(minK(lower)).toBeLessThanOrEqual(lossScore(lower) + 1e-9);
    }),
  );
});
