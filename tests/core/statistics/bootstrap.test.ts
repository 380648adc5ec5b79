import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import {
  bcaInterval,
  bootstrap,
  bootstrapIndices,
  runToEnd,
  type BootstrapResult,
} from '../../../src/core/statistics/bootstrap.ts';
import {
  binomial,
  hypergeometric,
  hypergeometricMass,
  multinomial,
  resampler,
} from '../../../src/core/statistics/draws.ts';
import { sortedQuantile } from '../../../src/core/statistics/quantile.ts';
import { gini, moments } from '../../../src/core/statistics/skewness.ts';
import { chiSquareTail } from '../../../src/core/statistics/special.ts';
import { expectAllNear, expectNear, reference } from './reference.ts';

const { skewness, bootstrap: stored } = reference;
const X = skewness.fixture.values;
const mean = { compute: (t: Parameters<typeof moments>[0]) => moments(t).mean };
const spread = { compute: (t: Parameters<typeof gini>[0]) => gini(t).gini };

function interval(result: BootstrapResult | null | undefined) {
  if (!result || 'refused' in result) throw new Error(`no interval: ${JSON.stringify(result)}`);
  return result;
}

describe('BCa', () => {
  test('agrees with the formula on stored replicates', () => {
    const result = interval(bcaInterval(stored.estimate, stored.replicates, stored.jackknife));
    expect(result.method).toBe('bca');
    expectNear(result.bias, stored.z0);
    expectNear(result.acceleration, stored.acceleration);
    expectNear(result.low, stored.bca[0]);
    expectNear(result.high, stored.bca[1]);
  });

  test('agrees with SciPy on the mean and with the worked fixture on Gini', () => {
    const results = runToEnd(bootstrap(X, [mean, spread], { seed: 1, replicates: 20_000 }));
    const [forMean, forGini] = [interval(results?.[0]), interval(results?.[1])];
    expectNear(forMean.acceleration, 0.075807, 1e-5);
    // Monte Carlo error of the ends is about 0.05, of Gini's 0.004.
    expect(Math.abs(forMean.low - (stored.scipyMean[0] ?? NaN))).toBeLessThan(0.1);
    expect(Math.abs(forMean.high - (stored.scipyMean[1] ?? NaN))).toBeLessThan(0.2);
    expect(Math.abs(forGini.low - 0.498)).toBeLessThan(0.01);
    expect(Math.abs(forGini.high - 0.811)).toBeLessThan(0.01);
  });

  test('over indices gives the interval of the tally', () => {
    const compute = (indices: Uint32Array) =>
      indices.reduce((sum, index) => sum + (X[index] ?? NaN), 0) / indices.length;
    const result = interval(runToEnd(bootstrapIndices(X.length, compute, { seed: 2, replicates: 20_000 })));
    expectNear(result.acceleration, 0.075807, 1e-5);
    expect(Math.abs(result.low - 2.17)).toBeLessThan(0.1);
    expect(Math.abs(result.high - 9.33)).toBeLessThan(0.2);
  });

  test('falls back to the percentile interval where BCa is undefined', () => {
    const sided = interval(bcaInterval(0, stored.replicates, stored.jackknife));
    expect(sided.method).toBe('percentile');
    expectNear(sided.low, stored.percentile[0]);
    expectNear(sided.high, stored.percentile[1]);
    expect(interval(bcaInterval(4, stored.replicates, [1, 1, 1])).method).toBe('percentile');
  });

  test('refuses the maximum and what is undefined', () => {
    const largest = { compute: (t: { values: Float64Array }) => t.values.at(-1) ?? NaN, extreme: true };
    const results = runToEnd(bootstrap(X, [largest, mean], { seed: 1, replicates: 100 }));
    expect(results?.[0]).toEqual({ estimate: 20, refused: 'extreme' });
    expect(results?.[1]).toHaveProperty('low');
    const zeros = runToEnd(bootstrap([0, 0, 0], [spread], { seed: 1, replicates: 100 }));
    expect(zeros).toEqual([{ estimate: NaN, refused: 'undefined' }]);
    expect(() => bcaInterval(1, [1], [1], { confidence: 2 })).toThrow(RangeError);
  });

  test('is the same for the same seed, reports progress and can be stopped', () => {
    const run = (seed: number) => runToEnd(bootstrap(X, [mean], { seed, replicates: 500 }));
    expect(run(4)).toEqual(run(4));
    expect(run(4)).not.toEqual(run(5));
    const shares: number[] = [];
    const stopped = runToEnd(bootstrap(X, [mean], { seed: 1, replicates: 500 }), (done) => {
      shares.push(done);
      return done >= 0.3;
    });
    expect(stopped).toBeNull();
    expect(shares).toEqual([0.1, 0.2, 0.3]);
  });

  test('covers the mean of a skewed distribution near 95 times in 100', () => {
    const random = seededRandom(8);
    const p = 0.8;
    let covered = 0;
    const runs = 600;
    for (let run = 0; run < runs; run++) {
      const n = Array.from({ length: 100 }, () => Math.floor(Math.log(random()) / Math.log(p)));
      const result = interval(runToEnd(bootstrap(n, [mean], { seed: run, replicates: 600 }))?.[0]);
      covered += Number(result.low <= p / (1 - p) && p / (1 - p) <= result.high);
    }
    // Four standard errors in 600 runs are 0.036; BCa undercovers slightly at n = 100.
    expect(covered / runs).toBeGreaterThan(0.91);
    expect(covered / runs).toBeLessThan(0.985);
  });
});

describe('draws', () => {
  const goodness = (counts: number[], expected: number[]): number => {
    const chi2 = counts.reduce((sum, count, index) => {
      const mean = expected[index] ?? NaN;
      return sum + (count - mean) ** 2 / mean;
    }, 0);
    return chiSquareTail(chi2, counts.length - 1);
  };

  test('the binomial has the mass of scipy.stats.binom', () => {
    const { n, p, mass } = stored.binomial;
    const random = seededRandom(21);
    const draws = 200_000;
    const counts = mass.map(() => 0);
    for (let draw = 0; draw < draws; draw++) {
      const k = binomial(random, n, p) - 160;
      if (k in counts) counts[k] = (counts[k] ?? 0) + 1;
    }
    expect(
      goodness(
        counts,
        mass.map((value) => value * draws),
      ),
    ).toBeGreaterThan(0.001);
    const few = Array.from({ length: 50_000 }, () => binomial(random, 8, 0.9));
    expect(Math.abs(few.reduce((a, b) => a + b) / few.length - 7.2)).toBeLessThan(0.016);
    expect([binomial(random, 5, 0), binomial(random, 5, 1), binomial(random, 0, 0.3)]).toEqual([0, 5, 0]);
  });

  test('a multinomial draw keeps n and its proportions', () => {
    const random = seededRandom(22);
    const source = Float64Array.of(50_000, 0, 30_000, 20_000);
    const into = new Float64Array(4);
    const sums = [0, 0, 0, 0];
    for (let draw = 0; draw < 400; draw++) {
      multinomial(random, source, 100_000, into);
      expect(into.reduce((a, b) => a + b)).toBe(100_000);
      into.forEach((value, index) => (sums[index] = (sums[index] ?? 0) + value / 400));
    }
    expect(sums[1]).toBe(0);
    // Four standard errors of the mean of 400 draws.
    expect(Math.abs((sums[2] ?? 0) - 30_000)).toBeLessThan(4 * Math.sqrt((100_000 * 0.21) / 400));
  });

  test('both ways of resampling have the mean and variance of a multinomial count', () => {
    const random = seededRandom(24);
    // Few values of 400, and each of 400 by itself: the first 100 observations are the count watched.
    const few = resampler(Float64Array.of(100, 300), 400);
    const each = resampler(new Float64Array(400).fill(1), 400);
    const into = [new Float64Array(2), new Float64Array(400)] as const;
    const draws = Array.from({ length: 4000 }, () => {
      few(random, into[0]);
      each(random, into[1]);
      return [into[0][0] ?? NaN, into[1].subarray(0, 100).reduce((a, b) => a + b)];
    });
    for (const column of [0, 1]) {
      const { mean: average, sd } = moments(draws.map((row) => row[column] ?? NaN));
      // Bin(400, 1/4): mean 100, variance 75; four standard errors of 4,000 draws.
      expect(Math.abs(average - 100)).toBeLessThan(4 * Math.sqrt(75 / 4000));
      expect(Math.abs(sd ** 2 - 75)).toBeLessThan(4 * 75 * Math.sqrt(2 / 4000));
    }
  });

  test('the hypergeometric has its closed-form mass', () => {
    const random = seededRandom(23);
    // 10 of which 4 are marked, 5 drawn: C(4, k) C(6, 5 - k) / 252.
    const mass = [6, 60, 120, 60, 6].map((ways) => ways / 252);
    const counts = [0, 0, 0, 0, 0];
    expectAllNear(hypergeometricMass(10, 4, 5).mass, mass, 1e-12);
    const draw = hypergeometric(10, 4, 5);
    for (let repeat = 0; repeat < 100_000; repeat++) {
      const k = draw(random);
      counts[k] = (counts[k] ?? 0) + 1;
    }
    expect(
      goodness(
        counts,
        mass.map((value) => value * 100_000),
      ),
    ).toBeGreaterThan(0.001);
    expect(hypergeometric(10, 10, 3)(random)).toBe(3);
    expect(hypergeometric(10, 0, 3)(random)).toBe(0);
    const wide = hypergeometric(100_000, 40_000, 30_000);
    const large = Array.from({ length: 2000 }, () => wide(random));
    // Mean 12,000, standard deviation 70.99.
    expect(Math.abs(large.reduce((a, b) => a + b) / 2000 - 12_000)).toBeLessThan(4 * (71 / Math.sqrt(2000)));
  });
});

test('quantiles interpolate as NumPy does', () => {
  expect(sortedQuantile([1, 2, 4, 8], 0.5)).toBe(3);
  expect(sortedQuantile([1], 0.9)).toBe(1);
  expect(sortedQuantile([], 0.5)).toBeNaN();
});
