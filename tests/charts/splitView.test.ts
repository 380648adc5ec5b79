import { expect, test } from 'vitest';
import {
  describeMatch,
  describeTries,
  longestSuffix,
  middleOf,
  suffixLogprob,
  viewSplit,
} from '../../src/app/splitView.ts';
import { findRecitation } from '../../src/core/recitation.ts';
import { PLAIN_SAMPLING } from '../../src/core/sampling.ts';
import { emptyRecords } from '../../src/core/tokenRecords.ts';

/** Tokens with given probabilities; right where the probability is at least one half. */
function recordsOf(probabilities: readonly number[]) {
  const records = emptyRecords(probabilities.length, 2);
  probabilities.forEach((probability, token) => {
    if (Number.isNaN(probability)) return;
    const right = probability >= 0.5;
    records.context[token] = token + 1;
    records.logprob[token] = Math.log(probability);
    records.greater[token] = right ? 0 : 1;
    records.margin[token] = 1;
    records.topLogprobs.set(
      [0.9, 0.1].map((p) => Math.log(p)),
      token * 2,
    );
  });
  return records;
}

const records = recordsOf([NaN, 0.9, 0.9, 0.9, 0.1, 0.9]);
const recitation = findRecitation(records, null, { minRun: 2, alpha: 0.01 });
const attack = { split: 1, length: 4, sampling: PLAIN_SAMPLING, chance: 0.5 };

test('a suffix of three right tokens and a wrong one: 3 of 4, p_z = 0.9^3 * 0.1', () => {
  const view = viewSplit(records, recitation, attack);
  expect(view.verdict).toEqual({ kind: 'diverges', length: 3, at: 4 });
  expect(describeMatch(view)).toBe('3 of 4');
  expect(view.logPz).toBeCloseTo(Math.log(0.9 ** 3 * 0.1), 5);
  // ln 0.5 / ln(1 - 0.0729) = 9.16
  expect(describeTries(view)).toBe('10');
});

test('no suffix is longer than what is scored behind the cut', () => {
  expect([
    longestSuffix(81, 50),
    longestSuffix(1000, 50),
    longestSuffix(51, 50),
    longestSuffix(20, 50),
  ]).toEqual([31, 200, 1, 1]);
});

test('until somebody cuts, the cut is in the middle of what is scored', () => {
  expect([0, 1, 7, 100].map((scored) => middleOf({ scored }))).toEqual([0, 0, 3, 50]);
});

test('a suffix that is right to its end is censored', () => {
  expect(describeMatch(viewSplit(records, recitation, { ...attack, length: 3 }))).toBe('≥ 3 of 3');
});

test('the suffix ends where the text ends', () => {
  expect(viewSplit(records, recitation, { ...attack, length: 50 }).suffix).toEqual({ start: 1, end: 6 });
});

test('a token outside top-k can never be sampled', () => {
  const view = viewSplit(records, recitation, { ...attack, sampling: { temperature: 1, topK: 1 } });
  expect(view.logPz).toBe(-Infinity);
  expect(describeTries(view)).toBe('never');
});

test('a temperature over the whole vocabulary is not known from the records', () => {
  const view = viewSplit(records, recitation, { ...attack, sampling: { temperature: 0.7, topK: null } });
  expect(describeTries(view)).toBe('n/a');
});

test('an unscored token leaves the suffix undefined', () => {
  expect(suffixLogprob(records, { start: 0, end: 2 }, PLAIN_SAMPLING)).toBeNaN();
  expect(describeMatch(viewSplit(records, recitation, { ...attack, split: 0 }))).toBe('n/a of 4');
});
