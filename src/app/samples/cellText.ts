import type { Cell } from '../../core/csv.ts';
import { formatNumber, UNDEFINED } from '../../ui/format.ts';
import type { SampleColumn } from './sampleColumns.ts';

/** A cell as it is read; nothing where there is nothing, "n/a" where a number is not defined. */
export function formatCell(column: SampleColumn, cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'boolean') return cell ? 'yes' : '';
  if (typeof cell === 'string') return cell;
  if (Number.isNaN(cell)) return UNDEFINED;
  return formatNumber(cell, column.digits ?? 0);
}
