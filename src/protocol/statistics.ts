/**
 * The contract between the page and the statistics worker. Every call is a pure function of its arguments: files
 * to samples as `core/samples` has it, samples to figures as `core/analyses` has it.
 */
import type { Decomposition, Groups, Suffixes } from '../core/analyses/decomposition.ts';
import type { CeilingAnalysis } from '../core/analyses/ceilings.ts';
import type { GroupEstimates, GroupTests } from '../core/analyses/groups.ts';
import type { Dependence, DependenceEstimates } from '../core/analyses/dependence.ts';
import type { Accumulation, StructureContrast } from '../core/analyses/experiments.ts';
import type { MatchLengthAnalysis } from '../core/analyses/matchLengths.ts';
import type {
  BlindEvaluation,
  MembershipEstimates,
  MembershipIntervals,
} from '../core/analyses/membership.ts';
import type { PairedAnalysis } from '../core/analyses/paired.ts';
import type { Redundancy, RedundancySample } from '../core/analyses/redundancy.ts';
import type { SkewAnalysis } from '../core/analyses/skew.ts';
import type { WorstCase } from '../core/analyses/worstCase.ts';
import type { ImportBatch, ReadOptions, SourceFile } from '../core/samples/readSamples.ts';
import type { ImportResult } from '../core/samples/sample.ts';
import type { BootstrapResult } from '../core/statistics/bootstrap.ts';
import type { TextFeatures } from '../core/textFeatures.ts';
import type { TokenRows } from '../core/tokenRows.ts';
import type { Cancellation } from './cancellation.ts';

/** Match lengths of a data set: `[samples]`, NaN where unscored. */
export interface SampleMatches {
  readonly n: Float64Array;
  readonly length: Float64Array;
}

/** A file as a visitor gave it. */
export interface InputFile extends SourceFile {
  /** Holds the bytes of a large file in place of `bytes`, so that only the worker has them in memory. */
  readonly blob?: Blob;
}

export interface StatisticsApi {
  /**
   * Reads files and hands over what it finds batch by batch: a hundred thousand samples in one message would block
   * the page for more than a second.
   *
   * @returns what is known at the end, with the samples and problems that were not handed over.
   * @throws {RangeError} if the mapping has neither a text nor both a prefix and a suffix.
   * @throws {MemoscopeError} `Cancelled`; `InvalidInput` if a file cannot be read any more.
   */
  readSamples(
    files: readonly InputFile[],
    options: ReadOptions,
    onBatch: (batch: ImportBatch) => void,
    cancellation: Cancellation,
  ): Promise<ImportResult>;
  matchLengths(matches: SampleMatches): Promise<MatchLengthAnalysis>;
  decompose(matches: SampleMatches, suffixes: Suffixes, groups: Groups | null): Promise<Decomposition>;
  skew(n: Float64Array): Promise<SkewAnalysis>;
  /** BCa intervals of the statistics of {@link skew}, in their order. */
  skewIntervals(n: Float64Array, seed: number): Promise<BootstrapResult[]>;
  /** BCa intervals of the tail index, one a threshold; null where it has none. */
  tailIntervals(matches: SampleMatches, seed: number): Promise<(BootstrapResult | null)[]>;
  estimateDependence(matches: SampleMatches, suffixes: Suffixes): Promise<DependenceEstimates>;
  /** The slowest one: with permutations. */
  dependence(matches: SampleMatches, suffixes: Suffixes, seed: number): Promise<Dependence>;
  worstCase(matches: SampleMatches): Promise<WorstCase>;
  /** Means over random subsamples, one a point of the curve of {@link worstCase}. */
  simulateMaxima(n: Float64Array, seed: number): Promise<Float64Array>;
  estimateGroups(matches: SampleMatches, groups: Groups): Promise<GroupEstimates>;
  testGroups(matches: SampleMatches, groups: Groups, seed: number): Promise<GroupTests>;
  /** @throws {RangeError} if a suffix begins behind its sample. */
  ceilings(rows: TokenRows, suffixStarts: Uint32Array, n: Float64Array): Promise<CeilingAnalysis>;
  /** @throws {RangeError} if the runs differ in their number of samples. */
  comparePaired(before: SampleMatches, after: SampleMatches): Promise<PairedAnalysis>;
  textFeatures(texts: readonly string[], zlibBytes: Float64Array): Promise<TextFeatures>;
  /** Scores in the order of `MEMBERSHIP_SCORES`. */
  membership(scores: readonly Float64Array[], member: Int8Array): Promise<MembershipEstimates>;
  /** What the texts tell without the model. @throws {RangeError} unless there is one class a text. */
  blindMembership(features: TextFeatures | null, member: Int8Array, seed: number): Promise<BlindEvaluation>;
  membershipIntervals(
    scores: readonly Float64Array[],
    blindScores: Float64Array,
    member: Int8Array,
    seed: number,
  ): Promise<MembershipIntervals>;
  /** The built-in experiments: see `core/analyses/experiments`. */
  accumulate(matches: SampleMatches, suffixes: Suffixes, groups: Groups | null): Promise<Accumulation>;
  redundancy(samples: readonly RedundancySample[]): Promise<Redundancy>;
  contrastStructure(
    matches: SampleMatches,
    suffixes: Suffixes,
    isStructured: Int8Array,
    stratum: Float64Array,
    seed: number,
  ): Promise<StructureContrast>;
}
