/**
 * The contract between the page and the statistics worker. Every call is a pure function of its arguments: files
 * to samples as `core/samples` has it, samples to figures as `core/analyses` has it.
 */
import type { Decomposition, Groups, Suffixes } from '../core/analyses/decomposition.ts';
import type { Dependence } from '../core/analyses/dependence.ts';
import type { Accumulation, StructureContrast } from '../core/analyses/experiments.ts';
import type { MatchLengthAnalysis } from '../core/analyses/matchLengths.ts';
import type { Redundancy, RedundancySample } from '../core/analyses/redundancy.ts';
import type { SkewAnalysis } from '../core/analyses/skew.ts';
import type { WorstCase } from '../core/analyses/worstCase.ts';
import type { ReadOptions, SourceFile } from '../core/samples/readSamples.ts';
import type { ImportResult } from '../core/samples/sample.ts';
import type { BootstrapResult } from '../core/statistics/bootstrap.ts';

/** Match lengths of a data set: `[samples]`, NaN where unscored. */
export interface SampleMatches {
  readonly n: Float64Array;
  readonly length: Float64Array;
}

export interface StatisticsApi {
  /** @throws {RangeError} if the mapping has neither a text nor both a prefix and a suffix. */
  readSamples(files: readonly SourceFile[], options: ReadOptions): Promise<ImportResult>;
  matchLengths(matches: SampleMatches): Promise<MatchLengthAnalysis>;
  decompose(matches: SampleMatches, suffixes: Suffixes, groups: Groups | null): Promise<Decomposition>;
  skew(n: Float64Array): Promise<SkewAnalysis>;
  /** BCa intervals of the statistics of {@link skew}, in their order. */
  skewIntervals(n: Float64Array, seed: number): Promise<BootstrapResult[]>;
  /** The slowest one: with permutations. */
  dependence(matches: SampleMatches, suffixes: Suffixes, seed: number): Promise<Dependence>;
  worstCase(matches: SampleMatches, seed: number): Promise<WorstCase>;
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
