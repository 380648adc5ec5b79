import { describe, expect, test } from 'vitest';
import {
  bandPath,
  countAxis,
  groupColour,
  groupDash,
  linePath,
  scaleOf,
  stepPath,
} from '../../src/charts/plot.ts';
import { wrap } from '../../src/charts/svgFile.ts';
import { viewOf } from '../../src/app/view.svelte.ts';

describe('scales', () => {
  test('an axis of counts ends at the largest there is, with ticks at whole numbers only', () => {
    const few = scaleOf({ ...countAxis(4), label: '' }, [0, 300], 6);
    expect(few.ticks.map(({ label }) => label)).toEqual(['0', '1', '2', '3', '4']);
    expect(few.at(4)).toBeLessThan(300);
    expect(few.at(4)).toBeGreaterThan(280);
    const many = scaleOf({ ...countAxis(50), label: '' }, [0, 300], 5);
    expect(many.ticks.map(({ label }) => label)).toEqual(['0', '10', '20', '30', '40', '50']);
    expect(countAxis(0).ticks).toEqual([0, 1]);
  });
  test('a linear axis maps its domain to pixels and back', () => {
    const scale = scaleOf({ domain: [0, 50], label: '' }, [0, 500], 5);
    expect([0, 25, 50].map(scale.at)).toEqual([0, 250, 500]);
    expect(scale.invert(125)).toBe(12.5);
    expect(scale.ticks).toEqual(
      [0, 10, 20, 30, 40, 50].map((value) => ({ at: 10 * value, label: String(value) })),
    );
  });
  test('a logarithmic axis has ticks at powers of ten, thinned where there are many', () => {
    const scale = scaleOf({ domain: [0.01, 1], kind: 'log', label: '' }, [200, 0], 5);
    expect(scale.at(0.1)).toBe(100);
    expect(scale.ticks.map(({ label }) => label)).toEqual(['0.01', '0.1', '1']);
    const far = scaleOf({ domain: [1e-12, 1], kind: 'log', label: '', format: String }, [200, 0], 4);
    expect(far.ticks.length).toBeLessThanOrEqual(4);
    expect(far.ticks.at(-1)?.label).toBe('1');
  });
  test('ticks that are given are kept within the domain', () => {
    const scale = scaleOf({ domain: [1, 500], kind: 'log', label: '', ticks: [1, 10, 1000] }, [0, 1], 5);
    expect(scale.ticks.map(({ label }) => label)).toEqual(['1', '10']);
  });
});

describe('paths', () => {
  test('a curve breaks where there is no number', () => {
    expect(
      linePath([
        [0, 1],
        [1, NaN],
        [2, 3],
        [3, 4],
      ]),
    ).toBe('M0,1ZM2,3L3,4');
    expect(linePath([[0, Infinity]])).toBe('');
  });
  test('a staircase holds its value', () => {
    expect(
      stepPath([
        [0, 1],
        [2, 3],
      ]),
    ).toBe('M0,1L2,1L2,3');
  });
  test('a band closes', () => {
    expect(
      bandPath([
        [0, 1, 2],
        [1, 1, 3],
      ]),
    ).toBe('M0,2L1,3L1,1L0,1Z');
  });
});

test('groups with an order span the whole scale, others take one colour after the other', () => {
  expect([0, 1, 2].map((index) => groupColour(index, 3, true))).toEqual([
    'var(--order-1)',
    'var(--order-5)',
    'var(--order-8)',
  ]);
  expect(groupColour(0, 1, true)).toBe('var(--order-1)');
  expect(groupColour(8, 9, false)).toBe('var(--series-1)');
  expect(new Set([0, 1, 2, 3].map(groupDash)).size).toBe(4);
});

test('captions are wrapped at words', () => {
  expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  expect(wrap('', 9)).toEqual([]);
});

test('the address names the view', () => {
  expect(['', '#samples', '#else'].map(viewOf)).toEqual(['text', 'samples', 'text']);
});
