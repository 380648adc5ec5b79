import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import {
  gini,
  hill,
  hillEstimate,
  isAllZero,
  lorenz,
  medcouple,
  MEDCOUPLE_LIMIT,
  moments,
  theil,
  topShare,
} from '../../../src/core/statistics/skewness.ts';
import { tally, tallyMedian } from '../../../src/core/statistics/tally.ts';
import { expectAllNear, expectNear, reference } from './reference.ts';

const { skewness } = reference;
const X = skewness.fixture.values;
const amounts = fc.array(fc.nat(30), { minLength: 2, maxLength: 40 });

describe('shape', () => {
  test.each(['fixture', 'heavy', 'smooth'] as const)('agrees with SciPy and statsmodels on %s', (name) => {
    const expected = skewness[name];
    const m = moments(expected.values);
    expectNear(m.mean, expected.mean);
    expectNear(m.sd, expected.sd);
    expectNear(m.skewness, expected.g1);
    expectNear(m.adjustedSkewness, expected.G1);
    expectNear(m.excessKurtosis, expected.g2);
    expectNear(m.adjustedKurtosis, expected.G2);
    expectNear(gini(expected.values).gini, expected.gini);
    expectNear(theil(expected.values), expected.theil);
    expectAllNear(hill(expected.values).gamma, expected.hill);
    expectNear(medcouple(expected.values).value, expected.medcouple);
  });

  test('has the further values of the worked fixture', () => {
    expectNear(moments(X).skewnessError, 0.637302, 1e-6);
    expectNear(gini(X).unbiased, 0.679339, 1e-6);
    expectNear(topShare(X, 0.25), 0.727273, 1e-6);
    expectNear(topShare(X, 1 / 12), 20 / 55, 1e-12);
    expectNear(hill(X).alpha[3] ?? NaN, 0.837684, 1e-6);
    expectAllNear(
      lorenz(X),
      [0, 0, 0, 0, 1, 2, 4, 7, 10, 15, 23, 35, 55].map((sum) => sum / 55),
      1e-12,
    );
  });

  test('is undefined where there is too little or nothing to measure', () => {
    expect(moments([])).toMatchObject({ n: 0, mean: NaN, sd: NaN });
    expect(moments([1, 2])).toMatchObject({ skewness: NaN, skewnessError: NaN, excessKurtosis: NaN });
    expect(moments([0.1, 0.1, 0.1, 0.1]).skewness).toBeNaN();
    expect(isAllZero([0, 0])).toBe(true);
    expect(isAllZero([0, 1])).toBe(false);
    expect(isAllZero([])).toBe(false);
    const zeros = [0, 0, 0];
    for (const value of [gini(zeros).gini, theil(zeros), topShare(zeros, 0.5), lorenz(zeros)[3]])
      expect(value).toBeNaN();
    expect(hill(zeros).k).toHaveLength(0);
    expect([...hill([5, 5, 5]).alpha]).toEqual([Infinity, Infinity]);
    expect(gini([4]).unbiased).toBeNaN();
    expect(() => topShare(X, 0)).toThrow(RangeError);
  });

  test('Gini is 0 of equals, (n - 1) / n of one holder, and blind to scale and order', () => {
    expectNear(gini([3, 3, 3]).gini, 0, 1e-15);
    expectNear(gini([0, 0, 0, 8]).gini, 0.75, 1e-15);
    expectNear(gini([0, 0, 0, 8]).unbiased, 1, 1e-15);
    fc.assert(
      fc.property(amounts, fc.double({ min: 0.1, max: 50, noNaN: true }), (values, scale) => {
        fc.pre(values.some((value) => value > 0));
        const one = gini(values).gini;
        expect(one).toBeGreaterThanOrEqual(-1e-12);
        expect(one).toBeLessThanOrEqual(1 - 1 / values.length + 1e-12);
        const scaled = values.toReversed().map((value) => value * scale);
        expectNear(gini(scaled).gini, one, 1e-9);
        expectNear(theil(scaled), theil(values), 1e-9);
        expect(theil(values)).toBeLessThanOrEqual(Math.log(values.length) + 1e-9);
      }),
    );
  });

  test('the top share and the Lorenz curve are one thing', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        fc.pre(values.some((value) => value > 0));
        const top = Math.ceil((percent * values.length) / 100);
        expectNear(topShare(values, percent / 100), 1 - (lorenz(values)[values.length - top] ?? NaN), 1e-9);
      }),
    );
  });
});

test('one Hill estimate is a point of the plot', () => {
  fc.assert(
    fc.property(amounts, (values) => {
      const { k, gamma } = hill(values);
      for (const top of k) expectNear(hillEstimate(values, top), gamma[top - 1], 1e-9);
      expect(hillEstimate(values, k.length + 1)).toBeNaN();
    }),
  );
  expect(() => hillEstimate(X, 0)).toThrow(RangeError);
});

describe('medcouple', () => {
  test('agrees with the definition over all pairs, ties at the median included', () => {
    for (const [values, expected] of skewness.denseMedcouple as [number[], number][])
      expectNear(medcouple(values).value, expected, 1e-12);
  });

  test('changes sign when the sample is mirrored and ignores scale', () => {
    fc.assert(
      fc.property(amounts, (values) => {
        const { value } = medcouple(values);
        expect(value >= -1 && value <= 1).toBe(true);
        expectNear(medcouple(values.map((x) => -x)).value, -value, 1e-12);
        expectNear(medcouple(values.map((x) => 3 * x + 7)).value, value, 1e-9);
      }),
    );
  });

  test('is exact for 100,000 match lengths and says when it takes a subsample', () => {
    const random = seededRandom(3);
    const n = Array.from({ length: 100_000 }, () => Math.floor(-8 * Math.log(random())));
    expect(medcouple(n)).toMatchObject({ exact: true, used: 100_000 });
    const smooth = Array.from({ length: 10_000 }, () => -Math.log(random()));
    const { value, exact, used } = medcouple(smooth);
    expect({ exact, used }).toEqual({ exact: false, used: MEDCOUPLE_LIMIT });
    // Against the exact one of 1,501 quantiles of the same distribution.
    const quantiles = Array.from({ length: 1501 }, (_, index) => -Math.log(1 - (index + 0.5) / 1501));
    expect(Math.abs(value - medcouple(quantiles).value)).toBeLessThan(0.06);
    expect(medcouple([]).value).toBeNaN();
  });
});

test('a tally keeps the sample', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), (sample) => {
      const { values, counts, n } = tally([...sample, NaN]);
      expect(n).toBe(sample.length);
      const back = [...values].flatMap((value, index) => Array<number>(counts[index] ?? 0).fill(value));
      expect(back).toEqual(sample.toSorted((a, b) => a - b));
    }),
  );
  expect(tallyMedian([4, 1, 3])).toBe(3);
  expect(tallyMedian([4, 1, 3, 2])).toBe(2.5);
  expect(tallyMedian([])).toBeNaN();
});
