import { expect, test } from 'vitest';
import { verdictNumbers, verdictSentence } from '../../src/app/verdictText.ts';
import type { Verdict, VerdictKind } from '../../src/core/verdict.ts';

const run = { start: 10, end: 51, fragile: false, censored: false };
const partly: Verdict = {
  kind: 'partly',
  calibrated: true,
  complete: true,
  tokens: 200,
  scored: 200,
  shortText: false,
  recitedRuns: 3,
  memorizedRuns: 2,
  fragileRuns: 0,
  recitedShare: 0.3,
  memorizedShare: 0.205,
  longest: run,
  bestWindow: { start: 5, end: 55, logprob: Math.log(1e-3) },
  sampling: { temperature: 1, topK: null },
  excess: 84.3,
  meanExcess: 0.4215,
};

test('the finding is counted and the caveat is in the same sentence', () => {
  const { finding, caveat } = verdictSentence(partly, 8);
  expect(finding).toBe('The fine-tuning taught the model 21% of this text, in 2 runs,');
  expect(caveat).toMatch(/^which its base would not recite.*\.$/);
});

test('every kind of verdict has a finding and a caveat that ends the sentence', () => {
  const kinds: VerdictKind[] = ['recites', 'partly', 'predictable', 'no', 'tooShort', 'unscored'];
  for (const kind of kinds) {
    for (const calibrated of [true, false]) {
      const { finding, caveat } = verdictSentence({ ...partly, kind, calibrated }, 8);
      expect(finding).toMatch(/^[A-Z].*[:,]$/);
      expect(caveat).toMatch(/\.$/);
      expect(finding + caveat).not.toMatch(/NaN|undefined/);
    }
  }
});

test('without a base nothing is called memorized', () => {
  const { finding, caveat } = verdictSentence({ ...partly, calibrated: false }, 8);
  expect(finding).not.toContain('memorized');
  expect(caveat).toContain('no base');
});

test('an unfinished run, a short text and near-ties are said', () => {
  const shaky = verdictSentence({ ...partly, complete: false, shortText: true, fragileRuns: 1 }, 8);
  expect(shaky.finding).toMatch(/^So far: the fine-tuning/);
  expect(shaky.caveat).toContain('fewer than 50 tokens');
  expect(shaky.caveat).toContain('1 run may change with rounding');
});

test('nearly all is not all, and nearly nothing is not nothing', () => {
  expect(verdictSentence({ ...partly, memorizedShare: 0.999 }, 8).finding).toContain('more than 99%');
  expect(verdictSentence({ ...partly, memorizedShare: 0.001 }, 8).finding).toContain('less than 1%');
});

test('the four numbers carry their units', () => {
  expect(verdictNumbers(partly).map(({ value, unit }) => `${value} | ${unit}`)).toEqual([
    '3 | 2 memorized',
    '41 | tokens',
    '0.001 | p of 50 tokens',
    '+0.42 | nats a token, +84 in all',
  ]);
});

test('what is undefined is n/a, not zero', () => {
  const empty: Verdict = {
    ...partly,
    kind: 'unscored',
    calibrated: false,
    scored: 0,
    longest: null,
    bestWindow: null,
    excess: NaN,
    meanExcess: NaN,
  };
  expect(verdictNumbers(empty).map(({ value }) => value)).toEqual(['n/a', 'n/a', 'n/a', 'n/a']);
});
