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
 * @param into `[n + 1]` is filled; a new array if left out.
 * @returns `into`; {@link INSIDE_CHARACTER} where a token ends within a character.
 * @throws {RangeError} if the offsets do not end where the text does.
 */
export function charOffsets(
  text: string,
  byteStarts: Uint32Array,
  into = new Int32Array(byteStarts.length),
): Int32Array {
  let byte = 0;
  let index = 0;
  for (let edge = 0; edge < byteStarts.length; edge++) {
    const start = byteStarts[edge] ?? 0;
    while (byte < start && index < text.length) {
      const bytes = utf8Length(text, index);
      byte += bytes;
      index += bytes === 4 ? 2 : 1;
    }
    into[edge] = byte === start ? index : INSIDE_CHARACTER;
  }
  if (into.at(-1) !== text.length)
    throw new RangeError(`tokens end at byte ${byteStarts.at(-1) ?? 0}, the text does not`);
  return into;
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

/** What {@link decodeUtf8} made of some bytes. */
export interface DecodedText {
  readonly text: string;
  /** Ascending UTF-16 indices of the U+FFFD that stand for bytes that are no UTF-8; not those of the text itself. */
  readonly broken: readonly number[];
}

const REPLACEMENT = 0xfffd;
const CHUNK_UNITS = 8192;

/** Bytes that must follow a lead byte; -1 for a byte that leads nothing. */
function tailLength(lead: number): number {
  if (lead < 0x80) return 0;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  if (lead < 0xe0) return 1;
  return lead < 0xf0 ? 2 : 3;
}

/** Smallest and largest second byte: no overlong form, no surrogate, nothing above U+10FFFF. */
const SECOND_BYTE: Readonly<Record<number, readonly [number, number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
};
const ANY_TAIL = [CONTINUATION, 0xbf] as const;

/** Code point at a byte, and the bytes it takes; the longest broken sequence counts as one, with `point` -1. */
function readCodePoint(bytes: Uint8Array, at: number): { point: number; size: number } {
  const lead = bytes[at] ?? 0;
  const tail = tailLength(lead);
  if (tail <= 0) return { point: tail === 0 ? lead : -1, size: 1 };
  let point = lead & (0x3f >> tail);
  for (let size = 1; size <= tail; size++) {
    const [low, high] = (size === 1 && SECOND_BYTE[lead]) || ANY_TAIL;
    const byte = bytes[at + size] ?? 0;
    if (byte < low || byte > high) return { point: -1, size };
    point = (point << 6) | (byte & LOW_SIX_BITS);
  }
  return { point, size: tail + 1 };
}

/** How many of the last bytes begin a character that more bytes may complete. */
export function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isTail = byte >= CONTINUATION && byte < 0xc0;
    if (!isTail) return tailLength(byte) >= back ? back : 0;
  }
  return 0;
}

/**
 * Text of UTF-8 bytes, with U+FFFD for what is broken as in the WHATWG Encoding Standard, section 8.1.1 (one for
 * each longest broken sequence). Unlike `TextDecoder` it says where those are. A byte order mark stays. O(n).
 */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  const units = new Uint16Array(CHUNK_UNITS);
  const broken: number[] = [];
  let text = '';
  let filled = 0;
  const flush = () => {
    text += String(Reflect.apply(String.fromCharCode, null, units.subarray(0, filled)));
    filled = 0;
  };
  for (let at = 0; at < bytes.length;) {
    if (filled > CHUNK_UNITS - 2) flush();
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      units[filled++] = byte;
      at++;
      continue;
    }
    const { point, size } = readCodePoint(bytes, at);
    if (point < 0) broken.push(text.length + filled);
    if (point > 0xffff) {
      units[filled++] = 0xd7c0 + (point >> 10);
      units[filled++] = 0xdc00 | (point & 0x3ff);
    } else units[filled++] = point < 0 ? REPLACEMENT : point;
    at += size;
  }
  flush();
  return { text, broken };
}
