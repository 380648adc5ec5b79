/**
 * The blind baseline: how well can members be told from non-members by their texts alone? What it finds is a
 * difference between the two sets of texts, and a membership score that finds no more has shown no memory (Das et al.
 * 2024, arXiv 2406.16201; Meeus et al. 2024, arXiv 2406.17975).
 */
import { randomInteger, seededRandom } from './random.ts';
import { fitLogistic, linearScore, type FeatureRows } from './statistics/logistic.ts';
import { PLAIN_FEATURES, type PlainFeature, type TextFeatures } from './textFeatures.ts';

/** Parts of the cross-validation. */
export const FOLDS = 5;
/** A class needs so many different texts: two a part. */
export const SMALLEST_CLASS = 2 * FOLDS;

/** Plain features, then two of the words: how common they are, and in which of the two sets they are commoner. */
export const BLIND_FEATURES = [...PLAIN_FEATURES, 'rarity', 'vocabulary'] as const;
export type BlindFeature = PlainFeature | 'rarity' | 'vocabulary';

export interface BlindBaseline {
  /** `[texts]` log-odds of "member" by a model that has not seen the text; NaN where the text takes no part. */
  readonly scores: Float64Array;
  /** `[texts]` each feature by itself, words again as seen from the other parts. In the order of BLIND_FEATURES. */
  readonly features: readonly Float64Array[];
  /** Texts used. */
  readonly members: number;
  readonly nonMembers: number;
  /** True if a class has fewer than {@link SMALLEST_CLASS} different texts: then there is no baseline. */
  readonly isTooSmall: boolean;
}

/** Which class each text is in: 1 member, 0 non-member, -1 neither. */
export type Membership = Int8Array;

const usable = ({ plain }: TextFeatures, text: number): boolean =>
  PLAIN_FEATURES.every((_, feature) => !Number.isNaN(plain[text * PLAIN_FEATURES.length + feature] ?? NaN));

/** A number that equal texts share: of their length and their words. Of others one in 2^53 / texts^2 shares it too. */
function keyOf({ plain, words, starts }: TextFeatures, text: number): number {
  let high = Math.round(1e6 * (plain[text * PLAIN_FEATURES.length] ?? 0)) | 0;
  let low = 0x9e3779b9;
  for (let at = starts[text] ?? 0; at < (starts[text + 1] ?? 0); at++) {
    const word = words[at] ?? 0;
    high = Math.imul(high ^ word, 0x01000193);
    low = Math.imul(low ^ (word >>> 7) ^ high, 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** 0 .. size - 1 in a seeded order. */
function shuffled(size: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  const random = seededRandom(seed);
  for (let left = size; left > 1; left--) {
    const other = randomInteger(random, left);
    [order[left - 1], order[other]] = [order[other] ?? 0, order[left - 1] ?? 0];
  }
  return order;
}

/**
 * The part of each text, -1 for none: each class is dealt out by itself in a seeded order, and texts with the same
 * length and words go into one part, so that no text is judged by its own copy.
 */
function dealFolds(
  features: TextFeatures,
  member: Membership,
  seed: number,
): { of: Int8Array; least: number } {
  const of = new Int8Array(features.texts).fill(-1);
  const folds = new Map<number, number>();
  const dealt: [number, number] = [0, 0];
  const deal = (own: 0 | 1): number => dealt[own]++ % FOLDS;
  for (const text of shuffled(features.texts, seed)) {
    const own = member[text];
    if ((own !== 0 && own !== 1) || !usable(features, text)) continue;
    const key = keyOf(features, text);
    const fold = folds.get(key) ?? deal(own);
    folds.set(key, fold);
    of[text] = fold;
  }
  return { of, least: Math.min(...dealt) };
}

/** Cells of one word or of all texts: the two classes of every part, then the two classes of all parts. */
const CELLS = 2 * FOLDS + 2;

/** In how many texts of each part and class every word occurs. */
class WordCounts {
  /** `[words of all texts]` number of the word. */
  private readonly word: Uint32Array;
  private readonly starts: Uint32Array;
  /** `[vocabulary * CELLS]` */
  private readonly counts: Uint32Array;
  /** `[CELLS]` texts. */
  private readonly texts = new Uint32Array(CELLS);

  constructor({ words, starts }: TextFeatures, member: Membership, fold: Int8Array) {
    const numbers = new Map<number, number>();
    this.word = words.map((hash) => {
      const known = numbers.get(hash);
      if (known !== undefined) return known;
      numbers.set(hash, numbers.size);
      return numbers.size - 1;
    });
    this.starts = starts;
    this.counts = new Uint32Array(numbers.size * CELLS);
    const add = (cells: Uint32Array, place: number, part: number, own: number): void => {
      for (const cell of [2 * part, 2 * FOLDS]) {
        const at = place + cell + own;
        cells[at] = (cells[at] ?? 0) + 1;
      }
    };
    fold.forEach((part, text) => {
      if (part < 0) return;
      const own = member[text] ?? 0;
      add(this.texts, 0, part, own);
      for (let at = starts[text] ?? 0; at < (starts[text + 1] ?? 0); at++)
        add(this.counts, (this.word[at] ?? 0) * CELLS, part, own);
    });
  }

  /** Texts of a class outside two parts, which may be one. */
  private static outside(cells: Uint32Array, place: number, own: number, one: number, other: number): number {
    const all = (cells[place + 2 * FOLDS + own] ?? 0) - (cells[place + 2 * one + own] ?? 0);
    return one === other ? all : all - (cells[place + 2 * other + own] ?? 0);
  }

  /**
   * Means over the words of a text, from the texts outside two parts. Rarity: log share of the texts that hold the
   * word. Vocabulary: log ratio of that share among members and non-members, both drawn towards the pooled one by
   * one text's weight, so that an unseen word says nothing.
   */
  wordFeatures(text: number, one: number, other: number): readonly [rarity: number, vocabulary: number] {
    const [from, to] = [this.starts[text] ?? 0, this.starts[text + 1] ?? 0];
    const zeros = WordCounts.outside(this.texts, 0, 0, one, other) + 1;
    const ones = WordCounts.outside(this.texts, 0, 1, one, other) + 1;
    let [rarity, vocabulary] = [0, 0];
    for (let at = from; at < to; at++) {
      const place = (this.word[at] ?? 0) * CELLS;
      const without = WordCounts.outside(this.counts, place, 0, one, other);
      const within = WordCounts.outside(this.counts, place, 1, one, other);
      const pooled = (without + within + 0.5) / (zeros + ones - 1);
      rarity += Math.log(pooled);
      vocabulary += Math.log(((within + pooled) * zeros) / ((without + pooled) * ones));
    }
    const count = to - from;
    return count > 0 ? [rarity / count, vocabulary / count] : [0, 0];
  }
}

const SIZE = BLIND_FEATURES.length;

/** Centres and scales every feature by its mean and standard deviation over the rows that are fitted. */
function standardize(values: Float64Array, fitted: readonly number[], all: readonly number[]): void {
  for (let feature = 0; feature < SIZE; feature++) {
    let [sum, square] = [0, 0];
    for (const row of fitted) sum += values[row * SIZE + feature] ?? NaN;
    const mean = sum / fitted.length;
    for (const row of fitted) square += ((values[row * SIZE + feature] ?? NaN) - mean) ** 2;
    const sd = Math.sqrt(square / fitted.length);
    for (const row of all) {
      const place = row * SIZE + feature;
      values[place] = sd > 1e-12 ? ((values[place] ?? NaN) - mean) / sd : 0;
    }
  }
}

/**
 * Cross-validated log-odds of membership from texts alone: logistic regression on {@link BLIND_FEATURES}, in
 * {@link FOLDS} parts. The words of a text that is fitted are judged by the parts that are neither its own nor the
 * one left out, those of a text that is judged by all but its own. Deterministic for a seed. O(folds words).
 *
 * @throws {RangeError} if there is not one class a text.
 */
export function blindBaseline(features: TextFeatures, member: Membership, seed: number): BlindBaseline {
  if (member.length !== features.texts)
    throw new RangeError(`${member.length} classes of ${features.texts} texts`);
  const { of: fold, least } = dealFolds(features, member, seed);
  const used = Array.from(fold.keys()).filter((text) => (fold[text] ?? -1) >= 0);
  const members = used.filter((text) => member[text] === 1).length;
  const empty = (): Float64Array => new Float64Array(features.texts).fill(NaN);
  const baseline = {
    scores: empty(),
    features: BLIND_FEATURES.map(empty),
    members,
    nonMembers: used.length - members,
    isTooSmall: least < SMALLEST_CLASS,
  };
  if (baseline.isTooSmall) return baseline;
  const counts = new WordCounts(features, member, fold);
  const data: FeatureRows = { values: new Float64Array(features.texts * SIZE), features: SIZE };
  for (let part = 0; part < FOLDS; part++) {
    const judged = used.filter((text) => fold[text] === part);
    const fitted = used.filter((text) => fold[text] !== part);
    for (const text of used) {
      const plain = features.plain.subarray(text * PLAIN_FEATURES.length, (text + 1) * PLAIN_FEATURES.length);
      data.values.set(plain, text * SIZE);
      data.values.set(counts.wordFeatures(text, part, fold[text] ?? 0), text * SIZE + PLAIN_FEATURES.length);
    }
    for (const text of judged)
      baseline.features.forEach((values, feature) => {
        values[text] = data.values[text * SIZE + feature] ?? NaN;
      });
    standardize(data.values, fitted, used);
    const coefficients = fitLogistic(data, fitted, member);
    for (const text of judged) baseline.scores[text] = linearScore(coefficients, data, text);
  }
  return baseline;
}
