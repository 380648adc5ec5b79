import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterBoundaryTest, PLAIN_RANGES } from '../../src/core/graphemes.ts';
import { groupBlocks, groupWords } from '../../src/core/textBlocks.ts';
import {
  escapeToken,
  pieceBatches,
  pieceOfToken,
  splitPieces,
  tokenTextReader,
} from '../../src/core/tokenText.ts';
import { charOffsets, utf8Bytes } from '../../src/core/utf8.ts';

const encoder = new TextEncoder();
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Edges of tokens of the given byte lengths; the rest of the text is the last token. */
function edges(text: string, ...lengths: number[]): Uint32Array {
  const starts = [0];
  for (const length of lengths) starts.push((starts.at(-1) ?? 0) + length);
  const total = encoder.encode(text).length;
  if (starts.at(-1) !== total) starts.push(total);
  return Uint32Array.from(starts);
}

const FAMILY = '👨‍👩‍👧‍👦';
const hard = fc.constantFrom(
  'a',
  ' ',
  '\n',
  '\r',
  '\r\n',
  '\0',
  '\t',
  'é',
  'e\u0301',
  '\u0301',
  '漢',
  'か',
  '\u3099',
  '한',
  '\u1100',
  '\u1161',
  'ب',
  'بِ',
  '\u0600',
  'न',
  'नि',
  'क्ष',
  'ก',
  'กำ',
  '😀',
  FAMILY,
  '👍🏽',
  '🇩🇪',
  '🇩',
  '\u200d',
  '\ufe0f',
  '\ud83d',
  '\ude00',
  '—',
  '“',
  '\u00a0',
  '\u2028',
  '\ufeff',
);
/** A text of hard characters and random token edges in its bytes. */
const tokenized = fc
  .tuple(fc.array(hard, { maxLength: 40 }), fc.infiniteStream(fc.integer({ min: 1, max: 6 })))
  .map(([parts, steps]) => {
    const text = parts.join('');
    const total = encoder.encode(text).length;
    const starts = [0];
    for (const step of steps) {
      if ((starts.at(-1) ?? 0) >= total) break;
      starts.push(Math.min(total, (starts.at(-1) ?? 0) + step));
    }
    return { text, byteStarts: Uint32Array.from(starts) };
  });

describe('grapheme boundaries', () => {
  test('no plain unit joins another, whatever the pair of ranges', () => {
    const samples = PLAIN_RANGES.flatMap(([first, last]) => [first, (first + last) >> 1, last]);
    for (const a of samples)
      for (const b of samples) {
        const pair = String.fromCharCode(a, b);
        expect(Array.from(segmenter.segment(pair))).toHaveLength(2);
      }
  });
  test('every plain unit stands alone between two letters', () => {
    for (const [first, last] of PLAIN_RANGES)
      for (let unit = first; unit <= last; unit++) {
        const trio = `क${String.fromCharCode(unit)}a`;
        expect([...segmenter.segment(trio)].some(({ index }) => index === 2)).toBe(true);
      }
  });
  test('agree with Intl.Segmenter on any text, at any index', () => {
    fc.assert(
      fc.property(fc.array(hard, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const expected = new Set([...segmenter.segment(text)].map(({ index }) => index).concat(text.length));
        const isBoundary = clusterBoundaryTest(text);
        for (let index = 0; index <= text.length; index++)
          expect(isBoundary(index)).toBe(expected.has(index) || index === 0);
      }),
      { numRuns: 500 },
    );
  });
  test('a cluster longer than a slice is still one', () => {
    const text = `a${'\u0301'.repeat(1000)}b😀😀`;
    const isBoundary = clusterBoundaryTest(text);
    expect([1, 256, 600, 1000, 1001, 1002, 1004].map(isBoundary)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
  });
  test('a slice that would end within a surrogate pair does not split the cluster', () => {
    for (let marks = 0; marks < FAMILY.length; marks++) {
      const text = `e${'\u0301'.repeat(marks)}${FAMILY.repeat(100)}`;
      const isBoundary = clusterBoundaryTest(text);
      for (let index = marks + 1; index < text.length; index++)
        expect(isBoundary(index)).toBe((index - marks - 1) % FAMILY.length === 0);
    }
  });
  test('flags keep pairing up across slices', () => {
    const text = '🇩🇪'.repeat(300);
    const isBoundary = clusterBoundaryTest(text);
    for (let index = 2; index < text.length; index += 2) expect(isBoundary(index)).toBe(index % 4 === 0);
  });
});

describe('pieces', () => {
  const texts = (text: string, ...lengths: number[]) =>
    splitPieces(text, edges(text, ...lengths)).map((piece) => [piece.text, piece.start, piece.end]);

  test('one token, one piece', () => {
    expect(texts('the cat', 3)).toEqual([
      ['the', 0, 1],
      [' cat', 1, 2],
    ]);
  });
  test('an emoji family split over tokens is one piece', () => {
    expect(texts(`a${FAMILY}b`, 1, 4, 7, 2, 12)).toEqual([
      ['a', 0, 1],
      [FAMILY, 1, 5],
      ['b', 5, 6],
    ]);
  });
  test('a combining mark in a token of its own joins the token before', () => {
    expect(texts('e\u0301t', 1, 2)).toEqual([
      ['e\u0301', 0, 2],
      ['t', 2, 3],
    ]);
  });
  test('CR and LF in two tokens are one line break; a lone newline token stays alone', () => {
    expect(texts('a\r\nb\n', 1, 1, 1, 1)).toEqual([
      ['a', 0, 1],
      ['\r\n', 1, 3],
      ['b', 3, 4],
      ['\n', 4, 5],
    ]);
  });
  test('NUL and lone surrogates are drawn like anything else', () => {
    expect(texts('\0\ud83dx', 1, 3)).toEqual([
      ['\0', 0, 1],
      ['\ud83d', 1, 2],
      ['x', 2, 3],
    ]);
  });
  test('tokens without bytes go with a neighbour', () => {
    const pieces = splitPieces('ab', Uint32Array.of(0, 0, 1, 1, 2, 2));
    expect(pieces.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['a', 0, 3],
      ['b', 3, 5],
    ]);
  });
  test('end to end, pieces are the text, all tokens and all bytes', () => {
    fc.assert(
      fc.property(tokenized, ({ text, byteStarts }) => {
        const pieces = splitPieces(text, byteStarts);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        let [token, byte] = [0, 0];
        for (const piece of pieces) {
          expect([piece.start, piece.byteStart]).toEqual([token, byte]);
          expect(piece.byteEnd - piece.byteStart).toBe(encoder.encode(piece.text).length);
          [token, byte] = [piece.end, piece.byteEnd];
        }
        expect(token).toBe(byteStarts.length - 1);
        expect(pieceOfToken(pieces)).toHaveLength(token);
      }),
      { numRuns: 300 },
    );
  });
  test('no piece can be cut further', () => {
    fc.assert(
      fc.property(tokenized, ({ text, byteStarts }) => {
        const clusters = new Set([...segmenter.segment(text)].map(({ index }) => index));
        const offsets = charOffsets(text, byteStarts);
        for (const { start, end } of splitPieces(text, byteStarts))
          for (let edge = start + 1; edge < end; edge++)
            expect(clusters.has(offsets[edge] ?? -1)).toBe(false);
      }),
    );
  });
  test('edges that do not fit the text are refused', () => {
    expect(() => splitPieces('abc', Uint32Array.of(0, 2))).toThrow(RangeError);
    expect(() => splitPieces('abc', Uint32Array.of(0, 4))).toThrow(RangeError);
    expect(() => splitPieces('é', Uint32Array.of(0, 1))).toThrow(RangeError);
  });
  test('come in batches that can be taken one by one', () => {
    const text = 'ab '.repeat(10_000);
    const byteStarts = Uint32Array.from({ length: 30_001 }, (_, edge) => edge);
    const batches = [...pieceBatches(text, byteStarts)];
    expect(batches.length).toBeGreaterThan(3);
    expect(batches.flat()).toEqual(splitPieces(text, byteStarts));
  });
  test('no tokens, no pieces', () => {
    expect(splitPieces('', Uint32Array.of(0))).toEqual([]);
  });
  test('100,000 tokens of any script are cut without loss', () => {
    for (const unit of ['the cat ', 'का क्ष ', `x${FAMILY} `, 'بِسْمِ ', '漢字かな']) {
      const bytes = encoder.encode(unit).length;
      const text = unit.repeat(Math.ceil(400_000 / bytes));
      const byteStarts = edges(text, ...Array<number>(Math.floor(encoder.encode(text).length / 4)).fill(4));
      const pieces = splitPieces(text, byteStarts);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    }
  });
});

describe('single tokens', () => {
  test('a part of a character is given as bytes', () => {
    const read = tokenTextReader('a😀', edges('a😀', 1, 2, 2));
    expect([0, 1, 2].map((token) => escapeToken(read(token)))).toEqual(['a', '\\xF0\\x9F', '\\x98\\x80']);
  });
  test('a token may end one character and begin the next', () => {
    const read = tokenTextReader('éé', edges('éé', 1, 2, 1));
    expect([0, 1, 2].map((token) => escapeToken(read(token)))).toEqual(['\\xC3', '\\xA9\\xC3', '\\xA9']);
  });
  test('controls, invisible characters and backslashes are escaped', () => {
    const escaped = escapeToken({ kind: 'text', text: '\n\r\t\0\u200b\\ é\ud83d\u2028\u{e0001}' });
    expect(escaped).toBe('\\n\\r\\t\\u0000\\u200B\\\\ é\\uD83D\\u2028\\u{E0001}');
  });
  test('end to end, tokens are the bytes of the text', () => {
    fc.assert(
      fc.property(tokenized, ({ text, byteStarts }) => {
        const read = tokenTextReader(text, byteStarts);
        const bytes = [...byteStarts.keys()].slice(0, -1).flatMap((token) => {
          const one = read(token);
          return [...(one.kind === 'text' ? encoder.encode(one.text) : one.bytes)];
        });
        expect(bytes).toEqual([...encoder.encode(text)]);
      }),
    );
  });
  test('UTF-8 equals that of TextEncoder', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff)), fc.array(hard), (codePoints, parts) => {
        const text = String.fromCodePoint(...codePoints) + parts.join('');
        expect([...utf8Bytes(text)]).toEqual([...encoder.encode(text)]);
      }),
    );
  });
});

describe('blocks', () => {
  const blocksOf = (text: string, size: number) => {
    const pieces = splitPieces(text, edges(text, ...Array<number>(text.length - 1).fill(1)));
    return groupBlocks(pieces, size).map(({ start, end, endsLine }) => [text.slice(start, end), endsLine]);
  };
  test('end at the first line break after half the size', () => {
    expect(blocksOf('a\nbcdefg\nhi', 6)).toEqual([
      ['a\nbcdefg\n', true],
      ['hi', true],
    ]);
  });
  test('end at a word where no line break is near', () => {
    expect(blocksOf('aaaa bbbb cccc dddd eeee', 4)).toEqual([
      ['aaaa bbbb ', false],
      ['cccc dddd ', false],
      ['eeee', true],
    ]);
  });
  test('end at the limit where there is no word either', () => {
    expect(blocksOf('a'.repeat(14), 4).map(([text]) => text)).toEqual(['a'.repeat(12), 'aa']);
  });
  test('cover all pieces once and stay within three times the size', () => {
    fc.assert(
      fc.property(tokenized, fc.integer({ min: 1, max: 8 }), ({ text, byteStarts }, size) => {
        const pieces = splitPieces(text, byteStarts);
        let [piece, token] = [0, 0];
        for (const block of groupBlocks(pieces, size)) {
          expect([block.start, block.tokenStart]).toEqual([piece, token]);
          expect(block.end).toBeGreaterThan(block.start);
          if (block.end > block.start + 1)
            expect(block.tokenEnd - block.tokenStart).toBeLessThanOrEqual(3 * size);
          [piece, token] = [block.end, block.tokenEnd];
        }
        expect([piece, token]).toEqual([pieces.length, byteStarts.length - 1]);
      }),
    );
  });
});

describe('words', () => {
  const wordsOf = (text: string, ...lengths: number[]) => {
    const pieces = splitPieces(text, edges(text, ...lengths));
    return groupWords(pieces).map(({ start, end }) =>
      pieces
        .slice(start, end)
        .map((piece) => piece.text)
        .join(''),
    );
  };
  test('take the space before them and their punctuation', () => {
    expect(wordsOf('The memo scope, here', 3, 3, 2, 3, 3, 1)).toEqual(['The', ' memo', ' scope,', ' here']);
  });
  test('break at line breaks; spaces of their own go with the next word', () => {
    expect(wordsOf('a\n b', 1, 1, 1)).toEqual(['a', '\n', ' b']);
  });
  test('are found in a script without spaces', () => {
    expect(wordsOf('今日は良い天気', 3, 3, 3, 3, 3, 3)).toEqual(
      Array.from(
        new Intl.Segmenter('en', { granularity: 'word' }).segment('今日は良い天気'),
        ({ segment }) => segment,
      ),
    );
  });
  test('cover all pieces once', () => {
    fc.assert(
      fc.property(tokenized, ({ text, byteStarts }) => {
        const pieces = splitPieces(text, byteStarts);
        const words = groupWords(pieces);
        expect(words.flatMap(({ start, end }) => pieces.slice(start, end))).toEqual(pieces);
        expect(words.every(({ start, end }) => end > start)).toBe(true);
      }),
    );
  });
});
