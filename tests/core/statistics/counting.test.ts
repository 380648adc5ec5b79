import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countingOrder, wholeRange } from '../../../src/core/statistics/counting.ts';
import { midranks, sortOrder } from '../../../src/core/statistics/ranks.ts';
import { tally } from '../../../src/core/statistics/tally.ts';
import { mannWhitney, rankEffect } from '../../../src/core/statistics/twoSample.ts';

const whole = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 40 });
/** The same order and ties, of values that cannot be counted. */
const broken = (values: readonly number[]): Float64Array => Float64Array.from(values, (value) => value / 3);

describe('whole numbers in a narrow range', () => {
  test('have one; others, wide ones and none have not; NaN is left out', () => {
    expect(wholeRange([3, NaN, -1])).toEqual({ lowest: -1, size: 5 });
    for (const values of [[0.5, 1], [0, 1e9], [], [NaN], [Infinity, 1]])
      expect(wholeRange(values)).toBeNull();
  });
  test('are ordered, ranked and tallied by counting as they are by comparing', () => {
    fc.assert(
      fc.property(whole, (values) => {
        expect(sortOrder(values)).toEqual(sortOrder(broken(values)));
        expect(midranks(values)).toEqual(midranks(broken(values)));
        const [counted, compared] = [tally(values), tally(broken(values))];
        expect(Array.from(counted.values)).toEqual(
          Array.from(compared.values, (value) => Math.round(3 * value)),
        );
        expect([counted.counts, counted.n]).toEqual([compared.counts, compared.n]);
      }),
    );
  });
  test('NaN has no place in their order', () => {
    expect(Array.from(countingOrder([2, NaN, 0, 2], { lowest: 0, size: 3 }))).toEqual([2, 0, 3]);
    expect(tally([2, NaN, 0, 2])).toEqual({
      values: Float64Array.of(0, 2),
      counts: Float64Array.of(1, 2),
      n: 3,
    });
  });
});

test('effect sizes without a test are those of the test', () => {
  fc.assert(
    fc.property(whole, whole, (x, y) => {
      const { u, superiority, delta } = mannWhitney(x, y);
      expect(rankEffect(x, y)).toEqual({ u, superiority, delta });
    }),
  );
  expect(rankEffect([], [1])).toEqual({ u: NaN, superiority: NaN, delta: NaN });
});
