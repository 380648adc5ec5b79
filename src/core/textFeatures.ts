/**
 * What can be seen of a text without any model: for the blind baseline that every membership score has to beat (Das
 * et al. 2024, arXiv 2406.16201).
 */

/** Names of the plain features, in the order of {@link TextFeatures.plain}. */
export const PLAIN_FEATURES = ['length', 'compression', 'numbers', 'years'] as const;
export type PlainFeature = (typeof PLAIN_FEATURES)[number];

export interface TextFeatures {
  readonly texts: number;
  /**
   * `[texts * 4]` ln UTF-8 bytes; zlib bytes a byte of text; share of the words that are numbers; share that look
   * like a year. NaN for a text without a word or byte.
   */
  readonly plain: Float64Array;
  /** Hashes of the different words of each text, end to end. */
  readonly words: Uint32Array;
  /** `[texts + 1]` where each text's words begin. */
  readonly starts: Uint32Array;
}

/** A run of letters, or one of digits. Scripts that write no spaces give long ones. */
const WORD = /[\p{L}\p{M}]+|\p{N}+/gu;
const IS_NUMBER = /^\p{N}/u;
/** 1500 to 2099: what dates a text. */
const IS_YEAR = /^(?:1[5-9]|20)\d\d$/;

/** FNV-1a over UTF-16 units, 32 bits: among a million words about one in four thousand shares its hash. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index++)
    hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** UTF-8 bytes of a text without encoding it. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isPart = unit >= 0xd800 && unit < 0xe000;
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isPart ? 2 : 3;
  }
  return bytes;
}

/**
 * Features of some texts. O(characters).
 *
 * @param zlibBytes `[texts]` size of each text in the zlib format; NaN where it is not known.
 * @throws {RangeError} if there is not one size a text.
 */
export function textFeatures(texts: readonly string[], zlibBytes: ArrayLike<number>): TextFeatures {
  if (zlibBytes.length !== texts.length)
    throw new RangeError(`${zlibBytes.length} sizes of ${texts.length} texts`);
  const plain = new Float64Array(texts.length * PLAIN_FEATURES.length);
  const starts = new Uint32Array(texts.length + 1);
  const hashes: number[] = [];
  texts.forEach((text, index) => {
    const words = text.toLowerCase().match(WORD) ?? [];
    const bytes = utf8Length(text);
    const share = (pattern: RegExp): number =>
      words.filter((word) => pattern.test(word)).length / words.length;
    plain.set(
      [
        bytes > 0 ? Math.log(bytes) : NaN,
        (zlibBytes[index] ?? NaN) / (bytes || NaN),
        share(IS_NUMBER),
        share(IS_YEAR),
      ],
      index * PLAIN_FEATURES.length,
    );
    for (const hash of new Set(words.map(hashOf))) hashes.push(hash);
    starts[index + 1] = hashes.length;
  });
  return { texts: texts.length, plain, words: Uint32Array.from(hashes), starts };
}

/**
 * Features of several parts of a data set as those of the whole; yields behind each part, so that the page can give way.
 *
 * @param memory so many bytes, zero.
 */
export function* joinFeatures(
  parts: readonly TextFeatures[],
  memory: (bytes: number) => ArrayBufferLike,
): Generator<undefined, TextFeatures> {
  const texts = parts.reduce((sum, part) => sum + part.texts, 0);
  const plain = new Float64Array(memory(8 * texts * PLAIN_FEATURES.length));
  const words = new Uint32Array(memory(4 * parts.reduce((sum, part) => sum + part.words.length, 0)));
  const starts = new Uint32Array(memory(4 * (texts + 1)));
  let [row, word] = [0, 0];
  for (const part of parts) {
    plain.set(part.plain, row * PLAIN_FEATURES.length);
    words.set(part.words, word);
    for (let index = 1; index <= part.texts; index++) starts[row + index] = word + (part.starts[index] ?? 0);
    row += part.texts;
    word += part.words.length;
    yield undefined;
  }
  return { texts, plain, words, starts };
}
