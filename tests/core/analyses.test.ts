import { describe, expect, test } from 'vitest';
import { decompose, type Groups, type Suffixes } from '../../src/core/analyses/decomposition.ts';
import { analyseDependence } from '../../src/core/analyses/dependence.ts';
import { analyseMatchLengths } from '../../src/core/analyses/matchLengths.ts';
import { analyseSkew, SKEW_STATISTICS, skewIntervals } from '../../src/core/analyses/skew.ts';
import { analyseWorstCase, simulateMaxima, subsampleSizes } from '../../src/core/analyses/worstCase.ts';
import { seededRandom } from '../../src/core/random.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';

/** Twelve samples, three of them censored; curve, fits and test worked out with SciPy (`scipy.stats.ecdf`). */
const N = [0, 0, 0, 1, 1, 2, 3, 3, 5, 8, 12, 20];
const L = [10, 10, 12, 10, 8, 10, 10, 3, 10, 8, 20, 20];
const MATCHES = { n: Float64Array.from(N), length: Float64Array.from(L) };
const HALVES: Groups = { names: ['first', 'last'], of: Int16Array.from(N, (_, index) => Number(index >= 6)) };

function suffixes(lengths: readonly number[], logprob = Math.log(0.5), isRight = 1): Suffixes {
  const offsets = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + length;
  });
  const total = offsets.at(-1) ?? 0;
  return {
    values: new Float32Array(total).fill(logprob),
    correct: new Uint8Array(total).fill(isRight),
    offsets,
  };
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('match lengths', () => {
  const analysis = analyseMatchLengths(MATCHES);
  test('every sample is counted once, where it missed or where its suffix ended', () => {
    expect(analysis.summary).toMatchObject({ samples: 12, censored: 3, zeros: 3 });
    expect(sum(analysis.missed)).toBe(9);
    expect([3, 8, 20].map((n) => analysis.censored[n])).toEqual([1, 1, 1]);
    expect(analysis.longest).toBe(20);
    expect(analysis.median).toBe(2.5);
  });
  test('fits and boundary test', () => {
    expect(analysis.geometric.p).toBeCloseTo(55 / 64, 12);
    expect(analysis.betaGeometric.a).toBeCloseTo(2.3466, 3);
    expect(analysis.betaGeometric.b).toBeCloseTo(0.8248, 3);
    expect(analysis.ratio.lr).toBeCloseTo(3.060995, 4);
    expect(analysis.ratio.p).toBeCloseTo(0.040096, 4);
  });
  test('the geometric fit expects as many misses as there were: its likelihood equation', () => {
    const { p } = analysis.geometric;
    const closed = L.map((length) => 1 - p ** length);
    expect(sum(analysis.expectedGeometric)).toBeCloseTo(sum(closed), 9);
  });
  test('the distribution function is 1 - S(n + 1) of Kaplan and Meier', () => {
    const known: [number, number][] = [
      [0, 0.25],
      [1, 1 - 0.583333],
      [2, 0.5],
      [3, 0.6],
      [5, 0.7],
    ];
    for (const [n, value] of known) expect(analysis.distribution[n]).toBeCloseTo(value, 5);
  });
  test('without samples nothing is said', () => {
    const none = analyseMatchLengths({ n: [NaN], length: [NaN] });
    expect(none.summary.samples).toBe(0);
    expect(none.geometric.p).toBeNaN();
    expect(none.longest).toBeNaN();
  });
});

describe('decomposition', () => {
  test('groups share the whole and are told apart by the log-rank test (12.106601)', () => {
    const analysis = decompose(MATCHES, suffixes(L), HALVES);
    expect(analysis.groups.map(({ name, summary }) => [name, summary.samples])).toEqual([
      ['first', 6],
      ['last', 6],
    ]);
    expect(analysis.logRank.chi2).toBeCloseTo(12.106601, 5);
    expect(analysis.logRank.p).toBeCloseTo(5.024363e-4, 8);
  });
  test('means are taken up to the token that every curve reaches', () => {
    const analysis = decompose(MATCHES, suffixes(L), null);
    expect(analysis.groups).toEqual([]);
    expect(analysis.tau).toBe(20);
    const short = decompose(MATCHES, suffixes(L), {
      names: ['only the censored at 3', 'others'],
      of: Int16Array.from(N, (_, index) => Number(index !== 7)),
    });
    expect(short.tau).toBe(3);
    expect(short.whole.restrictedMean.mean).toBeCloseTo(0.75 + 0.583333 + 0.5, 5);
  });
  test('a group without samples is left out', () => {
    const analysis = decompose(MATCHES, suffixes(L), { ...HALVES, names: ['first', 'last', 'none'] });
    expect(analysis.groups).toHaveLength(2);
  });
  test('equal tokens in equal suffixes: no variance between samples, S(n) = p^n', () => {
    const analysis = decompose(MATCHES, suffixes(N.map(() => 10)), null);
    expect(analysis.variance.between).toBeCloseTo(0, 12);
    expect(analysis.softSurvival[2]).toBeCloseTo(0.125, 6);
  });
});

describe('skew', () => {
  const analysis = analyseSkew(MATCHES.n);
  test('estimates', () => {
    expect(analysis.estimates.gini).toBeCloseTo(0.622727, 6);
    expect(analysis.estimates.theil).toBeCloseTo(0.702923, 6);
    expect(analysis.estimates.skewness).toBeCloseTo(1.81024, 5);
    expect(analysis.estimates.medcouple).toBeCloseTo(0.375, 9);
    expect(analysis.estimates.top10).toBeCloseTo((20 + 12) / 55, 9);
  });
  test('a top share of less than one sample is not defined', () => {
    // 12 samples: 1% and 5% of them are less than one.
    expect([analysis.estimates.top1, analysis.estimates.top5]).toEqual([NaN, NaN]);
    const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
    const { estimates } = analyseSkew(hundred);
    // The k largest of 1 .. 100 sum to k (201 - k) / 2, all to 5050.
    expect(estimates.top1).toBeCloseTo(100 / 5050, 12);
    expect(estimates.top5).toBeCloseTo((5 * 196) / 2 / 5050, 12);
    expect(analyseSkew(hundred.subarray(1)).estimates.top1).toBeNaN();
  });
  test('the order and the curve belong together; unscored samples are in neither', () => {
    const values = Float64Array.of(5, NaN, 0, 5, 1);
    const { order, lorenz, samples } = analyseSkew(values);
    expect([...order]).toEqual([2, 4, 0, 3]);
    expect(samples).toBe(4);
    [0, 0, 1 / 11, 6 / 11, 1].forEach((value, place) => {
      expect(lorenz[place]).toBeCloseTo(value, 12);
    });
  });
  test('all zero is said', () => {
    expect(analyseSkew(new Float64Array(5)).allZero).toBe(true);
    expect(analyseSkew(MATCHES.n).allZero).toBe(false);
  });
  test('intervals hold their estimates and are the same for the same seed', () => {
    const once = runToEnd(skewIntervals(MATCHES.n, 1)) ?? [];
    expect(once).toEqual(runToEnd(skewIntervals(MATCHES.n, 1)));
    const gini = once[SKEW_STATISTICS.indexOf('gini')];
    if (!gini || !('low' in gini)) throw new Error('refused');
    // BCa of B = 20,000: .498 to .811, give or take .05.
    expect(Math.abs(gini.low - 0.498)).toBeLessThan(0.05);
    expect(Math.abs(gini.high - 0.811)).toBeLessThan(0.05);
  });
});

describe('worst case', () => {
  test('sizes run from 1 to all of them', () => {
    expect(subsampleSizes(0)).toEqual([]);
    expect(subsampleSizes(1)).toEqual([1]);
    expect(subsampleSizes(504).at(-1)).toBe(504);
  });
  test('one sample shows the mean, all samples the maximum, random parts what is exact', () => {
    const { curve, samples } = analyseWorstCase(MATCHES);
    const simulated = runToEnd(simulateMaxima(MATCHES.n, 1));
    expect(samples).toBe(12);
    expect(curve[0]?.mean).toBeCloseTo(55 / 12, 9);
    expect(curve.at(-1)).toMatchObject({ z: 12, low: 20, high: 20 });
    expect(simulated).toHaveLength(curve.length);
    expect(simulated?.at(-1)).toBe(20);
    curve.forEach(({ mean }, place) => {
      expect(Math.abs(mean - (simulated?.[place] ?? NaN))).toBeLessThan(1.5);
    });
  });
  test('the planner counts ties at the lower end of the top 1%', () => {
    const n = Float64Array.from({ length: 1000 }, (_, index) => (index < 990 ? 0 : 7));
    const planned = analyseWorstCase({ n, length: n.map(() => 50) });
    expect(planned).toMatchObject({ top: 10, needed: 258, recited: 0 });
    expect(planned.bound).toBeCloseTo(1 - 0.05 ** (1 / 1000), 12);
    const tied = analyseWorstCase({ n: n.map(() => 7), length: n.map(() => 7) });
    expect(tied).toMatchObject({ top: 1000, needed: 1, recited: 1000, bound: NaN });
  });
});

describe('dependence', () => {
  /** Each sample with a chance of its own, and independent tokens given that. */
  function frail(samples: number, positions: number, chances: readonly number[]) {
    const random = seededRandom(7);
    const given = suffixes(Array.from({ length: samples }, () => positions));
    for (let sample = 0; sample < samples; sample++)
      for (let position = 0; position < positions; position++)
        given.correct[sample * positions + position] = Number(
          random() < (chances[sample % chances.length] ?? 0),
        );
    const length = new Float64Array(samples).fill(positions);
    const n = Float64Array.from({ length: samples }, (_, sample) => {
      const flags = given.correct.subarray(sample * positions, (sample + 1) * positions);
      const miss = flags.indexOf(0);
      return miss < 0 ? positions : miss;
    });
    return analyseDependence({ n, length }, given, 1);
  }
  test('samples that differ agree with themselves, and no more once their accuracy is given', () => {
    const mixed = frail(600, 30, [0.2, 0.9]);
    expect(mixed.p).toBeLessThan(0.05);
    expect(mixed.conditionalMean / mixed.mean).toBeLessThan(0.1);
  });
  test('independent tokens of like samples show nothing', () => {
    expect(frail(600, 30, [0.6]).p).toBeGreaterThan(0.05);
  });
  test('where all is right, nothing varies', () => {
    const { p, mean, lags } = analyseDependence(MATCHES, suffixes(L), 1);
    expect(lags.every(({ noVariation }) => noVariation)).toBe(true);
    expect(p).toBeNaN();
    expect(mean).toBeNaN();
  });
  test('equal tokens: the dependence gain is 0', () => {
    const { gain, whole } = analyseDependence(MATCHES, suffixes(L), 1);
    expect(gain[5]).toBeCloseTo(0, 6);
    // 0.5 to the 20: only the last two samples have 20 tokens.
    expect(whole).toMatchObject({ n: 20, samples: 2 });
    expect(whole?.log2Mean).toBeCloseTo(-20, 6);
    expect(whole?.log2Product).toBeCloseTo(-20, 6);
  });
  test('no samples, no figures', () => {
    const none = analyseDependence({ n: [], length: [] }, suffixes([]), 1);
    expect(none).toMatchObject({ samples: 0, lags: [], conditional: [] });
  });
});
