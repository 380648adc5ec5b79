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

const isHighSurrogate = (text: string, index: number): boolean =>
  (text.charCodeAt(index) & 0xfc00) === 0xd800;

/** Starts of clusters from a boundary on, complete up to `reach`, which is one of them or the end of the text. */
interface KnownClusters {
  readonly starts: ReadonlySet<number>;
  readonly origin: number;
  readonly reach: number;
}

/** Asks about one slice from the boundary `origin` on; a longer one if the slice is all one cluster. */
function clustersFrom(text: string, origin: number): KnownClusters {
  for (let size = SLICE_UNITS; ; size *= 2) {
    const slice = text.slice(origin, origin + size + Number(isHighSurrogate(text, origin + size - 1)));
    const starts = new Set<number>();
    let last = 0;
    for (const { index } of segmenter.segment(slice)) starts.add(origin + (last = index));
    // The last cluster may go on behind the slice.
    if (origin + slice.length >= text.length) return { starts, origin, reach: text.length };
    if (last > 0) return { starts, origin, reach: origin + last };
  }
}

/**
 * A test for boundaries of grapheme clusters in `text`. Fast when asked in ascending order.
 *
 * @returns a function from a UTF-16 index, 0 .. length, to true if no cluster spans it.
 */
export function clusterBoundaryTest(text: string): (index: number) => boolean {
  const none: KnownClusters = { starts: new Set(), origin: 0, reach: 0 };
  let known = none;
  return (index) => {
    if (isPlainBoundary(text, index)) return true;
    if (index < known.origin) known = none;
    if (index > known.reach) {
      let start = index;
      while (start > known.reach && !isPlainBoundary(text, start)) start--;
      known = clustersFrom(text, start);
      while (known.reach < index) known = clustersFrom(text, known.reach);
    }
    return known.starts.has(index);
  };
}
