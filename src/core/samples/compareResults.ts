/** Two sets of numbers of the same samples, or of the same table, side by side: every one that differs is counted. */
import type { Cell } from '../csv.ts';

/** How one column of the samples differs between two runs. */
export interface ColumnDifference {
  readonly name: string;
  readonly unit: string;
  /** Samples compared. */
  readonly samples: number;
  /** Samples whose value is not the very same; 0: the columns are equal to the last bit. */
  readonly differ: number;
  /** Those of them that differ by more than `tolerance`, or whose value is defined in one run only. */
  readonly beyond: number;
  readonly tolerance: number;
  /** Largest absolute difference of numbers; NaN if no two numbers could be compared. */
  readonly largest: number;
  /** Index of a sample that has it; -1 without. */
  readonly at: number;
}

const isNothing = (cell: Cell | undefined): boolean =>
  cell === undefined || cell === null || Number.isNaN(cell);

/**
 * Absolute difference of two cells: 0 if they are the same, |a - b| of numbers, Infinity if they cannot be compared
 * (one is not defined, or they are no numbers and differ). Undefined (NaN or null) equals undefined.
 */
export function cellDifference(a: Cell | undefined, b: Cell | undefined): number {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b) ? 0 : Infinity;
  if (a === b) return 0;
  return typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) : Infinity;
}

/** What is compared. */
export interface ComparedColumn {
  readonly name: string;
  readonly unit: string;
  /** Differences up to here are rounding; 0 for counts and flags. */
  readonly tolerance: number;
  /** Value of a sample in either run. */
  readonly before: (index: number) => Cell;
  readonly after: (index: number) => Cell;
}

/** Compares one column of `samples` samples. O(samples). */
export function compareColumn(column: ComparedColumn, samples: number): ColumnDifference {
  const { name, unit, tolerance, before, after } = column;
  let [differ, beyond, largest, at] = [0, 0, NaN, -1];
  for (let index = 0; index < samples; index++) {
    const [a, b] = [before(index), after(index)];
    const difference = cellDifference(a, b);
    const isPair = typeof a === 'number' && typeof b === 'number';
    if (isPair && Number.isFinite(difference) && !(difference <= largest))
      [largest, at] = [difference, index];
    if (difference === 0) continue;
    differ++;
    // Differences of infinities are NaN: they are beyond any tolerance.
    beyond += Number(!(difference <= tolerance));
  }
  return { name, unit, samples, differ, beyond, tolerance, largest, at };
}

/** Largest difference of two lists of numbers; Infinity if one is longer or a value is defined in one only. */
export function listDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < a.length; index++) {
    const difference = cellDifference(a[index], b[index]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** A table of numbers by name. */
export interface NamedTable {
  readonly id: string;
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** How the numbers of one panel differ. */
export interface TableDifference {
  readonly id: string;
  readonly title: string;
  /** Cells of the larger of the two. */
  readonly cells: number;
  /** Cells that are not the same, those that only one of them has included. */
  readonly differ: number;
  /** Largest absolute difference of numbers in both; 0 if none. */
  readonly largest: number;
  /** Set if the other side has no such panel. */
  readonly missing: 'before' | 'after' | null;
}

const cellsOf = ({ header, rows }: NamedTable): number => header.length * rows.length;

function compareTable(before: NamedTable, after: NamedTable): TableDifference {
  let [differ, largest] = [0, 0];
  const rows = Math.max(before.rows.length, after.rows.length);
  for (let row = 0; row < rows; row++) {
    const [one = [], other = []] = [before.rows[row], after.rows[row]];
    for (let column = 0; column < Math.max(one.length, other.length); column++) {
      const difference = cellDifference(one[column], other[column]);
      differ += Number(difference !== 0);
      if (Number.isFinite(difference)) largest = Math.max(largest, difference);
    }
  }
  const { id, title } = after;
  return { id, title, cells: Math.max(cellsOf(before), cellsOf(after)), differ, largest, missing: null };
}

/** Compares the tables of the same names, in the order of `before`; then those that only `after` has. */
export function compareTables(
  before: readonly NamedTable[],
  after: readonly NamedTable[],
): TableDifference[] {
  const lone = (table: NamedTable, missing: 'before' | 'after'): TableDifference => {
    const { id, title } = table;
    const cells = cellsOf(table);
    return { id, title, cells, differ: cells, largest: 0, missing };
  };
  const both = before.map((table) => {
    const other = after.find(({ id }) => id === table.id);
    return other ? compareTable(table, other) : lone(table, 'after');
  });
  const added = after.filter(({ id }) => before.every((table) => table.id !== id));
  return [...both, ...added.map((table) => lone(table, 'before'))];
}
