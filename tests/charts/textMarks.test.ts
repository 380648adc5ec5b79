import { expect, test } from 'vitest';
import { classesOfToken, stampBlocks, STRIP_COLOURS, stripLevels } from '../../src/app/textMarks.ts';
import { HEAT_MODES, HEAT_SCALES } from '../../src/core/heat.ts';
import { findRecitation } from '../../src/core/recitation.ts';
import type { Run } from '../../src/core/run.ts';
import { emptyRecords, type TokenRecords } from '../../src/core/tokenRecords.ts';

/** Rank 1 where the probability is at least one half, else rank 20. */
function recordsOf(probabilities: readonly number[], contexts: readonly number[]): TokenRecords {
  const records = emptyRecords(probabilities.length, 1);
  probabilities.forEach((probability, token) => {
    records.context[token] = contexts[token] ?? 0;
    records.logprob[token] = Math.log(probability);
    records.greater[token] = probability >= 0.5 ? 0 : 19;
    records.margin[token] = 1;
  });
  return records;
}

const TOKENS = 12;
const contexts = [0, 1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7];
const target = recordsOf([NaN, 0.02, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.02], contexts);
const base = recordsOf(Array<number>(TOKENS).fill(0.02), contexts);
const run = {
  ids: new Uint32Array(TOKENS),
  target,
  base,
  scored: TOKENS,
} as unknown as Run;
const reading = findRecitation(target, base);
const classes = (token: number, of: Run = run) => classesOfToken(of, reading, token).split(' ');

test('a token carries its step of every mode, so that a mode is switched without touching it', () => {
  expect(classes(4)).toEqual(['v3', 'p4', 'r0', 'x4']);
  expect(classes(1)).toEqual(['v0', 'p1', 'r2', 'x2']);
});

test('a memorized run opens and closes, and a new window shows its seam', () => {
  expect(classes(2)).toContain('opens');
  expect(classes(10)).toContain('closes');
  expect(classes(7)).toContain('seam');
  expect(classes(5)).not.toContain('seam');
});

test('what has no score is hatched, and what is not reached yet is not', () => {
  expect(classes(0)).toEqual(['unscored']);
  expect(classes(9, { ...run, scored: 9 })).toEqual(['pending']);
});

test('a stamp changes with what the block shows, and only then', () => {
  const blocks = [
    { start: 0, end: 6, tokenStart: 0, tokenEnd: 6, endsLine: true },
    { start: 6, end: 12, tokenStart: 6, tokenEnd: 12, endsLine: true },
  ];
  const [first, second] = stampBlocks(blocks, run, reading);
  const [firstBefore, secondBefore] = stampBlocks(blocks, { ...run, scored: 9 }, reading);
  expect(firstBefore?.stamp).toBe(first?.stamp);
  expect(secondBefore?.stamp).not.toBe(second?.stamp);
});

test('on the strip the better known of two tokens is the higher level, in every mode', () => {
  for (const mode of HEAT_MODES) {
    const levels = stripLevels(mode, run, reading);
    expect(levels[0]).toBe(0);
    expect(levels[4]).toBeGreaterThan(levels[1] ?? NaN);
    expect(Math.max(...levels)).toBeLessThanOrEqual(STRIP_COLOURS[mode].length);
  }
});

test('the strip has a colour for every step that a token can have', () => {
  for (const mode of HEAT_MODES) {
    const shown = HEAT_SCALES[mode].steps.length - Number(mode === 'verdict');
    expect(STRIP_COLOURS[mode]).toHaveLength(shown);
  }
});
