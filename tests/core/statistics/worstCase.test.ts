import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  maxOfSubsample,
  missProbability,
  recordProbability,
  samplesForQuantile,
  samplesNeeded,
  zeroHitBound,
} from '../../../src/core/statistics/worstCase.ts';
import { expectAllNear, expectNear, reference } from './reference.ts';

const { worstCase } = reference;

describe('planning a sample', () => {
  test('miss probabilities are those of scipy.stats.hypergeom', () => {
    for (const [M = 0, k = 0, z = 0, miss] of worstCase.miss)
      expectNear(missProbability(M, k, z), miss, 1e-9);
    expectNear(missProbability(1000, 10, 100), 0.346928, 1e-6);
    expect(missProbability(5, 0, 3)).toBe(1);
    expect(() => missProbability(5, 6, 1)).toThrow(RangeError);
    expect(() => missProbability(5, 1, 1.5)).toThrow(RangeError);
  });

  test('sample sizes are the smallest that suffice', () => {
    for (const [M = 0, k = 0, confidence = 0, z] of worstCase.needed)
      expect(samplesNeeded(M, k, confidence)).toBe(z);
    expect(samplesNeeded(9723, 10, 0.95)).toBe(2516);
    expect(samplesNeeded(9723, 1, 0.95)).toBe(9237);
    expect(samplesForQuantile(0.01, 0.95)).toBe(299);
    expect(samplesNeeded(10, 0, 0.95)).toBeNaN();
    expect(() => samplesNeeded(10, 1, 1)).toThrow(RangeError);
    expect(() => samplesForQuantile(0, 0.9)).toThrow(RangeError);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(299),
        fc.integer({ min: 1, max: 99 }),
        (M, j, percent) => {
          const k = 1 + (j % M);
          const z = samplesNeeded(M, k, percent / 100);
          expect(missProbability(M, k, z)).toBeLessThanOrEqual(1 - percent / 100 + 1e-9);
          if (z > 1) expect(missProbability(M, k, z - 1)).toBeGreaterThan(1 - percent / 100);
        },
      ),
    );
  });

  test('nothing found still bounds the rate', () => {
    for (const [z = 0, bound] of worstCase.zeroHit) expectNear(zeroHitBound(z), bound);
    expect(zeroHitBound(0)).toBe(1);
    expect(recordProbability(4)).toBe(0.2);
    expect(() => recordProbability(-1)).toThrow(RangeError);
  });
});

describe('maximum of a subsample', () => {
  test('agrees with all subsamples enumerated', () => {
    const { values, z, mean, quantiles } = worstCase.small;
    const result = maxOfSubsample(
      values,
      z,
      quantiles.map(([level]) => level ?? NaN),
    );
    expectNear(result.mean, mean);
    expectAllNear(
      result.quantiles,
      quantiles.map(([, value]) => value ?? NaN),
    );
  });

  test('runs from the mean to the maximum as z grows', () => {
    const sorted = Float64Array.from({ length: 100_000 }, (_, index) => Math.floor(index / 1000));
    expectNear(maxOfSubsample(sorted, 1).mean, 49.5, 1e-9);
    expect(maxOfSubsample(sorted, 100_000).mean).toBe(99);
    const curve = [1, 10, 100, 1000].map((z) => maxOfSubsample(sorted, z).mean);
    expect(curve).toEqual(curve.toSorted((a, b) => a - b));
    expect(maxOfSubsample([], 0).mean).toBeNaN();
    expect(() => maxOfSubsample([1], 2)).toThrow(RangeError);
  });
});
