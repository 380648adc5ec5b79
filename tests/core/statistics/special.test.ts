import { expect, test } from 'vitest';
import {
  betaInc,
  betaQuantile,
  chiSquareTail,
  gammaQ,
  kolmogorovTail,
  logBeta,
  logGamma,
  normalCdf,
  normalQuantile,
  normalTwoSided,
  studentTwoSided,
} from '../../../src/core/statistics/special.ts';
import { expectNear, reference } from './reference.ts';

const { special } = reference;

/** Relative error alone: tails far below 1e-9 must be right too. */
function expectRelative(actual: number, expected: number, precision = 1e-9): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(
    precision * Math.abs(expected),
  );
}

const rows = (table: number[][], check: (row: [number, number, number, number]) => void): void => {
  expect(table.length).toBeGreaterThan(0);
  for (const row of table) check(row as [number, number, number, number]);
};

test('logGamma and the incomplete gamma function agree with 40-digit values', () => {
  rows(special.logGamma, ([x, value]) => {
    expectNear(logGamma(x), value, 1e-13);
  });
  rows(special.gammaQ, ([a, x, value]) => {
    expectRelative(gammaQ(a, x), value, 1e-11);
  });
  rows(special.chiSquareTail, ([x, df, value]) => {
    expectRelative(chiSquareTail(x, df), value, 1e-11);
  });
  expect(logGamma(0)).toBeNaN();
  expect(gammaQ(1, -1)).toBe(1);
  expect(gammaQ(1, Infinity)).toBe(0);
  expect(gammaQ(0, 1)).toBeNaN();
});

test('the incomplete beta function and its inverse agree with 40-digit values', () => {
  rows(special.betaInc, ([a, b, x, value]) => {
    expectRelative(betaInc(a, b, x), value, 1e-9);
    expectNear(betaInc(a, b, betaQuantile(a, b, value)), value, 1e-9);
  });
  rows(special.studentTail, ([t, df, value]) => {
    expectRelative(studentTwoSided(t, df), value, 1e-9);
  });
  expectNear(logBeta(2, 3), Math.log(1 / 12), 1e-14);
  expect(betaInc(1, 1, 2)).toBeNaN();
  expect(betaQuantile(1, 1, 2)).toBeNaN();
});

test('the normal distribution is exact in the tails and its quantile inverts it', () => {
  rows(special.normalCdf, ([x, value]) => {
    expectRelative(normalCdf(x), value, 1e-10);
  });
  rows(special.normalQuantile, ([p, value]) => {
    expectNear(normalQuantile(p), value, 1e-10);
  });
  expectNear(normalTwoSided(-1.959963984540054), 0.05, 1e-12);
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
  expect(normalQuantile(1.1)).toBeNaN();
});

test('Kolmogorov tail agrees with SciPy on both of its series', () => {
  rows(special.kolmogorovTail, ([x, value]) => {
    expectNear(kolmogorovTail(x), value, 1e-12);
  });
  expect(kolmogorovTail(0)).toBe(1);
  expect(kolmogorovTail(NaN)).toBeNaN();
});
