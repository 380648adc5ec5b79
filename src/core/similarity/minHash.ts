import { seededRandom } from '../random.ts';
import { rowCount, rowLength, rowTokens, type TokenRows } from '../tokenRows.ts';

/** Bits well mixed: the finalizer of MurmurHash3 (Appleby). */
export function mix32(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Hash of `length` tokens from `start` on, 32 bits. */
export function hashTokens(ids: Uint32Array, start: number, length: number): number {
  let hash = length;
  for (let at = start; at < start + length; at++)
    hash = Math.imul(hash ^ mix32((ids[at] ?? 0) + 1), 0x01000193) + 7;
  return mix32(hash);
}

/** How many bands of how many hashes each; two rows are compared if they agree in a whole band. */
export interface Bands {
  readonly bands: number;
  readonly rows: number;
}

/** Chance that two rows of this Jaccard similarity agree in no band, so that the pair is missed. */
export const missProbability = (jaccard: number, { bands, rows }: Bands): number =>
  (1 - jaccard ** rows) ** bands;

const HASHES = 128;
const MISS = 1e-3;

/** The longest bands of 128 hashes in all that miss at most one pair in 1,000 at the threshold itself. */
export function bandsFor(threshold: number): Bands {
  let best: Bands = { bands: HASHES, rows: 1 };
  for (let rows = 2; rows <= 16; rows++) {
    const candidate = { bands: Math.floor(HASHES / rows), rows };
    if (missProbability(threshold, candidate) <= MISS) best = candidate;
  }
  return best;
}

/** Smallest value of each of `multipliers.length` hash functions over the hashes `grams`. */
function fillMinima(
  grams: Uint32Array,
  multipliers: Uint32Array,
  offsets: Uint32Array,
  minima: Uint32Array,
): void {
  minima.fill(0xffffffff);
  for (const gram of grams)
    for (let hash = 0; hash < minima.length; hash++) {
      const value = (Math.imul(gram, multipliers[hash] ?? 0) + (offsets[hash] ?? 0)) >>> 0;
      if (value < (minima[hash] ?? 0)) minima[hash] = value;
    }
}

/** Hashes of the n-grams of a row; none if it is shorter. */
export function gramHashes(rows: TokenRows, row: number, n: number): Uint32Array {
  const tokens = rowTokens(rows, row);
  const grams = new Uint32Array(Math.max(0, tokens.length - n + 1));
  for (let at = 0; at < grams.length; at++) grams[at] = hashTokens(tokens, at, n);
  return grams;
}

/** MinHash signatures (Broder 1997) in two short forms. */
export interface Signatures {
  /** `[bands][rows]` the hashes of each band folded into one word, band after band. */
  readonly keys: Uint32Array;
  /** `[rows][SKETCH_WORDS]` one bit of each hash (Li and Koenig 2010), to estimate the similarity of a pair at once. */
  readonly sketches: Uint32Array;
}

const SKETCH_WORDS = HASHES / 32;

/** Signatures of the `chosen` rows by their n-grams. */
export function signaturesOf(
  rows: TokenRows,
  chosen: Uint32Array,
  n: number,
  { bands, rows: perBand }: Bands,
  seed: number,
): Signatures {
  const random = seededRandom(seed);
  const word = () => Math.floor(random() * 2 ** 32);
  const multipliers = Uint32Array.from({ length: bands * perBand }, () => word() | 1);
  const offsets = Uint32Array.from({ length: bands * perBand }, word);
  const minima = new Uint32Array(bands * perBand);
  const keys = new Uint32Array(bands * chosen.length);
  const sketches = new Uint32Array(SKETCH_WORDS * chosen.length);
  chosen.forEach((row, index) => {
    fillMinima(gramHashes(rows, row, n), multipliers, offsets, minima);
    for (let band = 0; band < bands; band++)
      keys[band * chosen.length + index] = hashTokens(minima, band * perBand, perBand);
    minima.forEach((minimum, hash) => {
      const at = index * SKETCH_WORDS + (hash >>> 5);
      sketches[at] = (sketches[at] ?? 0) | ((mix32(minimum) & 1) << (hash & 31));
    });
  });
  return { keys, sketches };
}

/** Number of set bits of a word. */
function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Standard errors that a sketch may lie below its expectation: one true pair in 31,000 lies lower. */
const SKETCH_ERRORS = 4;
export const SKETCH_MISS = 3.2e-5;

/**
 * Test by sketches whether a pair may reach a Jaccard similarity. Two bits agree with probability (1 + J) / 2.
 *
 * @returns a function of two positions among the chosen rows; false for at most {@link SKETCH_MISS} of the pairs at
 *   the threshold.
 */
export function sketchTest(
  sketches: Uint32Array,
  threshold: number,
  { bands, rows }: Bands,
): (a: number, b: number) => boolean {
  const bits = bands * rows;
  const agree = (1 + threshold) / 2;
  const most = bits * (1 - agree) + SKETCH_ERRORS * Math.sqrt(bits * agree * (1 - agree));
  return (a, b) => {
    let different = 0;
    for (let word = 0; word < SKETCH_WORDS; word++)
      different += bitCount(
        (sketches[a * SKETCH_WORDS + word] ?? 0) ^ (sketches[b * SKETCH_WORDS + word] ?? 0),
      );
    return different <= most;
  };
}

/** Rows that hold at least one n-gram. */
export const longEnough = (rows: TokenRows, n: number): Uint32Array =>
  Uint32Array.from({ length: rowCount(rows) }, (_, row) => row).filter((row) => rowLength(rows, row) >= n);
