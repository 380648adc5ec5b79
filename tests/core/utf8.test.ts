import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../src/core/utf8.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

test('decodes any bytes as TextDecoder does, and finds what is broken', () => {
  // Bytes from the ranges in which UTF-8 changes its mind.
  const edges = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4,
    0xf5,
  ];
  const bytes = fc.array(fc.constantFrom(...edges), { maxLength: 40 });
  fc.assert(
    fc.property(bytes, (list) => {
      const { text, broken } = decodeUtf8(Uint8Array.from(list));
      expect(text).toBe(decoder.decode(Uint8Array.from(list)));
      expect(broken.every((index) => text[index] === '\uFFFD')).toBe(true);
      expect(broken).toHaveLength(text.split('\uFFFD').length - 1);
    }),
    { numRuns: 2000 },
  );
});

test('a replacement character of the text itself is not broken', () => {
  const whole = `\uFEFFa\uFFFD\u{1f600}é${'\u{10ffff}x'.repeat(9000)}`;
  expect(decodeUtf8(new TextEncoder().encode(whole))).toEqual({ text: whole, broken: [] });
});
