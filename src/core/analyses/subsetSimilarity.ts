/**
 * Experiment (b) of those that come with the page: does redundancy protect (Li et al. 2025, arXiv 2502.01187, remark
 * 2.7: texts that begin alike and go on differently are memorized less)? Similarity is that of embeddings.
 */
import { backgroundCosine, similarityGap, type SimilarityGap } from '../similarity/embeddings.ts';
import { gapIntervals, type GapIntervals } from '../similarity/gapIntervals.ts';
import { spearman, type Correlation } from '../statistics/association.ts';
import { stratifiedSpearman } from '../statistics/stratified.ts';
import { seededRandom } from '../random.ts';
import {
  embeddingsAt,
  type Background,
  type LocalSimilarity,
  type Space,
  type Spaces,
} from './similarity.ts';
import { subsetsOf, type Family, type Subset, type SubsetText } from './subsets.ts';

/** What the experiment is told of one text. */
export interface ComparedText extends SubsetText {
  /** Match lengths under the fine-tuned model and its base, tokens; NaN if unknown. */
  readonly matchLength: number;
  readonly baseMatchLength: number;
}

export interface SubsetSimilarity extends Pick<Subset, 'family' | 'name'> {
  readonly samples: number;
  /** Mean over its texts of the mean cosine to the nearest texts of the whole set, raw. */
  readonly redundancy: number;
  readonly raw: SimilarityGap;
  /** Less the mean of all texts. */
  readonly centred: SimilarityGap;
  /** Of the raw figures; null for fewer than three texts. */
  readonly intervals: GapIntervals | null;
  /** Mean N, censored ones as they are, tokens. */
  readonly meanLength: number;
  readonly baseMeanLength: number;
}

/** Rank correlation of a local measure with N, text by text; p by permutation. */
export interface GivenCopies {
  readonly plain: Correlation;
  /** Among texts of equal copies. */
  readonly copies: Correlation;
  /** Among texts of equal copies and of one kind. */
  readonly copiesAndKind: Correlation;
}

export interface SubsetComparison {
  readonly texts: number;
  readonly sets: readonly SubsetSimilarity[];
  readonly gap: Readonly<Record<Space, GivenCopies>>;
  readonly redundancy: Readonly<Record<Space, GivenCopies>>;
  /** Of the gap of a sub-set with its mean N, over sub-sets of one kind and mixtures; they share texts, so no p counts. */
  readonly overSets: Correlation;
  readonly background: Background;
}

/** Resamples behind each interval. */
export const GAP_REPLICATES = 1000;
const PAIRS = 10_000;

const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
};

function* correlate(
  measure: Float64Array,
  texts: readonly ComparedText[],
  seed: number,
): Generator<number, GivenCopies> {
  const n = Float64Array.from(texts, ({ matchLength }) => matchLength);
  const within = (strata: readonly (string | number)[]) => stratifiedSpearman(measure, n, strata, { seed });
  return {
    plain: yield* within(texts.map(() => 0)),
    copies: yield* within(texts.map(({ copies }) => copies)),
    copiesAndKind: yield* within(texts.map(({ copies, kind }) => `${copies} ${kind}`)),
  };
}

function* measureSubset(
  { family, name, rows }: Subset,
  spaces: Spaces,
  redundancy: Float64Array,
  texts: readonly ComparedText[],
  seed: number,
): Generator<number, SubsetSimilarity> {
  const members = Array.from(rows, (row) => texts[row]).filter((text) => text !== undefined);
  const raw = embeddingsAt(spaces.raw, rows);
  const centred = embeddingsAt(spaces.centred, rows);
  return {
    family,
    name,
    samples: members.length,
    redundancy: mean(Array.from(rows, (row) => redundancy[row] ?? NaN)),
    raw: similarityGap(raw.prefixes, raw.fulls),
    centred: similarityGap(centred.prefixes, centred.fulls),
    intervals:
      rows.length < 3
        ? null
        : yield* gapIntervals(raw.prefixes, raw.fulls, { seed, replicates: GAP_REPLICATES }),
    meanLength: mean(members.map(({ matchLength }) => matchLength)),
    baseMeanLength: mean(members.map(({ baseMatchLength }) => baseMatchLength)),
  };
}

/**
 * Compares sub-sets, and correlates what surrounds each text with its N.
 *
 * @param spaces embeddings of the texts that the model was trained on, and `local` what surrounds each.
 * @param texts in the same order.
 * @yields between two pieces of work.
 * @throws {RangeError} if the two differ in number.
 */
export function* compareSubsets(
  spaces: Spaces,
  local: Readonly<Record<Space, LocalSimilarity>>,
  texts: readonly ComparedText[],
  seed: number,
): Generator<number, SubsetComparison> {
  const { raw } = spaces;
  if (raw.fulls.n !== texts.length) throw new RangeError(`${raw.fulls.n} vectors for ${texts.length} texts`);
  const sets: SubsetSimilarity[] = [];
  for (const subset of subsetsOf(texts, local.raw.redundancy, seed))
    sets.push(yield* measureSubset(subset, spaces, local.raw.redundancy, texts, seed));
  const like: readonly Family[] = ['kind', 'mix'];
  const compared = sets.filter(({ family }) => like.includes(family));
  return {
    texts: texts.length,
    sets,
    gap: {
      raw: yield* correlate(local.raw.gap, texts, seed),
      centred: yield* correlate(local.centred.gap, texts, seed),
    },
    redundancy: {
      raw: yield* correlate(local.raw.redundancy, texts, seed),
      centred: yield* correlate(local.centred.redundancy, texts, seed),
    },
    overSets: spearman(
      compared.map(({ raw: { gap } }) => gap),
      compared.map(({ meanLength }) => meanLength),
    ),
    background: {
      prefix: backgroundCosine(raw.prefixes, seededRandom(seed), PAIRS),
      full: backgroundCosine(raw.fulls, seededRandom(seed), PAIRS),
    },
  };
}
