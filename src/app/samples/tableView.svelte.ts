import type { Cell } from '../../core/csv.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import { columnsOf, type SampleColumn } from './sampleColumns.ts';
import type { SampleRun } from './sampleRun.svelte.ts';
import type { Selection } from './selection.svelte.ts';

/** Which rows are shown. */
export const ROW_FILTERS = ['all', 'selected', 'recited', 'partly', 'none', 'fragile', 'unscored'] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];

const PASSES: Readonly<
  Record<Exclude<RowFilter, 'all' | 'selected'>, (result: StoredSample | null) => boolean>
> = {
  recited: (result) => result?.scored.censored === true && result.scored.matchLength > 0,
  partly: (result) => result !== null && !result.scored.censored && result.scored.matchLength > 0,
  none: (result) => result?.scored.matchLength === 0,
  fragile: (result) => result?.scored.fragile === true,
  unscored: (result) => result === null || Number.isNaN(result.scored.matchLength),
};

export interface Sorting {
  readonly column: string;
  readonly isDescending: boolean;
}

const collator = new Intl.Collator('en', { numeric: true });

/** Undefined last, whatever the direction. */
function compare(a: Cell, b: Cell, isDescending: boolean): number {
  const isMissing = (cell: Cell): boolean => cell === null || Number.isNaN(cell);
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  const order =
    typeof a === 'string' && typeof b === 'string' ? collator.compare(a, b) : Number(a) - Number(b);
  return isDescending ? -order : order;
}

/** The table: its columns, which rows it shows and in which order. */
export class TableView {
  search = $state('');
  filter = $state<RowFilter>('all');
  sorting = $state.raw<Sorting | null>(null);
  /** True if the columns on demand are shown too. */
  isWide = $state(false);
  private readonly run: SampleRun;
  private readonly selection: Selection;

  constructor(run: SampleRun, selection: Selection) {
    this.run = run;
    this.selection = selection;
  }

  readonly allColumns = $derived.by(() =>
    this.run.dataSet ? columnsOf(this.run.dataSet, this.run.copies.found) : [],
  );
  readonly columns = $derived(this.allColumns.filter(({ isMain }) => isMain || this.isWide));

  /** Indices of the samples that pass search and filter. */
  private readonly passing = $derived.by(() => {
    const { dataSet, revision, results } = this.run;
    if (!dataSet || revision < 0) return [];
    const needle = this.search.trim().toLowerCase();
    const isShown = this.rowFilter(results);
    const rows: number[] = [];
    dataSet.samples.forEach((sample, index) => {
      if (!isShown(index)) return;
      const { text, columns } = sample;
      const isFound =
        needle === '' ||
        text.toLowerCase().includes(needle) ||
        Object.values(columns).some((value) => String(value).toLowerCase() === needle);
      if (isFound) rows.push(index);
    });
    return rows;
  });

  /** Indices of the samples in the order of the table. */
  readonly rows = $derived.by(() => {
    const { sorting, passing } = this;
    const column = this.allColumns.find(({ id }) => id === sorting?.column);
    const { dataSet, results } = this.run;
    if (!sorting || !column || !dataSet) return passing;
    return passing
      .map((index) => ({ index, key: this.cell(column, index, results) }))
      .sort((a, b) => compare(a.key, b.key, sorting.isDescending) || a.index - b.index)
      .map(({ index }) => index);
  });

  /** A cell. */
  cell(column: SampleColumn, index: number, results = this.run.results): Cell {
    const sample = this.run.dataSet?.samples[index];
    return sample ? column.value(sample, results[index] ?? null, index) : null;
  }

  /** Sorts by a column: largest first, then smallest first, then in the input's order. */
  sortBy(column: string): void {
    if (this.sorting?.column !== column) this.sorting = { column, isDescending: true };
    else this.sorting = this.sorting.isDescending ? { column, isDescending: false } : null;
  }

  reset(): void {
    this.search = '';
    this.filter = 'all';
    this.sorting = null;
  }

  private rowFilter(results: readonly (StoredSample | null)[]): (index: number) => boolean {
    const { filter } = this;
    if (filter === 'all') return () => true;
    if (filter === 'selected') {
      const { indices } = this.selection;
      return (index) => indices.has(index);
    }
    return (index) => PASSES[filter](results[index] ?? null);
  }
}
