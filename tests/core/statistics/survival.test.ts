import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { riskTable, summarizeMatches } from '../../../src/core/statistics/matchLength.ts';
import { kaplanMeier, logRank, restrictedMean } from '../../../src/core/statistics/survival.ts';
import { expectAllNear, expectNear, reference } from './reference.ts';

const { survival } = reference;
const B = { n: survival.fixtureB.n, length: survival.fixtureB.length };

const matches = fc
  .array(fc.tuple(fc.nat(12), fc.nat(12)), { minLength: 1, maxLength: 40 })
  .map((pairs) => ({ n: pairs.map(([a, b]) => Math.min(a, b)), length: pairs.map(([, b]) => b) }));

describe('Kaplan-Meier', () => {
  test.each(['fixtureB', 'large'] as const)('agrees with statsmodels at the event times of %s', (name) => {
    const expected = survival[name];
    const points = kaplanMeier(expected);
    expect(points.length).toBe(Math.max(...expected.length));
    const events = expected.time.flatMap((time, index) => (expected.misses[index] ? [{ time, index }] : []));
    expect(events.length).toBeGreaterThan(5);
    for (const { time, index } of events) {
      const point = points[time - 1];
      expect(point?.atRisk).toBe(expected.atRisk[index]);
      expect(point?.misses).toBe(expected.misses[index]);
      expectNear(point?.survival ?? NaN, expected.survival[index]);
      if (point?.survival) expectNear(point.se, expected.se[index]);
    }
  });

  test('gives the log-log intervals of scipy.stats.ecdf on fixture B', () => {
    // SciPy 1.17.1, ecdf of N + 1 censored at L, confidence_interval(method="log-log").
    const points = kaplanMeier(B);
    const at = (i: number) => [points[i - 1]?.low ?? NaN, points[i - 1]?.high ?? NaN];
    expectAllNear(at(1), [0.408416, 0.91172], 1e-6);
    expectAllNear(at(4), [0.135202, 0.657317], 1e-6);
    expectAllNear(at(13), [0.010576, 0.453323], 1e-6);
    expect(points[4]).toMatchObject({ i: 5, misses: 0, hazard: 0, p: 1, survival: points[3]?.survival });
  });

  test('is 1 with Clopper-Pearson below while nobody misses, 0 without interval once all have', () => {
    const [first, second] = kaplanMeier({ n: [1, 1, 1], length: [5, 5, 5] });
    expect(first).toMatchObject({ survival: 1, se: 0, high: 1 });
    expectNear(first?.low ?? NaN, 0.025 ** (1 / 3), 1e-12);
    expect(second).toMatchObject({ survival: 0, hazard: 1, se: NaN, low: NaN, high: NaN });
  });

  test('is undefined beyond the last sample at risk, and empty without samples', () => {
    const points = kaplanMeier({ n: [2, 0], length: [2, 5] });
    expect(points.map((point) => point.survival)).toEqual([0.5, 0.5, NaN, NaN, NaN]);
    expect(kaplanMeier({ n: [], length: [] })).toEqual([]);
    expect(kaplanMeier({ n: [0, NaN], length: [0, 4] })).toEqual([]);
  });

  test('never rises, keeps hazards in [0, 1] and does not see the order of samples', () => {
    fc.assert(
      fc.property(matches, (s) => {
        const points = kaplanMeier(s);
        let before = 1;
        for (const point of points) {
          if (Number.isNaN(point.survival)) continue;
          expect(point.survival).toBeLessThanOrEqual(before);
          expect(point.hazard >= 0 && point.hazard <= 1 ? 'in range' : String(point.hazard)).toMatch(
            point.atRisk > 0 ? 'in range' : 'NaN',
          );
          before = point.survival;
        }
        expect(kaplanMeier({ n: s.n.toReversed(), length: s.length.toReversed() })).toEqual(points);
      }),
    );
  });

  test('without censoring equals the empirical distribution', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), (n) => {
        for (const { i, survival: value } of kaplanMeier({ n, length: n.map(() => 10) }))
          expectNear(value, n.filter((match) => match >= i).length / n.length, 1e-12);
      }),
    );
  });

  test('its 95 % intervals cover the truth about 95 times in 100', () => {
    const random = seededRandom(11);
    const p = 0.85;
    let covered = 0;
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const length = Array.from({ length: 80 }, () => 3 + Math.floor(random() * 20));
      const n = length.map((l) => Math.min(l, Math.floor(Math.log(random()) / Math.log(p))));
      const point = kaplanMeier({ n, length })[4];
      covered += Number((point?.low ?? 1) <= p ** 5 && p ** 5 <= (point?.high ?? 0));
    }
    // Four standard errors of a share of 0.95 in 2,000 runs are 0.02.
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.97);
  });

  test('refuses impossible samples and levels', () => {
    expect(() => kaplanMeier({ n: [3], length: [2] })).toThrow(RangeError);
    expect(() => kaplanMeier({ n: [0.5], length: [2] })).toThrow(/sample 0/);
    expect(() => kaplanMeier({ n: [1], length: [] })).toThrow(RangeError);
    expect(() => kaplanMeier(B, 1)).toThrow(RangeError);
  });
});

describe('restricted mean match length', () => {
  test('agrees with the worked fixture and exceeds the naive mean', () => {
    const { mean, se } = restrictedMean(kaplanMeier(B), 10);
    expectNear(mean, 4.133333, 1e-6);
    expectNear(se, 1.215167, 1e-6);
    expect(mean).toBeGreaterThan(B.n.reduce((sum, n) => sum + Math.min(n, 10), 0) / 12);
  });

  test('is the mean where nothing is censored, and undefined past the curve', () => {
    const n = [0, 1, 4, 4, 7];
    expectNear(restrictedMean(kaplanMeier({ n, length: n.map(() => 9) }), 9).mean, 16 / 5, 1e-12);
    expectNear(restrictedMean(kaplanMeier({ n, length: n.map(() => 9) }), 99).mean, 16 / 5, 1e-12);
    expect(restrictedMean(kaplanMeier(B), 21).mean).toBeNaN();
    expect(restrictedMean([], 3).mean).toBeNaN();
    expect(restrictedMean(kaplanMeier({ n: [2, 0], length: [2, 5] }), 4)).toEqual({
      mean: NaN,
      se: NaN,
      low: NaN,
      high: NaN,
    });
    expect(() => restrictedMean([], -1)).toThrow(RangeError);
  });

  test('its interval is that of the logit of the share of tau', () => {
    // SciPy 1.17.1: tau expit(logit(m / tau) -+ norm.ppf(0.975) se tau / (m (tau - m))).
    const { low, high } = restrictedMean(kaplanMeier(B), 10);
    expectAllNear([low, high], [2.087651, 6.529383], 1e-5);
    // m = 5 / 4 and se = m sqrt(3 / 4), where m - 1.96 se is -0.87.
    const few = restrictedMean(kaplanMeier({ n: [0, 0, 0, 5], length: [5, 5, 5, 5] }), 5);
    expectNear(few.mean, 1.25, 1e-12);
    expectNear(few.se, 1.25 * Math.sqrt(0.75), 1e-12);
    expectAllNear([few.low, few.high], [0.167557, 3.810801], 1e-6);
  });

  test('its interval holds the mean and stays within 0 .. tau; without spread there is none', () => {
    fc.assert(
      fc.property(matches, fc.nat(12), (s, tau) => {
        const { mean, se, low, high } = restrictedMean(kaplanMeier(s), tau);
        if (!(se > 0)) {
          expect([low, high]).toEqual([NaN, NaN]);
          return;
        }
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThan(mean);
        expect(high).toBeGreaterThan(mean);
        expect(high).toBeLessThanOrEqual(tau);
      }),
    );
    const all = restrictedMean(kaplanMeier({ n: [4, 4], length: [4, 4] }), 4);
    expect(all).toEqual({ mean: 4, se: 0, low: NaN, high: NaN });
  });

  test('its 95 % interval covers the truth about 95 times in 100', () => {
    const random = seededRandom(12);
    const p = 0.7;
    const tau = 10;
    const truth = Array.from({ length: tau }, (_, index) => p ** (index + 1)).reduce((a, b) => a + b);
    let covered = 0;
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const length = Array.from({ length: 60 }, () => 10 + Math.floor(random() * 5));
      const n = length.map((l) => Math.min(l, Math.floor(Math.log(random()) / Math.log(p))));
      const { low, high } = restrictedMean(kaplanMeier({ n, length }), tau);
      covered += Number(low <= truth && truth <= high);
    }
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.97);
  });
});

describe('log-rank test', () => {
  test('agrees with statsmodels for two and for three groups', () => {
    const half = (from: number, to: number) => ({ n: B.n.slice(from, to), length: B.length.slice(from, to) });
    const two = logRank([half(0, 6), half(6, 12)]);
    expectNear(two.chi2, survival.logRankB.chi2);
    expectNear(two.p, survival.logRankB.p);
    expect(two.observed).toEqual([6, 3]);
    expectNear(two.expected[0] ?? NaN, 2.309524, 1e-6);
    const three = logRank(survival.logRank3.groups);
    expect(three.df).toBe(2);
    expectNear(three.chi2, survival.logRank3.chi2);
    expectNear(three.p, survival.logRank3.p);
  });

  test('leaves out empty groups and is undefined with one', () => {
    const [first, second] = survival.logRank3.groups;
    if (!first || !second) throw new Error('fixture');
    const without = logRank([first, second]);
    const withEmpty = logRank([first, { n: [], length: [] }, second]);
    expect(withEmpty.df).toBe(1);
    expectNear(withEmpty.chi2, without.chi2);
    expect(logRank([first]).p).toBeNaN();
    expect(logRank([]).df).toBe(0);
  });
});

test('the risk table and the summary count every sample once', () => {
  fc.assert(
    fc.property(matches, (s) => {
      const { samples, atRisk, misses } = riskTable(s);
      const summary = summarizeMatches(s);
      expect(summary.samples).toBe(samples);
      expect(atRisk[0] ?? 0).toBe(samples);
      expect(misses.reduce((sum, d) => sum + d, 0) + summary.censored).toBe(samples);
    }),
  );
});
