import type { Decomposition, Groups, Suffixes } from '../../core/analyses/decomposition.ts';
import type { Dependence, DependenceEstimates } from '../../core/analyses/dependence.ts';
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
  /** Means of random subsamples, one a point of its curve; null until they are there. */
  simulatedMaxima = $state.raw<Float64Array | null>(null);
  dependence = $state.raw<DependenceEstimates | null>(null);
  /** The same with its permutations; null until they are there. */
  permutedDependence = $state.raw<Dependence | null>(null);
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
    this.simulatedMaxima = null;
    this.dependence = null;
    this.permutedDependence = null;
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

  private async compute(input: AnalysisInput): Promise<void> {
    const { generation } = this;
    await this.estimate(input, generation);
    if (input.isFinal) await this.resample(input, generation);
  }

  /** All that needs no resampling, asked for at once: the worker answers in this order. */
  private async estimate(
    { matches, suffixes, groups, isScreened, isFinal }: AnalysisInput,
    generation: number,
  ): Promise<void> {
    const ask = async <T>(
      question: (api: StatisticsApi) => Promise<T>,
      take: (answer: T) => void,
    ): Promise<void> => {
      const answer = await this.client.ask(question);
      // Not if it is about samples that are not there any more.
      if (generation === this.generation) take(answer);
    };
    const asked = [
      ask(
        (api) => api.matchLengths(matches),
        (result) => (this.matchLengths = result),
      ),
      ask(
        (api) => api.decompose(matches, suffixes, groups),
        (result) => (this.decomposition = result),
      ),
      ask(
        (api) => api.skew(matches.n),
        (result) => {
          this.skew = result;
          this.skewIntervals = null;
          this.tailIntervals = null;
        },
      ),
      ask(
        (api) => api.worstCase(matches),
        (result) => {
          this.worstCase = result;
          this.simulatedMaxima = null;
        },
      ),
    ];
    if (isFinal && !isScreened)
      asked.push(
        ask(
          (api) => api.estimateDependence(matches, suffixes),
          (result) => {
            this.dependence = result;
            this.permutedDependence = null;
          },
        ),
      );
    await Promise.all(asked);
  }

  /** Intervals, simulations and permutations, the slowest last. */
  private async resample(
    { matches, suffixes, isScreened }: AnalysisInput,
    generation: number,
  ): Promise<void> {
    // Not for an input that is out of date by now.
    const isWanted = (): boolean => generation === this.generation && this.waiting === null;
    const ask = async <T>(
      question: (api: StatisticsApi) => Promise<T>,
      take: (answer: T) => void,
    ): Promise<void> => {
      const answer = await this.client.askLater(question, isWanted);
      if (answer !== null && generation === this.generation) take(answer);
    };
    if (this.skew?.allZero === false) {
      await ask(
        (api) => api.skewIntervals(matches.n, SEED),
        (result) => (this.skewIntervals = result),
      );
      await ask(
        (api) => api.tailIntervals(matches, SEED),
        (result) => (this.tailIntervals = result),
      );
    }
    await ask(
      (api) => api.simulateMaxima(matches.n, SEED),
      (result) => (this.simulatedMaxima = result),
    );
    if (!isScreened)
      await ask(
        (api) => api.dependence(matches, suffixes, SEED),
        (result) => (this.permutedDependence = result),
      );
  }
}
