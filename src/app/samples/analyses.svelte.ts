import type { Decomposition, Groups, Suffixes } from '../../core/analyses/decomposition.ts';
import type { Dependence } from '../../core/analyses/dependence.ts';
import type { MatchLengthAnalysis } from '../../core/analyses/matchLengths.ts';
import type { SkewAnalysis } from '../../core/analyses/skew.ts';
import type { WorstCase } from '../../core/analyses/worstCase.ts';
import type { BootstrapResult } from '../../core/statistics/bootstrap.ts';
import { StatisticsClient } from '../../engine/statisticsClient.ts';
import { asMemoscopeError } from '../../protocol/errors.ts';
import type { SampleMatches, StatisticsApi } from '../../protocol/statistics.ts';

/** What the panels are computed from. */
export interface AnalysisInput {
  readonly matches: SampleMatches;
  readonly suffixes: Suffixes;
  readonly groups: Groups | null;
  /** True if no token behind a first miss is known. */
  readonly isScreened: boolean;
  /** True once no more samples come: then intervals are worth their time. */
  readonly isFinal: boolean;
}

/** Seed of every resampling on the page; it is shown and saved with the numbers. */
export const SEED = 20_250_203;

/**
 * Results of the panels, computed in the worker: estimates first, intervals as they come. While one input is
 * being worked on, only the newest of those that arrive is kept.
 */
export class Analyses {
  matchLengths = $state.raw<MatchLengthAnalysis | null>(null);
  decomposition = $state.raw<Decomposition | null>(null);
  skew = $state.raw<SkewAnalysis | null>(null);
  /** In the order of `SKEW_STATISTICS`; null until they are there. */
  skewIntervals = $state.raw<readonly BootstrapResult[] | null>(null);
  /** One a threshold of the tail; null until they are there. */
  tailIntervals = $state.raw<readonly (BootstrapResult | null)[] | null>(null);
  worstCase = $state.raw<WorstCase | null>(null);
  dependence = $state.raw<Dependence | null>(null);
  /** True while the worker is at it. */
  isBusy = $state(false);
  problem = $state<string | null>(null);

  readonly client: StatisticsClient;
  private waiting: AnalysisInput | null = null;
  /** Counts the data sets. */
  private generation = 0;

  constructor(client = new StatisticsClient()) {
    this.client = client;
  }

  /** Takes everything off the panels. */
  clear(): void {
    this.generation++;
    this.waiting = null;
    this.matchLengths = null;
    this.decomposition = null;
    this.skew = null;
    this.skewIntervals = null;
    this.tailIntervals = null;
    this.worstCase = null;
    this.dependence = null;
    this.problem = null;
  }

  /** Brings the panels up to date. Never rejects. */
  async update(input: AnalysisInput): Promise<void> {
    this.waiting = input;
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (let next = this.take(); next; next = this.take()) await this.compute(next);
      this.problem = null;
    } catch (thrown) {
      this.problem = asMemoscopeError(thrown).message;
    } finally {
      this.isBusy = false;
    }
  }

  private take(): AnalysisInput | null {
    const next = this.waiting;
    this.waiting = null;
    return next;
  }

  private async compute({ matches, suffixes, groups, isScreened, isFinal }: AnalysisInput): Promise<void> {
    const { n } = matches;
    await this.ask(
      (api) => api.matchLengths(matches),
      (result) => (this.matchLengths = result),
    );
    await this.ask(
      (api) => api.decompose(matches, suffixes, groups),
      (result) => (this.decomposition = result),
    );
    await this.ask(
      (api) => api.skew(n),
      (result) => (this.skew = result),
    );
    this.skewIntervals = null;
    this.tailIntervals = null;
    await this.ask(
      (api) => api.worstCase(matches, SEED),
      (result) => (this.worstCase = result),
    );
    // They take longest: not for an input that is out of date by now.
    if (isFinal && !this.waiting && this.skew?.allZero === false) {
      await this.ask(
        (api) => api.skewIntervals(n, SEED),
        (result) => (this.skewIntervals = result),
      );
      await this.ask(
        (api) => api.tailIntervals(matches, SEED),
        (result) => (this.tailIntervals = result),
      );
    }
    if (isFinal && !isScreened && !this.waiting)
      await this.ask(
        (api) => api.dependence(matches, suffixes, SEED),
        (result) => (this.dependence = result),
      );
  }

  /** Drops an answer about samples that are not there any more. */
  private async ask<T>(
    question: (api: StatisticsApi) => Promise<T>,
    take: (result: T) => void,
  ): Promise<void> {
    const { generation } = this;
    const answer = await this.client.ask(question);
    if (generation === this.generation) take(answer);
  }
}
