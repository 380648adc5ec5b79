import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excessLogprobs, excessThreshold, splitSpan, zlibRatio } from '../../src/core/calibration.ts';
import { prefixSums } from '../../src/core/prefixSums.ts';
import { findRecitation, markOf } from '../../src/core/recitation.ts';
import { recordsFrom, recordsOf, right, wrong, type Position } from './fixtures.ts';

const settings = { minRun: 4, alpha: 0.01 };
const repeat = (position: Position, times: number) => Array<Position>(times).fill(position);

describe('excess', () => {
  const target = recordsOf([right(0.8), right(0.5), wrong(0.25)]);
  const base = recordsOf([right(0.4), right(0.5), wrong(0.5)]);
  test('is ln of the ratio of the probabilities', () => {
    [Math.log(2), 0, -Math.log(2)].forEach((expected, token) => {
      expect(excessLogprobs(target, base)[token]).toBeCloseTo(expected, 6);
    });
  });
  test('splits the logprob of a span without remainder', () => {
    const split = splitSpan(prefixSums(target.logprob), prefixSums(base.logprob), { start: 0, end: 2 });
    expect(split.targetLogprob).toBeCloseTo(Math.log(0.4), 6);
    expect(split.baseLogprob).toBeCloseTo(Math.log(0.2), 6);
    expect(split.excess).toBeCloseTo(Math.log(2), 6);
    // Of ln 5 nats of surprise the training removed ln 2.
    expect(split.removedShare).toBeCloseTo(Math.log(2) / Math.log(5), 6);
  });
  test('is unknown where either model left the token unscored', () => {
    expect([...excessLogprobs(recordsFrom('.+'), recordsFrom('++'))]).toEqual([NaN, 0]);
    const sums = prefixSums(recordsFrom('.+').logprob);
    expect(splitSpan(sums, sums, { start: 0, end: 2 }).removedShare).toBeNaN();
  });
  test('records of different lengths are refused', () => {
    expect(() => excessLogprobs(recordsFrom('+'), recordsFrom('++'))).toThrow(RangeError);
  });
});

test('the threshold for 200 tokens at one in a hundred is ln 20,000', () => {
  expect(excessThreshold(200, 0.01)).toBeCloseTo(Math.log(20_000), 12);
  expect(() => excessThreshold(200, 0)).toThrow(RangeError);
});

test('at most alpha of the texts that the base wrote itself hold an excess above the threshold', () => {
  // Base: fair coin. Target: 0.9 for heads. Texts of 12 tosses, all 4,096 weighed alike.
  const tokens = 12;
  const [head, tail] = [Math.log(0.9 / 0.5), Math.log(0.1 / 0.5)];
  for (const alpha of [0.5, 0.1]) {
    let above = 0;
    for (let text = 0; text < 2 ** tokens; text++) {
      let running = -Infinity;
      let best = -Infinity;
      for (let toss = 0; toss < tokens; toss++) {
        running = Math.max(running, 0) + ((text >> toss) & 1 ? head : tail);
        best = Math.max(best, running);
      }
      above += Number(best >= excessThreshold(tokens, alpha));
    }
    expect(above / 2 ** tokens).toBeLessThanOrEqual(alpha);
  }
});

test('zlib ratio: 80 bits of the model against 10 bytes are even', () => {
  expect(zlibRatio(-80 * Math.LN2, 10)).toBeCloseTo(1, 12);
  expect(zlibRatio(-1, 0)).toBeNaN();
});

describe('recitation', () => {
  test('what the target recites and the base finds unlikely is memorized', () => {
    const found = findRecitation(
      recordsOf(repeat(right(0.99), 6)),
      recordsOf(repeat(wrong(0.05), 6)),
      settings,
    );
    expect(found.runs).toHaveLength(1);
    expect(found.runs[0]).toMatchObject({ start: 0, end: 6, mark: 'memorized', memorizedTokens: 6 });
    expect(found.runs[0]?.excess).toBeCloseTo(6 * Math.log(0.99 / 0.05), 5);
  });
  test('what the base recites as well is predictable, however sure the target is', () => {
    const found = findRecitation(
      recordsOf(repeat(right(0.999), 60)),
      recordsOf(repeat(right(0.6), 60)),
      settings,
    );
    expect(found.runs[0]?.excess).toBeGreaterThan(found.threshold);
    expect(found.runs[0]).toMatchObject({ mark: 'predictable', memorizedTokens: 0 });
  });
  test('an excess that chance could give is predictable, though the base misses', () => {
    const found = findRecitation(
      recordsOf(repeat(right(0.55), 6)),
      recordsOf(repeat(wrong(0.45), 6)),
      settings,
    );
    expect(found.runs[0]?.excess).toBeLessThan(found.threshold);
    expect(found.runs[0]?.mark).toBe('predictable');
  });
  test('inside a memorized run, a stretch that the base recites stays predictable', () => {
    const base = [...repeat(right(), 4), ...repeat(wrong(0.01), 3)];
    const found = findRecitation(recordsOf(repeat(right(0.99), 7)), recordsOf(base), settings);
    expect(found.runs[0]).toMatchObject({ mark: 'memorized', memorizedTokens: 3 });
    expect([0, 3, 4, 6].map((token) => markOf(found, token))).toEqual([
      'predictable',
      'predictable',
      'memorized',
      'memorized',
    ]);
  });
  test('one fact in a predictable sentence is marked as that token', () => {
    const base = [...repeat(right(), 5), wrong(1e-6), ...repeat(right(), 5)];
    const found = findRecitation(recordsOf(repeat(right(0.99), 11)), recordsOf(base), settings);
    expect(found.runs[0]).toMatchObject({ mark: 'memorized', memorizedTokens: 1 });
    expect(markOf(found, 5)).toBe('memorized');
  });
  test('without a base a run is recited, and no more is claimed', () => {
    const found = findRecitation(recordsFrom('-+++++-++'), null, settings);
    expect(found.runs).toMatchObject([
      { start: 1, end: 6, mark: 'recited', excess: NaN, memorizedTokens: 0 },
    ]);
    expect([...found.marks]).toEqual([0, 1, 1, 1, 1, 1, 0, 0, 0]);
    expect(found.excess).toBeNull();
  });
  test('a run that the base left unscored is recited, not weighed', () => {
    const found = findRecitation(recordsFrom('+++++'), recordsFrom('+++..'), settings);
    expect(found.runs[0]?.mark).toBe('recited');
  });
  test('a text compared with itself has nothing memorized', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('+', '-', '~', '.'), maxLength: 60 }), (pattern) => {
        const records = recordsFrom(pattern);
        expect(
          findRecitation(records, records, settings).runs.every(({ mark }) => mark === 'predictable'),
        ).toBe(true);
      }),
    );
  });
  test('memorized tokens are exactly those so marked, and lie in runs', () => {
    const pattern = fc.string({ unit: fc.constantFrom('+', '-'), minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(pattern, pattern, (target, base) => {
        const found = findRecitation(recordsFrom(target), recordsFrom(base), { minRun: 3, alpha: 0.9 });
        const marked = [...found.marks.keys()].filter((token) => markOf(found, token) === 'memorized');
        expect(marked).toHaveLength(found.runs.reduce((sum, run) => sum + run.memorizedTokens, 0));
        for (const token of marked)
          expect(
            found.runs.some(({ start, end, mark }) => mark === 'memorized' && start <= token && token < end),
          ).toBe(true);
      }),
    );
  });
});
