import { expect, test } from 'vitest';
import { attackCurve } from '../../src/charts/attackCurve.ts';

const SIZE = { width: 300, height: 100 };

test('p_z = 1e-3 reaches a chance of one half at 693 tries', () => {
  const { mark, tries } = attackCurve(Math.log(1e-3), 0.5, SIZE);
  // 99.9% needs 6,905 tries, so the axis spans four decades: x = 300 log10(693) / 4.
  expect(tries.at(-1)).toEqual({ x: 300, exponent: 4 });
  expect(mark?.x).toBeCloseTo((300 * Math.log10(693)) / 4, 1);
  expect(mark?.y).toBe(50);
});

test('the curve never falls', () => {
  const { path } = attackCurve(Math.log(1e-5), 0.9, SIZE);
  const heights = [...path.matchAll(/[ML][\d.]+,([\d.]+)/g)].map((match) => Number(match[1]));
  expect(heights).toHaveLength(97);
  for (let sample = 1; sample < heights.length; sample++)
    expect(heights[sample]).toBeLessThanOrEqual(heights[sample - 1] ?? NaN);
});

test('a suffix of 50 improbable tokens is drawn although its probability underflows', () => {
  const { path, mark, tries } = attackCurve(-1000, 0.5, SIZE);
  expect(path).toMatch(/^M0,100/);
  expect(path).not.toContain('NaN');
  // ln n = ln ln 2 + 1000.
  expect(mark?.x).toBeCloseTo((300 * ((1000 + Math.log(Math.LN2)) / Math.LN10)) / 436, 1);
  expect(tries.length).toBeLessThanOrEqual(8);
});

test('a certain suffix needs one try', () => {
  expect(attackCurve(0, 0.5, SIZE).mark?.x).toBe(0);
});

test('an impossible or undefined suffix has no curve', () => {
  for (const logPz of [-Infinity, NaN]) {
    const { path, mark } = attackCurve(logPz, 0.5, SIZE);
    expect(path).toBe('');
    expect(mark).toBeNull();
  }
});
