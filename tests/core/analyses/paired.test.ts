import { describe, expect, test } from 'vitest';
import { comparePaired as compareRuns } from '../../../src/core/analyses/paired.ts';
import comparisons from '../../reference/comparisons.json' with { type: 'json' };

const comparePaired = (before: number[], after: number[], length: number[]) =>
  compareRuns({ n: before, length }, { n: after, length });

describe('pairs (SciPy: comparisons.py)', () => {
  const { before, after, increases, decreases, equal, signP, corrected, shift } = comparisons.paired;
  const found = comparePaired(
    before,
    after,
    before.map(() => 40),
  );
  test('signs and their test', () => {
    expect([found.increases, found.decreases, found.equal]).toEqual([increases, decreases, equal]);
    expect(found.signP).toBeCloseTo(signP, 10);
  });
  test('signed ranks: the exact p near SciPy’s approximation, which is given beside it', () => {
    expect(found.test.correctedP).toBeCloseTo(corrected, 10);
    expect(found.test.method).toBe('exact');
    expect(Math.abs(found.test.p - corrected)).toBeLessThan(0.01);
  });
  test('shift, by all Walsh averages', () => {
    expect([found.shift.estimate, found.shift.low, found.shift.high]).toEqual(shift);
  });
  test('counts of differences and of cells are the pairs', () => {
    expect(found.counts.reduce((sum, count) => sum + count, 0)).toBe(before.length);
    expect(found.cells.reduce((sum, { count }) => sum + count, 0)).toBe(before.length);
    for (const { before: from, after: to, count } of found.cells)
      expect(before.filter((value, pair) => value === from && after[pair] === to).length).toBe(count);
    found.counts.forEach((count, index) => {
      const wanted = index + found.lowest;
      expect(before.filter((value, pair) => (after[pair] ?? NaN) - value === wanted).length).toBe(count);
    });
  });
  test('turned round, every sign turns', () => {
    const turned = comparePaired(
      after,
      before,
      before.map(() => 40),
    );
    expect(turned.increases).toBe(decreases);
    expect(turned.test.p).toBeCloseTo(found.test.p, 12);
    expect(turned.shift.estimate).toBe(-found.shift.estimate);
    expect(turned.test.rankBiserial).toBeCloseTo(-found.test.rankBiserial, 12);
  });
});

test('the worked fixture: two zeros dropped, exact p .031250, rank-biserial 1', () => {
  const found = comparePaired(
    [0, 1, 2, 3, 5, 8, 0, 2],
    [1, 1, 5, 4, 9, 16, 0, 7],
    Array.from({ length: 8 }, () => 16),
  );
  expect(found.test).toMatchObject({ n: 6, zeros: 2, wPlus: 21, method: 'exact', rankBiserial: 1 });
  expect(found.test.p).toBeCloseTo(0.03125, 12);
  // Six coins on one side: 2 / 64.
  expect(found.signP).toBeCloseTo(2 / 64, 12);
  expect(found.medianDifference).toBe(2);
  expect([found.censoredBefore, found.censoredAfter, found.censoredBoth]).toEqual([0, 1, 0]);
});

test('pairs with an unknown N are left out; two runs alike are identical; nothing of nothing', () => {
  const found = comparePaired([1, NaN, 3], [2, 2, NaN], [5, 5, 5]);
  expect([found.pairs, found.increases]).toEqual([1, 1]);
  expect(Array.from(found.differences)).toEqual([1, NaN, NaN]);
  const same = comparePaired([1, 2, 5], [1, 2, 5], [5, 5, 5]);
  expect([same.test.p, same.equal, same.censoredBoth]).toEqual([1, 3, 1]);
  expect(same.signP).toBeNaN();
  const none = comparePaired([], [], []);
  expect([none.pairs, none.counts.length]).toEqual([0, 0]);
  expect(none.test.p).toBeNaN();
  expect(() => comparePaired([1], [], [1])).toThrow(RangeError);
  // A run that was cut elsewhere is censored at its own end.
  const other = compareRuns({ n: [3], length: [3] }, { n: [3], length: [9] });
  expect([other.censoredBefore, other.censoredBoth]).toEqual([1, 0]);
});
