import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recitedPieces } from '../../src/app/recitedText.ts';
import { unfinishedBytes } from '../../src/core/utf8.ts';
import { Vocabulary } from '../../src/engine/vocabulary.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A vocabulary of these tokens, ids in their order. */
function vocabularyOf(tokens: readonly Uint8Array[]): Vocabulary {
  const starts = [0];
  for (const token of tokens) starts.push((starts.at(-1) ?? 0) + token.length);
  return new Vocabulary(Uint8Array.from(tokens.flatMap((token) => [...token])), Uint32Array.from(starts));
}

const [e2, quote, smile] = [Uint8Array.of(0x20, 0xe2), Uint8Array.of(0x80, 0x99), encode('🙂')];
const vocabulary = vocabularyOf([
  encode('don'),
  e2,
  quote,
  encode('t'),
  ...Array.from(smile, (byte) => Uint8Array.of(byte)),
]);

test('tokens that share a character are one piece, with their bytes in the hint', () => {
  expect(recitedPieces([0, 1, 2, 3], vocabulary)).toEqual([
    { start: 0, end: 1, text: 'don', bytes: null },
    { start: 1, end: 3, text: ' ’', bytes: '20 E2 | 80 99' },
    { start: 3, end: 4, text: 't', bytes: null },
  ]);
  expect(recitedPieces([4, 5, 6, 7], vocabulary)).toEqual([
    { start: 0, end: 4, text: '🙂', bytes: 'F0 | 9F | 99 | 82' },
  ]);
});

test('a character waits for its other tokens; bytes that can be none are shown as bytes', () => {
  expect(recitedPieces([0, 4, 5], vocabulary).at(-1)).toEqual({
    start: 1,
    end: 3,
    text: '…',
    bytes: 'F0 | 9F',
  });
  expect(recitedPieces([2, 0], vocabulary).map(({ text }) => text)).toEqual(['<80 99>', 'don']);
  expect(recitedPieces([0, 9], null).map(({ text }) => text)).toEqual(['#0', '#9']);
});

test('a character that begins before the cut is written whole', () => {
  expect(recitedPieces([2, 3], vocabulary, [0, 1])).toEqual([
    { start: 0, end: 1, text: '’', bytes: 'E2 | 80 99' },
    { start: 1, end: 2, text: 't', bytes: null },
  ]);
  expect(recitedPieces([0], vocabulary, [2, 3])).toEqual([{ start: 0, end: 1, text: 'don', bytes: null }]);
});

test('a text ends inside a character exactly where one is cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      let at = 0;
      for (const character of text) {
        const size = encode(character).length;
        for (let cut = 0; cut < size; cut++)
          expect(unfinishedBytes(encode(text).subarray(0, at + cut))).toBe(cut);
        at += size;
      }
      expect(unfinishedBytes(encode(text))).toBe(0);
    }),
  );
});
