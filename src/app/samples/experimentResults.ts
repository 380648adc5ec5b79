/** What the built-in experiments give. */
import type { Accumulation, StructureContrast } from '../../core/analyses/experiments.ts';
import type { Redundancy } from '../../core/analyses/redundancy.ts';
import type { SubsetComparison } from '../../core/analyses/subsetSimilarity.ts';
import type { PanelRun } from './panelFile.ts';

/** Names of the experiments, in their order. */
export const EXPERIMENTS = ['length', 'similarity', 'structure'] as const;
export type ExperimentName = (typeof EXPERIMENTS)[number];

/** What one model gives. */
export interface ForBoth<T> {
  readonly target: T;
  readonly base: T;
}

/** What experiment (b) gives. */
export interface SimilarityResult {
  readonly subsets: SubsetComparison;
  /** What the hidden states are. */
  readonly layer: string;
  /** The same question by shared words, for comparison. */
  readonly lexical: Redundancy;
}

/** What each experiment gives. */
export interface ExperimentResults {
  readonly length: ForBoth<Accumulation>;
  readonly similarity: SimilarityResult;
  readonly structure: ForBoth<StructureContrast>;
}

/** An experiment that was run, with the run of the fine-tuned model that its numbers are from. */
export interface Experiment<Name extends ExperimentName> {
  readonly result: ExperimentResults[Name];
  readonly run: PanelRun;
}

/** Null for those that were not run. */
export type KnownExperiments = { readonly [Name in ExperimentName]: Experiment<Name> | null };

/** The same as a file holds it, whose numbers JSON can hold. */
export type FiledExperiments = Readonly<Record<ExperimentName, unknown>>;

export const NO_EXPERIMENTS: KnownExperiments = { length: null, similarity: null, structure: null };
