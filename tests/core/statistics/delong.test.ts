import { expect, test } from 'vitest';
import { aurocComponents, componentVariance } from '../../../src/core/statistics/delong.ts';
import comparisons from '../../reference/comparisons.json' with { type: 'json' };

const { scores, member, auroc, variance, differenceVariance } = comparisons.delong;
const MEMBER = Int8Array.from(member);
const both = scores.map((values) => aurocComponents(Float64Array.from(values), MEMBER));

test('areas, variances and the variance of their difference (all pairs in NumPy: comparisons.py)', () => {
  both.forEach((area, place) => {
    expect(area.auroc).toBeCloseTo(auroc[place] ?? NaN, 12);
    expect(componentVariance(area, null)).toBeCloseTo(variance[place] ?? NaN, 12);
  });
  const [one, other] = both;
  if (one && other) expect(componentVariance(one, other)).toBeCloseTo(differenceVariance, 12);
  if (one) expect(componentVariance(one, one)).toBe(0);
});

test('samples without a class or a score take no part; an empty class gives nothing', () => {
  const more = aurocComponents(Float64Array.of(...(scores[0] ?? []), 9, NaN), Int8Array.of(...member, -1, 1));
  expect(more.auroc).toBeCloseTo(auroc[0] ?? NaN, 12);
  expect(componentVariance(more, null)).toBeCloseTo(variance[0] ?? NaN, 12);
  const none = aurocComponents(Float64Array.of(1, 2), Int8Array.of(1, 1));
  expect(none.auroc).toBeNaN();
  expect(componentVariance(none, null)).toBeNaN();
});
