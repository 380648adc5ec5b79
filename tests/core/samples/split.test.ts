import { expect, test } from 'vitest';
import { splitTokens } from '../../../src/core/samples/split.ts';
import { tokenWindows } from '../../../src/core/samples/windows.ts';
import { INSIDE_CHARACTER } from '../../../src/core/utf8.ts';

// Six tokens of two characters; the fourth ends within a character.
const OFFSETS = [0, 2, 4, 6, INSIDE_CHARACTER, 10, 12];
const column = (join: number, context?: number) => splitTokens(6, OFFSETS, { mode: 'column', join }, context);

test('a join between tokens is where the split is', () => {
  expect(column(4)).toEqual({
    prefixStart: 0,
    suffixStart: 2,
    suffixEnd: 6,
    moved: false,
    truncatedPrefix: 0,
    truncatedSuffix: 0,
  });
});

test('a token that straddles the join goes to the suffix, the first token to the prefix', () => {
  expect(column(5)).toMatchObject({ suffixStart: 2, moved: true });
  // The join lies in the fourth or fifth token, which share a character.
  expect(column(8)).toMatchObject({ suffixStart: 3, moved: true });
  expect(column(1)).toMatchObject({ suffixStart: 1, moved: true });
});

test('an empty prefix is left as it is, but goes behind tokens without text', () => {
  expect(column(0)).toMatchObject({ suffixStart: 0, moved: false });
  expect(splitTokens(3, [0, 0, 2, 4], { mode: 'column', join: 0 })).toMatchObject({ suffixStart: 1 });
});

test('counts take the first tokens and then at most so many', () => {
  const split = (prefix: number, suffix: number, tokens: number) =>
    splitTokens(
      tokens,
      Array.from({ length: tokens + 1 }, (_, edge) => edge),
      { mode: 'count', prefix, suffix },
    );
  expect(split(50, 50, 130)).toMatchObject({ suffixStart: 50, suffixEnd: 100 });
  expect(split(50, 50, 70)).toMatchObject({ suffixStart: 50, suffixEnd: 70 });
  expect(split(50, 50, 50)).toMatchObject({ suffixStart: 50, suffixEnd: 50 });
  expect(split(50, 50, 20)).toMatchObject({ suffixStart: 20, suffixEnd: 20 });
});

test('a fraction leaves a token on both sides', () => {
  const split = (at: number, tokens: number) =>
    splitTokens(
      tokens,
      Array.from({ length: tokens + 1 }, (_, edge) => edge),
      { mode: 'fraction', at },
    ).suffixStart;
  expect([split(0.5, 10), split(0.5, 5), split(0.01, 10), split(0.99, 10)]).toEqual([5, 3, 1, 9]);
  expect([split(0.5, 1), split(0.5, 0)]).toEqual([1, 0]);
});

test('the context keeps the suffix and the nearest prefix', () => {
  expect(column(6, 4)).toMatchObject({ prefixStart: 2, suffixStart: 3, suffixEnd: 6, truncatedPrefix: 2 });
  expect(column(6, 2)).toMatchObject({
    prefixStart: 2,
    suffixStart: 3,
    suffixEnd: 4,
    truncatedPrefix: 2,
    truncatedSuffix: 2,
  });
  expect(column(0, 4)).toMatchObject({ prefixStart: 0, suffixEnd: 4, truncatedSuffix: 2 });
});

test('rules without sense are refused', () => {
  expect(() => splitTokens(5, OFFSETS, { mode: 'column', join: 0 })).toThrow(RangeError);
  expect(() => column(4, 1)).toThrow(RangeError);
  expect(() => splitTokens(6, OFFSETS, { mode: 'fraction', at: 1 })).toThrow(RangeError);
  expect(() => splitTokens(6, OFFSETS, { mode: 'count', prefix: 2, suffix: 0 })).toThrow(RangeError);
});

test('windows are whole, one a stride', () => {
  expect(tokenWindows(10, 4, 3)).toEqual([
    { start: 0, end: 4 },
    { start: 3, end: 7 },
    { start: 6, end: 10 },
  ]);
  expect(tokenWindows(9, 4, 4)).toHaveLength(2);
  expect(tokenWindows(3, 4, 4)).toEqual([{ start: 0, end: 3 }]);
  expect(tokenWindows(0, 4, 4)).toEqual([]);
  expect(() => tokenWindows(9, 4, 0)).toThrow(RangeError);
});
