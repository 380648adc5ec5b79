import {
  compareColumn,
  compareTables,
  listDifference,
  type ColumnDifference,
  type NamedTable,
  type TableDifference,
} from '../../core/samples/compareResults.ts';
import type { Vocabulary } from '../../engine/vocabulary.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import { devicesText } from '../originText.ts';
import { plainCell, type AnalysisHead } from './analysisFile.ts';
import type { Experiments } from './experiments.svelte.ts';
import { columnsOf, type SampleColumn } from './sampleColumns.ts';
import type { SampleRun } from './sampleRun.svelte.ts';
import { Slices } from './slices.ts';

/** Up to here two values are the same but for rounding: another device rounds otherwise. In each column's unit. */
export const TOLERANCE = 0.001;

/** Columns of counts and flags have no decimals, and the share of right tokens is a count too. */
const isCounted = ({ id, digits }: SampleColumn): boolean => !digits || id === 'accuracy';

/** Numbers of a run that is over, kept to be compared with those of another. */
export interface Baseline {
  readonly results: readonly (StoredSample | null)[];
  readonly facts: Readonly<Record<string, string>>;
  readonly problems: number;
  readonly panels: readonly NamedTable[];
}

/** A setting that is another one now. */
export interface FactDifference {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export interface RunComparison {
  readonly samples: number;
  /** Model, adapter, device and so on, where they differ. */
  readonly facts: readonly FactDifference[];
  readonly columns: readonly ColumnDifference[];
}

/** All that may explain a difference, in words. */
export function factsOf({ settings, origin, problems, scored }: SampleRun): Record<string, string> {
  const { modelHash, adapterId, adapterHash, split } = settings ?? {};
  const { device, threads, appVersion } = origin ?? {};
  const facts = {
    'model’s SHA-256': modelHash,
    adapter: adapterId,
    'adapter’s SHA-256': adapterHash,
    split,
    device,
    'name of the device': origin && devicesText(origin),
    threads,
    'version of Memoscope': appVersion,
    'samples scored': scored,
    'rows left out': problems.length,
  };
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value ?? 'none')]));
}

const plainTable = ({ id, title, header, rows }: NamedTable): NamedTable => ({
  id,
  title,
  header,
  rows: rows.map((row) => row.map(plainCell)),
});

/** Where the shown numbers came from if from a file, and what they are compared with. */
export class FiledAnalysis {
  /** Head of the file whose results are shown; null if they were computed here. */
  file = $state.raw<AnalysisHead | null>(null);
  baseline = $state.raw<Baseline | null>(null);
  comparison = $state.raw<RunComparison | null>(null);
  /** Names of the file’s tokens; null if it has none. */
  vocabulary = $state.raw<Vocabulary | null>(null);
  /** True until the file’s map of neighbours is laid out again, which takes the comparison of all pairs. */
  isMapDue = false;
  /** True while a run is being compared, experiments included. */
  isComparing = $state(false);

  /** Other samples, another cut or another model: nothing to compare with any more. */
  leave(): void {
    this.file = null;
    this.baseline = null;
    this.comparison = null;
    this.isMapDue = false;
    this.vocabulary = null;
  }

  /** Keeps the numbers at hand, to be compared with those of the next run. */
  keep(run: SampleRun, panels: readonly NamedTable[]): void {
    this.file = null;
    this.comparison = null;
    this.baseline = {
      results: run.results,
      facts: factsOf(run),
      problems: run.problems.length,
      panels: panels.map(plainTable),
    };
  }

  /** Compares a run that is over with the numbers kept before it, and repeats the experiments for that. */
  async compareAgain(run: SampleRun, experiments: Experiments): Promise<void> {
    if (!this.baseline || this.comparison || !run.isComplete || run.isBusy || this.isComparing) return;
    this.isComparing = true;
    try {
      if (await this.compare(run, this.baseline)) await experiments.repeat(run.key);
    } finally {
      this.isComparing = false;
    }
  }

  /** Compares every column of every sample, in short pieces of work. @returns false if there are others by then. */
  private async compare(run: SampleRun, baseline: Baseline): Promise<boolean> {
    const { results } = run;
    const pauses = new Slices();
    const columns: ColumnDifference[] = [];
    for (const column of comparedColumns(run, baseline.results)) {
      columns.push(compareColumn(column, results.length));
      await pauses.pause();
    }
    if (this.baseline !== baseline || run.results !== results) return false;
    const after = factsOf(run);
    const facts = Object.entries(baseline.facts)
      .map(([name, before]): FactDifference => ({ name, before, after: after[name] ?? '' }))
      .filter((fact) => fact.before !== fact.after);
    this.comparison = { samples: results.length, facts, columns };
    return true;
  }
}

/** Every column of the scores, then the tokens' flags and logprobs. */
function comparedColumns({ dataSet, results }: SampleRun, before: readonly (StoredSample | null)[]) {
  if (!dataSet) return [];
  const scores = columnsOf(dataSet).filter(({ id }) => !id.startsWith('column:'));
  const of = (list: readonly (StoredSample | null)[], index: number) => list[index]?.scored;
  const tokens = (
    name: string,
    unit: string,
    tolerance: number,
    values: (stored: StoredSample | null) => ArrayLike<number>,
  ) => ({
    name,
    unit,
    tolerance,
    before: () => 0,
    after: (index: number) => listDifference(values(before[index] ?? null), values(results[index] ?? null)),
  });
  return [
    ...scores.map((column) => {
      const { title, unit, value } = column;
      const read = (list: readonly (StoredSample | null)[]) => (index: number) => {
        const sample = dataSet.samples[index];
        return sample ? value(sample, list[index] ?? null, index) : null;
      };
      const tolerance = isCounted(column) ? 0 : TOLERANCE;
      return { name: title, unit, tolerance, before: read(before), after: read(results) };
    }),
    tokens('first choice or not, by token', '', 0, (stored) => stored?.scored.correct ?? []),
    tokens('ln p by token', 'nats', TOLERANCE, (stored) => stored?.scored.logprobs ?? []),
    {
      name: 'tokens scored',
      unit: 'tokens',
      tolerance: 0,
      before: (index: number) => of(before, index)?.logprobs.length ?? null,
      after: (index: number) => of(results, index)?.logprobs.length ?? null,
    },
  ];
}

/** Compares the panels' numbers with those that are shown now. */
export const comparePanels = (
  before: readonly NamedTable[],
  after: readonly NamedTable[],
): TableDifference[] => compareTables(before.map(plainTable), after.map(plainTable));
