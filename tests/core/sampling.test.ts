import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prefixSums, spanSum } from '../../src/core/prefixSums.ts';
import {
  bestWindow,
  hitProbability,
  isSamplingExact,
  logTriesFor,
  PLAIN_SAMPLING,
  rankBounds,
  samplingLogprobs,
  samplingSums,
  triesFor,
  windowLogprobs,
} from '../../src/core/sampling.ts';
import { maxOverWindows } from '../../src/core/slidingMax.ts';
import reference from '../reference/fixtureA.json' with { type: 'json' };
import { FIXTURE_A, recordsFrom, recordsOf, type Position } from './fixtures.ts';

const records = recordsOf(FIXTURE_A);
const whole = { start: 0, end: 6 };
const pz = (temperature: number, topK: number | null) =>
  Math.exp(spanSum(samplingSums(records, { temperature, topK }), whole));

describe('Fixture A', () => {
  // Records are float32: relative 1e-6 holds for a sum of six.
  test.each([
    ['plain', 1, null],
    ['temperature0.5', 0.5, 4],
    ['temperature2', 2, 4],
    ['top3', 1, 3],
    ['top3temperature0.5', 0.5, 3],
  ] as const)('p_z, %s', (name, temperature, topK) => {
    expect(pz(temperature, topK) / reference.pz[name]).toBeCloseTo(1, 6);
  });
  test('top-2 leaves out the token that is third in a tie, so p_z is 0', () => {
    expect(pz(1, 2)).toBe(0);
  });
  test('greedy decoding gives 0 or 1', () => {
    expect(pz(0, null)).toBe(0);
    expect(
      Math.exp(spanSum(samplingSums(records, { temperature: 0, topK: null }), { start: 0, end: 2 })),
    ).toBe(1);
  });
  test('tries and hits', () => {
    const logprob = Math.log(reference.pz.plain);
    expect([0.5, 0.9, 0.99].map((chance) => triesFor(logprob, chance))).toEqual([
      reference.tries['0.5'],
      reference.tries['0.9'],
      reference.tries['0.99'],
    ]);
    expect(hitProbability(logprob, 100)).toBeCloseTo(reference.hit100, 12);
  });
  test('the rank bound costs log2 3 + log2 2 bits', () => {
    expect(-spanSum(prefixSums(rankBounds(records)), whole) / Math.LN2).toBeCloseTo(reference.rankBits, 12);
  });
  test('windows of two, the best of them and the heat they give', () => {
    const sums = samplingSums(records, PLAIN_SAMPLING);
    const windows = windowLogprobs(sums, 2);
    [...windows].forEach((value, i) => {
      expect(Math.exp(value)).toBeCloseTo(reference.windows2[i] ?? NaN, 6);
    });
    [...maxOverWindows(windows, 2)].forEach((value, i) => {
      expect(Math.exp(value)).toBeCloseTo(reference.heat2[i] ?? NaN, 6);
    });
    expect(bestWindow(sums, 2)).toMatchObject({ start: 0, end: 2 });
  });
});

const position: fc.Arbitrary<Position> = fc
  .record({
    weights: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 5, maxLength: 5 }),
    target: fc.nat(4),
  })
  .map(({ weights, target }) => {
    const total = weights.reduce((a, b) => a + b);
    return { probabilities: weights.map((weight) => weight / total), target };
  });

describe('sampling probabilities', () => {
  test('sum to one over the top-k set, for every temperature', () => {
    fc.assert(
      fc.property(
        position,
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (p, temperature, topK) => {
          const each = recordsOf([0, 1, 2, 3, 4].map((target) => ({ ...p, target })));
          const total = samplingLogprobs(each, { temperature, topK }).reduce(
            (sum, l) => sum + Math.exp(l),
            0,
          );
          expect(total).toBeCloseTo(1, 6);
        },
      ),
    );
  });
  test('never exceed the rank bound, whatever the settings', () => {
    fc.assert(
      fc.property(
        position,
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (p, temperature, topK) => {
          const one = recordsOf([p]);
          const q = samplingLogprobs(one, { temperature, topK })[0] ?? NaN;
          expect(q).toBeLessThanOrEqual((rankBounds(one)[0] ?? NaN) + 1e-6);
        },
      ),
    );
  });
  test('are not available where the pass did not keep enough', () => {
    expect(isSamplingExact({ temperature: 0.7, topK: null }, 64)).toBe(false);
    expect(isSamplingExact({ temperature: 0.7, topK: 65 }, 64)).toBe(false);
    expect(isSamplingExact({ temperature: 0.7, topK: 64 }, 64)).toBe(true);
    expect([...samplingLogprobs(records, { temperature: 0.7, topK: null })]).toEqual(Array(6).fill(NaN));
  });
  test('are missing where the token is unscored', () => {
    expect([...samplingLogprobs(recordsFrom('.+'), { temperature: 1, topK: 1 })]).toEqual([NaN, 0]);
  });
  test('refuse impossible settings', () => {
    expect(() => samplingLogprobs(records, { temperature: -1, topK: 4 })).toThrow(RangeError);
    expect(() => samplingLogprobs(records, { temperature: NaN, topK: null })).toThrow(RangeError);
    expect(() => samplingLogprobs(records, { temperature: 1, topK: 0 })).toThrow(RangeError);
  });
});

describe('tries', () => {
  test('a certain text needs one try, an impossible one infinitely many', () => {
    expect(triesFor(0, 0.99)).toBe(1);
    expect(triesFor(-Infinity, 0.5)).toBe(Infinity);
    expect(hitProbability(0, 1)).toBe(1);
    expect(hitProbability(-Infinity, 1e9)).toBe(0);
    expect(hitProbability(-1, 0)).toBe(0);
  });
  test('half needs one try for an even chance and two for three quarters', () => {
    expect(triesFor(Math.log(0.5), 0.5)).toBe(1);
    expect(triesFor(Math.log(0.5), 0.75)).toBe(2);
  });
  test('p_z = 1e-20 needs 6.93e19 tries for an even chance', () => {
    expect(triesFor(Math.log(1e-20), 0.5) / 6.931471805599453e19).toBeCloseTo(1, 9);
  });
  test('stay finite as a logarithm where p_z underflows', () => {
    expect(triesFor(-2000, 0.5)).toBe(Infinity);
    expect(logTriesFor(-2000, 0.5)).toBeCloseTo(2000 + Math.log(Math.LN2), 9);
    expect(hitProbability(-800, 1e300) / Math.exp(300 * Math.LN10 - 800)).toBeCloseTo(1, 9);
  });
  test('both forms agree on either side of the change-over', () => {
    expect(logTriesFor(-39.999999, 0.9) - logTriesFor(-40.000001, 0.9)).toBeCloseTo(-0.000002, 9);
  });
  test('an unknown probability stays unknown', () => {
    expect(triesFor(NaN, 0.5)).toBeNaN();
    expect(logTriesFor(NaN, 0.5)).toBeNaN();
    expect(hitProbability(NaN, 3)).toBeNaN();
  });
  test('a chance of 0 or 1 is refused', () => {
    for (const chance of [0, 1, NaN]) {
      expect(() => triesFor(-1, chance)).toThrow(RangeError);
      expect(() => logTriesFor(-100, chance)).toThrow(RangeError);
    }
  });
  test('n tries reach the chance and n - 1 do not', () => {
    const chances = fc.double({ min: 0.01, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: -12, max: -0.001, noNaN: true }), chances, (logprob, chance) => {
        const tries = triesFor(logprob, chance);
        expect(hitProbability(logprob, tries)).toBeGreaterThanOrEqual(chance * (1 - 1e-9));
        expect(hitProbability(logprob, tries - 1)).toBeLessThan(chance * (1 + 1e-9));
      }),
    );
  });
});

const logprobs = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -20, max: -1e-6, noNaN: true }) },
    fc.constant(-Infinity),
    fc.constant(NaN),
  ),
  { maxLength: 30 },
);

describe('windows', () => {
  test('running sums equal sums, with zeros and gaps kept apart', () => {
    fc.assert(
      fc.property(logprobs, fc.nat(30), fc.nat(30), (values, a, b) => {
        const start = Math.min(a, b, values.length);
        const end = Math.min(Math.max(a, b), values.length);
        const direct = end > start ? values.slice(start, end).reduce((x, y) => x + y) : NaN;
        const sum = spanSum(prefixSums(values), { start, end });
        if (Number.isFinite(direct)) expect(sum).toBeCloseTo(direct, 9);
        else expect(sum).toBe(direct);
      }),
    );
  });
  test('the best window is the largest of all that are scored', () => {
    fc.assert(
      fc.property(logprobs, fc.integer({ min: 1, max: 8 }), (values, length) => {
        const sums = prefixSums(values);
        const scored = [...windowLogprobs(sums, length)].filter((value) => !Number.isNaN(value));
        expect(bestWindow(sums, length)?.logprob).toBe(scored.length ? Math.max(...scored) : undefined);
      }),
    );
  });
  test('the sliding maximum equals the maximum over covering windows', () => {
    fc.assert(
      fc.property(logprobs, fc.integer({ min: 1, max: 8 }), (values, length) => {
        const heat = maxOverWindows(Float64Array.from(values), length);
        expect(heat.length).toBe(values.length ? values.length + length - 1 : 0);
        heat.forEach((value, token) => {
          const covering = values
            .slice(Math.max(0, token - length + 1), token + 1)
            .filter((v) => !Number.isNaN(v));
          expect(value).toBe(covering.length ? Math.max(...covering) : NaN);
        });
      }),
    );
  });
  test('a window needs a positive length', () => {
    expect(() => maxOverWindows(Float64Array.of(1), 0)).toThrow(RangeError);
  });
  test('a span beyond the text is refused', () => {
    expect(() => spanSum(prefixSums([0]), { start: 0, end: 2 })).toThrow(RangeError);
  });
});
