import { describe, expect, it } from 'vitest';
import {
  accumulate,
  contrastStructure,
  FEWEST,
  meanLagBound,
  meanLagInformation,
} from '../../src/core/analyses/experiments.ts';
import { redundancy, wordsOf } from '../../src/core/analyses/redundancy.ts';
import type { Suffixes } from '../../src/core/analyses/decomposition.ts';
import { seededRandom } from '../../src/core/random.ts';

/** Samples from rows of flags: N is the run of ones at the beginning. */
function samplesOf(rows: readonly (readonly number[])[]) {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + row.length;
  });
  const suffixes: Suffixes = {
    correct: Uint8Array.from(rows.flat()),
    values: Float32Array.from(rows.flat(), (flag) => (flag === 1 ? -0.1 : -2)),
    offsets,
  };
  const runOf = (row: readonly number[]): number => (row.includes(0) ? row.indexOf(0) : row.length);
  const matches = {
    n: Float64Array.from(rows, runOf),
    length: Float64Array.from(rows, (row) => row.length),
  };
  return { matches, suffixes };
}

const flags = (samples: number, tokens: number, p: (sample: number) => number, seed = 1): number[][] => {
  const random = seededRandom(seed);
  return Array.from({ length: samples }, (_, sample) =>
    Array.from({ length: tokens }, () => Number(random() < p(sample))),
  );
};

describe('accumulation', () => {
  it('is the product of the shares of right tokens, worked by hand', () => {
    const { matches, suffixes } = samplesOf([
      [1, 1, 1],
      [1, 0, 1],
      [0, 1],
      [1, 1, 0],
    ]);
    const { points, last, errorBits } = accumulate(matches, suffixes, null);
    expect(points.map(({ accuracy }) => accuracy)).toEqual([3 / 4, 3 / 4, 2 / 3]);
    expect(points.map(({ product }) => product)).toEqual([3 / 4, 9 / 16, (9 / 16) * (2 / 3)]);
    expect(points.map(({ empirical }) => empirical)).toEqual([3 / 4, 1 / 2, 1 / 4]);
    expect(points.map(({ samples }) => samples)).toEqual([4, 4, 3]);
    // Four samples are too few to be judged.
    expect([last, errorBits]).toEqual([0, NaN]);
    expect(FEWEST).toBeGreaterThan(4);
  });
  it('agrees with the curve where tokens are independent and alike', () => {
    const { matches, suffixes } = samplesOf(flags(4000, 12, () => 0.85));
    const { failsAt, errorBits } = accumulate(matches, suffixes, null);
    expect(failsAt).toBeNull();
    expect(Math.abs(errorBits)).toBeLessThan(0.15);
  });
  it('fails where samples differ, and is mended by the groups they differ by', () => {
    // Half p = .5, half p = .9: at n = 10 the mean of products is .174828, the product of means .028248.
    const p = (sample: number) => (sample % 2 === 0 ? 0.5 : 0.9);
    const { matches, suffixes } = samplesOf(flags(20_000, 10, p));
    const groups = { names: ['a', 'b'], of: Int16Array.from({ length: 20_000 }, (_, index) => index % 2) };
    const { points, failsAt, groupedFailsAt, errorBits, groupedErrorBits } = accumulate(
      matches,
      suffixes,
      groups,
    );
    expect(failsAt).toBe(2);
    expect(groupedFailsAt).toBeNull();
    expect(errorBits).toBeCloseTo(2.629736, 1);
    expect(Math.abs(groupedErrorBits)).toBeLessThan(0.1);
    expect(points.at(-1)?.empirical).toBeCloseTo(0.174828, 1.5);
    expect(points.at(-1)?.product).toBeCloseTo(0.028248, 2);
  });
});

describe('redundancy', () => {
  const sample = (set: string, prefix: string, suffix: string, matchLength: number, copies = 1) => ({
    set,
    prefix,
    text: `${prefix} ${suffix}`,
    copies,
    matchLength,
    baseMatchLength: 0,
  });
  it('measures shared pairs of words within each set', () => {
    const { sets } = redundancy([
      sample('x', 'a b c', 'd', 4),
      sample('x', 'a b c', 'e', 2),
      sample('y', 'p q r', 's', 1),
      sample('y', 'k l m', 'n', NaN),
    ]);
    // Prefixes of x: 2 of 2 pairs shared. Full: ab, bc of ab, bc, cd, ce.
    expect(sets).toMatchObject([
      { name: 'x', samples: 2, prefixSimilarity: 1, fullSimilarity: 0.5, gap: -0.5, meanLength: 3 },
      { name: 'y', samples: 1, prefixSimilarity: NaN, meanLength: 1 },
    ]);
  });
  it('correlates each text’s gap with its N, given the copies', () => {
    const samples = Array.from({ length: 12 }, (_, index) =>
      // The more of a common prefix a text has, the less is recited.
      sample(
        'x',
        `${'same start here and on '.repeat(1)}${'own '.repeat(index)}w${index} v${index}`,
        `end ${index}`,
        20 - index,
        1 + (index % 3),
      ),
    );
    const { prefixWithLength, samples: n } = redundancy(samples);
    expect(n).toBe(12);
    expect(prefixWithLength.n).toBe(12);
    expect(Number.isNaN(prefixWithLength.r)).toBe(false);
  });
  it('takes words as they are in any script', () => {
    expect(wordsOf('Größe, 12 – über-all; 漢字')).toEqual(['größe', '12', 'über', 'all', '漢字']);
  });
});

describe('structure', () => {
  it('averages the information of the pairs', () => {
    // Two equal fair columns of 8: ln 2 nats, less Miller and Madow's (2 + 2 - 2 - 1) / 16 = +1/16.
    const rows = [0, 0, 0, 0, 1, 1, 1, 1].flatMap((flag) => [flag, flag]);
    const matrix = { flags: Int8Array.from(rows), samples: 8, positions: 2 };
    expect(meanLagInformation(matrix, 4)).toBeCloseTo(Math.LN2 + 1 / 16, 10);
    expect(meanLagBound(matrix, 4)).toBeCloseTo(Math.LN2, 12);
    const constant = { flags: new Int8Array(16).fill(1), samples: 8, positions: 2 };
    expect(meanLagInformation(constant, 4)).toBeNaN();
  });
  it('finds tokens that bind, and none where both sides are alike', () => {
    const random = seededRandom(5);
    // Structured: each token repeats the one before with probability .8.
    const chain = (stays: number) => {
      let flag = Number(random() < 0.5);
      return Array.from({ length: 20 }, () => (flag = random() < stays ? flag : Number(random() < 0.5)));
    };
    const rows = [
      ...Array.from({ length: 60 }, () => chain(0.8)),
      ...Array.from({ length: 60 }, () => chain(0)),
    ];
    const { matches, suffixes } = samplesOf(rows);
    const stratum = Float64Array.from(rows, (_, index) => index % 4);
    const labels = Int8Array.from(rows, (_, index) => Number(index < 60));
    const bound = contrastStructure(matches, suffixes, labels, stratum, 3);
    expect(bound.difference).toBeGreaterThan(0.02);
    expect(bound.difference).toBe(bound.means.structured - bound.means.prose);
    expect(bound.means.structured).toBeLessThan(bound.bounds.structured);
    expect(bound.p).toBeLessThan(0.01);
    expect(bound.structured.samples).toBe(60);
    const mixed = Int8Array.from(rows, (_, index) => index % 2);
    const alike = contrastStructure(matches, suffixes, mixed, stratum, 3);
    expect(alike.p).toBeGreaterThan(0.05);
    const none = contrastStructure(matches, suffixes, new Int8Array(120).fill(-1), stratum, 3);
    expect([none.difference, none.p]).toEqual([NaN, NaN]);
  });
});
