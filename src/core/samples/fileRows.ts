import { csvRows, delimiterOf } from './csvRows.ts';
import { beginsWithObjectLine, jsonLinesRows, jsonRows } from './jsonRows.ts';
import type { Row } from './sample.ts';
import { shapeOf } from './shapes.ts';
import { fileRow, hasParagraphs, lineRows, paragraphRows } from './textRows.ts';

/** How plain text is cut into samples. `window` leaves the file whole: windows are cut when it is tokenized. */
export type TextUnit = 'auto' | 'line' | 'paragraph' | 'file' | 'window';

/** The rows of a file, and what kind of rows they are. */
export interface FileRows {
  /** `records`: values with fields. `cells`: the same with strings alone, of CSV. Otherwise pieces of plain text. */
  readonly kind: 'records' | 'cells' | 'lines' | 'paragraphs' | 'file';
  readonly rows: Iterable<Row>;
}

const RECORDS: Readonly<Record<string, (text: string) => FileRows>> = {
  json: (text) => ({ kind: 'records', rows: jsonRows(text) }),
  jsonl: (text) => ({ kind: 'records', rows: jsonLinesRows(text) }),
  ndjson: (text) => ({ kind: 'records', rows: jsonLinesRows(text) }),
  csv: (text) => ({ kind: 'cells', rows: csvRows(text, delimiterOf(text)) }),
  tsv: (text) => ({ kind: 'cells', rows: csvRows(text, '\t') }),
};

/** Extension of a file's name in lower case, `.gz` left out. */
const extensionOf = (name: string): string =>
  /\.([^./\\]+)$/.exec(name.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? '';

/** True if a file holds records, by its name. */
export const isRecordFile = (name: string): boolean => RECORDS[extensionOf(name)] !== undefined;

/** True if the first line names columns that are known: a table, whatever the file is called. */
function hasKnownHeader(text: string): boolean {
  const [header = ''] = text.split(/\r?\n/, 1);
  const names = header.split(delimiterOf(text)).map((name) => name.replaceAll('"', ''));
  return names.length > 1 && shapeOf(names) !== null;
}

/** What plain or pasted text turns out to be, if it is no plain text. */
function recordsIn(text: string): string | null {
  if (beginsWithObjectLine(text)) return 'json';
  if (/^\s*\[\s*["{]/.test(text)) return 'json';
  return hasKnownHeader(text) ? 'csv' : null;
}

function plainRows(text: string, unit: Exclude<TextUnit, 'auto'>): FileRows {
  if (unit === 'line') return { kind: 'lines', rows: lineRows(text) };
  if (unit === 'paragraph') return { kind: 'paragraphs', rows: paragraphRows(text) };
  return { kind: 'file', rows: fileRow(text) };
}

/**
 * Rows of a file. JSON, JSON Lines, CSV and TSV are known by their names. Anything else is plain text, cut as `unit`
 * says; `auto` looks whether it is one of those after all, and otherwise takes paragraphs if a blank line stands
 * between two others or the file is Markdown, else lines.
 */
export function fileRows(name: string, text: string, unit: TextUnit): FileRows {
  const extension = extensionOf(name);
  const isMarkdown = extension === 'md' || extension === 'markdown';
  const named = RECORDS[extension];
  if (named) return named(text);
  if (unit !== 'auto') return plainRows(text, unit);
  const found = isMarkdown ? null : recordsIn(text);
  if (found) return RECORDS[found]?.(text) ?? plainRows(text, 'line');
  return plainRows(text, isMarkdown || hasParagraphs(text) ? 'paragraph' : 'line');
}
