import { describe, expect, test } from 'vitest';
import {
  duplicateColumns,
  duplicateGroupColumns,
  duplicateGroups,
  duplicatesOf,
  duplicateText,
} from '../../src/app/samples/duplicates.ts';
import { covariatesOf, covariateValues, NEAR_COPIES } from '../../src/app/samples/covariates.ts';
import { classesOf, groupClasses, numberClasses } from '../../src/app/samples/pointColours.ts';
import type { PreparedSample } from '../../src/app/samples/prepare.ts';
import { chosenSamples, SampleEmbeddings } from '../../src/app/samples/sampleEmbeddings.ts';
import { associationText, gapText, type SimilarityRow } from '../../src/app/samples/similarityText.ts';
import {
  dotPath,
  indexPoints,
  nearestPoint,
  pointAhead,
  pointsByClass,
  pointsIn,
} from '../../src/charts/scatter.ts';
import type { Sample } from '../../src/core/samples/sample.ts';
import { findDuplicates } from '../../src/core/similarity/duplicates.ts';
import { emptyQuantized, writeQuantized } from '../../src/core/similarity/quantized.ts';

describe('points', () => {
  // Four corners of a square, one in its middle, one nowhere.
  const places = { x: Float32Array.of(0, 10, 0, 10, 5, NaN), y: Float32Array.of(0, 0, 10, 10, 5, 5) };

  test('become one path of dots; those without a place are left out', () => {
    expect(dotPath(places, [0, 4, 5])).toBe('M0,0h0M5,5h0');
    expect(pointsByClass(Int16Array.of(1, -1, 0, 1), 2, [3, 1, 2])).toEqual([[2], [3]]);
  });

  test('are found by place, by rectangle and by direction', () => {
    const index = indexPoints(places);
    expect(nearestPoint(index, 8, 1, 5)).toBe(1);
    expect(nearestPoint(index, 100, 100, 5)).toBeNull();
    expect(pointsIn(places, { x0: 6, y0: 11, x1: -1, y1: -1 })).toEqual([0, 2, 4]);
    expect(pointAhead(places, null, 'ArrowUp')).toBe(0);
    expect(pointAhead(places, 0, 'ArrowRight')).toBe(1);
    expect(pointAhead(places, 0, 'ArrowDown')).toBe(2);
    // Nothing is to the left of the left edge.
    expect(pointAhead(places, 0, 'ArrowLeft')).toBe(0);
  });
});

describe('colours of a map', () => {
  test('few numbers are classes of their own, many are zero and stretches', () => {
    expect(numberClasses([4, 1, NaN, 4])).toMatchObject({
      of: Int16Array.of(1, 0, -1, 1),
      labels: ['1', '4'],
    });
    const values = Array.from({ length: 51 }, (_, index) => index);
    const { of, labels, colours } = numberClasses(values);
    expect(labels).toEqual([
      '0',
      '1 to 7',
      '8 to 14',
      '15 to 21',
      '22 to 28',
      '29 to 35',
      '36 to 42',
      '43 to 50',
    ]);
    expect(colours).toHaveLength(8);
    // Every number lies in the stretch that its label says.
    values.forEach((value) => {
      const [from = NaN, to = from] = (labels[of[value] ?? -1] ?? '').split(' to ').map(Number);
      expect(value >= from && value <= to).toBe(true);
    });
    expect(numberClasses([0.5, 1.5]).labels).toEqual(['0.50', '1.50']);
  });

  test('groups keep their order; samples that are not drawn are left out', () => {
    const classes = groupClasses({ names: ['b', ''], of: Int16Array.of(1, 0, 1) });
    expect(classes.labels).toEqual(['b', '(none)']);
    expect([...classesOf(classes, Uint32Array.of(2, 1)).of]).toEqual([1, 0]);
    expect(groupClasses({ names: ['1', '64'], of: Int16Array.of() }).colours[0]).toContain('order');
  });
});

describe('which samples are compared', () => {
  test('all, or a random part of so many that is the same each time', () => {
    expect([...chosenSamples(3, 5)]).toEqual([0, 1, 2]);
    const chosen = chosenSamples(1000, 100);
    expect(chosen).toEqual(chosenSamples(1000, 100));
    expect(new Set(chosen).size).toBe(100);
    expect([...chosen]).toEqual([...chosen].toSorted((a, b) => a - b));
    // A fair draw: the mean of 100 of 0 .. 999 is within four standard errors of 499.5.
    const mean = chosen.reduce((sum, index) => sum + index, 0) / 100;
    expect(Math.abs(mean - 499.5)).toBeLessThan(4 * (1000 / Math.sqrt(12) / 10));
  });

  test('their embeddings are kept as they come, whatever the order', () => {
    const block = (values: readonly number[], layer = 'last') => {
      const set = () => emptyQuantized(values.length, 1);
      const embeddings = { layer, prefixes: set(), fulls: set() };
      values.forEach((value, place) => {
        writeQuantized(embeddings.prefixes, place, Float32Array.of(value), 1);
        writeQuantized(embeddings.fulls, place, Float32Array.of(2 * value), 1);
      });
      return embeddings;
    };
    const kept = new SampleEmbeddings(4);
    expect(kept.known()).toBeNull();
    kept.add(Uint32Array.of(3, 0), block([30, 1]));
    kept.add(Uint32Array.of(1), block([10]));
    kept.add(Uint32Array.of(2), block([20], 'another layer'));
    expect(kept.size).toBe(3);
    const known = kept.known();
    expect([...(known?.samples ?? [])]).toEqual([0, 1, 3]);
    const scales = Array.from(known?.fulls.scales ?? [], (scale) => Math.round(scale * 32_767));
    expect(scales).toEqual([2, 20, 60]);
  });
});

const prepared = (ids: readonly number[] | null): PreparedSample | null =>
  ids && {
    ids: Uint32Array.from(ids),
    prefixTokens: 1,
    cut: { from: 0, cut: 1, to: 2, isMoved: false, leftOut: 0, leftOutBehind: 0 },
  };

describe('copies among the samples', () => {
  const run = Array.from({ length: 12 }, (_, index) => index);
  const nearly = [...run, 99];
  const other = run.map((id) => id + 500);

  test('are told by sample, those that cannot be scored aside', async () => {
    const found = await duplicatesOf([null, run, other, run, nearly, null].map(prepared), async (rows) =>
      findDuplicates(rows),
    );
    expect([...found.exactGroup]).toEqual([0, 1, 2, 1, 4, 5]);
    expect([...found.exactCount]).toEqual([0, 2, 1, 2, 1, 0]);
    expect([...found.nearGroup]).toEqual([0, 1, 2, 1, 1, 5]);
    const cells = duplicateColumns(found).map(({ value }) =>
      [0, 1, 2, 4].map((index) => value({} as Sample, null, index)),
    );
    expect(cells).toEqual([
      [null, 2, 1, 1],
      [null, 3, 1, 3],
      [null, 2, null, 2],
    ]);
    expect(duplicateGroups(found)).toEqual({
      names: ['alone', 'near duplicates', 'exact duplicates'],
      of: Int16Array.of(0, 2, 0, 2, 1, 0),
    });
    expect(duplicateGroupColumns(found)).toHaveLength(1);
    expect(duplicateText(found)).toMatch(
      /^2 samples share their exact tokens with another \(1 text\).* 3 samples lie in 1 cluster\./,
    );
    expect(duplicateText(found)).not.toContain('not compared');
    expect(duplicateText({ ...found, skipped: 7 })).toContain('7 pairs in crowded buckets were not compared');
    expect(duplicateText({ ...found, skipped: 1 })).toContain('1 pair in crowded buckets was not compared');
    const dataSet = {
      name: 'x',
      shape: 'text',
      samples: [{ columns: { length: 3 } }, { columns: { length: 'long' } }] as unknown as Sample[],
      problems: [],
      columns: [{ name: 'length', kind: 'numeric', distinct: 2 }],
    } as never;
    expect(covariatesOf(dataSet, found)).toEqual(['length', NEAR_COPIES]);
    expect([...covariateValues(dataSet, found, 'length')]).toEqual([3, NaN]);
    expect([...covariateValues(dataSet, found, NEAR_COPIES)]).toEqual([NaN, 3]);
  });

  test('none are no groups', async () => {
    const found = await duplicatesOf([run, other].map(prepared), async (rows) => findDuplicates(rows));
    expect(duplicateGroupColumns(found)).toEqual([]);
    expect(duplicateText(found)).toMatch(/^No sample has a duplicate/);
  });
});

describe('words', () => {
  const row = (gap: number, ends: readonly [number, number]): SimilarityRow => ({
    name: 'all',
    samples: 10,
    input: 0.5,
    full: 0.5 + gap,
    gap,
    inputEnds: [NaN, NaN],
    fullEnds: [NaN, NaN],
    gapEnds: ends,
  });

  test('the sign of the gap is read from the formula: negative where the suffixes vary', () => {
    expect(gapText(row(-0.1, [-0.2, -0.05]), 'raw')).toMatch(/−0\.100.*Negative.*suffixes vary/);
    expect(gapText(row(0.1, [0.05, 0.2]), 'raw')).toMatch(/\+0\.100.*Positive/);
    expect(gapText(row(0.1, [-0.05, 0.2]), 'raw')).toMatch(/do not tell/);
    expect(gapText(row(0.1, [0.05, 0.2]), 'centred')).toMatch(/near 0/);
  });

  test('an association is said with its covariate, and is none where chance suffices', () => {
    const with_ = (plain: number, partial: number) => ({
      plain: { r: 0.4, p: plain, n: 50 },
      partial: { r: 0.3, p: partial, n: 50 },
    });
    expect(associationText('local gap', with_(0.01, 0.02), 'copies')).toMatch(
      /less far, as the paper.*not that alone/,
    );
    expect(associationText('local gap', with_(0.01, 0.2), 'copies')).toMatch(/may be the work of copies/);
    expect(associationText('redundancy', with_(0.3, 0.2), 'copies')).toMatch(/^No relation/);
    expect(associationText('redundancy', { plain: { r: NaN, p: NaN, n: 50 }, partial: null }, null)).toMatch(
      /does not vary/,
    );
  });
});
