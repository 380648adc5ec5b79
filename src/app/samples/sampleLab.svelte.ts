import type { SampleCut } from '../../engine/sampleStore.ts';
import type { StatisticsClient } from '../../engine/statisticsClient.ts';
import { asMemoscopeError } from '../../protocol/errors.ts';
import { Analyses, type AnalysisInput } from './analyses.svelte.ts';
import { groupColumns, loadPlanted, valuesOf, type DataSet } from './dataSet.ts';
import { SampleRun, type SampleRunHost } from './sampleRun.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { TableView } from './tableView.svelte.ts';

/** Everything in the view "Samples": what was put in, what is scored of it, what is selected and how it is grouped. */
export class SampleLab {
  readonly run: SampleRun;
  readonly selection = new Selection();
  readonly table: TableView;
  readonly analyses: Analyses;
  /** Why the input cannot be read, with the remedy. */
  inputProblem = $state<string | null>(null);
  /** Column whose values are compared; null for one group. */
  group = $state<string | null>(null);
  private isStarted = false;

  /** Columns that can name groups. */
  readonly groups = $derived.by(() => (this.run.dataSet ? groupColumns(this.run.dataSet) : []));

  /** N and L of every sample; NaN where it is not scored. */
  readonly matches = $derived.by(() => {
    const { results, revision } = this.run;
    const n = new Float64Array(revision >= 0 ? results.length : 0).fill(NaN);
    const length = n.slice();
    results.forEach((result, index) => {
      n[index] = result?.scored.matchLength ?? NaN;
      length[index] = result?.scored.suffixTokens ?? NaN;
    });
    return { n, length };
  });

  /** @param statistics tests put a client without a worker here. */
  constructor(host: SampleRunHost, statistics?: StatisticsClient) {
    this.analyses = new Analyses(statistics);
    this.run = new SampleRun(host);
    this.table = new TableView(this.run, this.selection);
  }

  /** Opens the view for the first time: on the samples of the last visit, else on the planted set. Never rejects. */
  async start(): Promise<void> {
    if (this.isStarted) return;
    this.isStarted = true;
    await this.openPlanted();
  }

  async openPlanted(): Promise<void> {
    await this.attempt(async () => {
      await this.open(await loadPlanted());
    });
  }

  /** Puts samples in. */
  async open(dataSet: DataSet): Promise<void> {
    this.inputProblem = null;
    this.selection.reset();
    this.table.reset();
    const columns = groupColumns(dataSet);
    this.group = columns.includes('copies') ? 'copies' : (columns[0] ?? null);
    await this.run.open(dataSet);
  }

  /** Which group each sample is in; null without groups. */
  readonly groupOf = $derived.by(() => {
    const { dataSet } = this.run;
    const { group } = this;
    if (!dataSet || group === null) return null;
    const names = valuesOf(dataSet.samples, group);
    const places = Object.fromEntries(names.map((name, place) => [name, place]));
    const of = Int16Array.from(dataSet.samples, ({ columns }) => places[String(columns[group] ?? '')] ?? -1);
    return { names, of };
  });

  /** What the panels are to be computed from. */
  analysisInput(): AnalysisInput {
    const { results, isBusy } = this.run;
    const offsets = new Uint32Array(results.length + 1);
    results.forEach((result, index) => {
      offsets[index + 1] = (offsets[index] ?? 0) + (result?.scored.logprobs.length ?? 0);
    });
    const values = new Float32Array(offsets.at(-1) ?? 0);
    results.forEach((result, index) => {
      if (result) values.set(result.scored.logprobs, offsets[index]);
    });
    return { matches: this.matches, suffixes: { values, offsets }, groups: this.groupOf, isFinal: !isBusy };
  }

  /** Where a sample is cut; null until it is tokenized. */
  cutOf(index: number): SampleCut | null {
    const { results, prepared, revision } = this.run;
    return (revision >= 0 ? results[index]?.cut : null) ?? prepared[index]?.cut ?? null;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.inputProblem = asMemoscopeError(thrown).message;
    }
  }
}
