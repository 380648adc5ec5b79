import { expect, test } from 'vitest';
import {
  counted,
  formatBytes,
  formatDifference,
  formatDuration,
  formatFromLog,
  formatMagnitude,
  formatNumber,
  formatPowerOfTen,
  formatProbability,
  formatSmall,
} from '../../src/ui/format.ts';

test('an undefined number is n/a, never zero', () => {
  for (const shown of [formatNumber(NaN, 2), formatProbability(NaN), formatFromLog(NaN), formatDuration(NaN)])
    expect(shown).toBe('n/a');
});

test('a small probability is small, not zero, and a large one is not certainty', () => {
  expect(formatProbability(0.00005)).toBe('<0.01%');
  expect(formatProbability(0)).toBe('0.00%');
  expect(formatProbability(0.0734)).toBe('7.34%');
  expect(formatProbability(0.42)).toBe('42.0%');
  expect(formatProbability(0.99999)).toBe('>99.99%');
  expect(formatProbability(1)).toBe('100.0%');
});

test('signs are true minus signs and differences always have one', () => {
  expect(formatNumber(-1.25, 2)).toBe('−1.25');
  expect(formatDifference(1.25, 2)).toBe('+1.25');
  expect(formatDifference(-1.25, 2)).toBe('−1.25');
});

test('what rounds to nothing has no sign', () => {
  expect([-0, -0.004, 0].map((value) => formatNumber(value, 2))).toEqual(['0.00', '0.00', '0.00']);
  expect(formatNumber(-0, 0)).toBe('0');
  expect(formatDifference(-0.0001, 2)).toBe('0.00');
  expect(formatNumber(-Infinity, 2)).toBe('−∞');
  expect(formatNumber(-1000, 0)).toBe('−1,000');
});

test('ticks of a logarithmic axis are powers of ten, however small', () => {
  expect([1, 10, 0.01, 1e-6, 1e3].map(formatPowerOfTen)).toEqual(['1', '10', '10⁻²', '10⁻⁶', '10³']);
});

test('many orders of magnitude stay readable', () => {
  expect(formatMagnitude(693)).toBe('693');
  expect(formatMagnitude(6.93e19)).toBe('6.9\u00a0×\u00a010¹⁹');
  expect(formatMagnitude(Infinity)).toBe('∞');
  expect(formatFromLog(Math.log(0.02268))).toBe('0.023');
  expect(formatFromLog(-1000)).toBe('5.1\u00a0×\u00a010⁻⁴³⁵');
  expect(formatFromLog(-Infinity)).toBe('0');
});

test('what is very small is a power of ten, and no mantissa is rounded to ten', () => {
  expect(formatSmall(8.09e-5, 0)).toBe('8\u00a0×\u00a010⁻⁵');
  expect(formatSmall(3.81e-6, 1)).toBe('3.8\u00a0×\u00a010⁻⁶');
  expect(formatSmall(-2.5e-7, 2)).toBe('−2.50\u00a0×\u00a010⁻⁷');
  expect(formatSmall(9.7e-5, 0)).toBe('1\u00a0×\u00a010⁻⁴');
  const plain = [0, 0.25, 0.001, 3, 12.345, 1234.5, NaN, Infinity].map((value) => formatSmall(value, 2));
  expect(plain).toEqual(['0', '0.250', '0.0010', '3', '12.3', '1,235', 'n/a', '∞']);
  expect(formatMagnitude(9.97e6)).toBe('1.0\u00a0×\u00a010⁷');
  expect(formatFromLog(Math.log(9.97e-6))).toBe('1.0\u00a0×\u00a010⁻⁵');
});

test('bytes and seconds carry their unit', () => {
  expect(formatBytes(15_212_345)).toBe('15.2 MB');
  expect(formatBytes(999)).toBe('999 B');
  expect(formatDuration(0.84)).toBe('0.8 s');
  expect(formatDuration(200)).toBe('3 min');
});

test('a count agrees with its noun: none, one, many', () => {
  expect([0, 1, 2, 1200].map((count) => counted(count, 'sample'))).toEqual([
    '0 samples',
    '1 sample',
    '2 samples',
    '1,200 samples',
  ]);
  expect(counted(1, 'copy', 'copies')).toBe('1 copy');
  expect(counted(2, 'copy', 'copies')).toBe('2 copies');
});
