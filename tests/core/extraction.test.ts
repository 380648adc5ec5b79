import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CORRECT,
  correctness,
  greedyRate,
  greedyRuns,
  hintCount,
  longestSpan,
  matchLength,
  maximalRuns,
  suffixVerdict,
  teacherForcedAccuracy,
  UNSCORED,
  WRONG,
} from '../../src/core/extraction.ts';
import reference from '../reference/fixtureA.json' with { type: 'json' };
import { FIXTURE_A, recordsFrom, recordsOf } from './fixtures.ts';

const records = recordsOf(FIXTURE_A);
const correct = correctness(records);
const runs = greedyRuns(correct);
const flags = fc
  .array(fc.constantFrom(CORRECT, WRONG, UNSCORED), { maxLength: 60 })
  .map((a) => Int8Array.from(a));

describe('Fixture A', () => {
  test('a four-way tie is decided by the lowest id, so the third token is wrong', () => {
    expect([...correct]).toEqual([1, 1, 0, 1, 0, 1]);
  });
  test('greedy runs from every start', () => {
    expect([...runs]).toEqual([2, 1, 0, 1, 0, 1]);
  });
  test('the match length of the whole text is 2, with a miss seen', () => {
    expect(matchLength(correct, runs, { start: 0, end: 6 })).toEqual({ length: 2, censored: false });
  });
  test('accuracy, hints and the 2-gram greedy rate', () => {
    expect(teacherForcedAccuracy(correct)).toBeCloseTo(reference.accuracy, 12);
    expect(hintCount(correct)).toBe(2);
    expect(greedyRate(correct, 2)).toBeCloseTo(reference.greedyRate2, 12);
  });
});

describe('maximal runs', () => {
  const spans = (pattern: string, minLength = 1) => {
    const some = recordsFrom(pattern);
    return maximalRuns(some, correctness(some), minLength);
  };
  test('a run is fragile if a token in it is a near-tie', () => {
    expect(spans('+~+-++-').map((run) => run.fragile)).toEqual([true, false]);
  });
  test('a run is fragile if the token that ends it is a near-tie', () => {
    const nearMiss = { probabilities: [0.5001, 0.4999], target: 1 };
    const some = recordsOf([{ probabilities: [0.9, 0.1], target: 0 }, nearMiss]);
    expect(maximalRuns(some, correctness(some))).toEqual([
      { start: 0, end: 1, fragile: true, censored: false },
    ]);
  });
  test('the end of the text and an unscored token censor a run, a miss does not', () => {
    expect(spans('++-++.++').map((run) => run.censored)).toEqual([false, true, true]);
  });
  test('short runs are left out', () => {
    expect(spans('++-+++-+', 3)).toEqual([{ start: 3, end: 6, fragile: false, censored: false }]);
  });
  test('the first of equally long spans is the longest', () => {
    expect(
      longestSpan([
        { start: 0, end: 2 },
        { start: 3, end: 5 },
      ]),
    ).toEqual({ start: 0, end: 2 });
    expect(longestSpan([])).toBeNull();
  });
  test('agree with the run from every start', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('+', '-', '.', '~'), maxLength: 50 }), (pattern) => {
        const some = recordsFrom(pattern);
        const flag = correctness(some);
        const lengths = greedyRuns(flag);
        const found = maximalRuns(some, flag);
        for (const { start, end } of found) expect(lengths[start]).toBe(end - start);
        const covered = found.reduce((sum, { start, end }) => sum + end - start, 0);
        expect(covered).toBe(flag.filter((value) => value === CORRECT).length);
      }),
    );
  });
});

describe('splits', () => {
  const verdict = (pattern: string, start: number, end: number) => {
    const flag = correctness(recordsFrom(pattern));
    return suffixVerdict(flag, greedyRuns(flag), { start, end });
  };
  test('a suffix that is right to its end is recited', () => {
    expect(verdict('-+++-', 1, 4)).toEqual({ kind: 'recited', length: 3 });
  });
  test('a suffix with a miss diverges there', () => {
    expect(verdict('-++-+', 1, 5)).toEqual({ kind: 'diverges', length: 2, at: 3 });
  });
  test('an empty suffix and one without scores have no verdict', () => {
    expect(verdict('+++', 2, 2)).toEqual({ kind: 'undefined' });
    expect(verdict('.++', 0, 3)).toEqual({ kind: 'undefined' });
    expect(verdict('++..', 0, 4)).toEqual({ kind: 'undefined' });
  });
  test('a match length is censored at the suffix length, and undefined if nothing is scored', () => {
    const flag = correctness(recordsFrom('.++++'));
    expect(matchLength(flag, greedyRuns(flag), { start: 1, end: 3 })).toEqual({ length: 2, censored: true });
    expect(matchLength(flag, greedyRuns(flag), { start: 0, end: 3 })).toEqual({
      length: NaN,
      censored: true,
    });
    expect(matchLength(flag, greedyRuns(flag), { start: 5, end: 5 })).toEqual({ length: 0, censored: true });
  });
  test('a suffix is recited exactly if every token in it is right', () => {
    fc.assert(
      fc.property(flags, fc.nat(60), fc.nat(60), (flag, a, b) => {
        const start = Math.min(a, b, flag.length);
        const end = Math.min(Math.max(a, b), flag.length);
        const all = end > start && flag.subarray(start, end).every((value) => value === CORRECT);
        expect(suffixVerdict(flag, greedyRuns(flag), { start, end }).kind === 'recited').toBe(all);
      }),
    );
  });
});

describe('greedy rate', () => {
  test('windows with an unscored token do not count', () => {
    expect(greedyRate(correctness(recordsFrom('.++-++')), 2)).toBe(2 / 4);
  });
  test('is undefined where no window fits, and is the accuracy for windows of one', () => {
    expect(greedyRate(Int8Array.of(1, 1), 3)).toBeNaN();
    fc.assert(
      fc.property(flags, (flag) => {
        expect(greedyRate(flag, 1)).toEqual(teacherForcedAccuracy(flag));
      }),
    );
  });
  test('falls with the window length', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(CORRECT, WRONG), { minLength: 5, maxLength: 40 }), (list) => {
        const flag = Int8Array.from(list);
        const hits = (length: number) => greedyRate(flag, length) * (flag.length - length + 1);
        for (let length = 1; length < 5; length++)
          expect(hits(length + 1)).toBeLessThanOrEqual(hits(length) + 1e-9);
      }),
    );
  });
  test('refuses a window without tokens', () => {
    expect(() => greedyRate(Int8Array.of(1), 0)).toThrow(RangeError);
  });
});

test('an unscored text has no accuracy', () => {
  expect(teacherForcedAccuracy(correctness(recordsFrom('..')))).toBeNaN();
});
