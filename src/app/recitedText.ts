/** How a row of tokens is written beside another: tokens that share a character together, as that character. */
import type { Span } from '../core/span.ts';
import { endsInside } from '../core/utf8.ts';
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

/** The pieces of some tokens, in order; every token is in one. */
export function recitedPieces(ids: readonly number[], vocabulary: Vocabulary | null): RecitedPiece[] {
  if (!vocabulary) return ids.map((id, start) => ({ start, end: start + 1, text: `#${id}`, bytes: null }));
  const pieces: RecitedPiece[] = [];
  let parts: Uint8Array[] = [];
  ids.forEach((id, place) => {
    parts.push(vocabulary.bytesOf(id));
    const bytes = joined(parts);
    const isOpen = endsInside(bytes);
    if (isOpen && place + 1 < ids.length) return;
    const isWhole = parts.length === 1 && !isOpen;
    pieces.push({
      start: place + 1 - parts.length,
      end: place + 1,
      text: isOpen ? '…' : printable(bytes),
      bytes: isWhole ? null : parts.map(hex).join(' | '),
    });
    parts = [];
  });
  return pieces;
}
