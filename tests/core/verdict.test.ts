import { describe, expect, test } from 'vitest';
import { findRecitation } from '../../src/core/recitation.ts';
import type { TokenRecords } from '../../src/core/tokenRecords.ts';
import { judge } from '../../src/core/verdict.ts';
import { recordsFrom, recordsOf, right, wrong } from './fixtures.ts';
import { runOf } from './runs.ts';

const judgeOf = (target: TokenRecords, base: TokenRecords | null = null) =>
  judge(runOf(target, base), findRecitation(target, base));
const judgePattern = (target: string, base: string | null = null) =>
  judgeOf(recordsFrom(target), base === null ? null : recordsFrom(base));

describe('kinds', () => {
  test.each([
    ['nothing scored', '....', '....', 'unscored'],
    ['an empty text', '', '', 'unscored'],
    ['fewer tokens than a run', '+++++++', '-------', 'tooShort'],
    ['no run of eight', '+++++++-+++++++-', '----------------', 'no'],
    ['a run that the base recites too', '+++++++++-', '+++++++++-', 'predictable'],
    ['a run over a part of the text', `${'+'.repeat(9)}${'-'.repeat(20)}`, '-'.repeat(29), 'partly'],
    ['runs over most of the text', `${'+'.repeat(20)}${'-'.repeat(9)}`, '-'.repeat(29), 'recites'],
  ])('%s', (_, target, base, kind) => {
    expect(judgePattern(target, base).kind).toBe(kind);
  });
  test('without a base, reciting is judged by the runs alone and said to be uncalibrated', () => {
    const verdict = judgePattern(`${'+'.repeat(9)}${'-'.repeat(20)}`);
    expect(verdict).toMatchObject({ kind: 'partly', calibrated: false, memorizedShare: NaN, excess: NaN });
  });
});

describe('numbers', () => {
  const verdict = judgePattern(`-${'+'.repeat(9)}-${'+'.repeat(8)}-`, `-${'-'.repeat(9)}-${'+'.repeat(8)}-`);
  test('runs and shares', () => {
    expect(verdict).toMatchObject({
      recitedRuns: 2,
      memorizedRuns: 1,
      tokens: 20,
      scored: 20,
      shortText: true,
    });
    expect(verdict.recitedShare).toBeCloseTo(17 / 20, 12);
    expect(verdict.memorizedShare).toBeCloseTo(9 / 20, 12);
    expect(verdict.longest).toMatchObject({ start: 1, end: 10 });
  });
  test('excess: nine tokens of probability 0.9 against 0.1', () => {
    expect(verdict.excess).toBeCloseTo(9 * Math.log(9), 5);
    expect(verdict.meanExcess).toBeCloseTo((9 * Math.log(9)) / 20, 6);
  });
  test('the best window has 50 tokens, or all of a shorter text', () => {
    expect(verdict.bestWindow).toMatchObject({ start: 0, end: 20 });
    const long = judgeOf(
      recordsOf(Array.from({ length: 90 }, (_, token) => (token < 30 ? wrong() : right()))),
    );
    expect(long.bestWindow).toMatchObject({ start: 30, end: 80 });
    expect(long.bestWindow?.logprob).toBeCloseTo(50 * Math.log(0.9), 5);
    expect(long.shortText).toBe(false);
  });
  test('an unscored first token is left out of the window and the shares', () => {
    const first = judgePattern(`.${'+'.repeat(10)}`);
    expect(first.bestWindow).toMatchObject({ start: 1, end: 11 });
    expect(first.recitedShare).toBe(1);
  });
  test('fragile runs are counted', () => {
    expect(judgePattern('++++~++++-').fragileRuns).toBe(1);
  });
  test('a run that was stopped is not complete', () => {
    expect(judgePattern('++++++++..').complete).toBe(false);
    expect(judgePattern('++++++++').complete).toBe(true);
  });
});
