import { describe, expect, it } from 'vitest';
import { localSimilarity, spacesOf, type LocalSimilarity } from '../../src/core/analyses/similarity.ts';
import { compareSubsets } from '../../src/core/analyses/subsetSimilarity.ts';
import { DRAWS, subsetsOf } from '../../src/core/analyses/subsets.ts';
import { seededRandom } from '../../src/core/random.ts';
import { meanPairwiseCosine } from '../../src/core/similarity/embeddings.ts';
import { packVectors } from '../../src/core/similarity/vectors.ts';
import { partialSpearman, spearman } from '../../src/core/statistics/association.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';
import { stratifiedSpearman } from '../../src/core/statistics/stratified.ts';

function ended<T>(steps: Generator<number, T>): T {
  const result = runToEnd(steps);
  if (result === null) throw new Error('stopped');
  return result;
}

describe('Spearman within strata', () => {
  const x = Float64Array.of(1, 2, 3, 10, 11, 12);
  const y = Float64Array.of(3, 2, 1, 9, 8, 7);
  const run = (strata: readonly (string | number)[], permutations = 4999) =>
    ended(stratifiedSpearman(x, y, strata, { seed: 3, permutations }));
  it('is Spearman’s rho in one stratum', () => {
    expect(run([0, 0, 0, 0, 0, 0]).r).toBeCloseTo(spearman(x, y).r, 12);
  });
  it('turns where all that rises is between the strata', () => {
    expect(spearman(x, y).r).toBeGreaterThan(0.5);
    // Within each, ranks -1 0 1 against 1 0 -1. Of 36 shuffles 2 are as far from 0: (1, 1) and (-1, -1).
    const { r, p, n } = run(['a', 'a', 'a', 'b', 'b', 'b']);
    expect(r).toBeCloseTo(-1, 12);
    expect(Math.abs(p - 2 / 36)).toBeLessThan(0.01);
    expect(n).toBe(6);
  });
  it('leaves rows without a number out, and has nothing to say where nothing varies', () => {
    const gaps = x.map((value, index) => (index === 0 ? NaN : value));
    const some = ended(stratifiedSpearman(gaps, y, [0, 0, 0, 1, 1, 1], { seed: 1, permutations: 99 }));
    expect(some.n).toBe(5);
    expect(run([0, 1, 2, 3, 4, 5])).toEqual({ r: NaN, p: NaN, n: 6 });
  });
  it('agrees with the partial rho where a covariate acts in steps', () => {
    const random = seededRandom(9);
    const z = Float64Array.from({ length: 400 }, (_, index) => index % 2);
    const a = z.map((step) => 2 * step + random() + random());
    const b = a.map((value, index) => 0.5 * (value - 2 * (z[index] ?? 0)) + 3 * (z[index] ?? 0) + random());
    const within = ended(stratifiedSpearman(a, b, [...z], { seed: 1, permutations: 199 }));
    expect(within.r).toBeCloseTo(partialSpearman(a, b, z).r, 1);
    expect(within.p).toBe(1 / 200);
  });
});

/** Three kinds, two numbers of copies, six texts of each. */
const TEXTS = ['a', 'b', 'c'].flatMap((kind) =>
  [1, 8].flatMap((copies) => Array.from({ length: 6 }, () => ({ kind, copies }))),
);
const crowding = Float64Array.from(TEXTS, (_, row) => (row * 7) % 36);

describe('sub-sets of different redundancy', () => {
  const sets = subsetsOf(TEXTS, crowding, 5);
  const of = (family: string) => sets.filter((set) => set.family === family);
  const count = (rows: Uint32Array, name: 'kind' | 'copies') => {
    const counts = new Map<string | number, number>();
    for (const row of rows) {
      const value = TEXTS[row]?.[name] ?? '';
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return Object.fromEntries(counts);
  };
  it('by kind and by copies are all texts of it', () => {
    expect(of('kind').map(({ name, rows }) => [name, rows.length])).toEqual([
      ['a', 12],
      ['b', 12],
      ['c', 12],
    ]);
    expect(of('copies').map(({ name }) => name)).toEqual(['1×', '8×']);
  });
  it('mixed have the size and the copies of one kind, and come again with the seed', () => {
    const mixes = of('mix');
    expect(mixes).toHaveLength(2 * DRAWS);
    for (const { name, rows } of mixes) {
      expect(count(rows, 'copies')).toEqual({ 1: 6, 8: 6 });
      expect(new Set(rows).size).toBe(12);
      expect(Object.keys(count(rows, 'kind')).length).toBeLessThanOrEqual(name.startsWith('2') ? 2 : 3);
    }
    expect(subsetsOf(TEXTS, crowding, 5)).toEqual(sets);
    expect(subsetsOf(TEXTS, crowding, 6)).not.toEqual(sets);
  });
  it('by crowding have equal parts of every kind and number of copies', () => {
    const [sparse, , crowded] = of('crowding');
    for (const { rows } of of('crowding')) {
      expect(count(rows, 'kind')).toEqual({ a: 4, b: 4, c: 4 });
      expect(count(rows, 'copies')).toEqual({ 1: 6, 8: 6 });
    }
    // In each cell the two lowest, and the two highest.
    const cell = (rows: Uint32Array | undefined) =>
      Array.from(rows ?? [])
        .filter((row) => row < 6)
        .map((row) => crowding[row]);
    expect(cell(sparse?.rows).sort((a = 0, b = 0) => a - b)).toEqual([0, 7]);
    expect(cell(crowded?.rows).sort((a = 0, b = 0) => a - b)).toEqual([28, 35]);
  });
});

describe('memorization against similarity', () => {
  const random = seededRandom(11);
  const noise = (size: number) => Array.from({ length: 8 }, () => size * (random() - 0.5));
  /** Texts of a kind begin alike; how far the whole parts from that differs, and is what N follows. */
  const made = TEXTS.map(({ kind, copies }, row) => {
    const parts = (row % 6) / 6;
    const start = [kind === 'a' ? 3 : 0, kind === 'b' ? 3 : 0, kind === 'c' ? 3 : 0, 1, 0, 0, 0, 0];
    const prefix = start.map((value, at) => value + (noise(0.2)[at] ?? 0));
    const full = prefix.map((value, at) => value + (noise(8 * parts)[at] ?? 0));
    return { kind, copies, prefix, full, matchLength: 40 - 6 * (row % 6) + copies, baseMatchLength: 1 };
  });
  const spaces = spacesOf({
    prefixes: packVectors(made.map(({ prefix }) => prefix)),
    fulls: packVectors(made.map(({ full }) => full)),
  });
  const local: Record<'raw' | 'centred', LocalSimilarity> = {
    raw: ended(localSimilarity(spaces.raw)),
    centred: ended(localSimilarity(spaces.centred)),
  };
  const result = ended(compareSubsets(spaces, local, made, 7));
  it('gives each sub-set its own figures, with intervals around them', () => {
    const [a] = result.sets;
    const rows = made.filter(({ kind }) => kind === 'a');
    expect(a?.raw.full).toBeCloseTo(meanPairwiseCosine(packVectors(rows.map(({ full }) => full))), 12);
    expect(a?.raw.gap).toBeCloseTo((a?.raw.full ?? NaN) - (a?.raw.input ?? NaN), 12);
    expect(a?.meanLength).toBeCloseTo(rows.reduce((sum, { matchLength }) => sum + matchLength, 0) / 12, 12);
    for (const { raw, intervals } of result.sets) {
      if (!intervals || !('low' in intervals.gap)) throw new Error('no interval');
      expect(intervals.gap.low).toBeLessThanOrEqual(raw.gap);
      expect(intervals.gap.high).toBeGreaterThanOrEqual(raw.gap);
    }
  });
  it('finds the relation that was put in, given copies and kind', () => {
    const { copies, copiesAndKind } = result.gap.raw;
    for (const { r, p, n } of [copies, copiesAndKind]) {
      expect(r).toBeGreaterThan(0.4);
      expect(p).toBeLessThan(0.01);
      expect(n).toBe(36);
    }
  });
  it('refuses texts of other vectors', () => {
    expect(() => ended(compareSubsets(spaces, local, made.slice(1), 7))).toThrow(/36 vectors for 35/);
  });
});
