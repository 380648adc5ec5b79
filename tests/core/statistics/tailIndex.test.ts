import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hill } from '../../../src/core/statistics/skewness.ts';
import { FEWEST_EXACT, tailIndex } from '../../../src/core/statistics/tailIndex.ts';

interface Reference {
  readonly n: number[];
  readonly length: number[];
  readonly points: { threshold: number; k: number; exact: number; alpha: number | null }[];
}
const reference = JSON.parse(
  readFileSync(new URL('../../reference/tailIndex.json', import.meta.url), 'utf8'),
) as Reference;

describe('tail index', () => {
  it('is the censored maximum-likelihood fit of SciPy at every threshold', () => {
    const points = tailIndex(reference);
    expect(points.map(({ threshold, k, exact }) => ({ threshold, k, exact }))).toEqual(
      reference.points.map(({ threshold, k, exact }) => ({ threshold, k, exact })),
    );
    points.forEach(({ alpha }, place) => {
      // SciPy finds the maximum numerically.
      expect(alpha).toBeCloseTo(reference.points[place]?.alpha ?? NaN, 4);
    });
  });

  it('is Hill’s estimate of the worked fixture: k = 4, alpha .837684', () => {
    const n = [0, 0, 0, 1, 1, 2, 3, 3, 5, 8, 12, 20];
    const points = tailIndex({ n, length: n.map(() => 99) });
    const point = points.find(({ k }) => k === 4);
    expect(point).toMatchObject({ threshold: 3, exact: 4 });
    expect(point?.alpha).toBeCloseTo(0.837684, 6);
    expect(point?.low).toBeNaN();
    const wide = points.find(({ threshold }) => threshold === 1);
    expect(wide?.exact).toBe(7);
    expect((wide?.high ?? NaN) / (wide?.alpha ?? NaN)).toBeCloseTo(1 + 1.959964 / Math.sqrt(7), 6);
  });

  it('has no point within a tie and none at 0', () => {
    expect(tailIndex({ n: [0, 0, 0], length: [5, 5, 5] })).toEqual([]);
    expect(tailIndex({ n: [4, 4, 4, 0], length: [9, 9, 9, 9] })).toEqual([]);
    expect(tailIndex({ n: [], length: [] })).toEqual([]);
    expect(tailIndex({ n: [NaN, 3, 2], length: [NaN, 9, 9] })).toMatchObject([{ threshold: 2, k: 1 }]);
  });

  it('is undefined while every N above the threshold is censored', () => {
    const [first] = tailIndex({ n: [20, 20, 3, 2, 1], length: [20, 20, 9, 9, 9] });
    expect(first).toMatchObject({ threshold: 3, k: 2, exact: 0, alpha: NaN, low: NaN, high: NaN });
  });

  it('agrees with the Hill plot where nothing is censored, at every k that no tie forbids', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 80 }), (n) => {
        const plot = hill(n);
        for (const { k, alpha, low, high, exact } of tailIndex({ n, length: n.map(() => 100) })) {
          expect(alpha).toBeCloseTo(plot.alpha[k - 1] ?? NaN, 8);
          if (exact < FEWEST_EXACT) continue;
          expect(low).toBeLessThan(alpha);
          expect(high).toBeGreaterThan(alpha);
        }
      }),
    );
  });

  it('does not change with the unit of length', () => {
    const scaled = { n: reference.n.map((v) => 3 * v), length: reference.length.map((v) => 3 * v) };
    const once = tailIndex(reference).map(({ alpha }) => alpha);
    tailIndex(scaled).forEach(({ alpha }, place) => {
      if (Number.isNaN(alpha)) expect(once[place]).toBeNaN();
      else expect(alpha).toBeCloseTo(once[place] ?? NaN, 10);
    });
  });
});
