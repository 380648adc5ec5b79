/** Rows by what stands in a column: a range of numbers, one of its values, or a part of its text. */
import type { Cell } from '../../core/csv.ts';

export interface ColumnFilter {
  /** Id of a column of the table. */
  readonly column: string;
  /** Bounds of a number, both included; NaN for none. */
  readonly from: number;
  readonly to: number;
  /** The value or a part of it, capitals aside; '' for any. */
  readonly text: string;
}

/** A filter that everything passes. */
export const anyOf = (column: string): ColumnFilter => ({ column, from: NaN, to: NaN, text: '' });

/** True if it keeps any row away. */
export const isFiltering = ({ from, to, text }: ColumnFilter): boolean =>
  !Number.isNaN(from) || !Number.isNaN(to) || text !== '';

function withinRange(cell: Cell, { from, to }: ColumnFilter): boolean {
  if (Number.isNaN(from) && Number.isNaN(to)) return true;
  const value = typeof cell === 'number' ? cell : NaN;
  if (Number.isNaN(value)) return false;
  return !(value < from) && !(value > to);
}

/** True if a cell passes. A bound is never passed by a cell without a number. */
export function passes(cell: Cell, filter: ColumnFilter): boolean {
  if (!withinRange(cell, filter)) return false;
  return (
    filter.text === '' ||
    String(cell ?? '')
      .toLowerCase()
      .includes(filter.text.toLowerCase())
  );
}
