import { expect } from 'vitest';
import reference from '../../reference/statistics.json' with { type: 'json' };

/** Values of tests/reference/statistics.py: SciPy, statsmodels, mpmath. */
export { reference };

/** Equal to a relative (and, below 1, absolute) precision. */
export function expectNear(actual: number, expected: number | null | undefined, precision = 1e-9): void {
  expect(typeof expected, 'a value to compare with').toBe('number');
  const error = Math.abs(actual - Number(expected)) / Math.max(1, Math.abs(Number(expected)));
  expect(error, `${actual} against ${String(expected)}`).toBeLessThanOrEqual(precision);
}

/** The same for arrays, value by value. */
export function expectAllNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number | null>,
  precision = 1e-9,
): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < actual.length; index++)
    expectNear(actual[index] ?? NaN, expected[index], precision);
}
