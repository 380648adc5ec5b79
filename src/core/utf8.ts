/**
 * Where tokens, which count in UTF-8 bytes, meet strings, which count in UTF-16 units. A lone surrogate counts
 * as U+FFFD, three bytes, as every encoder writes it.
 */

/** UTF-8 bytes of the code point at a UTF-16 index; 4 exactly if it takes two units. */
function utf8Length(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return (text.codePointAt(index) ?? unit) > 0xffff ? 4 : 3;
}

/** Mark of {@link charOffsets} for an edge inside a character. */
export const INSIDE_CHARACTER = -1;

/**
 * UTF-16 index of each token edge.
 *
 * @param byteStarts `[n + 1]` ascending offsets in the UTF-8 of `text`, the last at its end.
 * @returns `[n + 1]`; {@link INSIDE_CHARACTER} where a token ends within a character.
 * @throws {RangeError} if the offsets do not end where the text does.
 */
export function charOffsets(text: string, byteStarts: Uint32Array): Int32Array {
  const offsets = new Int32Array(byteStarts.length);
  let byte = 0;
  let index = 0;
  for (let edge = 0; edge < byteStarts.length; edge++) {
    const start = byteStarts[edge] ?? 0;
    while (byte < start && index < text.length) {
      const bytes = utf8Length(text, index);
      byte += bytes;
      index += bytes === 4 ? 2 : 1;
    }
    offsets[edge] = byte === start ? index : INSIDE_CHARACTER;
  }
  if (offsets.at(-1) !== text.length)
    throw new RangeError(`tokens end at byte ${byteStarts.at(-1) ?? 0}, the text does not`);
  return offsets;
}

const CONTINUATION = 0x80;
const LOW_SIX_BITS = 0x3f;

/** UTF-8 of a short string. The core has no host objects; elsewhere use `TextEncoder`. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text.toWellFormed()) {
    const codePoint = character.codePointAt(0) ?? 0;
    const tail = (shift: number) => CONTINUATION | ((codePoint >> shift) & LOW_SIX_BITS);
    if (codePoint < 0x80) bytes.push(codePoint);
    else if (codePoint < 0x800) bytes.push(0xc0 | (codePoint >> 6), tail(0));
    else if (codePoint < 0x10000) bytes.push(0xe0 | (codePoint >> 12), tail(6), tail(0));
    else bytes.push(0xf0 | (codePoint >> 18), tail(12), tail(6), tail(0));
  }
  return Uint8Array.from(bytes);
}
