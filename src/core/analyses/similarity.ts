/**
 * What the panel "Similarity" shows: how alike the samples are to the model, and whether samples with like beginnings
 * and unlike ends, or in crowded places, are memorized less or more (Li et al. 2025, arXiv 2502.01187, remark 2.7).
 */
import { seededRandom } from '../random.ts';
import { backgroundCosine, similarityGap, type SimilarityGap } from '../similarity/embeddings.ts';
import {
  firstNeighbours,
  localGap,
  localRedundancy,
  neighbourBlocks,
  type Neighbours,
} from '../similarity/neighbours.ts';
import { componentsOf, type PrincipalComponents } from '../similarity/pca.ts';
import {
  effectiveRank,
  gramSpectrum,
  participationRatio,
  sampledUniformity,
  singularValues,
  stableRank,
  type GramSpectrum,
} from '../similarity/spectrum.ts';
import { centred, dot, unitVectors, type Vectors } from '../similarity/vectors.ts';
import { partialSpearman, spearmanPermutation, type Correlation } from '../statistics/association.ts';
import type { Groups } from './decomposition.ts';

/** Embeddings of the same samples: of their prefixes and of their full texts. All have a direction. */
export interface Embeddings {
  readonly prefixes: Vectors;
  readonly fulls: Vectors;
}

/** As the model has them, or less the mean of each set. */
export type Space = 'raw' | 'centred';

export type Spaces = Readonly<Record<Space, Embeddings>>;

/** Raw cosines are high for unrelated texts; centred ones are not. The two must not be compared. */
export const spacesOf = (raw: Embeddings): Spaces => ({
  raw,
  centred: { prefixes: centred(raw.prefixes), fulls: centred(raw.fulls) },
});

/** Similarity within a set of samples. */
export interface SetSimilarity {
  readonly name: string;
  readonly samples: number;
  readonly raw: SimilarityGap;
  /** Centred on the mean of all samples, not of the set alone. */
  readonly centred: SimilarityGap;
}

/** Mean cosine of random pairs of all samples, beside which every other cosine must be read. */
export interface Background {
  readonly prefix: number;
  readonly full: number;
}

export interface SimilarityFigures {
  readonly samples: number;
  readonly dimensions: number;
  readonly whole: SetSimilarity;
  /** Groups of two samples and more. */
  readonly groups: readonly SetSimilarity[];
  readonly background: Readonly<Record<Space, Background>>;
  /** Random pairs behind each of these. */
  readonly pairs: number;
}

const rowsOf = ({ d, values }: Vectors, rows: ArrayLike<number>): Vectors => {
  const chosen = new Float64Array(rows.length * d);
  for (let place = 0; place < rows.length; place++) {
    const from = (rows[place] ?? 0) * d;
    chosen.set(values.subarray(from, from + d), place * d);
  }
  return { n: rows.length, d, values: chosen };
};

/** Those of some samples. */
export const embeddingsAt = ({ prefixes, fulls }: Embeddings, rows: ArrayLike<number>): Embeddings => ({
  prefixes: rowsOf(prefixes, rows),
  fulls: rowsOf(fulls, rows),
});

const PAIRS = 10_000;

/** Similarities of all samples and of each group. O(n d). */
export function similarityFigures(spaces: Spaces, groups: Groups | null, seed: number): SimilarityFigures {
  const { raw } = spaces;
  const gapOf = ({ prefixes, fulls }: Embeddings) => similarityGap(prefixes, fulls);
  const within = (space: Space, rows: readonly number[]): SimilarityGap =>
    gapOf(embeddingsAt(spaces[space], rows));
  const background = ({ prefixes, fulls }: Embeddings): Background => ({
    prefix: backgroundCosine(prefixes, seededRandom(seed), PAIRS),
    full: backgroundCosine(fulls, seededRandom(seed), PAIRS),
  });
  const members = (groups?.names ?? []).map((name, group) => ({
    name,
    rows: Array.from(groups?.of ?? []).flatMap((of, row) => (of === group ? [row] : [])),
  }));
  return {
    samples: raw.prefixes.n,
    dimensions: raw.prefixes.d,
    whole: { name: 'all', samples: raw.prefixes.n, raw: gapOf(raw), centred: gapOf(spaces.centred) },
    groups: members
      .filter(({ rows }) => rows.length > 1)
      .map(({ name, rows }) => ({
        name,
        samples: rows.length,
        raw: within('raw', rows),
        centred: within('centred', rows),
      })),
    background: { raw: background(raw), centred: background(spaces.centred) },
    pairs: PAIRS,
  };
}

/** How many directions a set of embeddings uses; its rank and its ratio are at most min(n, d). */
export interface SetSpectrum {
  readonly of: 'prefixes' | 'full texts';
  readonly space: Space;
  /** Singular values, largest first. */
  readonly singular: Float64Array;
  readonly effectiveRank: number;
  readonly participationRatio: number;
  readonly stableRank: number;
  readonly uniformity: number;
}

/** The full texts on their first two principal components, and the spectrum that these come from. */
export interface SimilarityMap {
  readonly components: PrincipalComponents;
  readonly spectrum: GramSpectrum;
}

/** The map by PCA. O(n d min(n, d) + min(n, d)^3). */
export function similarityMap({ centred: { fulls } }: Spaces): SimilarityMap {
  const spectrum = gramSpectrum(fulls);
  return { components: componentsOf(fulls, spectrum), spectrum };
}

const SPECTRUM_PARTS = [
  { of: 'full texts', space: 'centred' },
  { of: 'prefixes', space: 'centred' },
  { of: 'full texts', space: 'raw' },
  { of: 'prefixes', space: 'raw' },
] as const;

/**
 * Spectra of both sets, raw and centred. O(n d min(n, d) + min(n, d)^3) each.
 *
 * @param known of the centred full texts.
 */
export function similaritySpectra(spaces: Spaces, known: GramSpectrum, seed: number): SetSpectrum[] {
  const setOf = ({ of, space }: Pick<SetSpectrum, 'of' | 'space'>): Vectors =>
    of === 'prefixes' ? spaces[space].prefixes : spaces[space].fulls;
  return SPECTRUM_PARTS.map((part, index): SetSpectrum => {
    const vectors = setOf(part);
    const singular = index === 0 ? known.eigenvalues.map(Math.sqrt) : singularValues(vectors);
    return {
      ...part,
      singular,
      effectiveRank: effectiveRank(singular),
      participationRatio: participationRatio(singular),
      stableRank: stableRank(singular),
      uniformity: sampledUniformity(vectors, seededRandom(seed)),
    };
  });
}

/** Neighbours that the local measures look at. */
export const LOCAL_NEIGHBOURS = 10;

/** Neighbours that a map is laid out from. */
export const MAP_NEIGHBOURS = 14;

/** Cosine above which a neighbour counts as close. */
export const CLOSE = 0.95;

/** What surrounds each sample. */
export interface LocalSimilarity {
  /** `[n]` mean of cos(full texts) - cos(prefixes) over the nearest prefixes; negative: like beginnings, unlike ends. */
  readonly gap: Float64Array;
  /** `[n]` mean cosine to the nearest full texts. */
  readonly redundancy: Float64Array;
  /** `[n]` share of these with a cosine above {@link CLOSE}. */
  readonly closeShare: Float64Array;
}

/** Share of all pairs behind the first rows, where row i has n - i left. */
const shareOfPairs = (row: number, n: number): number => 1 - (1 - row / n) ** 2;

/**
 * Local gap and local redundancy of every sample, by comparing all pairs. O(n^2 d).
 *
 * @yields the share done, 0 .. 1, every few milliseconds of work.
 * @returns with them the neighbours of the full texts, from which a map can be laid out.
 */
export function* localSimilarity({
  prefixes,
  fulls,
}: Embeddings): Generator<number, LocalSimilarity & { readonly neighbours: Neighbours }> {
  const { n } = prefixes;
  const found: Neighbours[] = [];
  for (const [set, vectors, k] of [
    [0, prefixes, LOCAL_NEIGHBOURS],
    [1, fulls, MAP_NEIGHBOURS],
  ] as const) {
    const blocks = neighbourBlocks(vectors, k);
    for (let step = blocks.next(); ; step = blocks.next()) {
      if (step.done === true) {
        found.push(step.value);
        break;
      }
      yield (set + shareOfPairs(step.value, n)) / 2;
    }
  }
  const [ofPrefixes, neighbours] = found;
  if (!ofPrefixes || !neighbours) throw new RangeError('no neighbours');
  const { meanCosine, closeShare } = localRedundancy(firstNeighbours(neighbours, LOCAL_NEIGHBOURS), n, CLOSE);
  return { gap: localGap(ofPrefixes, fulls), redundancy: meanCosine, closeShare, neighbours };
}

/** Rank correlation of a local measure with the match length. */
export interface LocalAssociation {
  /** p by permutation. */
  readonly plain: Correlation;
  /** With the covariate's part removed; p by Student's t. Null without a covariate. */
  readonly partial: Correlation | null;
}

/**
 * Spearman's rho of a local measure and N, alone and given a covariate such as the number of copies.
 *
 * @yields the share done, 0 .. 1.
 * @throws {RangeError} if the columns differ in length.
 */
export function* associateLocal(
  measure: Float64Array,
  n: Float64Array,
  covariate: Float64Array | null,
  seed: number,
): Generator<number, LocalAssociation> {
  const plain = yield* spearmanPermutation(measure, n, { seed });
  return { plain, partial: covariate && partialSpearman(measure, n, covariate) };
}

/** A sample beside another one. */
export interface NearSample {
  readonly row: number;
  readonly prefix: number;
  readonly full: number;
}

/**
 * The k samples nearest to one, by the cosine of their prefixes or of their full texts, nearest first; ties in the
 * order of the rows. O(n d).
 */
export function nearestTo(
  { prefixes, fulls }: Embeddings,
  row: number,
  by: 'prefix' | 'full',
  k: number,
): NearSample[] {
  const [unitPrefixes, unitFulls] = [unitVectors(prefixes), unitVectors(fulls)];
  return Array.from({ length: prefixes.n }, (_, other) => ({
    row: other,
    prefix: dot(unitPrefixes, row, unitPrefixes, other),
    full: dot(unitFulls, row, unitFulls, other),
  }))
    .filter((near) => near.row !== row && !Number.isNaN(near[by]))
    .sort((a, b) => b[by] - a[by] || a.row - b.row)
    .slice(0, k);
}
