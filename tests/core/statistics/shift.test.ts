import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { hodgesLehmann, hodgesLehmannPaired, meanPermutation } from '../../../src/core/statistics/shift.ts';
import comparisons from '../../reference/comparisons.json' with { type: 'json' };

const expected = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? NaN);

describe('Hodges-Lehmann shift', () => {
  test('two samples: the median of all differences written out and its interval (comparisons.py)', () => {
    for (const { x, y, value } of comparisons.shift) {
      const { estimate, low, high } = hodgesLehmann(x, y);
      expect([estimate, low, high]).toEqual(expected(value));
    }
  });
  test('pairs: the median of all Walsh averages written out and its interval (comparisons.py)', () => {
    for (const { differences, value } of comparisons.pairedShift) {
      const { estimate, low, high } = hodgesLehmannPaired(differences);
      expect([estimate, low, high]).toEqual(expected(value));
    }
  });
  test('follows a shift of the second sample, and turns its sign with the order', () => {
    const x = [0, 1, 1, 4, 7];
    const y = x.map((value) => value + 3);
    expect(hodgesLehmann(x, y).estimate).toBe(3);
    expect(hodgesLehmann(y, x).estimate).toBe(-3);
  });
  test('nothing of nothing; NaN values are left out', () => {
    expect(hodgesLehmann([], [1]).estimate).toBeNaN();
    expect(hodgesLehmannPaired([NaN]).estimate).toBeNaN();
    expect(hodgesLehmann([NaN, 1], [4, NaN]).estimate).toBe(3);
    expect(() => hodgesLehmann([1], [2], 1)).toThrow(RangeError);
  });
  test('the intervals hold a true shift in about 95 of 100 simulated experiments', () => {
    const random = seededRandom(11);
    // Laplace: symmetric, heavy tails, no ties.
    const draw = (): number => (random() < 0.5 ? -1 : 1) * -Math.log(1 - random());
    const sample = (n: number, shift: number): number[] => Array.from({ length: n }, () => draw() + shift);
    let [two, paired] = [0, 0];
    for (let run = 0; run < 600; run++) {
      const { low, high } = hodgesLehmann(sample(20, 0), sample(25, 1.5));
      two += Number(low <= 1.5 && high >= 1.5);
      const pairs = hodgesLehmannPaired(sample(30, 1.5));
      paired += Number(pairs.low <= 1.5 && pairs.high >= 1.5);
    }
    for (const held of [two, paired]) {
      expect(held / 600).toBeGreaterThan(0.93);
      expect(held / 600).toBeLessThan(0.98);
    }
  });
});

describe('permutation of the means', () => {
  const { x, y, difference, p } = comparisons.meanPermutation;
  test('agrees with all assignments enumerated (comparisons.py)', () => {
    const found = meanPermutation(x, y, 1);
    expect(found.difference).toBeCloseTo(difference, 12);
    expect(found.permutations).toBe(9999);
    // Four standard errors of a share near 0.06 among 9,999.
    expect(Math.abs(found.p - p)).toBeLessThan(0.0095);
    expect(meanPermutation(y, x, 1).difference).toBeCloseTo(-difference, 12);
  });
  test('repeats itself for a seed; equal samples give 1; an empty one gives none', () => {
    expect(meanPermutation(x, y, 7)).toEqual(meanPermutation(x, y, 7));
    expect(meanPermutation([2, 2], [2, 2, 2], 1).p).toBe(1);
    expect(meanPermutation([], [1], 1).p).toBeNaN();
  });
});
