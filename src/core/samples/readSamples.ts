import { cellOf, describeColumns, numericColumns } from './columns.ts';
import { fileRows, type FileRows, type TextUnit } from './fileRows.ts';
import { fileText } from './fileText.ts';
import { BadRow, type CellValue, type ImportResult, type Problem, type Row, type Sample } from './sample.ts';
import { type DataRecord, type Mapping, mappedShape, type Shape, shapeOf, textShape } from './shapes.ts';
import type { WindowCut } from './windowSamples.ts';

export interface SourceFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ReadOptions {
  /** How plain text is cut; files of records are not concerned. */
  readonly as?: TextUnit;
  /** Sizes of the windows, if text is cut into such once it is tokenized. */
  readonly window?: WindowCut;
  /** Columns that the user chose, for files of records. */
  readonly mapping?: Mapping;
}

/** A row with fields. */
interface RecordRow {
  readonly row: Row;
  readonly record: DataRecord;
}

/** A file as far as it is read without knowing which columns are the text. */
interface OpenFile {
  readonly source: string;
  readonly text: string;
  readonly kind: FileRows['kind'];
  readonly records: RecordRow[];
  readonly problems: Problem[];
}

const EXCERPT_UNITS = 80;

function problemOf(source: string, text: string, row: Row, reason: string): Problem {
  const excerpt = text
    .slice(row.start, Math.min(row.end, row.start + EXCERPT_UNITS))
    .replaceAll(/\s+/g, ' ')
    .toWellFormed()
    .trim();
  return { source, line: row.line, reason, excerpt };
}

/** Finds broken places within ascending spans, all together in O(n). */
function brokenWithin(broken: readonly number[]): (row: Row) => boolean {
  let next = 0;
  return ({ start, end }) => {
    while ((broken[next] ?? Infinity) < start) next++;
    return (broken[next] ?? Infinity) < end;
  };
}

/** @throws {BadRow} if a row's value has no fields. A string has one, `text`. */
function recordOf(value: unknown): DataRecord {
  if (typeof value === 'string') return { text: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadRow(
      `wrong type: ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}`,
    );
  return value as DataRecord;
}

/** Runs `read`; a bad row becomes a problem. */
function listing<T>(problems: Problem[], toProblem: (reason: string) => Problem, read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof BadRow)) throw thrown;
    problems.push(toProblem(thrown.message));
    return null;
  }
}

/** A part of the import, in the order of the files. */
export interface ImportBatch {
  readonly samples: readonly Sample[];
  readonly problems: readonly Problem[];
  /** Bytes of all files that are read, and that there are. */
  readonly done: number;
  readonly total: number;
}

/** What is found in a file on the way, and the share of the file that is read. */
type Step = Pick<ImportBatch, 'samples' | 'problems'> & { readonly share: number };

/** Rows between two signs of life. */
const ROWS_AT_ONCE = 500;

/** Reads the rows of a file. */
function* openFile({ name, bytes }: SourceFile, unit: TextUnit): Generator<Step, OpenFile> {
  const problems: Problem[] = [];
  const records: RecordRow[] = [];
  const nowhere = (reason: string): Problem => ({ source: name, line: 1, reason, excerpt: '' });
  const decoded = listing(problems, nowhere, () => fileText(bytes));
  if (!decoded) return { source: name, text: '', kind: 'file', records, problems };
  const { text, broken } = decoded;
  const { kind, rows } = fileRows(name, text, unit);
  const isBroken = brokenWithin(broken);
  let read = 0;
  for (const row of rows) {
    const record = listing(
      problems,
      (reason) => problemOf(name, text, row, reason),
      () => {
        if (isBroken(row)) throw new BadRow('broken UTF-8');
        if ('reason' in row) throw new BadRow(row.reason);
        return recordOf(row.value);
      },
    );
    if (record) records.push({ row, record });
    if (++read % ROWS_AT_ONCE === 0) yield { samples: [], problems: [], share: row.end / text.length };
  }
  if (records.length === 0 && problems.length === 0) problems.push(nowhere('nothing in it'));
  return { source: name, text, kind, records, problems };
}

/** Rows that are looked at to find a file's shape. */
const LOOKED_AT = 1000;

/** The shape that most of a file's first rows have, so that a row without it is a bad row, not another shape. */
function commonShape(records: readonly RecordRow[]): Shape | null {
  const counts = new Map<string, { shape: Shape; count: number }>();
  for (const { record } of records.slice(0, LOOKED_AT)) {
    const shape = shapeOf(Object.keys(record));
    if (!shape) continue;
    const key = JSON.stringify([shape.name, shape.fields[0]]);
    const found = counts.get(key);
    // Of two, the one that uses more fields, such as an input that only some rows have.
    if (!found) counts.set(key, { shape, count: 1 });
    else counts.set(key, { shape: widerOf(found.shape, shape), count: found.count + 1 });
  }
  const [most] = Array.from(counts.values()).sort((a, b) => b.count - a.count);
  return most?.shape ?? null;
}

const widerOf = (a: Shape, b: Shape): Shape => (b.fields.length > a.fields.length ? b : a);

function fileShape({ kind, records }: OpenFile, mapping: Mapping | undefined): Shape | null {
  if (kind !== 'records' && kind !== 'cells') return textShape('text', kind);
  return mapping ? mappedShape(mapping) : commonShape(records);
}

/** Reads the columns beside the text; cells of CSV become numbers where the whole column is numbers. */
function columnReader(file: OpenFile, used: readonly string[]): (record: DataRecord) => Sample['columns'] {
  const numeric =
    file.kind === 'cells' ? numericColumns(file.records.map(({ record }) => record)) : new Set<string>();
  const cell = (name: string, value: unknown): CellValue => {
    if (file.kind === 'cells' && value === '') return null;
    return numeric.has(name) ? Number(value) : cellOf(value);
  };
  return (record) =>
    Object.fromEntries(
      Object.entries(record)
        .filter(([name]) => !used.includes(name))
        .map(([name, value]) => [name, cell(name, value)]),
    );
}

const listOf = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Says that no known columns were found, once a file. */
function unknownShape(file: OpenFile): Problem {
  const names = new Set(file.records.slice(0, LOOKED_AT).flatMap(({ record }) => Object.keys(record)));
  return {
    source: file.source,
    line: 1,
    reason: `no known columns among ${listOf(Array.from(names).slice(0, 12))}: choose which are the text`,
    excerpt: '',
  };
}

/** What a file gave beside its samples. */
interface FileResult {
  readonly shape: string | null;
  readonly columns: readonly Sample['columns'][];
}

/** `items` in stretches of {@link ROWS_AT_ONCE}. */
function* stretches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += ROWS_AT_ONCE) yield items.slice(from, from + ROWS_AT_ONCE);
}

function* problemSteps(problems: readonly Problem[]): Generator<Step> {
  for (const some of stretches(problems)) yield { samples: [], problems: some, share: 1 };
}

/** Samples of a file whose shape is known. @returns their columns. */
function* sampleSteps(
  file: OpenFile,
  shape: Shape,
  nextId: () => number,
): Generator<Step, readonly Sample['columns'][]> {
  const readColumns = columnReader(file, shape.fields);
  const all: Sample['columns'][] = [];
  for (const some of stretches(file.records)) {
    const samples: Sample[] = [];
    for (const { row, record } of some) {
      const toProblem = (reason: string) => problemOf(file.source, file.text, row, reason);
      const parts = listing(file.problems, toProblem, () => shape.read(record));
      if (!parts) continue;
      const columns = readColumns(record);
      all.push(columns);
      samples.push({ id: nextId(), source: file.source, line: row.line, ...parts, columns });
    }
    yield { samples, problems: [], share: 1 };
  }
  return all;
}

/** Reads one file. */
function* readFile(
  source: SourceFile,
  { as = 'auto', mapping }: ReadOptions,
  nextId: () => number,
): Generator<Step, FileResult> {
  const file = yield* openFile(source, as);
  const { problems, records } = file;
  if (records.length === 0) {
    yield* problemSteps(problems);
    return { shape: null, columns: [] };
  }
  const shape = fileShape(file, mapping);
  if (!shape) {
    yield* problemSteps([...problems, unknownShape(file)]);
    const readColumns = columnReader(file, []);
    return { shape: 'unknown', columns: records.map(({ record }) => readColumns(record)) };
  }
  const columns = yield* sampleSteps(file, shape, nextId);
  // Rows are read in two passes; the list goes from top to bottom.
  problems.sort((one, other) => one.line - other.line);
  yield* problemSteps(problems);
  return { shape: shape.name, columns };
}

/** First rows of a file whose columns are not known, to choose by. */
const PREVIEWED = 5;

/** What is known once everything is read: all but what the batches held. */
type ImportEnd = Omit<ImportResult, 'samples' | 'problems'>;

/**
 * {@link readSamples} in steps of a few hundred samples, so that they can be handed over one by one, progress be
 * told, and the reading be given up.
 *
 * @throws {RangeError} if the mapping has neither a text nor both a prefix and a suffix.
 */
export function* readInBatches(
  files: readonly SourceFile[],
  options: ReadOptions = {},
): Generator<ImportBatch, ImportEnd> {
  if (options.mapping) mappedShape(options.mapping);
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const shapes = new Set<string>();
  const columns: Sample['columns'][] = [];
  const rows: Sample['columns'][] = [];
  let before = 0;
  let id = 0;
  for (const file of files) {
    const reading = readFile(file, options, () => id++);
    let step = reading.next();
    for (; !step.done; step = reading.next()) {
      const { samples, problems, share } = step.value;
      yield { samples, problems, done: before + share * file.bytes.length, total };
    }
    before += file.bytes.length;
    const { shape, columns: its } = step.value;
    if (shape !== null) shapes.add(shape);
    if (shape === 'unknown') rows.push(...its.slice(0, PREVIEWED - rows.length));
    for (const row of its) columns.push(row);
  }
  const shape = Array.from(shapes).join(' + ') || 'unknown';
  return { shape, columns: describeColumns(columns), ...(rows.length > 0 ? { rows } : {}) };
}

/**
 * Samples of the user's files: plain text, Markdown, CSV, TSV, JSON, JSON Lines, also gzipped. What cannot be read
 * is listed with file, line and reason and stops nothing.
 *
 * The columns that make up the text are known by their names ({@link shapeOf} says which and how they are joined) or
 * chosen by `mapping`. Each file has one shape, that of most of its first rows.
 *
 * @throws {RangeError} if the mapping has neither a text nor both a prefix and a suffix.
 */
export function readSamples(files: readonly SourceFile[], options: ReadOptions = {}): ImportResult {
  const samples: Sample[] = [];
  const problems: Problem[] = [];
  const reading = readInBatches(files, options);
  let step = reading.next();
  for (; !step.done; step = reading.next()) {
    for (const sample of step.value.samples) samples.push(sample);
    for (const problem of step.value.problems) problems.push(problem);
  }
  return { samples, problems, ...step.value };
}
