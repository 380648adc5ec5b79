/**
 * Boundaries of grapheme clusters (what a reader takes for one character) at given places of a long text.
 * `Intl.Segmenter` is right but slow, and its time grows with the square of the string in V8; so it is asked
 * only about the neighbourhoods that need it, in short slices.
 */

/**
 * Ranges of UTF-16 units that never join a neighbour from the same ranges: their Grapheme_Cluster_Break is
 * Other, Control, LF or a precomposed Hangul syllable (Unicode Standard Annex 29, rules GB3 to GB999). Carriage
 * return is left out, as it joins a line feed. Checked against `Intl.Segmenter` unit by unit.
 */
export const PLAIN_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x0c],
  [0x0e, 0x7e],
  [0xc0, 0x24f], // Latin letters
  [0x391, 0x3ce], // Greek
  [0x400, 0x481], // Cyrillic
  [0x5d0, 0x5ea], // Hebrew letters
  [0x621, 0x63a], // Arabic letters
  [0x641, 0x64a],
  [0x2010, 0x2027], // dashes, quotation marks
  [0x3001, 0x3029], // punctuation of Chinese and Japanese
  [0x3041, 0x3096], // Hiragana
  [0x30a1, 0x30fa], // Katakana
  [0x4e00, 0x9fff], // Chinese characters
  [0xac00, 0xd7a3], // Hangul syllables
  [0xff01, 0xff5e], // full-width forms
];

const PLAIN = new Uint8Array(0x10000);
for (const [first, last] of PLAIN_RANGES) PLAIN.fill(1, first, last + 1);

const isPlain = (text: string, index: number): boolean => PLAIN[text.charCodeAt(index)] === 1;

/** True where the neighbours alone prove a boundary. */
const isPlainBoundary = (text: string, index: number): boolean =>
  index <= 0 || index >= text.length || (isPlain(text, index - 1) && isPlain(text, index));

const SLICE_UNITS = 256;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Starts of the clusters in `start .. end`, both of which must be boundaries. O(end - start). */
function clusterStarts(text: string, start: number, end: number): Set<number> {
  const starts = new Set<number>();
  let from = start;
  let size = SLICE_UNITS;
  while (from < end) {
    const slice = text.slice(from, Math.min(from + size, end));
    let last = 0;
    for (const { index } of segmenter.segment(slice)) starts.add(from + (last = index));
    if (from + slice.length >= end) break;
    // The last cluster may go on behind the slice: begin the next one with it, longer if it was all there was.
    size = last === 0 ? size * 2 : SLICE_UNITS;
    from += last;
  }
  return starts;
}

/**
 * A test for boundaries of grapheme clusters in `text`. Fast when asked in ascending order.
 *
 * @returns a function from a UTF-16 index, 0 .. length, to true if no cluster spans it.
 */
export function clusterBoundaryTest(text: string): (index: number) => boolean {
  let starts = new Set<number>();
  let start = 0;
  let end = 0;
  return (index) => {
    if (isPlainBoundary(text, index)) return true;
    if (index < start || index >= end) {
      start = end = index;
      while (!isPlainBoundary(text, start)) start--;
      while (!isPlainBoundary(text, end)) end++;
      starts = clusterStarts(text, start, end);
    }
    return starts.has(index);
  };
}
