import type { Span } from './span.ts';
import type { TextPiece } from './tokenText.ts';

/** Pieces `start .. end - 1` that are laid out together, so that a long text is drawn block by block. */
export interface TextBlock extends Span {
  readonly tokenStart: number;
  readonly tokenEnd: number;
  /** True if the block ends with a line break or the text; otherwise the line would go on in the next block. */
  readonly endsLine: boolean;
}

/** Tokens of a block: few enough to lay out within a frame, enough to keep blocks few. */
const BLOCK_TOKENS = 120;
/** A line break is worth waiting for up to this many times the size of a block. */
const PATIENCE = 3;

const endsLine = (piece: TextPiece): boolean => /[\n\r\u2028\u2029]$/.test(piece.text);
const endsWord = (piece: TextPiece, next: TextPiece): boolean =>
  /\s$/u.test(piece.text) || /^\s/u.test(next.text);

/**
 * Groups pieces into blocks of about `size` tokens. A block ends at the first line break after half that size;
 * if none comes within three times the size, at the last word before that limit; if there is none, at the limit.
 */
export function groupBlocks(pieces: readonly TextPiece[], size = BLOCK_TOKENS): TextBlock[] {
  const blocks: TextBlock[] = [];
  let start = 0;
  while (start < pieces.length) {
    const end = blockEnd(pieces, start, size);
    const last = pieces[end - 1];
    const tokens = { tokenStart: pieces[start]?.start ?? 0, tokenEnd: last?.end ?? 0 };
    blocks.push({ start, end, ...tokens, endsLine: end === pieces.length || (last ? endsLine(last) : true) });
    start = end;
  }
  return blocks;
}

function blockEnd(pieces: readonly TextPiece[], start: number, size: number): number {
  const origin = pieces[start]?.start ?? 0;
  let wordEnd = 0;
  for (let end = start + 1; end < pieces.length; end++) {
    const [piece, next] = [pieces[end - 1], pieces[end]];
    if (!piece || !next) break;
    const tokens = piece.end - origin;
    if (tokens >= size / 2 && endsLine(piece)) return end;
    if (tokens >= size && endsWord(piece, next)) wordEnd = end;
    if (next.end - origin > PATIENCE * size) return wordEnd || end;
  }
  return pieces.length;
}

/** Scripts that are written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * Words of a text as spans of pieces, for reading scores by the word (a word's surprisal is the sum over its
 * tokens). A word takes the spaces before it, as tokens do; a line break starts a new word. Where a script
 * has no spaces, words are those of `Intl.Segmenter`, as far as pieces allow.
 */
export function groupWords(pieces: readonly TextPiece[]): Span[] {
  const words: Span[] = [];
  let start = 0;
  pieces.forEach((piece, index) => {
    const next = pieces[index + 1];
    if (next && !startsWord(piece, next) && index + 1 - start < LONGEST_STRETCH) return;
    words.push(...splitUnspaced(pieces, { start, end: index + 1 }));
    start = index + 1;
  });
  return words;
}

/** Pieces after which a stretch without spaces is cut, because the segmenter's time grows with its square. */
const LONGEST_STRETCH = 64;

const startsWord = (piece: TextPiece, next: TextPiece): boolean =>
  (/^\s/u.test(next.text) && !/^\s+$/u.test(piece.text)) || endsLine(piece);

function splitUnspaced(pieces: readonly TextPiece[], span: Span): Span[] {
  const texts = pieces.slice(span.start, span.end).map(({ text }) => text);
  const text = texts.join('');
  if (texts.length === 1 || !UNSPACED.test(text)) return [span];
  const starts = new Set<number>();
  for (const { index } of wordSegmenter.segment(text)) starts.add(index);
  const words: Span[] = [];
  let [start, offset] = [span.start, 0];
  texts.forEach((part, index) => {
    offset += part.length;
    const end = span.start + index + 1;
    if (end < span.end && !starts.has(offset)) return;
    words.push({ start, end });
    start = end;
  });
  return words;
}

const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' });
