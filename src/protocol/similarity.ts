/**
 * The contract between the page and the similarity worker: whatever compares samples pair by pair, so that the
 * figures of the statistics worker need not wait for it. It keeps the embeddings it was opened with.
 */
import type { Groups } from '../core/analyses/decomposition.ts';
import type {
  LocalAssociation,
  LocalSimilarity,
  NearSample,
  SetSpectrum,
  SimilarityFigures,
  Space,
} from '../core/analyses/similarity.ts';
import type { ComparedText, SubsetComparison } from '../core/analyses/subsetSimilarity.ts';
import type { Duplicates } from '../core/similarity/duplicates.ts';
import type { GapIntervals } from '../core/similarity/gapIntervals.ts';
import type { PrincipalComponents } from '../core/similarity/pca.ts';
import type { QuantizedVectors } from '../core/similarity/quantized.ts';
import type { TokenRows } from '../core/tokenRows.ts';
import type { Cancellation } from './cancellation.ts';

/** Which local measure. */
export type LocalMeasure = 'gap' | 'redundancy';

export interface SimilarityApi {
  findDuplicates(rows: TokenRows): Promise<Duplicates>;

  /** Takes embeddings in; samples without a direction in both sets are left out. @returns the rows that stay. */
  open(prefixes: QuantizedVectors, fulls: QuantizedVectors): Promise<Uint32Array>;

  // From here on a row is a place in what `open` returned, and arrays have one value for each.

  /** @throws {MemoscopeError} `InvalidInput` if nothing is open; so do all below. */
  figures(groups: Groups | null, seed: number): Promise<SimilarityFigures>;
  /** The full texts on their first two principal components. */
  components(): Promise<PrincipalComponents>;
  spectra(seed: number): Promise<readonly SetSpectrum[]>;
  /** Of all rows, or of some. */
  intervals(
    space: Space,
    rows: Uint32Array | null,
    seed: number,
    onProgress: (done: number) => void,
    cancellation: Cancellation,
  ): Promise<GapIntervals>;
  /** Compares all pairs: seconds for thousands of samples. @throws {MemoscopeError} `Cancelled`. */
  local(
    space: Space,
    onProgress: (done: number) => void,
    cancellation: Cancellation,
  ): Promise<LocalSimilarity>;
  /** Needs `local` of that space. */
  associate(
    space: Space,
    measure: LocalMeasure,
    n: Float64Array,
    covariate: Float64Array | null,
    seed: number,
    cancellation: Cancellation,
  ): Promise<LocalAssociation>;
  /** Experiment (b) over all rows, `texts` in their order. @throws {MemoscopeError} `Cancelled`. */
  compareSubsets(
    texts: readonly ComparedText[],
    seed: number,
    cancellation: Cancellation,
  ): Promise<SubsetComparison>;
  nearest(space: Space, row: number, by: 'prefix' | 'full', k: number): Promise<NearSample[]>;
  /** `[rows * 2]` places on a map laid out by UMAP from the neighbours that `local` found. @throws as `local`. */
  layOut(
    space: Space,
    seed: number,
    onProgress: (done: number) => void,
    cancellation: Cancellation,
  ): Promise<Float32Array>;
}
