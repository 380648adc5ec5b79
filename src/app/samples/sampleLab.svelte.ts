import type { SampleCut } from '../../engine/sampleStore.ts';
import { asMemoscopeError } from '../../protocol/errors.ts';
import { groupColumns, loadPlanted, type DataSet } from './dataSet.ts';
import { SampleRun, type SampleRunHost } from './sampleRun.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { TableView } from './tableView.svelte.ts';

/** Everything in the view "Samples": what was put in, what is scored of it, what is selected and how it is grouped. */
export class SampleLab {
  readonly run: SampleRun;
  readonly selection = new Selection();
  readonly table: TableView;
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

  constructor(host: SampleRunHost) {
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
