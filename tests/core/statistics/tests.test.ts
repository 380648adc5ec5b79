import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { runToEnd } from '../../../src/core/statistics/bootstrap.ts';
import {
  benjaminiHochberg,
  cliffsDelta,
  dunn,
  holm,
  kendallTauB,
  kolmogorovSmirnov,
  kruskalWallis,
  mannWhitney,
  partialSpearman,
  permutationP,
  spearman,
  spearmanPermutation,
  wilcoxonSignedRank,
} from '../../../src/core/statistics/tests.ts';
import { expectAllNear, expectNear, reference } from './reference.ts';

const { twoSample, paired, association, multiplicity } = reference;
const { c, big, untied } = twoSample;
const Z = [2, 2, 6, 7];
const small = fc.array(fc.nat(6), { minLength: 1, maxLength: 9 });

describe('two samples', () => {
  test('Mann-Whitney agrees with SciPy and with all assignments, ties included', () => {
    const result = mannWhitney(c.x, c.y);
    expect(result).toMatchObject({ u: c.u, method: 'exact' });
    expectNear(result.asymptoticP, c.asymptotic);
    expectNear(result.p, c.exact);
    expectNear(result.superiority, 0.833333, 1e-6);
    expectNear(result.delta, 2 / 3, 1e-12);
    expectNear(mannWhitney(untied.x, untied.y).p, untied.mannWhitneyExact);
  });

  test('Mann-Whitney permutes where many values are tied, near the normal approximation', () => {
    const result = mannWhitney(big.x, big.y);
    expect(result).toMatchObject({ u: big.u, method: 'permutation' });
    expectNear(result.asymptoticP, big.asymptotic);
    // Monte Carlo error of a p below .05 at 9,999 permutations is below .0022; four of them.
    expect(Math.abs(result.p - result.asymptoticP)).toBeLessThan(0.012);
    expect(mannWhitney(big.x, big.y, 7)).toEqual(mannWhitney(big.x, big.y, 7));
    const random = seededRandom(1);
    const smooth = (shift: number) => Array.from({ length: 50 }, () => random() + shift);
    expect(mannWhitney(smooth(0), smooth(0.1)).method).toBe('normal');
  });

  test('Mann-Whitney is symmetric and its effect is Cliff’s delta', () => {
    fc.assert(
      fc.property(small, small, (x, y) => {
        const one = mannWhitney(x, y);
        const other = mannWhitney(y, x);
        expectNear(one.p, other.p, 1e-12);
        expectNear(one.delta, -other.delta, 1e-12);
        expectNear(cliffsDelta(x, y), one.delta, 1e-12);
        expectNear(one.u + other.u, x.length * y.length, 1e-12);
      }),
    );
  });

  test('Kolmogorov-Smirnov agrees with SciPy without ties and with all assignments with them', () => {
    const plain = kolmogorovSmirnov(untied.x, untied.y);
    expectNear(plain.d, untied.ks);
    expectNear(plain.p, untied.ksExact);
    const tied = kolmogorovSmirnov(c.x, c.y);
    expectNear(tied.d, c.ks);
    expectNear(tied.p, c.ksPermutation);
  });

  test('empty, equal and very large samples', () => {
    expect(mannWhitney([], [1]).p).toBeNaN();
    expect(kolmogorovSmirnov([NaN], [1]).p).toBeNaN();
    expect(mannWhitney([2, 2], [2, 2, 2]).p).toBe(1);
    expect(kolmogorovSmirnov([2, 2], [2]).p).toBe(1);
    const random = seededRandom(2);
    const many = Array.from({ length: 50_000 }, () => Math.floor(-8 * Math.log(random())));
    const more = Array.from({ length: 50_000 }, () => Math.floor(-8.4 * Math.log(random())));
    expect(mannWhitney(many, more)).toMatchObject({ method: 'normal' });
    expect(mannWhitney(many, more).p).toBeLessThan(1e-4);
    expect(kolmogorovSmirnov(many, more)).toMatchObject({ method: 'asymptotic' });
  });
});

describe('several samples', () => {
  test('Kruskal-Wallis agrees with SciPy, Dunn with its formula on SciPy’s ranks', () => {
    const { h, p, df } = kruskalWallis([c.x, c.y, Z]);
    expectNear(h, twoSample.kruskal.h);
    expectNear(p, twoSample.kruskal.p);
    expect(df).toBe(2);
    const pairs = dunn([c.x, c.y, Z]);
    expect(pairs.map(({ first, second }) => [first, second])).toEqual(twoSample.dunn.map(([i, j]) => [i, j]));
    expectAllNear(
      pairs.map((pair) => pair.z),
      twoSample.dunn.map(([, , z]) => z ?? NaN),
    );
    expectAllNear(
      pairs.map((pair) => pair.p),
      twoSample.dunn.map(([, , , value]) => value ?? NaN),
    );
    expect(pairs.every((pair) => pair.adjustedP >= pair.p)).toBe(true);
  });

  test('Kruskal-Wallis leaves out empty groups and is undefined on constants', () => {
    expect(kruskalWallis([c.x, [], c.y, Z]).h).toBe(kruskalWallis([c.x, c.y, Z]).h);
    expect(kruskalWallis([[1, 1], [1]]).p).toBeNaN();
    expect(kruskalWallis([c.x]).p).toBeNaN();
  });
});

describe('pairs', () => {
  test('Wilcoxon agrees with SciPy and with all signs on the paper-like fixture', () => {
    const { before, after, exact, plain, corrected, pratt } = paired.fixture;
    const result = wilcoxonSignedRank(before, after);
    expect(result).toMatchObject({ n: 6, zeros: 2, wPlus: 21, wMinus: 0, rankBiserial: 1, method: 'exact' });
    expectNear(result.p, exact);
    expectNear(result.plainP, plain);
    expectNear(result.correctedP, corrected);
    expectNear(result.prattP, pratt);
  });

  test('Wilcoxon agrees on tied differences of both signs', () => {
    const { differences, exact, plain, corrected, pratt } = paired.mixed;
    const result = wilcoxonSignedRank(
      differences.map(() => 0),
      differences,
    );
    expectNear(result.p, exact);
    expectNear(result.plainP, plain);
    expectNear(result.correctedP, corrected);
    expectNear(result.prattP, pratt);
  });

  test('Wilcoxon mirrors, and says what identical and missing pairs are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 30 }), (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const one = wilcoxonSignedRank(x, y);
        expect(one.p > 0 && one.p <= 1 + 1e-12).toBe(true);
        expectNear(wilcoxonSignedRank(y, x).p, one.p, 1e-12);
      }),
    );
    expect(wilcoxonSignedRank([1, 2], [1, 2])).toMatchObject({ p: 1, n: 0, zeros: 2, rankBiserial: NaN });
    expect(wilcoxonSignedRank([NaN], [1]).p).toBeNaN();
    expect(() => wilcoxonSignedRank([1], [])).toThrow(RangeError);
    const long = Array.from({ length: 150 }, (_, index) => index % 7);
    expect(
      wilcoxonSignedRank(
        long,
        long.map((v, i) => v + 1 + (i % 3)),
      ).method,
    ).toBe('normal');
  });
});

describe('association', () => {
  test('agrees with SciPy, ties included', () => {
    const { before, after } = paired.fixture;
    const { fixture, ties } = association;
    for (const [x, y, expected] of [[before, after, fixture] as const, [ties.x, ties.y, ties] as const]) {
      const rho = spearman(x, y);
      const tau = kendallTauB(x, y);
      expectAllNear([rho.r, rho.p], expected.spearman);
      expectAllNear([tau.r, tau.p], expected.kendall);
    }
    const partial = partialSpearman(ties.x, ties.y, ties.z);
    expectAllNear([partial.r, partial.p], ties.partial);
  });

  test('the permutation p of a fixture lies at the t approximation', () => {
    const { ties } = association;
    const result = runToEnd(spearmanPermutation(ties.x, ties.y, { seed: 3, permutations: 9999 }));
    expectNear(result?.r ?? NaN, ties.spearman[0]);
    expect(Math.abs((result?.p ?? NaN) - (ties.spearman[1] ?? NaN))).toBeLessThan(0.01);
    expect(runToEnd(spearmanPermutation([1, 1], [1, 2], { seed: 1 }))?.p).toBeNaN();
  });

  test('constants are undefined, missing rows are left out', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toMatchObject({ r: NaN, p: NaN });
    expect(kendallTauB([1, 1, 1], [1, 2, 3])).toMatchObject({ r: NaN, p: NaN });
    expect(spearman([1, NaN, 2, 3], [1, 5, 2, 3])).toMatchObject({ r: 1, n: 3 });
    expectNear(partialSpearman([1, 2, 3, 4], [1, 3, 2, 4], [0, 0, 0, 0]).r, 0.8, 1e-12);
    expect(partialSpearman([1, 2, 3, 4], [1, 3, 2, 4], [1, 2, 3, 4]).r).toBeNaN();
    expect(() => spearman([1], [1, 2])).toThrow(RangeError);
  });

  test('rank correlations ignore any rising transformation', () => {
    const column = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.nat(9)), { minLength: 3 });
    fc.assert(
      fc.property(column, (rows) => {
        const [x, y] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
        fc.pre(new Set(x).size > 1 && new Set(y).size > 1);
        expectNear(
          spearman(
            x.map((a) => a ** 3 + a),
            y,
          ).r,
          spearman(x, y).r,
          1e-12,
        );
        expectNear(
          kendallTauB(
            x.map((a) => -a),
            y,
          ).r,
          -kendallTauB(x, y).r,
          1e-12,
        );
      }),
    );
  });
});

describe('several tests', () => {
  test('Holm and Benjamini-Hochberg agree with statsmodels', () => {
    for (const family of multiplicity) {
      expectAllNear(holm(family.p), family.holm);
      expectAllNear(benjaminiHochberg(family.p), family.bh);
    }
    expect(holm([NaN, 0.02, 0.5])).toEqual([NaN, 0.04, 0.5]);
    expect(benjaminiHochberg([])).toEqual([]);
  });

  test('a permutation p is never 0', () => {
    expect(permutationP(3, [1, -2, 2])).toBe(0.25);
    expect(permutationP(-2, [1, -2, 2])).toBe(0.75);
    expect(permutationP(NaN, [1])).toBeNaN();
  });
});
