/** A cell; NaN and null are written as nothing. */
export type Cell = string | number | boolean | null;

/**
 * Digits that give a float32 back exactly; numbers that are not float32 lose nothing that matters to a reader.
 */
const DIGITS = 9;

/** A number without the noise of a float32 widened to float64: nine significant digits. Integers stay whole. */
export const tidyNumber = (value: number): number =>
  Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));

function csvCell(cell: Cell): string {
  if (cell === null || Number.isNaN(cell)) return '';
  const text = typeof cell === 'number' ? String(tidyNumber(cell)) : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Lines of a CSV file after RFC 4180, each with its CRLF. Infinities are written `Infinity` and `-Infinity`.
 *
 * Cells that a spreadsheet would take for formulas (`=`, `+`, `-`, `@` first) are written as they are: a prefix
 * would alter the data, and tokens often begin that way. Import such columns as text.
 */
export function* csvLines(header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  yield `${header.map(csvCell).join(',')}\r\n`;
  for (const row of rows) yield `${row.map(csvCell).join(',')}\r\n`;
}
