import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import {
  backgroundCosine,
  meanPairwiseCosine,
  similarityGap,
} from '../../../src/core/similarity/embeddings.ts';
import {
  alignment,
  localGap,
  localRedundancy,
  nearestNeighbours,
  NO_NEIGHBOUR,
} from '../../../src/core/similarity/neighbours.ts';
import { principalComponents } from '../../../src/core/similarity/pca.ts';
import {
  effectiveRank,
  participationRatio,
  rankMe,
  sampledUniformity,
  singularValues,
  stableRank,
  uniformity,
} from '../../../src/core/similarity/spectrum.ts';
import { centred, packVectors, type Vectors } from '../../../src/core/similarity/vectors.ts';
import reference from '../../reference/similarity.json' with { type: 'json' };

/** Fixture E: four vectors around the first axis; values by NumPy. */
const E = packVectors([
  [3, 1, 0],
  [3, 0, 1],
  [3, -1, 0],
  [3, 0, -1.2],
]);

const close = (actual: ArrayLike<number>, expected: readonly number[], digits = 6): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(actual[index]).toBeCloseTo(value, digits);
  });
};

const ranks = (vectors: Vectors) => {
  const singular = singularValues(vectors);
  return [effectiveRank(singular), rankMe(singular), participationRatio(singular), stableRank(singular)];
};

test('fixture E: cosines change their sign when centred', () => {
  expect(meanPairwiseCosine(E)).toBeCloseTo(0.854174, 6);
  expect(meanPairwiseCosine(centred(E))).toBeCloseTo(-0.332502, 6);
});

test('fixture E: spectrum', () => {
  close(singularValues(E), [6.000894, 1.558614, 1.414214]);
  close(ranks(E), [2.373388, 2.373388, 1.25157, 1.122999], 5);
  close(singularValues(centred(E)), [1.558846, 1.414214, 0]);
  expect(effectiveRank(singularValues(centred(E)))).toBeCloseTo(1.997634, 5);
  expect(participationRatio(singularValues(centred(E)))).toBeCloseTo(1.981332, 6);
  expect(uniformity(E)).toBeCloseTo(-0.562187, 6);
});

describe.each([
  ['more samples than dimensions', reference.tall],
  ['more dimensions than samples', reference.wide],
])('%s: values of NumPy and SciPy (tests/reference/similarity.py)', (_, expected) => {
  const prefixes = packVectors(expected.prefix);
  const fulls = packVectors(expected.full);

  test('similarity, gap and weights', () => {
    const { input, full, gap } = similarityGap(prefixes, fulls);
    close(
      [input, full, gap],
      [expected.input, expected.fullCosine, expected.fullCosine - expected.input],
      10,
    );
    expect(meanPairwiseCosine(centred(prefixes))).toBeCloseTo(expected.centred, 10);
    expect(meanPairwiseCosine(prefixes, expected.weights)).toBeCloseTo(expected.weighted, 10);
    expect(similarityGap(prefixes, fulls, expected.weights).input).toBeCloseTo(expected.weighted, 10);
    expect(backgroundCosine(prefixes, seededRandom(1), 40_000)).toBeCloseTo(expected.input, 2);
  });

  test('spectra', () => {
    for (const [vectors, values] of [
      [prefixes, expected.raw],
      [centred(prefixes), expected.centredRanks],
    ] as const) {
      close(singularValues(vectors), values.singular, 6);
      close(
        ranks(vectors),
        [values.effectiveRank, values.rankMe, values.participationRatio, values.stableRank],
        5,
      );
    }
    expect(uniformity(prefixes)).toBeCloseTo(expected.uniformity, 10);
    expect(sampledUniformity(prefixes, seededRandom(1), 200_000)).toBeCloseTo(expected.uniformity, 1);
    expect(alignment(prefixes, fulls)).toBeCloseTo(expected.alignment, 10);
  });

  test('principal components', () => {
    const { scores, explained } = principalComponents(prefixes);
    close(scores, expected.pca.scores.flat(), 8);
    close(explained, expected.pca.explained, 10);
  });

  test('neighbours, local gap and redundancy', () => {
    const neighbours = nearestNeighbours(prefixes, 5);
    expect(Array.from(neighbours.index)).toEqual(expected.neighbours.index);
    close(localGap(neighbours, fulls), expected.neighbours.localGap, 10);
    const redundancy = localRedundancy(neighbours, prefixes.n, 0.9);
    close(redundancy.meanCosine, expected.neighbours.meanCosine, 10);
    close(redundancy.closeShare, expected.neighbours.closeShare, 10);
  });
});

test('neighbours across many blocks are those of a plain search', () => {
  const random = seededRandom(3);
  const list = Array.from({ length: 200 }, () => Array.from({ length: 8 }, () => random() - 0.5));
  const cosine = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0) / (Math.hypot(...a) * Math.hypot(...b));
  const { index } = nearestNeighbours(packVectors(list), 4);
  list.forEach((vector, row) => {
    const others = list
      .map((other, at) => ({ at, cosine: cosine(vector, other) }))
      .filter(({ at }) => at !== row);
    others.sort((a, b) => b.cosine - a.cosine);
    expect(Array.from(index.subarray(row * 4, row * 4 + 4))).toEqual(others.slice(0, 4).map(({ at }) => at));
  });
});

test('what is undefined is NaN', () => {
  const one = packVectors([[1, 2]]);
  const same = packVectors([
    [1, 2],
    [1, 2],
  ]);
  expect(meanPairwiseCosine(one)).toBeNaN();
  expect(meanPairwiseCosine(same)).toBeCloseTo(1, 12);
  expect(meanPairwiseCosine(centred(same))).toBeNaN();
  expect(uniformity(same)).toBeCloseTo(0, 12);
  expect(uniformity(one)).toBeNaN();
  expect(ranks(centred(same))).toEqual([NaN, NaN, NaN, NaN]);
  expect(Array.from(principalComponents(same).explained)).toEqual([NaN, NaN]);
  expect(nearestNeighbours(one, 3)).toMatchObject({ k: 0 });
  const zero = packVectors([
    [0, 0],
    [1, 0],
    [1, 1],
  ]);
  const neighbours = nearestNeighbours(zero, 2);
  expect(Array.from(neighbours.index)).toEqual([
    NO_NEIGHBOUR,
    NO_NEIGHBOUR,
    2,
    NO_NEIGHBOUR,
    1,
    NO_NEIGHBOUR,
  ]);
  expect(localGap(neighbours, zero)[0]).toBeNaN();
  expect(localGap(neighbours, zero)[1]).toBeCloseTo(0, 12);
  expect(() => similarityGap(one, same)).toThrow(RangeError);
  expect(() => packVectors([[1], [1, 2]])).toThrow(RangeError);
});
