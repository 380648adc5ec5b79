/** Which rows of the table are shown, in words. */
import { formatNumber } from '../../ui/format.ts';
import { isFiltering, type ColumnFilter } from './columnFilter.ts';
import type { RowFilter } from './rowFilters.ts';

export const FILTER_LABELS: Readonly<Record<RowFilter, string>> = {
  all: 'All rows',
  selected: 'Selected',
  recited: 'Recited to the end',
  partly: 'Recited in part',
  none: 'Not one token',
  fragile: 'Fragile',
  unscored: 'Unscored',
};

/** What was asked of the rows. */
interface Wish {
  readonly search: string;
  readonly filter: RowFilter;
  readonly columnFilter: ColumnFilter | null;
  /** Columns by their id. */
  readonly allColumns: readonly { readonly id: string; readonly title: string }[];
}

/** A bound with as many decimals as it has, four at most. */
const boundText = (bound: number): string =>
  formatNumber(bound, Math.min(4, String(bound).split('.')[1]?.length ?? 0));

function columnText({ columnFilter, allColumns }: Wish): string {
  if (!columnFilter || !isFiltering(columnFilter)) return '';
  const { column, from, to, text } = columnFilter;
  const title = allColumns.find(({ id }) => id === column)?.title ?? column;
  return [
    title,
    text === '' ? '' : `“${text}”`,
    Number.isNaN(from) ? '' : `from ${boundText(from)}`,
    Number.isNaN(to) ? '' : `to ${boundText(to)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Why no row is shown. */
export function noMatchText(wish: Wish): string {
  const { search, filter } = wish;
  const parts = [
    search.trim() === '' ? '' : `the search “${search.trim()}”`,
    filter === 'all' ? '' : `the filter “${FILTER_LABELS[filter]}”`,
    columnText(wish),
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'There is no sample.' : `No sample matches ${parts.join(' and ')}.`;
}
