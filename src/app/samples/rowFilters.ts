/** Which rows are shown. */
export const ROW_FILTERS = ['all', 'selected', 'recited', 'partly', 'none', 'fragile', 'unscored'] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];

export interface Sorting {
  readonly column: string;
  readonly isDescending: boolean;
}
