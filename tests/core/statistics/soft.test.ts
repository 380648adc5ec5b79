import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dependenceGain,
  expectedMatch,
  populationSoftHazard,
  populationSoftSurvival,
  softSurvival,
  waterfall,
} from '../../../src/core/statistics/soft.ts';
import { varianceSplit } from '../../../src/core/statistics/variance.ts';
import { expectAllNear, expectNear } from './reference.ts';

const logs = (values: readonly number[]): number[] => values.map(Math.log);
/** Fixture A: probabilities of six targets. */
const A = logs([0.7, 0.6, 0.25, 0.8, 0.3, 0.9]);
const rows = [
  [0.9, 0.8, 0.7],
  [0.5, 0.4, 0.9],
  [0.2, 0.9, 0.9],
].map(logs);

describe('one suffix', () => {
  test('has the survival, mean and variance of the worked fixture', () => {
    expectAllNear(softSurvival(A), [0.7, 0.42, 0.105, 0.084, 0.0252, 0.02268], 1e-12);
    const { mean, variance } = expectedMatch(A);
    expectNear(mean, 1.35688, 1e-6);
    expectNear(variance, 1.708157, 1e-6);
    expect(expectedMatch([]).mean).toBeNaN();
    expect(expectedMatch([-1, NaN]).mean).toBeNaN();
  });

  test('its waterfall adds up to log2 p_z and counts the tokens that matter', () => {
    const { bits, shares, effectiveTokens } = waterfall(A);
    expectAllNear(shares, [0.094202, 0.134915, 0.366137, 0.058935, 0.317984, 0.027827], 1e-5);
    expectNear(effectiveTokens, 4.443865, 1e-6);
    expectNear(
      bits.reduce((sum, value) => sum + value, 0),
      5.462436,
      1e-6,
    );
  });

  test('certain, filtered and missing tokens are told apart', () => {
    expect(waterfall([0, 0]).effectiveTokens).toBeNaN();
    expect(waterfall([]).effectiveTokens).toBeNaN();
    const filtered = waterfall([-1, -Infinity, -2, -Infinity]);
    expect(filtered.bits[1]).toBe(Infinity);
    expect([...filtered.shares]).toEqual([0, 0.5, 0, 0.5]);
    expectNear(filtered.effectiveTokens, 2, 1e-12);
  });
});

describe('many suffixes', () => {
  test('have the hazard, gain and split of the worked fixture', () => {
    const { hazard, survival, samples } = populationSoftSurvival(rows);
    expectAllNear(hazard, [0.466667, 0.3125, 0.230909], 1e-6);
    expectAllNear(survival, [0.533333, 0.366667, 0.282], 1e-6);
    expect([...samples]).toEqual([3, 3, 3]);
    expectAllNear(dependenceGain(rows), [0, -0.026, -0.14173], 1e-5);
    const split = varianceSplit(rows);
    expectNear(split.within, 1.183487, 1e-6);
    expectNear(split.between, 0.462723, 1e-6);
  });

  test('a mixture of two constant p shows a falling hazard and a positive gain', () => {
    const mixture = [0.5, 0.9].map((p) => Array<number>(20).fill(Math.log(p)));
    const hazard = populationSoftHazard(mixture);
    expectAllNear(
      [0, 1, 4, 9, 19].map((index) => hazard[index] ?? NaN),
      [0.3, 0.242857, 0.13479, 0.102006, 0.100006],
      1e-6,
    );
    expectNear(dependenceGain(mixture)[9] ?? NaN, 2.629736, 1e-6);
  });

  test('one suffix or equal suffixes have no gain', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -30, max: 0, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        (logprobs, copies) => {
          for (const gain of dependenceGain(Array<number[]>(copies).fill(logprobs)))
            expect(Math.abs(gain)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  test('suffixes of unequal length count as far as they go', () => {
    const long = logs([0.5, 0.5, 0.5]);
    const short = logs([0.9]);
    expect([...populationSoftSurvival([long, short]).samples]).toEqual([2, 1, 1]);
    expectAllNear(populationSoftHazard([long, short]), [0.3, 0.5, 0.5], 1e-12);
    // From token 2 on only one suffix is left: no gain.
    expectAllNear(dependenceGain([short, long]), [0, 0, 0], 1e-9);
  });

  test('unscored suffixes are left out and long improbable ones do not underflow', () => {
    expectAllNear(populationSoftHazard([...rows, [NaN, -1, -1]]), populationSoftHazard(rows), 1e-15);
    const deep = [0.001, 0.002].map((p) => Array<number>(400).fill(Math.log(p)));
    const gain = dependenceGain(deep)[399] ?? NaN;
    // log2((1e-3^400 + 2e-3^400) / 2 / 1.5e-3^400) = 400 log2(4 / 3) - 1, the first term being 2^-400.
    expectNear(gain, 400 * Math.log2(4 / 3) - 1, 1e-9);
    // What a suffix goes on with changes nothing of the tokens before, though its product is below any double.
    const ends = [[-0.5, -2], [-1, -0.1], deep[0]?.slice(0, 2) ?? []];
    const goesOn = dependenceGain([...ends.slice(0, 2), deep[0] ?? []]);
    expectAllNear(goesOn.subarray(0, 2), Array.from(dependenceGain(ends)), 1e-12);
    expect(dependenceGain([])).toHaveLength(0);
    expect(dependenceGain([[-Infinity]])[0]).toBeNaN();
  });
});
