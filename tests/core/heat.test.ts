import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HEAT_MODES, HEAT_SCALES, heatSteps, stepOf, UNSCORED_STEP } from '../../src/core/heat.ts';
import { findRecitation } from '../../src/core/recitation.ts';
import { recordsFrom, recordsOf, right, wrong } from './fixtures.ts';

describe.each(HEAT_MODES)('scale %s', (mode) => {
  const scale = HEAT_SCALES[mode];
  test('has steps that join without gaps and labels of their own', () => {
    scale.steps.forEach((step, index) => {
      expect(step.from).toBeLessThan(step.to);
      if (index > 0) expect(step.from).toBe(scale.steps[index - 1]?.to);
    });
    expect(new Set(scale.steps.map(({ label }) => label)).size).toBe(scale.steps.length);
  });
  test('puts every value into the step that holds it', () => {
    fc.assert(
      fc.property(fc.double({ min: scale.steps[0]?.from ?? 0, max: 1e6, noNaN: true }), (value) => {
        const step = scale.steps[stepOf(scale, value)];
        expect(step && step.from <= value && value < step.to).toBe(true);
      }),
    );
  });
  test('keeps what is unscored apart', () => {
    expect(stepOf(scale, NaN)).toBe(UNSCORED_STEP);
  });
});

test.each([
  ['rank', [1, 2, 10, 11, 100, 101, 1000, 1001], [0, 1, 1, 2, 2, 3, 3, 4]],
  ['probability', [0, 0.009, 0.01, 0.1, 0.5, 0.89, 0.9, 1], [0, 0, 1, 2, 3, 3, 4, 4]],
  ['excess', [-3, -1, -0.5, 0, 0.5, 1, 3], [0, 1, 2, 2, 2, 3, 4]],
] as const)('edges of %s', (mode, values, steps) => {
  expect(values.map((value) => stepOf(HEAT_SCALES[mode], value))).toEqual(steps);
});

test('steps of a text in each mode', () => {
  const target = recordsOf([null, right(0.95), wrong(0.3), right(0.6)]);
  const base = recordsOf([null, right(0.95), wrong(0.01), wrong(0.05)]);
  const recitation = findRecitation(target, base, { minRun: 1, alpha: 0.99 });
  const stepsOf = (mode: (typeof HEAT_MODES)[number]) => [...heatSteps(mode, target, recitation)];
  expect(stepsOf('probability')).toEqual([UNSCORED_STEP, 4, 2, 3]);
  expect(stepsOf('rank')).toEqual([UNSCORED_STEP, 0, 1, 0]);
  expect(stepsOf('excess')).toEqual([UNSCORED_STEP, 2, 4, 4]);
  expect(stepsOf('verdict')).toEqual([UNSCORED_STEP, 2, 0, 3]);
});

test('excess has no steps without a base', () => {
  const target = recordsFrom('++');
  expect([...heatSteps('excess', target, findRecitation(target, null))]).toEqual([
    UNSCORED_STEP,
    UNSCORED_STEP,
  ]);
});
