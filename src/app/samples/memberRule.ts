/** Which samples are members: a column and what its values mean. */
import type { CellValue, Column, Sample } from '../../core/samples/sample.ts';
import { columnValues, mapColumn } from './columnValues.ts';
import type { DataSet } from './dataSet.ts';

/** Numbers above a limit are members; or the values that are named, as text. Samples without a value are neither. */
export type MemberRule =
  | { readonly kind: 'above'; readonly column: string; readonly limit: number }
  | { readonly kind: 'values'; readonly column: string; readonly members: readonly string[] };

/** Most values that can be ticked one by one. */
const MOST_VALUES = 64;

/** Columns that can say who is a member. */
export const memberColumns = ({ columns }: DataSet): Column[] =>
  columns.filter(
    ({ kind, distinct }) =>
      distinct >= 2 && (kind === 'numeric' || (kind === 'categorical' && distinct <= MOST_VALUES)),
  );

/** Names of columns that mean it, the surest first. */
const TELLING = [/^copies$/i, /member/i, /^(seen|trained|in_?train|is_?train)/i, /^(split|subset|label)$/i];
const MEANS_MEMBER = /^(?:1|true|yes|y|member|members|train|training|seen|in)$/i;

/** Different values of a column as text, in order. */
export function valuesOf({ samples }: DataSet, column: string): string[] {
  const { values } = columnValues(samples, column);
  const texts = values.filter((value) => value !== null && value !== undefined).map(String);
  return [...new Set(texts)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** How a column is read first: numbers above 0, or the values whose name says it. */
export function ruleFor(dataSet: DataSet, column: string): MemberRule {
  const found = dataSet.columns.find(({ name }) => name === column);
  if (found?.kind === 'numeric') return { kind: 'above', column, limit: 0 };
  return {
    kind: 'values',
    column,
    members: valuesOf(dataSet, column).filter((value) => MEANS_MEMBER.test(value)),
  };
}

/** The rule that a data set suggests: the planted copies, or a column that is named for it; else null. */
export function defaultRule(dataSet: DataSet): MemberRule | null {
  const columns = memberColumns(dataSet);
  for (const pattern of TELLING) {
    const column = columns.find(({ name }) => pattern.test(name));
    if (column) return ruleFor(dataSet, column.name);
  }
  return null;
}

function classOf(value: CellValue | undefined, rule: MemberRule): number {
  if (value === null || value === undefined) return -1;
  if (rule.kind === 'values') return Number(rule.members.includes(String(value)));
  return typeof value === 'number' && !Number.isNaN(value) ? Number(value > rule.limit) : -1;
}

/** `[samples]` 1 member, 0 non-member, -1 neither. */
export const membershipOf = (samples: readonly Sample[], rule: MemberRule): Int8Array =>
  mapColumn(samples, rule.column, new Int8Array(samples.length), (value) => classOf(value, rule));

export const describeRule = (rule: MemberRule): string =>
  rule.kind === 'above'
    ? `${rule.column} above ${rule.limit}`
    : `${rule.column} is ${rule.members.map((value) => `“${value}”`).join(' or ') || '(nothing ticked)'}`;
