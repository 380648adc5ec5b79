import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { runToEnd } from '../../../src/core/statistics/bootstrap.ts';
import {
  auroc,
  aurocBootstrap,
  aurocNormalInterval,
  clopperPearson,
  rocCurve,
  tprAtFpr,
} from '../../../src/core/statistics/membershipEvaluation.ts';
import { mannWhitney } from '../../../src/core/statistics/tests.ts';
import { expectAllNear, expectNear, reference } from './reference.ts';

const { members, nonMembers, auroc: area, tpr, clopperPearson: intervals } = reference.membership;
const scores = fc.array(fc.nat(8), { minLength: 1, maxLength: 20 });

describe('AUROC', () => {
  test('agrees with the mean over all pairs and with the worked fixture', () => {
    expectNear(auroc(members, nonMembers).auroc, area, 1e-12);
    const worked = auroc([2, 3, 5, 8], [1, 2, 2, 4, 6]);
    expectNear(worked.auroc, 0.7, 1e-12);
    expectNear(worked.se, 0.187252, 1e-6);
    const { low, high } = aurocNormalInterval(worked);
    expectAllNear([low, high], [0.7 - 1.959964 * 0.187252, 1], 1e-5);
  });

  test('is the area under the curve, Mann-Whitney’s share, and turns round with the sign', () => {
    fc.assert(
      fc.property(scores, scores, (one, other) => {
        const { auroc: value } = auroc(one, other);
        const { fpr, tpr: rate } = rocCurve(one, other);
        let trapezia = 0;
        for (let at = 1; at < fpr.length; at++)
          trapezia +=
            (((fpr[at] ?? NaN) - (fpr[at - 1] ?? NaN)) * ((rate[at] ?? NaN) + (rate[at - 1] ?? NaN))) / 2;
        expectNear(value, trapezia, 1e-12);
        expectNear(value, mannWhitney(one, other).u / (one.length * other.length), 1e-12);
        expectNear(
          auroc(
            one.map((x) => -x),
            other.map((x) => -x),
          ).auroc,
          1 - value,
          1e-12,
        );
      }),
    );
  });

  test('its bootstrap is seeded, near the Hanley-McNeil interval, and none at 0, 1 or without a class', () => {
    const run = (seed: number) => runToEnd(aurocBootstrap(members, nonMembers, { seed }));
    expect(run(1)).toEqual(run(1));
    const { low = NaN, high = NaN } = run(1) ?? {};
    const normal = aurocNormalInterval(auroc(members, nonMembers));
    expect(Math.abs(low - normal.low)).toBeLessThan(0.03);
    expect(Math.abs(high - normal.high)).toBeLessThan(0.03);
    expect(runToEnd(aurocBootstrap([2, 3], [0, 1], { seed: 1 }))).toEqual({ auroc: 1, low: NaN, high: NaN });
    expect(auroc([], [1]).auroc).toBeNaN();
    expect(() => runToEnd(aurocBootstrap([1], [2], { seed: 1, confidence: 0 }))).toThrow(RangeError);
  });

  test('the bootstrap covers the true area near 95 times in 100', () => {
    const random = seededRandom(9);
    let covered = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      // The larger of two uniforms against a uniform: area 2 / 3.
      const inside = Array.from({ length: 60 }, () => Math.max(random(), random()));
      const outside = Array.from({ length: 60 }, () => random());
      const result = runToEnd(aurocBootstrap(inside, outside, { seed: run, replicates: 400 }));
      covered += Number((result?.low ?? 1) <= 2 / 3 && 2 / 3 <= (result?.high ?? 0));
    }
    // Four standard errors in 300 runs are 0.05.
    expect(covered / runs).toBeGreaterThan(0.9);
  });
});

describe('rates', () => {
  test('TPR at FPR agrees with trying all thresholds', () => {
    for (const [fpr = NaN, value] of tpr) {
      const result = tprAtFpr(members, nonMembers, fpr);
      if ('refused' in result) throw new Error(result.refused);
      expectNear(result.tpr, value, 1e-12);
      expect(result.fpr).toBeLessThanOrEqual(fpr);
      expect(result.low).toBeLessThanOrEqual(result.tpr);
      expect(result.high).toBeGreaterThanOrEqual(result.tpr);
    }
  });

  test('refuses a rate that the non-members cannot show', () => {
    expect(tprAtFpr(members, nonMembers, 0.001)).toEqual({
      refused: 'tooFewNonMembers',
      nonMembers: 55,
      needed: 1000,
    });
    const thousand = Array.from({ length: 1000 }, (_, index) => index);
    expect(tprAtFpr([998.5, 999.5], thousand, 0.001)).toMatchObject({ tpr: 1, fpr: 0.001, threshold: 998.5 });
    expect(tprAtFpr([], thousand, 0.01)).toMatchObject({ refused: 'noMembers' });
    expect(tprAtFpr([0], thousand, 0.01)).toMatchObject({ tpr: 0, threshold: Infinity });
    expect(() => tprAtFpr([1], [1], 0)).toThrow(RangeError);
  });

  test('the curve rises from nobody to everybody, ties in one step', () => {
    const { threshold, fpr, tpr: rate } = rocCurve([1, 2, 2], [2, 0, NaN]);
    expect([...threshold]).toEqual([Infinity, 2, 1, 0]);
    expectAllNear(rate, [0, 2 / 3, 1, 1], 1e-15);
    expectAllNear(fpr, [0, 1 / 2, 1 / 2, 1], 1e-15);
  });

  test('Clopper-Pearson agrees with scipy.stats.binomtest', () => {
    for (const [k = NaN, n = NaN, low, high] of intervals) {
      const interval = clopperPearson(k, n);
      expectNear(interval.low, low);
      expectNear(interval.high, high);
    }
    expect(clopperPearson(0, 0)).toEqual({ low: NaN, high: NaN });
    expect(() => clopperPearson(3, 2)).toThrow(RangeError);
    expect(() => clopperPearson(1, 2, 1)).toThrow(RangeError);
  });
});
