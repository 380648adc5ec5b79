import type { Groups } from '../../core/analyses/decomposition.ts';
import type { Redundancy, RedundancySample } from '../../core/analyses/redundancy.ts';
import type { ComparedText } from '../../core/analyses/subsetSimilarity.ts';
import type { SimilarityClient } from '../../engine/similarityClient.ts';
import type { StatisticsClient } from '../../engine/statisticsClient.ts';
import { asMemoscopeError, MemoscopeError } from '../../protocol/errors.ts';
import { SEED } from './analyses.svelte.ts';
import { groupsBy, loadPlanted } from './dataSet.ts';
import {
  EXPERIMENTS,
  NO_EXPERIMENTS,
  type ExperimentName,
  type ExperimentResults,
  type KnownExperiments,
} from './experimentResults.ts';
import { snapshotOfRun } from './panelFile.ts';
import { suffixesOf } from './runArrays.ts';
import { embeddingsOfSome } from './sampleEmbeddings.ts';
import { SampleRun } from './sampleRun.svelte.ts';
import type { SampleRunHost } from './sampleRunHost.ts';

/** Kinds of planted texts that have a form, and those that are free; the others are in between. */
export const STRUCTURED = ['code', 'record'] as const;
export const PROSE = ['prose', 'verse'] as const;

/** The built-in experiments: each scores the planted set, with the shipped adapter and without, and measures. */
export class Experiments {
  known = $state.raw<KnownExperiments>(NO_EXPERIMENTS);
  /** The one that is at work; null for none. */
  active = $state<ExperimentName | null>(null);
  problem = $state<string | null>(null);
  /** Runs of their own: what is shown elsewhere stays as it is. What is stored of the same question is used. */
  readonly target: SampleRun;
  readonly base: SampleRun;
  private readonly client: StatisticsClient;
  private stopping = new AbortController();
  /** Those at work. */
  private runs = $state.raw<readonly SampleRun[]>([]);
  /** What a file showed; what was run here since is not among it. */
  private filed = $state.raw<KnownExperiments>(NO_EXPERIMENTS);

  /** @param similarity tests put a client without a worker here; it is not the one of what is shown elsewhere. */
  constructor(host: SampleRunHost, client: StatisticsClient, similarity?: SimilarityClient) {
    this.client = client;
    this.target = new SampleRun(host, similarity);
    this.base = new SampleRun(host);
    this.base.subject = null;
  }

  /** Samples that are scored by now, of all runs at work, and all. */
  readonly progress = $derived.by(() => ({
    scored: this.runs.reduce((sum, { scored }) => sum + scored, 0),
    total: this.runs.reduce((sum, { total }) => sum + total, 0),
  }));

  /** True while any that came from a file is shown. */
  readonly areFiled = $derived(
    EXPERIMENTS.some((name) => this.known[name] && this.known[name] === this.filed[name]),
  );

  /** Runs one experiment; the planted set is scored for it if it is not yet. Never rejects. */
  run(name: ExperimentName): Promise<void> {
    return this.work([name], (run) => this.score(run, name === 'similarity'));
  }

  /**
   * Takes off what is shown, scores the planted set anew and runs the same experiments again. Never rejects.
   *
   * @param fresh key of a run that was scored just now, which need not be scored once more; null for none.
   */
  repeat(fresh: string | null): Promise<void> {
    const names = EXPERIMENTS.filter((name) => this.known[name]);
    if (this.active === null) this.known = NO_EXPERIMENTS;
    return this.work(names, async (run) => {
      if (!run.dataSet || run.key === fresh) await run.open(run.dataSet ?? (await loadPlanted()));
      if (run.key !== fresh) {
        await run.restart();
        this.expectScored(run);
      } else await this.score(run, names.includes('similarity'));
    });
  }

  /** Shows those of a file in the place of what is there. */
  show(filed: KnownExperiments): void {
    this.stop();
    this.known = filed;
    this.filed = filed;
    this.problem = null;
  }

  /** Takes off those that came from a file. */
  leaveFile(): void {
    const { known, filed } = this;
    const own = <Name extends ExperimentName>(name: Name) =>
      known[name] === filed[name] ? null : known[name];
    this.known = { length: own('length'), similarity: own('similarity'), structure: own('structure') };
    this.filed = NO_EXPERIMENTS;
  }

  private async work(
    names: readonly ExperimentName[],
    score: (run: SampleRun) => Promise<void>,
  ): Promise<void> {
    const [first] = names;
    if (this.active !== null || first === undefined) return;
    this.active = first;
    this.problem = null;
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.runs = names.every((name) => name === 'similarity') ? [this.target] : [this.target, this.base];
    try {
      for (const run of this.runs) {
        await score(run);
        signal.throwIfAborted();
      }
      for (const name of names) {
        this.active = name;
        const result = await this.measure[name]();
        signal.throwIfAborted();
        this.known = { ...this.known, [name]: { result, run: snapshotOfRun(this.target) } };
      }
    } catch (thrown) {
      const { kind, message } = asMemoscopeError(thrown);
      this.problem = signal.aborted || kind === 'Cancelled' ? 'Stopped; what was scored is kept.' : message;
    } finally {
      this.active = null;
    }
  }

  stop(): void {
    this.target.stop();
    this.base.stop();
    this.stopping.abort();
  }

  /**
   * @param needsEmbeddings a run that an earlier version stored has none: it is scored again.
   * @throws {MemoscopeError} unless every sample that can be scored is.
   */
  private async score(run: SampleRun, needsEmbeddings = false): Promise<void> {
    if (!run.dataSet) await run.open(await loadPlanted());
    if (needsEmbeddings && run.isComplete && run.embeddings.size < run.scored) await run.restart(true);
    else if (!run.isComplete) await run.run();
    this.expectScored(run);
  }

  private expectScored(run: SampleRun): void {
    if (run.status.kind === 'failed') throw run.status.error;
    if (!run.isComplete) throw new MemoscopeError('Cancelled', 'stopped');
  }

  private column(name: string): (string | number)[] {
    return (this.target.dataSet?.samples ?? []).map(({ columns }) => {
      const value = columns[name];
      return typeof value === 'number' ? value : String(value ?? '');
    });
  }

  /** A text that was never trained on cannot be memorized: it says nothing about what protects. */
  private isTrained(index: number): boolean {
    return Number(this.target.dataSet?.samples[index]?.columns['copies']) > 0;
  }

  private lexical(): Promise<Redundancy> {
    const { dataSet, results } = this.target;
    const samples = (dataSet?.samples ?? []).flatMap((sample, index): RedundancySample[] => {
      const { scored, cut } = results[index] ?? {};
      if (!scored || !cut || !this.isTrained(index)) return [];
      return [
        {
          set: String(sample.columns['kind']),
          prefix: sample.text.slice(cut.from, cut.cut),
          text: sample.text.slice(cut.from, cut.to),
          copies: Number(sample.columns['copies']),
          matchLength: scored.matchLength,
          baseMatchLength: scored.baseMatchLength,
        },
      ];
    });
    return this.client.ask((api) => api.redundancy(samples));
  }

  private readonly measure: { readonly [Name in ExperimentName]: () => Promise<ExperimentResults[Name]> } = {
    length: async () => {
      const groups: Groups = groupsBy(this.target.dataSet?.samples ?? [], 'copies');
      const of = async (run: SampleRun) => {
        const suffixes = await suffixesOf(run.results);
        return this.client.ask((api) => api.accumulate(run.matches(), suffixes, groups));
      };
      return { target: await of(this.target), base: await of(this.base) };
    },
    similarity: async () => {
      const [known, lexical] = [this.target.embeddings.known(), await this.lexical()];
      if (!known)
        throw new MemoscopeError(
          'InvalidInput',
          'This model does not show its hidden states, so there are no embeddings to compare.',
        );
      const { samples } = this.target.dataSet ?? { samples: [] };
      const { signal } = this.stopping;
      const trained = embeddingsOfSome(known, (sample) => this.isTrained(sample));
      const client = this.target.similarity;
      const rows = await client.open(trained.prefixes, trained.fulls);
      const texts = Array.from(rows, (row): ComparedText => {
        const sample = trained.samples[row] ?? 0;
        const { scored } = this.target.results[sample] ?? {};
        return {
          kind: String(samples[sample]?.columns['kind']),
          copies: Number(samples[sample]?.columns['copies']),
          matchLength: scored?.matchLength ?? NaN,
          baseMatchLength: scored?.baseMatchLength ?? NaN,
        };
      });
      const subsets = await client.ask((api) => api.compareSubsets(texts, SEED, { signal }));
      return { subsets, layer: known.layer, lexical };
    },
    structure: async () => {
      const kinds = this.column('kind');
      const sides = Int8Array.from(kinds, (kind) => {
        if ((STRUCTURED as readonly unknown[]).includes(kind)) return 1;
        return (PROSE as readonly unknown[]).includes(kind) ? 0 : -1;
      });
      const copies = Float64Array.from(this.column('copies'), Number);
      const of = async (run: SampleRun) => {
        const suffixes = await suffixesOf(run.results);
        return this.client.ask((api) => api.contrastStructure(run.matches(), suffixes, sides, copies, SEED));
      };
      return { target: await of(this.target), base: await of(this.base) };
    },
  };
}
