import { clusterBoundaryTest } from './graphemes.ts';
import type { Span } from './span.ts';
import { charOffsets, INSIDE_CHARACTER, utf8Bytes } from './utf8.ts';

/**
 * The smallest stretch of text that is made of whole tokens and of whole grapheme clusters: one token, or the
 * several tokens that share an emoji or an accented letter. The pieces of a text, end to end, are the text.
 */
export interface TextPiece extends Span {
  readonly text: string;
  readonly byteStart: number;
  readonly byteEnd: number;
}

/** Pieces of the first batch, which stands between a reader and the text, and of the largest: some 5 ms of work. */
const FIRST_BATCH = 1024;
const LARGEST_BATCH = 8192;

/**
 * Cuts a text into the pieces in which it is drawn, in batches between which a caller may let others work. O(n).
 *
 * @param byteStarts `[n + 1]` offsets of the tokens in the UTF-8 of `text`.
 * @returns pieces in order; tokens without bytes go with the piece before or behind them.
 * @throws {RangeError} if the offsets do not end where the text does.
 */
export function* pieceBatches(text: string, byteStarts: Uint32Array): Generator<TextPiece[]> {
  const offsets = charOffsets(text, byteStarts);
  const isBoundary = clusterBoundaryTest(text);
  let pieces: TextPiece[] = [];
  let batch = FIRST_BATCH;
  let start = 0;
  let from = 0;
  for (let end = 1; end < offsets.length; end++) {
    const to = offsets[end] ?? INSIDE_CHARACTER;
    // A token without bytes that follows must not start a piece of its own.
    const isCut = to > from && offsets[end + 1] !== to && isBoundary(to);
    if (!isCut) continue;
    const byteStart = byteStarts[start] ?? 0;
    const byteEnd = byteStarts[end] ?? 0;
    pieces.push({ start, end, text: text.slice(from, to), byteStart, byteEnd });
    start = end;
    from = to;
    if (pieces.length === batch) {
      yield pieces;
      pieces = [];
      batch = Math.min(2 * batch, LARGEST_BATCH);
    }
  }
  yield pieces;
}

/** All of {@link pieceBatches} at once. 100,000 tokens of English take some 50 ms. */
export const splitPieces = (text: string, byteStarts: Uint32Array): TextPiece[] =>
  Array.from(pieceBatches(text, byteStarts)).flat();

/** `[n]` index of each token's piece. */
export function pieceOfToken(pieces: readonly TextPiece[]): Uint32Array {
  const index = new Uint32Array(pieces.at(-1)?.end ?? 0);
  pieces.forEach(({ start, end }, piece) => index.fill(piece, start, end));
  return index;
}

/** A token alone: a string, or bytes where it begins or ends within a character. */
export type TokenText =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/**
 * Reader of single tokens.
 *
 * @param byteStarts `[n + 1]` offsets of the tokens in the UTF-8 of `text`.
 * @throws {RangeError} if the offsets do not end where the text does.
 */
export function tokenTextReader(text: string, byteStarts: Uint32Array): (token: number) => TokenText {
  const offsets = charOffsets(text, byteStarts);
  const isInside = (edge: number) => offsets[edge] === INSIDE_CHARACTER;
  return (token) => {
    let first = token;
    let last = token + 1;
    while (isInside(first)) first--;
    while (isInside(last)) last++;
    const around = text.slice(offsets[first], offsets[last]);
    if (first === token && last === token + 1) return { kind: 'text', text: around };
    const origin = byteStarts[first] ?? 0;
    const [from, to] = [(byteStarts[token] ?? 0) - origin, (byteStarts[token + 1] ?? 0) - origin];
    return { kind: 'bytes', bytes: utf8Bytes(around).subarray(from, to) };
  };
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/**
 * A token on one line and without loss, as a JavaScript string literal would have it: controls and invisible
 * characters as `\n`, `\t`, `\u200B`, partial characters as bytes `\xF0\x9F`, backslash doubled.
 */
export function escapeToken(token: TokenText): string {
  if (token.kind === 'bytes') return Array.from(token.bytes, (byte) => `\\x${hex(byte, 2)}`).join('');
  return token.text.replace(
    /[\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => ESCAPES[character] ?? escapeCodePoint(character.codePointAt(0) ?? 0),
  );
}

const escapeCodePoint = (codePoint: number): string =>
  codePoint > 0xffff ? `\\u{${hex(codePoint, 5)}}` : `\\u${hex(codePoint, 4)}`;
