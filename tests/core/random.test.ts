import { expect, test } from 'vitest';
import { randomInteger, seededRandom, xoshiro128 } from '../../src/core/random.ts';

test('xoshiro128** gives the values of its reference implementation', () => {
  // tests/reference/xoshiro128.py; the crate rand_xoshiro tests the same ten.
  const next = xoshiro128([1, 2, 3, 4]);
  expect(Array.from({ length: 10 }, next)).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ]);
});

test('the same seed gives the same stream, another seed another', () => {
  const stream = (seed: number) => Array.from({ length: 20 }, seededRandom(seed));
  expect(stream(7)).toEqual(stream(7));
  expect(stream(7)).not.toEqual(stream(8));
});

test('values lie in [0, 1) with the moments of the uniform distribution', () => {
  const random = seededRandom(1);
  const values = Array.from({ length: 100_000 }, random);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  // Four standard errors of the mean: 4 * sqrt(1 / 12 / 100,000).
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.0037);
  expect(variance).toBeCloseTo(1 / 12, 2);
});

test('integers cover their range evenly', () => {
  const random = seededRandom(2);
  const counts = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 50_000; draw++) {
    const value = randomInteger(random, 5);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  // Chi-square with 4 degrees of freedom: 18.5 is its 0.999 quantile.
  expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(18.5);
});
