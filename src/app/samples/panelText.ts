/** Sentences of the panels that more than one of them uses. */
import type { Cell } from '../../core/csv.ts';
import { formatNumber, UNDEFINED } from '../../ui/format.ts';
import type { PanelTable } from './panelFile.ts';

/** A p-value as it is read: never 0. */
export function formatP(p: number): string {
  if (Number.isNaN(p)) return `p ${UNDEFINED}`;
  if (p < 1e-4) return 'p < 0.0001';
  return `p = ${formatNumber(p, p < 0.01 ? 4 : 3)}`;
}

/**
 * A p-value from random draws, as it is read: none can be below 1 in draws + 1, times the tests that Holm counts.
 *
 * @param tests in the family.
 */
export const formatDrawnP = (p: number, draws: number, tests = 1): string =>
  p <= Math.min(1, tests / (draws + 1)) + 1e-12 ? formatP(p).replace(' = ', ' ≤ ') : formatP(p);

/** An interval in brackets. */
export const formatInterval = (low: number, high: number, digits: number): string =>
  `${formatNumber(low, digits)} to ${formatNumber(high, digits)}`;

/** Numbers nearer to 0 than this would read as 0 with four decimals. */
const LEAST = 5e-5;

/** Names of p values: of columns, and of rows where a table has a name and a value in each. */
const P_NAME = /^(adjusted )?p(?=$|,| )/;

/** A cell of a panel's table as it is read; a p-value is never 0, nor is another number that is not. */
export function tableCell({ header }: PanelTable, row: readonly Cell[], column: number): string {
  const cell = row[column] ?? null;
  if (cell === null) return '';
  if (typeof cell !== 'number') return String(cell);
  const name = header[0] === 'what' ? row[0] : header[column];
  const isTiny = cell !== 0 && Math.abs(cell) < LEAST;
  const isP = P_NAME.test(String(name));
  if (isP && cell < 1e-4) return '< 0.0001';
  if (isTiny) return cell > 0 ? '< 0.0001' : '> −0.0001';
  return formatNumber(cell, Number.isInteger(cell) ? 0 : 4);
}
