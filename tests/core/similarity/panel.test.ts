import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  associateLocal,
  localSimilarity,
  nearestTo,
  similarityFigures,
  similarityMap,
  similaritySpectra,
  spacesOf,
} from '../../../src/core/analyses/similarity.ts';
import {
  gapIntervals,
  gapReplicates,
  leaveOneOutCosines,
} from '../../../src/core/similarity/gapIntervals.ts';
import { firstNeighbours, nearestNeighbours } from '../../../src/core/similarity/neighbours.ts';
import { principalComponents } from '../../../src/core/similarity/pca.ts';
import {
  dequantize,
  emptyQuantized,
  rowsWithDirection,
  writeQuantized,
} from '../../../src/core/similarity/quantized.ts';
import { singularValues } from '../../../src/core/similarity/spectrum.ts';
import {
  centred,
  dot,
  packVectors,
  unitVectors,
  type Vectors,
} from '../../../src/core/similarity/vectors.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { runToEnd } from '../../../src/core/statistics/bootstrap.ts';
import { umapLayout } from '../../../workers/similarityMap.ts';
import reference from '../../reference/similarityPanel.json' with { type: 'json' };

const close = (actual: ArrayLike<number>, expected: readonly number[], digits = 10): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(actual[index]).toBeCloseTo(value, digits);
  });
};

const spaces = spacesOf({ prefixes: packVectors(reference.prefix), fulls: packVectors(reference.full) });
const groups = { names: ['0', '1', '2'], of: Int16Array.from(reference.group) };

describe('clustered vectors: values of NumPy and SciPy (tests/reference/similarityPanel.py)', () => {
  test('similarity of all samples and of each group, raw and centred on all', () => {
    const { whole, groups: found, background, samples } = similarityFigures(spaces, groups, 1);
    expect(samples).toBe(60);
    for (const set of [whole, ...found])
      for (const space of ['raw', 'centred'] as const) {
        const { input, full, gap } = set[space];
        const expected = reference.sets[set.name as keyof typeof reference.sets];
        close([input, full, gap], expected[space]);
      }
    expect(found.map((set) => set.samples)).toEqual([30, 20, 10]);
    // Random pairs of all samples: within their own error of the mean over all pairs.
    expect(background.raw.prefix).toBeCloseTo(reference.sets.all.raw[0] ?? NaN, 1);
    expect(background.centred.full).toBeCloseTo(reference.sets.all.centred[1] ?? NaN, 1);
    expect(background.raw.full).toBeGreaterThan(background.centred.full);
  });

  test('local gap and redundancy', () => {
    for (const space of ['raw', 'centred'] as const) {
      const found = runToEnd(localSimilarity(spaces[space]));
      const expected = reference.local[space];
      close(found?.gap ?? [], expected.gap);
      close(found?.redundancy ?? [], expected.redundancy);
      close(found?.closeShare ?? [], expected.closeShare);
    }
  });

  test('their rank correlation with N, alone and given the copies', () => {
    const gap = Float64Array.from(reference.local.raw.gap);
    const n = Float64Array.from(reference.matches);
    const copies = Float64Array.from(reference.copies);
    const found = runToEnd(associateLocal(gap, n, copies, 1));
    expect(found?.plain.r).toBeCloseTo(reference.spearman, 10);
    // Where the permutation p ends is known up to its own error: 9,999 shuffles.
    expect(Math.abs((found?.plain.p ?? NaN) - reference.spearmanP)).toBeLessThan(0.01);
    expect(found?.partial?.r).toBeCloseTo(reference.partial, 10);
    expect(runToEnd(associateLocal(gap, n, null, 1))?.partial).toBeNull();
  });

  test('mean cosine without each sample', () => {
    close(leaveOneOutCosines(unitVectors(spaces.raw.prefixes)), reference.withoutOne);
  });

  test('BCa intervals follow those of SciPy', () => {
    const found = runToEnd(
      gapIntervals(spaces.raw.prefixes, spaces.raw.fulls, { seed: 1, replicates: 9999 }),
    );
    for (const name of ['input', 'full', 'gap'] as const) {
      const interval = found?.[name];
      if (!interval || !('low' in interval)) throw new Error('no interval');
      const [low = NaN, high = NaN] = reference.intervals[name];
      // Two sets of 9,999 resamples: ends differ by a few hundredths of the width.
      expect(Math.abs(interval.low - low)).toBeLessThan(0.08 * (high - low));
      expect(Math.abs(interval.high - high)).toBeLessThan(0.08 * (high - low));
      expect(interval.method).toBe('bca');
    }
  });
});

test('the first neighbours of many are those of a search for few', () => {
  const many = nearestNeighbours(spaces.raw.fulls, 14);
  const few = nearestNeighbours(spaces.raw.fulls, 5);
  expect(firstNeighbours(many, 5)).toEqual(few);
  expect(firstNeighbours(few, 9)).toBe(few);
});

test('the samples nearest to one are its neighbours', () => {
  const { index, cosine } = nearestNeighbours(spaces.centred.fulls, 4);
  const found = nearestTo(spaces.centred, 7, 'full', 4);
  expect(found.map(({ row }) => row)).toEqual([...index.subarray(28, 32)]);
  close(
    found.map(({ full }) => full),
    [...cosine.subarray(28, 32)],
  );
  const [units, [first]] = [unitVectors(spaces.centred.prefixes), found];
  expect(first?.prefix).toBeCloseTo(dot(units, 7, units, first?.row ?? 0), 12);
});

test('spectra and map are those of the sets one by one', () => {
  const { components, spectrum } = similarityMap(spaces);
  const sets = similaritySpectra(spaces, spectrum, 1);
  expect(sets.map(({ of, space }) => `${of} ${space}`)).toEqual([
    'full texts centred',
    'prefixes centred',
    'full texts raw',
    'prefixes raw',
  ]);
  close(sets[0]?.singular ?? [], [...singularValues(centred(spaces.raw.fulls))]);
  close(components.scores, [...principalComponents(spaces.raw.fulls).scores]);
  const [full, , rawFull] = sets;
  // The shared direction takes most of the raw spectrum.
  expect(rawFull?.participationRatio).toBeLessThan(full?.participationRatio ?? NaN);
});

test('resamples become fewer as samples become many, but not too few', () => {
  expect(gapReplicates({ n: 100, d: 384, values: new Float32Array() })).toBe(2000);
  expect(gapReplicates({ n: 10_000, d: 384, values: new Float32Array() })).toBe(520);
  expect(gapReplicates({ n: 100_000, d: 384, values: new Float32Array() })).toBe(400);
});

describe('quantized vectors', () => {
  test('are off by half a step at most, whatever their size, and keep cosines', () => {
    const vector = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(fc.tuple(vector, vector), fc.integer({ min: 1, max: 200 }), (pair, count) => {
        const packed = emptyQuantized(2, 8);
        pair.forEach((values, row) => {
          writeQuantized(packed, row, Float32Array.from(values), count);
        });
        const back = dequantize(packed, Uint32Array.of(0, 1));
        pair.forEach((values, row) => {
          const largest = Math.max(...values.map(Math.abs)) / count;
          values.forEach((value, at) => {
            const error = Math.abs((back.values[row * 8 + at] ?? NaN) - value / count);
            // Half a step, and the rounding of float32.
            expect(error).toBeLessThanOrEqual(largest * (0.5 / 32_767 + 1e-6));
          });
        });
        if (rowsWithDirection(packed, packed).length < 2) return;
        const [exact, kept] = [unitVectors(packVectors(pair)), unitVectors(back)];
        const error = Math.abs(dot(exact, 0, exact, 1) - dot(kept, 0, kept, 1));
        expect(error).toBeLessThan(1e-4);
      }),
    );
  });

  test('keep the cosines of many dimensions to 2e-5', () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: 100 }, () => Float32Array.from({ length: 384 }, () => random() - 0.3));
    const packed = emptyQuantized(100, 384);
    rows.forEach((values, row) => {
      writeQuantized(packed, row, values, 1);
    });
    const exact = packVectors(rows);
    const kept = dequantize(packed, Uint32Array.from(rows.keys()));
    for (const prepare of [unitVectors, (vectors: Vectors) => unitVectors(centred(vectors))]) {
      const [a, b] = [prepare(exact), prepare(kept)];
      let worst = 0;
      for (let row = 1; row < 100; row++)
        worst = Math.max(worst, Math.abs(dot(a, 0, a, row) - dot(b, 0, b, row)));
      expect(worst).toBeLessThan(2e-5);
    }
  });

  test('without positions, without values or without a direction are left out', () => {
    const packed = emptyQuantized(4, 2);
    writeQuantized(packed, 0, Float32Array.of(1, 2), 3);
    writeQuantized(packed, 1, Float32Array.of(0, 0), 0);
    writeQuantized(packed, 2, Float32Array.of(0, 0), 3);
    writeQuantized(packed, 3, Float32Array.of(1, NaN), 3);
    expect([...rowsWithDirection(packed, packed)]).toEqual([0]);
    close(dequantize(packed, Uint32Array.of(0)).values, [1 / 3, 2 / 3], 4);
  });
});

describe('the neighbour map', () => {
  const rows = Array.from({ length: 120 }, (_, index) => {
    const random = seededRandom(index + 1);
    return Array.from({ length: 5 }, (_value, at) => (at === index % 3 ? 8 : 0) + random());
  });
  const neighbours = nearestNeighbours(packVectors(rows), 14);
  const start = principalComponents(packVectors(rows)).scores;
  const layOut = (seed: number) => runToEnd(umapLayout(neighbours, start, seed)) ?? new Float32Array();

  test('keeps clusters together and apart from each other, the same for the same seed', () => {
    const places = layOut(1);
    expect(places).toEqual(layOut(1));
    expect(places).not.toEqual(layOut(2));
    const at = (row: number) => [places[2 * row] ?? NaN, places[2 * row + 1] ?? NaN] as const;
    const distance = (a: number, b: number) => Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]);
    // Of every sample, the nearest on the map is of its own cluster.
    rows.forEach((_, row) => {
      const others = rows.flatMap((_other, other) => (other === row ? [] : [other]));
      const nearest = others.reduce((best, other) =>
        distance(row, other) < distance(row, best) ? other : best,
      );
      expect(nearest % 3).toBe(row % 3);
    });
  });
});
