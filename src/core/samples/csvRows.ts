import papaparse from 'papaparse';
import { lineCounter } from './lineCounter.ts';
import type { Row } from './sample.ts';

interface Cells {
  readonly start: number;
  readonly end: number;
  readonly cells: readonly string[];
  /** What is wrong with the quotes, or null. */
  readonly quotes: string | null;
}

const QUOTES: Readonly<Record<string, string>> = {
  MissingQuotes: 'a quote opens and never closes',
  InvalidQuotes: 'a quoted cell goes on behind its closing quote (write "" for a quote)',
};

/** Rows from `from` on, up to and with the first one with broken quotes. */
function rowsUpToBrokenQuotes(text: string, delimiter: string, newline: string, from: number): Cells[] {
  const rows: Cells[] = [];
  let start = from;
  papaparse.parse(text.slice(from), {
    delimiter,
    newline,
    step({ data, errors, meta }, parser) {
      const [error] = errors;
      const end = from + meta.cursor;
      const quotes = error ? (QUOTES[error.code] ?? error.message) : null;
      rows.push({ start, end, cells: data, quotes });
      start = end;
      if (quotes !== null) parser.abort();
    },
  });
  return rows;
}

/** All rows. Broken quotes cost their line only: reading goes on with the next one. */
function* cellRows(text: string, delimiter: string): Generator<Cells> {
  // Given, as guessing it would look at a megabyte again after each broken quote.
  const newline = /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
  let from = 0;
  while (from < text.length) {
    const rows = rowsUpToBrokenQuotes(text, delimiter, newline, from);
    const last = rows.at(-1);
    if (!last?.quotes) {
      yield* rows;
      return;
    }
    const feed = text.indexOf('\n', last.start);
    from = feed === -1 ? text.length : feed + 1;
    yield* rows.slice(0, -1);
    yield { ...last, end: from };
  }
}

/** Names of the columns; a name that comes again gets its number, an empty one its position. */
function columnNames(cells: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, index) => {
    const name = cell.trim() || `column ${index + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

function record(names: readonly string[], cells: readonly string[]): { value: unknown } | { reason: string } {
  if (cells.length !== names.length)
    return { reason: `${cells.length} cells, but the header has ${names.length}` };
  return { value: Object.fromEntries(names.map((name, index) => [name, cells[index]])) };
}

/**
 * Records of a CSV or TSV file (RFC 4180 by Papa Parse) by the names in its first row; all values are strings.
 * Blank lines are skipped. Lines are those where a row begins, however many its quoted cells span.
 */
export function* csvRows(text: string, delimiter: string): Generator<Row> {
  const lineAt = lineCounter(text);
  let names: string[] | null = null;
  for (const { start, end, cells, quotes } of cellRows(text, delimiter)) {
    if (text.slice(start, end).trim() === '') continue;
    const place = { line: lineAt(start), start, end };
    if (quotes !== null) yield { ...place, reason: quotes };
    else if (names) yield { ...place, ...record(names, cells) };
    else names = columnNames(cells);
  }
}

/** What separates the cells of a `.csv`: the first of comma, semicolon, tab and bar that the first line has. */
export function delimiterOf(text: string): string {
  const [header = ''] = text.split('\n', 1);
  return [',', ';', '\t', '|'].find((candidate) => header.includes(candidate)) ?? ',';
}
