/** Long enough that cutting costs nothing, short enough that a piece is tokenized in milliseconds. */
const SHORTEST_PIECE = 4096;
/** A run of this many characters without a place to cut is cut anyway. */
const LONGEST_PIECE = 65_536;

/** A space after something that is none: the tokens on its two sides never depend on each other. */
const BOUNDARY = /(?<=\S) /;

/** Index of the next place to cut from `from` on. */
function nextCut(text: string, from: number): number {
  const earliest = from + SHORTEST_PIECE;
  const latest = from + LONGEST_PIECE;
  const found = text.slice(earliest, latest).search(BOUNDARY);
  if (found >= 0) return earliest + found;
  if (latest >= text.length) return text.length;
  return isInsidePair(text, latest) ? latest - 1 : latest;
}

const isInsidePair = (text: string, index: number): boolean => (text.codePointAt(index - 1) ?? 0) > 0xffff;

/**
 * Cuts a text into pieces that can be tokenized one by one with the result of the whole: before a space that
 * follows a non-space, where all pre-tokenizers of the GPT family begin a new word. Only runs beyond
 * 65,536 characters without such a place are cut elsewhere, never inside a character.
 */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const cut = nextCut(text, from);
    pieces.push(text.slice(from, cut));
    from = cut;
  }
  return pieces;
}
