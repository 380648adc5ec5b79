/** How a row of tokens is written beside another: tokens that share a character together, as that character. */
import type { Span } from '../core/span.ts';
import { unfinishedBytes } from '../core/utf8.ts';
import { printable, type Vocabulary } from '../engine/vocabulary.ts';

/** Tokens `start` .. `end - 1` of the row. */
export interface RecitedPiece extends Span {
  /** `…` while the last character waits for its other tokens. */
  readonly text: string;
  /** The bytes of each token of a shared or unfinished character; null where a token is text. */
  readonly bytes: string | null;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/**
 * The pieces of some tokens, in order; every token is in one.
 *
 * @param before ids of the tokens before them: a character that they begin is written with its end.
 */
export function recitedPieces(
  ids: readonly number[],
  vocabulary: Vocabulary | null,
  before: readonly number[] = [],
): RecitedPiece[] {
  if (!vocabulary) return ids.map((id, start) => ({ start, end: start + 1, text: `#${id}`, bytes: null }));
  const pieces: RecitedPiece[] = [];
  const earlier = joined(before.map((id) => vocabulary.bytesOf(id)));
  const begun = unfinishedBytes(earlier);
  let parts: Uint8Array[] = begun > 0 ? [earlier.subarray(earlier.length - begun)] : [];
  let start = 0;
  ids.forEach((id, place) => {
    parts.push(vocabulary.bytesOf(id));
    const bytes = joined(parts);
    const isOpen = unfinishedBytes(bytes) > 0;
    if (isOpen && place + 1 < ids.length) return;
    const isWhole = parts.length === 1 && !isOpen;
    pieces.push({
      start,
      end: place + 1,
      text: isOpen ? '…' : printable(bytes),
      bytes: isWhole ? null : parts.map(hex).join(' | '),
    });
    parts = [];
    start = place + 1;
  });
  return pieces;
}
