import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stripColumns, stripSegments, tokenAtFraction, tokensOfColumn } from '../../src/charts/strip.ts';

test('one memorized token in a hundred thousand still shows', () => {
  const levels = new Uint8Array(100_000);
  levels[61_803] = 3;
  const columns = stripColumns(levels, 640);
  expect(Math.max(...columns)).toBe(3);
  expect(columns[Math.floor((61_803 * 640) / 100_000)]).toBe(3);
  expect(columns.filter((level) => level > 0)).toHaveLength(1);
});

test('a text shorter than the strip fills it: every token covers several columns', () => {
  expect([...stripColumns(Uint8Array.from([1, 0, 2]), 6)]).toEqual([1, 1, 0, 0, 2, 2]);
});

test('the columns together cover every token, and none beyond the text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (tokens, width) => {
      const covered = new Set<number>();
      for (let column = 0; column < width; column++) {
        const [start, end] = tokensOfColumn(column, width, tokens);
        expect(end).toBeGreaterThan(start);
        for (let token = start; token < end; token++) covered.add(token);
      }
      expect(covered.size).toBe(tokens);
      expect(Math.max(...covered)).toBe(tokens - 1);
    }),
  );
});

test('the column of a token leads back to that token in a text as long as the strip is wide', () => {
  const tokens = 300;
  for (let token = 0; token < tokens; token++)
    expect(tokenAtFraction((token + 0.5) / tokens, tokens)).toBe(token);
  expect(tokenAtFraction(1, tokens)).toBe(tokens - 1);
  expect(tokenAtFraction(-0.2, tokens)).toBe(0);
});

test('equal columns are drawn as one stroke', () => {
  expect(stripSegments(Uint8Array.from([0, 0, 2, 2, 2, 1]))).toEqual([
    { x: 0, width: 2, level: 0 },
    { x: 2, width: 3, level: 2 },
    { x: 5, width: 1, level: 1 },
  ]);
  expect(stripSegments(new Uint8Array(0))).toEqual([]);
});
