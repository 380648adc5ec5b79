import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, type Random } from '../../../src/core/random.ts';
import { runToEnd } from '../../../src/core/statistics/bootstrap.ts';
import { conditionalMi, partOf } from '../../../src/core/statistics/conditionalInformation.ts';
import {
  groupHazardInformation,
  lagProfile,
  miPair,
  prefixMi,
  type CorrectnessMatrix,
} from '../../../src/core/statistics/dependence.ts';
import { expectAllNear, expectNear, reference } from './reference.ts';

const { table, matrix: stored } = reference.dependence;
const matrix: CorrectnessMatrix = {
  flags: Int8Array.from(stored.values),
  samples: stored.samples,
  positions: stored.positions,
};

/** Flags from a rule that is told the sample's own p, the position and the flag before. */
function simulate(
  random: Random,
  samples: number,
  positions: number,
  pOf: () => number,
  rule: (p: number, before: number) => number = (p) => p,
): CorrectnessMatrix {
  const flags = new Int8Array(samples * positions);
  for (let sample = 0; sample < samples; sample++) {
    const p = pOf();
    for (let position = 0; position < positions; position++) {
      const before = position > 0 ? (flags[sample * positions + position - 1] ?? 0) : 1;
      flags[sample * positions + position] = Number(random() < rule(p, before));
    }
  }
  return { flags, samples, positions };
}

describe('one pair', () => {
  test('agrees with scipy.stats.chi2_contingency and the worked table', () => {
    const result = miPair({ n11: 30, n10: 10, n01: 15, n00: 45 });
    expectNear(result.mi, table.mi, 1e-12);
    expectNear(result.corrected / Math.LN2, 0.174283, 1e-6);
    expectNear(result.g, table.g);
    expect(Math.abs(result.p / table.p - 1)).toBeLessThan(1e-9);
    expectNear(result.phi, table.phi);
    expectAllNear([result.firstEntropy, result.secondEntropy], table.entropies);
    expectNear(result.normalized, table.mi / (table.entropies[0] ?? NaN));
  });

  test('a flag that never varies is said, not called independent', () => {
    expect(miPair({ n11: 5, n10: 3, n01: 0, n00: 0 })).toMatchObject({ mi: 0, noVariation: true, p: NaN });
    expect(miPair({ n11: 0, n10: 0, n01: 0, n00: 0 })).toMatchObject({ mi: NaN, noVariation: false });
    expect(() => miPair({ n11: -1, n10: 0, n01: 0, n00: 0 })).toThrow(RangeError);
  });

  test('small tables are tested over all permutations', () => {
    // Margins 3 of 6 and 3 of 6: tables with 0 and 3 in common have the same information, 2 of C(6, 3) ways.
    expectNear(miPair({ n11: 3, n10: 0, n01: 0, n00: 3 }).p, 2 / 20, 1e-12);
    expectNear(miPair({ n11: 2, n10: 1, n01: 1, n00: 2 }).p, 1, 1e-12);
  });

  test('information is symmetric, not negative and at most the smaller entropy', () => {
    const count = fc.nat(30);
    fc.assert(
      fc.property(count, count, count, count, (n11, n10, n01, n00) => {
        fc.pre(n11 + n10 + n01 + n00 > 0);
        const one = miPair({ n11, n10, n01, n00 });
        const other = miPair({ n11, n10: n01, n01: n10, n00 });
        expectNear(one.mi, other.mi, 1e-12);
        expect(one.mi).toBeGreaterThanOrEqual(0);
        expect(one.mi).toBeLessThanOrEqual(Math.min(one.firstEntropy, one.secondEntropy) + 1e-12);
      }),
    );
  });
});

describe('lag profile', () => {
  test('averages the pairs as dense loops do, and the prefix too', () => {
    const points = runToEnd(lagProfile(matrix, { seed: 1, maxLag: 3, permutations: 99 })) ?? [];
    expect(points.map(({ lag, pairs }) => [lag, pairs])).toEqual([
      [1, 5],
      [2, 4],
      [3, 3],
    ]);
    points.forEach((point, index) => {
      expectAllNear([point.mi, point.corrected], stored.lags[index] ?? []);
      // One latent difficulty drives all positions: far outside the band.
      expect(point.corrected).toBeGreaterThan(point.nullHigh);
      expect(point.p).toBe(0.01);
    });
    const prefix = prefixMi(matrix);
    expect(prefix).toHaveLength(5);
    prefix.forEach((point, index) => {
      expectAllNear([point.mi, point.corrected], stored.prefix[index] ?? []);
    });
  });

  test('counts only what is observed', () => {
    const withHole = { ...matrix, flags: matrix.flags.slice() };
    // A sample without any observation and one observed at its first token alone.
    const extended = {
      flags: Int8Array.from([...withHole.flags, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1]),
      samples: matrix.samples + 2,
      positions: 6,
    };
    const run = (m: CorrectnessMatrix) => runToEnd(lagProfile(m, { seed: 4, permutations: 19 }));
    expect(run(extended)).toEqual(run(matrix));
    expect(prefixMi(extended)).toEqual(prefixMi(matrix));
  });

  test('flags at most 5 % of independent data, at each lag', () => {
    const random = seededRandom(31);
    let flagged = 0;
    let tests = 0;
    for (let run = 0; run < 150; run++) {
      const data = simulate(random, 120, 12, () => 0.6);
      for (const { p } of runToEnd(lagProfile(data, { seed: run, maxLag: 4, permutations: 199 })) ?? []) {
        tests++;
        flagged += Number(p <= 0.05);
      }
    }
    // 600 tests at 5 %: 30 expected; four standard errors are 21.
    expect(tests).toBe(600);
    expect(flagged).toBeLessThan(52);
    expect(flagged).toBeGreaterThan(9);
  });

  test('the band is that of shuffling the columns', () => {
    // The mean of the Miller-Madow average over real shuffles against the drawn tables.
    const random = seededRandom(12);
    const data = simulate(random, 60, 5, random);
    const drawn = runToEnd(lagProfile(data, { seed: 1, maxLag: 1, permutations: 4000 }))?.[0];
    const shuffled = Array.from({ length: 4000 }, (_, run) => {
      const flags = data.flags.slice();
      for (let position = 0; position < 5; position++)
        for (let sample = 59; sample > 0; sample--) {
          const other = Math.floor(random() * (sample + 1));
          const [a, b] = [sample * 5 + position, other * 5 + position];
          [flags[a], flags[b]] = [flags[b] ?? 0, flags[a] ?? 0];
        }
      const once = runToEnd(lagProfile({ ...data, flags }, { seed: run, maxLag: 1, permutations: 1 }));
      return once?.[0]?.corrected ?? NaN;
    }).sort((a, b) => a - b);
    const spread = (shuffled[3800] ?? NaN) - (shuffled[200] ?? NaN);
    expect(Math.abs((drawn?.nullHigh ?? NaN) - (shuffled[3800] ?? NaN))).toBeLessThan(0.08 * spread);
    const average = shuffled.reduce((a, b) => a + b) / 4000;
    expect(Math.abs((drawn?.nullMean ?? NaN) - average)).toBeLessThan(0.04 * spread);
  });

  test('no variation, one position and bad sizes', () => {
    const constant = { flags: new Int8Array(12).fill(1), samples: 4, positions: 3 };
    const points = runToEnd(lagProfile(constant, { seed: 1 })) ?? [];
    expect(points).toHaveLength(2);
    expect(points.every(({ noVariation, mi }) => noVariation && Number.isNaN(mi))).toBe(true);
    expect(runToEnd(lagProfile({ flags: new Int8Array(4), samples: 4, positions: 1 }, { seed: 1 }))).toEqual(
      [],
    );
    const short = { flags: new Int8Array(3), samples: 4, positions: 1 };
    expect(() => prefixMi(short)).toThrow(RangeError);
    expect(() => runToEnd(conditionalMi(short, { seed: 1 }))).toThrow(RangeError);
  });
});

describe('information given difficulty', () => {
  test('the band is that of all matrices with the same sums', () => {
    const rows = [0b1110, 0b0110, 0b1001, 0b0100, 0b1101, 0b0010];
    const flagsOf = (bits: readonly number[]): Int8Array =>
      Int8Array.from(bits.flatMap((row) => [0, 1, 2, 3].map((place) => (row >>> place) & 1)));
    const ones = (row: number): number => [0, 1, 2, 3].reduce((sum, place) => sum + ((row >>> place) & 1), 0);
    const sums = (bits: readonly number[]): string =>
      [0, 1, 2, 3].map((place) => bits.reduce((sum, row) => sum + ((row >>> place) & 1), 0)).join();
    let all: number[][] = [[]];
    for (const row of rows)
      all = all.flatMap((before) =>
        Array.from({ length: 16 }, (_, bits) => bits)
          .filter((bits) => ones(bits) === ones(row))
          .map((bits) => [...before, bits]),
      );
    all = all.filter((bits) => sums(bits) === sums(rows));
    expect(all).toHaveLength(286);
    const once = (bits: readonly number[], permutations: number) =>
      runToEnd(
        conditionalMi(
          { flags: flagsOf(bits), samples: rows.length, positions: 4 },
          { seed: 1, maxLag: 1, permutations, bins: 2 },
        ),
      )?.[0];
    const exact = all.map((bits) => once(bits, 1)?.corrected ?? NaN).map((value) => value || 0);
    const drawn = once(rows, 20_000);
    const mean = exact.reduce((sum, value) => sum + value, 0) / exact.length;
    const spread = Math.sqrt(exact.reduce((sum, value) => sum + (value - mean) ** 2, 0) / exact.length);
    // One trade a sample between two matrices: a few hundred thousand trades, hardly correlated.
    expect(Math.abs((drawn?.nullMean ?? NaN) - mean)).toBeLessThan(0.05 * spread);
    const seen = drawn?.corrected ?? NaN;
    const p = exact.filter((value) => value >= seen - 1e-12).length / exact.length;
    expect(Math.abs((drawn?.p ?? NaN) - p)).toBeLessThan(0.03);
  });

  test.each([
    ['are alike', () => 0.6],
    ['differ in difficulty', (random: Random) => (random() < 0.5 ? 0.3 : 0.8)],
  ])('5 in 100 lie above the band where samples %s and nothing binds', (_kind, pOf) => {
    const random = seededRandom(44);
    let above = 0;
    let tests = 0;
    for (let run = 0; run < 40; run++) {
      const data = simulate(random, 100, 9, () => pOf(random));
      const points = runToEnd(conditionalMi(data, { seed: run, maxLag: 4, permutations: 99 })) ?? [];
      for (const { corrected, nullHigh } of points) {
        tests++;
        above += Number(corrected > nullHigh);
      }
    }
    // 160 tests: 8 expected; four standard errors are 11.
    expect(tests).toBe(160);
    expect(above).toBeLessThan(20);
    expect(above).toBeGreaterThan(0);
  });

  test('suffixes of several lengths and unseen samples take no part where they end', () => {
    const random = seededRandom(45);
    const data = simulate(random, 300, 8, () => (random() < 0.5 ? 0.3 : 0.8));
    const ragged = { ...data, flags: data.flags.slice() };
    for (let sample = 0; sample < 100; sample++) ragged.flags.fill(-1, sample * 8 + 5, sample * 8 + 8);
    const run = (m: CorrectnessMatrix) =>
      runToEnd(conditionalMi(m, { seed: 3, maxLag: 2, permutations: 99 }));
    const before = ragged.flags.slice();
    expect(run(ragged)).toHaveLength(2);
    expect(ragged.flags).toEqual(before);
    const empty = new Int8Array(5 * 8).fill(-1);
    const observed = (m: CorrectnessMatrix) =>
      run(m)?.map(({ mi, corrected, pairs }) => [mi, corrected, pairs]);
    const more = { flags: Int8Array.from([...ragged.flags, ...empty]), samples: 305, positions: 8 };
    expect(observed(more)).toEqual(observed(ragged));
  });

  test('a part of a large matrix is whole samples, the same for the same seed', () => {
    const data = simulate(seededRandom(46), 500, 6, () => 0.5);
    expect(partOf(data, 3000, 1)).toBe(data);
    const part = partOf(data, 600, 1);
    expect([part.samples, part.positions, part.flags.length]).toEqual([100, 6, 600]);
    expect(partOf(data, 600, 1)).toEqual(part);
    expect(partOf(data, 600, 2)).not.toEqual(part);
  });

  test('vanishes where samples differ and the sequence does not bind', () => {
    const random = seededRandom(41);
    const data = simulate(random, 4000, 30, () => (random() < 0.5 ? 0.4 : 0.85));
    const raw = runToEnd(lagProfile(data, { seed: 1, maxLag: 2, permutations: 99 }))?.[0];
    const given = runToEnd(conditionalMi(data, { seed: 1, maxLag: 2 }))?.[0];
    expect(raw?.p).toBe(0.01);
    expect(given?.corrected ?? NaN).toBeLessThan(0.05 * (raw?.corrected ?? NaN));
  });

  test('stays where a right token makes the next one likelier', () => {
    const random = seededRandom(42);
    const data = simulate(
      random,
      4000,
      30,
      () => 0,
      (_p, before) => (before === 1 ? 0.8 : 0.4),
    );
    const [next] = runToEnd(conditionalMi(data, { seed: 1, maxLag: 1 })) ?? [];
    const [raw] = runToEnd(lagProfile(data, { seed: 1, maxLag: 1, permutations: 99 })) ?? [];
    expect(next?.p).toBe(1 / 200);
    expect(next?.corrected ?? NaN).toBeGreaterThan(0.5 * (raw?.corrected ?? NaN));
  });
});

test('a group that misses elsewhere explains the misses', () => {
  const one = { n: [0, 0, 0, 0], length: [2, 2, 2, 2] };
  const other = { n: [2, 2, 2, 2], length: [2, 2, 2, 2] };
  const information = groupHazardInformation([one, other]);
  expectNear(information[0] ?? NaN, Math.LN2, 1e-12);
  expect(information[1]).toBe(0);
  // Nobody is left at risk at the second token.
  expect([...groupHazardInformation([one, one])]).toEqual([0, NaN]);
  expect(groupHazardInformation([])).toHaveLength(0);
});
