/** What was looked at when an analysis was saved: selection, table, choices. */
import type { Space } from '../../core/analyses/similarity.ts';
import type { DataSet } from './dataSet.ts';
import type { ColumnFilter } from './columnFilter.ts';
import type { MemberRule } from './memberRule.ts';
import type { PanelChoices } from './panelChoices.ts';
import type { Selection } from './selection.svelte.ts';
import type { RowFilter, Sorting } from './rowFilters.ts';

export interface FiledView {
  /** Indices of samples in the order in which they were selected. */
  readonly selection: readonly number[];
  /** Sample that was opened in the text view last. */
  readonly opened: number | null;
  readonly table: {
    readonly search: string;
    readonly filter: RowFilter;
    readonly columnFilter: ColumnFilter | null;
    readonly sorting: Sorting | null;
    readonly isWide: boolean;
  };
  readonly space: Space;
  /** Who is a member; null if nobody says it. */
  readonly members: MemberRule | null;
  /** What the run was compared with: `BASE` or the key of a stored run; null for what comes first. */
  readonly other: string | null;
  readonly choices: PanelChoices;
  /** True if the map of neighbours was there. */
  readonly isLaidOut: boolean;
}

/** What of the view it is read from, and shown in. */
export interface ViewedLab {
  readonly run: { readonly dataSet: DataSet | null };
  readonly selection: Selection;
  opened: number | null;
  readonly table: {
    search: string;
    filter: RowFilter;
    columnFilter: ColumnFilter | null;
    sorting: Sorting | null;
    isWide: boolean;
  };
  readonly similarity: { space: Space; readonly layout: Float32Array | null };
  readonly comparisons: {
    readonly memberRule: MemberRule | null;
    chooseMembers(rule: MemberRule | null): void;
    readonly pairing: { chosen: string | null };
  };
  readonly filed: { isMapDue: boolean };
  choices: PanelChoices;
}

/** @param hasTexts false: without what was looked for in texts. */
export function viewOf(lab: ViewedLab, hasTexts: boolean): FiledView {
  const { selection, opened, table, similarity, comparisons, choices, run } = lab;
  const { search, filter, columnFilter, sorting, isWide } = table;
  const isText = (column: string): boolean =>
    run.dataSet?.columns.some(({ name, kind }) => kind === 'text' && `column:${name}` === column) === true;
  const isKept = hasTexts || columnFilter === null || !isText(columnFilter.column);
  return {
    selection: [...selection.indices],
    opened,
    table: {
      search: hasTexts ? search : '',
      filter,
      columnFilter: isKept ? columnFilter : null,
      sorting,
      isWide,
    },
    space: similarity.space,
    members: comparisons.memberRule,
    other: comparisons.pairing.chosen,
    choices: { ...choices },
    isLaidOut: similarity.layout !== null,
  };
}

/** Shows it, once the samples are in. */
export function showView(lab: ViewedLab, view: FiledView): void {
  const { selection, table, similarity, comparisons, filed } = lab;
  selection.reset(view.selection);
  lab.opened = view.opened;
  Object.assign(table, view.table);
  similarity.space = view.space;
  filed.isMapDue = view.isLaidOut;
  comparisons.chooseMembers(view.members);
  comparisons.pairing.chosen = view.other;
  lab.choices = { ...view.choices };
}
