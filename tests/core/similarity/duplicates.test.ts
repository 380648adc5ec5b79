import { expect, test } from 'vitest';
import { randomInteger, seededRandom } from '../../../src/core/random.ts';
import { findDuplicates } from '../../../src/core/similarity/duplicates.ts';
import { bandsFor, missProbability, signaturesOf } from '../../../src/core/similarity/minHash.ts';
import { tokenRows } from '../../../src/core/tokenRows.ts';
import reference from '../../reference/similarity.json' with { type: 'json' };

test('groups are those of all pairs compared in Python (tests/reference/similarity.py)', () => {
  const { rows, nearGroup, exactGroup, exactCount } = reference.duplicates;
  const found = findDuplicates(tokenRows(rows), { n: 3, threshold: 0.7 });
  expect(Array.from(found.exactGroup)).toEqual(exactGroup);
  expect(Array.from(found.exactCount)).toEqual(exactCount);
  expect(Array.from(found.nearGroup)).toEqual(nearGroup);
  const sizes = nearGroup.map((group) => nearGroup.filter((other) => other === group).length);
  expect(Array.from(found.nearCount)).toEqual(sizes);
  expect(found.skipped).toBe(0);
});

test('two rows agree in a band as often as MinHash says', () => {
  // 3-grams of two rows of distinct tokens that share their beginnings: Jaccard 28 / 68.
  const row = (from: number) => Array.from({ length: 50 }, (_, at) => (at < 30 ? at : from + at));
  const rows = tokenRows([row(1000), row(2000)]);
  const keys = (seed: number) =>
    signaturesOf(rows, Uint32Array.of(0, 1), 3, { bands: 100, rows: 1 }, seed).keys;
  const agreed = Array.from({ length: 40 }, (_, seed) => keys(seed + 1)).map((key) =>
    Array.from({ length: 100 }, (_, band) => Number(key[2 * band] === key[2 * band + 1])),
  );
  const mean = agreed.flat().reduce((sum, value) => sum + value, 0) / 4000;
  // Four standard errors of 4,000 draws at 0.41.
  expect(Math.abs(mean - 28 / 68)).toBeLessThan(0.032);
});

test('bands are as long as the threshold allows', () => {
  // (1 - 0.8^5)^25 and (1 - 0.5^2)^64.
  expect(bandsFor(0.8)).toEqual({ bands: 25, rows: 5 });
  expect(bandsFor(0.5)).toEqual({ bands: 64, rows: 2 });
  expect(missProbability(0.8, bandsFor(0.8))).toBeCloseTo((1 - 0.32768) ** 25, 12);
});

test('short and empty rows are exact duplicates at most', () => {
  const { exactCount, nearCount } = findDuplicates(tokenRows([[], [1, 2], [1, 2], [1, 3], []]));
  expect(Array.from(exactCount)).toEqual([2, 2, 2, 1, 2]);
  expect(Array.from(nearCount)).toEqual([2, 2, 2, 1, 2]);
  expect(findDuplicates(tokenRows([])).nearGroup).toHaveLength(0);
  expect(() => findDuplicates(tokenRows([[1]]), { threshold: 0 })).toThrow(RangeError);
});

test('a large crowd of near duplicates is one group', () => {
  const random = seededRandom(5);
  const base = Array.from({ length: 100 }, () => randomInteger(random, 5000));
  const rows = Array.from({ length: 3000 }, () =>
    base.with(randomInteger(random, 100), randomInteger(random, 5000)),
  );
  expect(new Set(findDuplicates(tokenRows(rows)).nearGroup).size).toBe(1);
});
