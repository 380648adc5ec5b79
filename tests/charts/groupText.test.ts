import { describe, expect, test } from 'vitest';
import { groupVerdict, medianText, medianValue } from '../../src/app/samples/groupText.ts';
import { estimateGroups, testGroups } from '../../src/core/analyses/groups.ts';
import { holm } from '../../src/core/statistics/multiplicity.ts';
import { kaplanMeier } from '../../src/core/statistics/survival.ts';
import { survivalQuantile } from '../../src/core/statistics/survivalQuantile.ts';

const medianOf = (n: number[], length: number[]) =>
  survivalQuantile(kaplanMeier({ n: Float64Array.from(n), length: Float64Array.from(length) }), 0.5);

describe('the median of a censored match length', () => {
  test('is that of Kaplan and Meier, not the mean of a known and a censored N', () => {
    // S = 3/4, 1/2 at n = 5, 11; 37 and 40 are censored, and the plain median is 23.5.
    const median = medianOf([4, 10, 37, 40], [50, 50, 37, 40]);
    expect(median.value).toBe(10);
    expect(medianValue(median)).toBe('10');
    expect(medianText(median)).toMatch(/^10 \(/);
  });
  test('says what it is at least where more than half are censored', () => {
    const median = medianOf([4, 20, 30, 40], [50, 20, 30, 40]);
    expect(median.value).toBeNaN();
    expect(medianValue(median)).toBe('≥ 40');
    expect(medianText(median)).toMatch(/^≥ 40, not reached/);
  });
  test('is undefined without samples', () => {
    expect(medianValue(medianOf([], []))).toBe('n/a');
    expect(medianText(medianOf([], []))).toBe('n/a');
  });
});

describe('the verdict on groups', () => {
  const n = Float64Array.of(1, 2, 3, 4, 5, 8, 4, 6, 7, 9, 10, 11);
  const matches = { n, length: new Float64Array(12).fill(20) };
  const verdict = (changes: readonly number[] | null) => {
    const groups = { names: ['a', 'b'], of: Int16Array.from(n, (_, index) => Number(index >= 6)) };
    const done = testGroups(matches, groups, 1);
    const tests = changes ?? holm(done.tests.map(({ p }) => p));
    const adjusted = { by: 'holm', tests, pairs: [0.01] } as const;
    return { done, tests, text: groupVerdict(estimateGroups(matches, groups), done, adjusted)[0] };
  };
  test('takes the adjusted p of the test that decides, as the table does', () => {
    const { done, tests, text } = verdict(null);
    // Raw, the groups would differ.
    expect(done.tests[0]?.p).toBeLessThan(0.05);
    expect(tests[0]).toBeGreaterThan(0.05);
    expect(text).toMatch(
      /^The two groups could be alike \(Mann-Whitney, (exact|by permutation), p = 0\.\d+, Holm over 4 tests\)/,
    );
  });
  test('a small adjusted p is a difference', () => {
    expect(verdict([0.0123, 1, 1, 1]).text).toMatch(
      /^The two groups differ \(Mann-Whitney, .*p = 0\.012, Holm/,
    );
  });
});
