import { describe, expect, test } from 'vitest';
import { DRAWN_QUANTILES, estimateGroups, testGroups } from '../../../src/core/analyses/groups.ts';
import type { Groups } from '../../../src/core/analyses/decomposition.ts';
import type { MatchLengths } from '../../../src/core/statistics/matchLength.ts';
import { benjaminiHochberg, holm } from '../../../src/core/statistics/multiplicity.ts';
import { kaplanMeier } from '../../../src/core/statistics/survival.ts';
import { survivalQuantile } from '../../../src/core/statistics/survivalQuantile.ts';
import comparisons from '../../reference/comparisons.json' with { type: 'json' };

const { group, n, length, kruskal, logRank, pairs, quantiles } = comparisons.groups;
const MATCHES = { n: Float64Array.from(n), length: Float64Array.from(length) };
/** Estimates and tests together. */
function compareGroups(matches: MatchLengths, groups: Groups, seed: number) {
  const estimates = estimateGroups(matches, groups);
  const done = testGroups(matches, groups, seed);
  expect(done.pairs).toHaveLength(estimates.effects.length);
  const pairs = estimates.effects.flatMap((effect, index) => {
    const test = done.pairs[index];
    return test ? [{ ...effect, ...test }] : [];
  });
  return { ...estimates, ...done, pairs };
}

const GROUPS = { names: ['a', 'b', 'c'], of: Int16Array.from(group) };

describe('several groups (SciPy, statsmodels: comparisons.py)', () => {
  const found = compareGroups(MATCHES, GROUPS, 1);
  test('all at once: Kruskal-Wallis and log-rank; suffixes differ, so the log-rank test decides', () => {
    expect(found.primary).toBe('log-rank');
    expect(found.tests.map(({ name }) => name)).toEqual(['kruskal-wallis', 'log-rank']);
    expect(found.tests[0]?.statistic).toBeCloseTo(kruskal[0] ?? NaN, 9);
    expect(found.tests[0]?.p).toBeCloseTo(kruskal[1] ?? NaN, 12);
    expect(found.tests[1]?.statistic).toBeCloseTo(logRank[0] ?? NaN, 9);
    expect(found.tests[1]?.p).toBeCloseTo(logRank[1] ?? NaN, 12);
    expect(found.epsilon2).toBeCloseTo((kruskal[0] ?? NaN) / (n.length - 1), 9);
  });
  test('every pair: tests and effect sizes', () => {
    expect(found.pairs.map(({ first, second }) => [first, second])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    found.pairs.forEach((pair, index) => {
      const known = pairs[index];
      expect(pair.logRankP).toBeCloseTo(known?.logRankP ?? NaN, 12);
      expect(pair.p).toBe(pair.logRankP);
      expect(pair.superiority).toBeCloseTo(known?.superiority ?? NaN, 12);
      expect(pair.delta).toBeCloseTo(2 * (known?.superiority ?? NaN) - 1, 12);
      // With ties and 9,999 permutations: near the limit, and never below 1 in 10,000.
      const limit = Math.max(known?.asymptoticP ?? NaN, 1e-4);
      expect(Math.abs(Math.log10(pair.rankP / limit))).toBeLessThan(0.3);
    });
  });
  test('shifts where fewer than half of the pairs are censored, else none', () => {
    found.pairs.forEach(({ shift, first, second }, index) => {
      const share = (place: number): number => found.groups[place]?.summary.censoredShare ?? NaN;
      const isKnown = 1 - (1 - share(first)) * (1 - share(second)) < 0.5;
      const [estimate] = pairs[index]?.shift ?? [];
      if (isKnown) expect(shift.estimate).toBe(estimate);
      else expect(shift.estimate).toBeNaN();
    });
    expect(found.pairs.some(({ shift }) => !Number.isNaN(shift.estimate))).toBe(true);
  });
  test('quantiles of the censored N with their intervals', () => {
    found.groups.forEach(({ quantiles: own }, index) => {
      expect(own.map(({ value, low, high }) => [value, low, high])).toEqual(
        quantiles[index]?.map((row) => row.map((value) => value ?? NaN)),
      );
    });
  });
  test('counts of each N add up to the group', () => {
    found.groups.forEach(({ counts, summary }) => {
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(summary.samples);
    });
  });
  test('censored ones are counted apart: at each N those whose suffix ends there', () => {
    found.groups.forEach(({ censored, counts, summary }, place) => {
      const ended = n.filter((match, index) => group[index] === place && match === length[index]);
      expect(censored.reduce((sum, count) => sum + count, 0)).toBe(summary.censored);
      censored.forEach((count, match) => {
        expect(count).toBe(ended.filter((other) => other === match).length);
        expect(count).toBeLessThanOrEqual(counts[match] ?? 0);
      });
    });
  });
});

describe('two groups', () => {
  // metrics: X = 0 0 1 2 3 5, Y = 1 3 4 8 12 20 (SciPy; exact values by enumeration of all 924 assignments).
  const N = [0, 0, 1, 2, 3, 5, 1, 3, 4, 8, 12, 20];
  const groups = { names: ['x', 'y'], of: Int16Array.from(N, (_, index) => Number(index >= 6)) };
  const equal = { n: N, length: N.map(() => 30) };
  test('all four tests; Mann-Whitney decides where suffixes have one length', () => {
    const found = compareGroups(equal, groups, 3);
    expect(found.primary).toBe('mann-whitney');
    const [rank, permutation, distance, curves] = found.tests;
    expect(rank).toMatchObject({ name: 'mann-whitney', statistic: 6, method: 'exact' });
    expect(rank?.p).toBeCloseTo(0.058442, 6);
    expect(permutation?.statistic).toBeCloseTo(37 / 6, 12);
    expect(Math.abs((permutation?.p ?? NaN) - 0.060606)).toBeLessThan(0.0095);
    expect(distance).toMatchObject({ name: 'kolmogorov-smirnov', statistic: 0.5, method: 'exact' });
    expect(curves?.name).toBe('log-rank');
    expect(found.pairs[0]).toMatchObject({ shift: { estimate: 4 } });
    expect(found.pairs[0]?.superiority).toBeCloseTo(0.833333, 6);
    expect(found.pairs[0]?.p).toBe(rank?.p);
  });
  test('the order of the samples does not matter; that of the groups turns the effect', () => {
    const turned = compareGroups(
      { n: N.toReversed(), length: equal.length },
      { ...groups, of: groups.of.toReversed() },
      3,
    );
    const swapped = compareGroups(equal, { names: ['y', 'x'], of: groups.of.map((of) => 1 - of) }, 3);
    expect(turned.pairs[0]?.delta).toBeCloseTo(0.666667, 6);
    expect(swapped.pairs[0]?.delta).toBeCloseTo(-0.666667, 6);
  });
  test('the adjustments of the family (statsmodels: .01 .02 .03 .04 .2)', () => {
    const p = [0.01, 0.02, 0.03, 0.04, 0.2];
    holm(p).forEach((value, index) => {
      expect(value).toBeCloseTo([0.05, 0.08, 0.09, 0.09, 0.2][index] ?? NaN, 12);
    });
    benjaminiHochberg(p).forEach((value, index) => {
      expect(value).toBeCloseTo([0.05, 0.05, 0.05, 0.05, 0.2][index] ?? NaN, 12);
    });
  });
});

describe('what cannot be compared', () => {
  const groups = { names: ['a', 'b', 'c'], of: Int16Array.of(0, 0, 0, 1, 1, 1, 2, -1) };
  test('groups that are too small are named and left out', () => {
    const n = [0, 1, 2, 3, 4, 5, 6, 7];
    const found = compareGroups({ n, length: n.map(() => 9) }, groups, 1);
    expect(found.tooSmall).toEqual([{ name: 'c', samples: 1 }]);
    expect(found.groups.map(({ name, group: of }) => [name, of])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(found.tests).toHaveLength(4);
  });
  test('one N for all: nothing is tested', () => {
    const found = compareGroups({ n: Array(8).fill(0), length: Array(8).fill(9) }, groups, 1);
    expect(found).toMatchObject({ isConstant: true, tests: [], pairs: [] });
    expect(found.epsilon2).toBeNaN();
  });
  test('unscored samples and those without a suffix take no part', () => {
    const n = [NaN, 1, 2, 3, 0, 5, 6, 7];
    const found = compareGroups({ n, length: [NaN, 9, 9, 9, 0, 9, 9, 9] }, groups, 1);
    expect(found.groups).toHaveLength(0);
    expect(found.tests).toEqual([]);
  });
});

test('a quantile beyond the censoring is not invented', () => {
  const points = kaplanMeier({ n: [1, 5, 5, 5], length: [5, 5, 5, 5] });
  expect(survivalQuantile(points, 0.25).value).toBe(1);
  expect(survivalQuantile(points, 0.5).value).toBeNaN();
  expect(DRAWN_QUANTILES[2]).toBe(0.5);
  expect(() => survivalQuantile(points, 1)).toThrow(RangeError);
});

test('samples with one N: many leave no doubt about the median, three do (upper ends 1 - .025^(1/n))', () => {
  const zeros = (count: number) => {
    const n = Array.from({ length: count }, () => 0);
    return survivalQuantile(kaplanMeier({ n, length: n.map(() => 9) }), 0.5);
  };
  // 1 - .025^(1/12) = .265 and 1 - .025^(1/3) = .708.
  expect(zeros(12)).toMatchObject({ value: 0, low: 0, high: 0 });
  expect(zeros(3)).toMatchObject({ value: 0, low: 0, high: NaN });
});
