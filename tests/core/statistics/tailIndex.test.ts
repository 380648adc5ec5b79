import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hill } from '../../../src/core/statistics/skewness.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { runToEnd } from '../../../src/core/statistics/bootstrap.ts';
import { FEWEST_EXACT, tailIndex, tailIntervals } from '../../../src/core/statistics/tailIndex.ts';

interface Reference {
  readonly n: number[];
  readonly length: number[];
  readonly points: {
    threshold: number;
    k: number;
    exact: number;
    alpha: number | null;
    bca: number[] | null;
  }[];
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
  });

  it('has no point within a tie and none at 0', () => {
    expect(tailIndex({ n: [0, 0, 0], length: [5, 5, 5] })).toEqual([]);
    expect(tailIndex({ n: [4, 4, 4, 0], length: [9, 9, 9, 9] })).toEqual([]);
    expect(tailIndex({ n: [], length: [] })).toEqual([]);
    expect(tailIndex({ n: [NaN, 3, 2], length: [NaN, 9, 9] })).toMatchObject([{ threshold: 2, k: 1 }]);
  });

  it('is undefined while every N above the threshold is censored', () => {
    const [first] = tailIndex({ n: [20, 20, 3, 2, 1], length: [20, 20, 9, 9, 9] });
    expect(first).toMatchObject({ threshold: 3, k: 2, exact: 0, alpha: NaN });
  });

  it('agrees with the Hill plot where nothing is censored, at every k that no tie forbids', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 80 }), (n) => {
        const plot = hill(n);
        for (const { k, alpha } of tailIndex({ n, length: n.map(() => 100) }))
          expect(alpha).toBeCloseTo(plot.alpha[k - 1] ?? NaN, 8);
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

describe('intervals of the tail index', () => {
  const intervals = (matches: Parameters<typeof tailIntervals>[0], replicates: number, seed = 1) =>
    runToEnd(tailIntervals(matches, { seed, replicates })) ?? [];

  it('are the BCa intervals of SciPy, none from fewer than five exact values', () => {
    const found = intervals(reference, 20_000);
    expect(found).toHaveLength(reference.points.length);
    reference.points.forEach(({ exact, bca }, place) => {
      const interval = found[place];
      if (exact < FEWEST_EXACT) {
        expect(interval).toBeNull();
        return;
      }
      if (!interval || 'refused' in interval) throw new Error('no interval');
      expect(interval.method).toBe('bca');
      // Two runs of 20,000 resamples of 20 samples.
      expect(Math.abs(Math.log(interval.low / (bca?.[0] ?? NaN)))).toBeLessThan(0.04);
      expect(Math.abs(Math.log(interval.high / (bca?.[1] ?? NaN)))).toBeLessThan(0.04);
    });
    expect(found.filter((interval) => interval !== null).length).toBeGreaterThan(3);
  });

  it('are the same for the same seed, whatever the order of the samples', () => {
    const turned = { n: reference.n.toReversed(), length: reference.length.toReversed() };
    expect(intervals(turned, 200)).toEqual(intervals(reference, 200));
    expect(intervals(reference, 200, 2)).not.toEqual(intervals(reference, 200));
  });

  it.each([
    ['a power law', 2000, (u: number) => Math.floor(1000 * u ** (-1 / 1.5)), 8000],
    ['no power law', 8, (u: number) => Math.floor(Math.log(u) / Math.log(0.9)), 50],
  ])('cover the exponent of %s about 95 times in 100', (_, threshold, draw, length) => {
    const random = seededRandom(3);
    // The value at which the tail begins always occurs once.
    const sample = (count: number) => {
      const n = [threshold, ...Array.from({ length: count }, () => Math.min(length, draw(random())))];
      return { n, length: n.map(() => length) };
    };
    const place = (matches: ReturnType<typeof sample>): number =>
      tailIndex(matches).findIndex((point) => point.threshold === threshold);
    const large = sample(100_000);
    const truth = tailIndex(large)[place(large)]?.alpha ?? NaN;
    let covered = 0;
    const runs = 100;
    for (let run = 0; run < runs; run++) {
      const matches = sample(80);
      const interval = intervals(matches, 200, run)[place(matches)];
      if (!interval || 'refused' in interval) throw new Error('no interval');
      covered += Number(interval.low <= truth && truth <= interval.high);
    }
    // Four standard errors of a share of 0.95 in 100 runs are 0.09.
    expect(covered / runs).toBeGreaterThan(0.86);
  });
});
