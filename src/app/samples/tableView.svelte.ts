import { untrack } from 'svelte';
import type { Cell } from '../../core/csv.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import { isFiltering, passes, type ColumnFilter } from './columnFilter.ts';
import type { DataSet } from './dataSet.ts';
import type { RowFilter, Sorting } from './rowFilters.ts';
import { columnsOf, type SampleColumn } from './sampleColumns.ts';
import type { SampleRun } from './sampleRun.svelte.ts';
import type { Selection } from './selection.svelte.ts';
import { Slices } from './slices.ts';
import { sortInSlices } from './sortInSlices.ts';

const PASSES: Readonly<
  Record<Exclude<RowFilter, 'all' | 'selected'>, (result: StoredSample | null) => boolean>
> = {
  recited: (result) => result?.scored.censored === true && result.scored.matchLength > 0,
  partly: (result) => result !== null && !result.scored.censored && result.scored.matchLength > 0,
  none: (result) => result?.scored.matchLength === 0,
  fragile: (result) => result?.scored.fragile === true,
  unscored: (result) => result === null || Number.isNaN(result.scored.matchLength),
};

const collator = new Intl.Collator('en', { numeric: true });

/** Undefined last, whatever the direction. */
function compare(a: Cell, b: Cell, isDescending: boolean): number {
  const isMissing = (cell: Cell): boolean => cell === null || Number.isNaN(cell);
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  const order =
    typeof a === 'string' && typeof b === 'string' ? collator.compare(a, b) : Number(a) - Number(b);
  return isDescending ? -order : order;
}

/** A row with what it is sorted by. */
interface KeyedRow {
  readonly index: number;
  readonly key: Cell;
}

/** Rows up to which the table is arranged at once; more take slices of time. */
const AT_ONCE = 4000;
/** Rows between two looks at the clock. */
const LOOK = 256;

/** The table: its columns, which rows it shows and in which order. */
export class TableView {
  search = $state('');
  filter = $state<RowFilter>('all');
  columnFilter = $state.raw<ColumnFilter | null>(null);
  sorting = $state.raw<Sorting | null>(null);
  /** True if the columns on demand are shown too. */
  isWide = $state(false);
  /** True while rows are being arranged in slices: those that are shown are of before. */
  isArranging = $state(false);
  private arranged = $state.raw<readonly number[]>([]);
  private arranging: AbortController | null = null;
  /** Counts the times that results came while rows were arranged. */
  private changes = 0;
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

  /** Place of the first column that holds a score. */
  readonly scoresFrom = $derived.by(() => this.columns.findIndex(({ id }) => id === 'matchLength'));

  private readonly reasons = $derived.by(() =>
    Object.fromEntries(this.run.unscorable.map(({ index, reason }) => [index, reason])),
  );

  /** Why a row has no scores; null for one that has, and while nothing is scored. */
  whyUnscored(index: number): string | null {
    const { results, scored, isBusy } = this.run;
    if (results[index]) return null;
    const reason = this.reasons[index];
    if (reason !== undefined) return reason;
    return scored > 0 || isBusy ? 'not scored yet' : null;
  }

  /** True if arranging the rows takes too long for one task: then the view calls {@link arrange}. */
  readonly isLarge = $derived.by(() => this.run.total > AT_ONCE);

  /** Indices of the samples in the order of the table. */
  readonly rows = $derived.by(() => (this.isLarge ? this.arranged : this.rowsAtOnce()));

  private readonly column = $derived(this.allColumns.find(({ id }) => id === this.sorting?.column));
  private readonly filteredColumn = $derived(
    this.columnFilter && isFiltering(this.columnFilter)
      ? this.allColumns.find(({ id }) => id === this.columnFilter?.column)
      : undefined,
  );

  /** True if the rows follow the results, which grow. */
  private readonly needsResults = $derived(
    (this.filter !== 'all' && this.filter !== 'selected') ||
      [this.column, this.filteredColumn].some((column) => column && !column.id.startsWith('column:')),
  );

  /** What a visitor asked of the rows: a change of it begins anew. */
  get wish(): unknown {
    const { filter, search, columnFilter, sorting, selection, run } = this;
    return [run.dataSet, filter, search, columnFilter, sorting, filter === 'selected' && selection.indices];
  }

  /** Changes when the rows have to follow the results. */
  get evidence(): number {
    return this.needsResults ? this.run.revision : 0;
  }

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

  /** Shows all rows; their order stays. */
  clearFilters(): void {
    this.search = '';
    this.filter = 'all';
    this.columnFilter = null;
  }

  reset(): void {
    this.clearFilters();
    this.sorting = null;
  }

  /** Arranges the rows of a large set in slices; drops what it was at. */
  async arrange(): Promise<void> {
    this.arranging?.abort();
    const arranging = (this.arranging = new AbortController());
    this.isArranging = true;
    try {
      for (let seen = -1; seen !== this.changes;) {
        seen = this.changes;
        this.arranged = await this.rowsInSlices(arranging.signal);
      }
    } catch (thrown) {
      if (!arranging.signal.aborted) throw thrown;
    } finally {
      if (this.arranging === arranging) {
        this.arranging = null;
        this.isArranging = false;
      }
    }
  }

  /** Arranges again because results came: after what is under way, which is not lost. */
  refresh(): void {
    if (this.arranging) this.changes++;
    else void this.arrange();
  }

  private rowsAtOnce(): readonly number[] {
    const { dataSet, revision } = this.run;
    if (!dataSet || revision < 0) return [];
    const isShown = this.test(dataSet);
    const rows: number[] = [];
    for (let index = 0; index < dataSet.samples.length; index++) if (isShown(index)) rows.push(index);
    const { sorting, column } = this;
    if (!sorting || !column) return rows;
    return rows
      .map((index) => this.keyed(column, index))
      .sort(this.order(sorting))
      .map(({ index }) => index);
  }

  private async rowsInSlices(signal: AbortSignal): Promise<readonly number[]> {
    const { dataSet, sorting, column, isShown } = untrack(() => ({
      dataSet: this.run.dataSet,
      sorting: this.sorting,
      column: this.column,
      isShown: this.run.dataSet ? this.test(this.run.dataSet) : () => false,
    }));
    const slices = new Slices();
    // What asked for them has its own work to do.
    await slices.rest();
    signal.throwIfAborted();
    const rows: KeyedRow[] = [];
    const total = dataSet?.samples.length ?? 0;
    for (let index = 0; index < total; index++) {
      if (isShown(index)) rows.push(column ? this.keyed(column, index) : { index, key: null });
      if (index % LOOK === 0 && slices.isOver) {
        await slices.rest();
        signal.throwIfAborted();
      }
    }
    const sorted = sorting && column ? await sortInSlices(rows, this.order(sorting), slices, signal) : rows;
    return sorted.map(({ index }) => index);
  }

  private keyed(column: SampleColumn, index: number): KeyedRow {
    return { index, key: this.cell(column, index) };
  }

  private order({ isDescending }: Sorting): (one: KeyedRow, other: KeyedRow) => number {
    return (one, other) => compare(one.key, other.key, isDescending) || one.index - other.index;
  }

  /** Which samples pass search and filters. */
  private test({ samples }: DataSet): (index: number) => boolean {
    const needle = this.search.trim().toLowerCase();
    const isInRows = this.rowFilter();
    const { columnFilter, filteredColumn } = this;
    return (index) => {
      if (!isInRows(index)) return false;
      if (columnFilter && filteredColumn && !passes(this.cell(filteredColumn, index), columnFilter))
        return false;
      const sample = samples[index];
      return (
        needle === '' ||
        (sample !== undefined &&
          (sample.text.toLowerCase().includes(needle) ||
            Object.values(sample.columns).some((value) => String(value).toLowerCase() === needle)))
      );
    };
  }

  private rowFilter(): (index: number) => boolean {
    const { filter } = this;
    const { results } = this.run;
    if (filter === 'all') return () => true;
    if (filter === 'selected') {
      const { indices } = this.selection;
      return (index) => indices.has(index);
    }
    return (index) => PASSES[filter](results[index] ?? null);
  }
}
