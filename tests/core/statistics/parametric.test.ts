import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import {
  betaGeometricSurvival,
  boundaryLikelihoodRatio,
  fitBetaGeometric,
  fitGeometric,
  geometricSurvival,
} from '../../../src/core/statistics/parametric.ts';
import {
  cappedSkewness,
  excessSkewness,
  fittedVarianceSplit,
  survivalMoments,
  varianceSplit,
} from '../../../src/core/statistics/variance.ts';
import { expectNear, reference } from './reference.ts';

const { survival, parametric } = reference;

describe('geometric and beta-geometric fit', () => {
  test('agree with the worked fixture', () => {
    const geometric = fitGeometric(survival.fixtureB);
    expect(geometric).toMatchObject({ p: 55 / 64, events: 9 });
    expectNear(geometric.logLik, -25.99017, 1e-6);
    const { lr, p } = boundaryLikelihoodRatio(geometric, fitBetaGeometric(survival.fixtureB));
    expectNear(lr, 3.060995, 1e-6);
    expectNear(p, 0.040096, 1e-5);
  });

  test.each(['fixtureB', 'large'] as const)('find the optimum of scipy.optimize on %s', (name) => {
    const fit = fitBetaGeometric(survival[name]);
    expect(fit.converged).toBe(true);
    expectNear(fit.a, parametric[name].a, 1e-5);
    expectNear(fit.b, parametric[name].b, 1e-5);
    expectNear(fit.logLik, parametric[name].logLik, 1e-9);
    expectNear(fit.rho, 1 / (fit.a + fit.b + 1), 1e-9);
  });

  test('without heterogeneity the two models are one', () => {
    // Exactly geometric with p = 1/2: 8, 4, 2, 1 misses and one survivor of four tokens.
    const n = [...Array<number>(8).fill(0), ...Array<number>(4).fill(1), 2, 2, 3, 4];
    const s = { n, length: n.map(() => 4) };
    const fit = fitBetaGeometric(s);
    expect(fit.rho).toBeLessThan(1e-9);
    expectNear(fit.logLik, fitGeometric(s).logLik, 1e-9);
    expect(boundaryLikelihoodRatio(fitGeometric(s), fit).p).toBe(1);
    expectNear(betaGeometricSurvival(fit.a, fit.b, 3), 0.125, 1e-6);
  });

  test('recovers its own parameters from 100,000 samples', () => {
    const random = seededRandom(5);
    // Beta(2, 1) is the larger of two uniforms.
    const n = Array.from({ length: 100_000 }, () => {
      const p = Math.max(random(), random());
      return Math.min(50, Math.floor(Math.log(random()) / Math.log(p)));
    });
    const fit = fitBetaGeometric({ n, length: n.map(() => 50) });
    expect(Math.abs(fit.a - 2)).toBeLessThan(0.1);
    expect(Math.abs(fit.b - 1)).toBeLessThan(0.05);
  });

  test('says what cannot be fitted', () => {
    expect(fitGeometric({ n: [], length: [] })).toMatchObject({ p: NaN, logLik: NaN, events: 0 });
    expect(fitGeometric({ n: [0, 0], length: [3, 3] })).toEqual({ p: 0, logLik: 0, events: 2 });
    expect(fitBetaGeometric({ n: [0, 0], length: [3, 3] })).toMatchObject({ a: NaN, converged: false });
    expect(fitBetaGeometric({ n: [3, 3], length: [3, 3] })).toMatchObject({ rho: NaN, converged: false });
    expect(
      boundaryLikelihoodRatio(
        fitGeometric({ n: [3], length: [3] }),
        fitBetaGeometric({ n: [3], length: [3] }),
      ),
    ).toEqual({ lr: NaN, p: NaN });
    // All or nothing: the likelihood rises to rho = 1.
    const extreme = fitBetaGeometric({ n: [0, 0, 9, 9], length: [9, 9, 9, 9] });
    expect(extreme.converged).toBe(false);
    expect(extreme.rho).toBeGreaterThan(0.999);
  });

  test('the wider model never fits worse, and no neighbour of the optimum fits better', () => {
    const sample = fc.array(fc.tuple(fc.nat(15), fc.nat(15)), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(sample, (pairs) => {
        const s = { n: pairs.map(([a, b]) => Math.min(a, b)), length: pairs.map(([, b]) => b) };
        const fit = fitBetaGeometric(s);
        fc.pre(fit.converged);
        expect(fit.logLik).toBeGreaterThanOrEqual(fitGeometric(s).logLik - 1e-9);
        // The likelihood by its definition: P(N = n), or P(N >= L) if censored.
        const logLik = (a: number, b: number): number =>
          s.n.reduce((sum, n, index) => {
            const length = s.length[index] ?? 0;
            const tail = betaGeometricSurvival(a, b, n);
            return sum + Math.log(n === length ? tail : tail - betaGeometricSurvival(a, b, n + 1));
          }, 0);
        fc.pre(fit.rho > 0.001);
        expectNear(fit.logLik, logLik(fit.a, fit.b), 1e-8);
        for (const [da, db] of [
          [1.01, 1],
          [0.99, 1],
          [1, 1.01],
          [1, 0.99],
          [1.01, 1.01],
          [0.99, 0.99],
        ] as const)
          expect(logLik(fit.a * da, fit.b * db)).toBeLessThanOrEqual(fit.logLik + 1e-9);
      }),
    );
  });

  test('the boundary test rejects true geometric data about 5 times in 100', () => {
    const random = seededRandom(17);
    let rejected = 0;
    const runs = 1000;
    for (let run = 0; run < runs; run++) {
      const n = Array.from({ length: 200 }, () =>
        Math.min(30, Math.floor(Math.log(random()) / Math.log(0.8))),
      );
      const s = { n, length: n.map(() => 30) };
      rejected += Number(boundaryLikelihoodRatio(fitGeometric(s), fitBetaGeometric(s)).p < 0.05);
    }
    // Four standard errors of 0.05 in 1,000 runs are 0.028.
    expect(rejected / runs).toBeLessThan(0.078);
    expect(rejected / runs).toBeGreaterThan(0.02);
  });

  test('survival curves have their closed forms', () => {
    expect([1, 2, 5, 10].map((n) => betaGeometricSurvival(2, 1, n))).toEqual(
      [2 / 3, 1 / 2, 2 / 7, 1 / 6].map((value) => expect.closeTo(value, 12) as number),
    );
    expect(geometricSurvival(0.5, 3)).toBe(0.125);
    expect(betaGeometricSurvival(2, 1, 0)).toBe(1);
  });
});

describe('variance and skewness', () => {
  test('the moments of a mixture are those of the worked fixture', () => {
    // Half p = .5, half p = .9: mean 5, variance 62, skewness 2.839067; the geometric of mean 5 has 2.008316.
    const curve = Array.from({ length: 3000 }, (_, i) => (0.5 ** (i + 1) + 0.9 ** (i + 1)) / 2);
    const { mean, variance, skewness } = survivalMoments(curve);
    expectNear(mean, 5, 1e-9);
    expectNear(variance, 62, 1e-9);
    expectNear(skewness, 2.839067, 1e-6);
    const alike = survivalMoments(Array.from({ length: 3000 }, (_, i) => (5 / 6) ** (i + 1)));
    expectNear(alike.skewness, 2.008316, 1e-6);
    const rows = [0.5, 0.9].map((p) => Array<number>(3000).fill(Math.log(p)));
    const split = varianceSplit(rows);
    expectNear(split.within, 46, 1e-9);
    expectNear(split.between, 16, 1e-9);
    expectNear(split.betweenShare, 16 / 62, 1e-9);
  });

  test('the split of the fitted model agrees with quadrature over the beta distribution', () => {
    for (const { a, b, cap, mean, within, between } of parametric.moments) {
      const split = fittedVarianceSplit(a, b, cap);
      expectNear(split.mean, mean, 1e-9);
      expectNear(split.within, within, 1e-9);
      expectNear(split.between, between, 1e-9);
    }
    expect(() => fittedVarianceSplit(1, 1, 0)).toThrow(RangeError);
  });

  test('a geometric cut at L has the skewness of its mass function', () => {
    for (const [p, cap, value] of parametric.cappedGeometricSkewness as [number, number, number][]) {
      const s = { n: [0, cap], length: [cap, cap] };
      expectNear(excessSkewness(s, p).geometric, value, 1e-9);
      expectNear(excessSkewness(s, p).observed, 0, 1e-9);
    }
    expectNear(excessSkewness({ n: [0], length: [1] }, 0.8).uncapped, 2.012461, 1e-6);
    expect(excessSkewness({ n: [2, 2], length: [5, 5] }, 0.5).observed).toBeNaN();
  });

  test('a cap at the data’s lengths mixes them, and the beta-geometric explains more skew than the geometric', () => {
    // L = 1 and L = 2, p = 1/2: min(N, L) is 0, 1, 2 with 1/2, 3/8, 1/8; mean 5/8, m2 31/64, m3 57/256.
    expectNear(
      cappedSkewness({ n: [0, 0], length: [1, 2] }, (n) => 0.5 ** n),
      57 / 256 / (31 / 64) ** 1.5,
      1e-12,
    );
    const fit = fitBetaGeometric(survival.large);
    const { geometric, observed } = excessSkewness(survival.large, fitGeometric(survival.large).p);
    const explained = cappedSkewness(survival.large, (n) => betaGeometricSurvival(fit.a, fit.b, n));
    expect(explained).toBeGreaterThan(geometric);
    expect(Math.abs(observed - explained)).toBeLessThan(Math.abs(observed - geometric));
  });

  test('observed skewness does not depend on the order and respects unequal lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 3, maxLength: 30 }), (n) => {
        const length = n.map((value, index) => value + (index % 3));
        const s = { n, length: length.map((value) => Math.max(1, value)) };
        const one = excessSkewness(s, 0.7);
        const other = excessSkewness({ n: s.n.toReversed(), length: s.length.toReversed() }, 0.7);
        expect(other).toEqual(one);
      }),
    );
  });

  test('no scored suffix gives NaN', () => {
    expect(varianceSplit([[], [NaN]])).toMatchObject({ mean: NaN, within: NaN, between: NaN });
  });
});
