/**
 * A run as a file and back. The JSON has one row for each token that a person can read, and in it every record
 * that was computed, so that opening the file needs no model.
 */
import type { Cell } from '../core/csv.ts';
import type { Recitation } from '../core/recitation.ts';
import type { Run, RunOrigin, RunSettings } from '../core/run.ts';
import { emptyRecords, SCALAR_COLUMNS, type TokenRecords } from '../core/tokenRecords.ts';
import { tableRecords, tokenTable, type TokenTable } from '../core/tokenTable.ts';
import { judge } from '../core/verdict.ts';
import { Vocabulary } from '../engine/vocabulary.ts';
import { MemoscopeError } from '../protocol/errors.ts';

const FORMAT = 'memoscope-run';
const SCHEMA = 1;

/** Records of one token; null stands for "not scored". */
type RecordRow = Readonly<Record<(typeof SCALAR_COLUMNS)[number], number | null>> & {
  readonly topIds: readonly number[];
  readonly topLogprobs: readonly (number | null)[];
};

/** One token: the columns of the table, the records behind them, and those of the base. */
type TokenRow = Readonly<Record<string, Cell>> &
  RecordRow & { readonly id: number; readonly byteStart: number; readonly base: RecordRow | null };

/** What precedes the rows. */
interface RunHead {
  readonly format: typeof FORMAT;
  readonly schema: number;
  /** Unit and meaning of the columns. */
  readonly columns: Readonly<Record<string, string>>;
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly settings: RunSettings;
  readonly origin: RunOrigin;
  readonly scored: number;
  /** UTF-8 bytes, in hexadecimal, of every token that occurs in the file. */
  readonly vocabulary: Readonly<Record<string, string>>;
}

type RunJson = RunHead & { readonly tokens: readonly TokenRow[] };

/** The shortest decimal that reads back as the same float32. */
const shortest = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(9)) : null;

function recordRow(records: TokenRecords, token: number): RecordRow {
  const { topK, topIds, topLogprobs } = records;
  const scalars = SCALAR_COLUMNS.map((column) => [column, shortest(records[column][token] ?? NaN)]);
  const row = [token * topK, (token + 1) * topK] as const;
  return {
    ...(Object.fromEntries(scalars) as Pick<RecordRow, (typeof SCALAR_COLUMNS)[number]>),
    topIds: Array.from(topIds.subarray(...row)),
    topLogprobs: Array.from(topLogprobs.subarray(...row), shortest),
  };
}

function vocabularyOf({ ids, target, base }: Run, vocabulary: Vocabulary | null): Record<string, string> {
  const occurring = new Set<number>();
  for (const list of [ids, target.topIds, base?.topIds ?? []]) for (const id of list) occurring.add(id);
  const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return Object.fromEntries(
    Array.from(occurring, (id) => [String(id), hex(vocabulary?.bytesOf(id) ?? new Uint8Array(0))]),
  );
}

const describeColumns = ({ columns }: TokenTable): Record<string, string> =>
  Object.fromEntries(
    columns.map(({ name, unit, meaning }) => [name, unit ? `${meaning} (${unit})` : meaning]),
  );

/** A run as JSON, in parts that together are the file: the whole of a long one would not fit into one string. */
export function* runToJson(
  run: Run,
  recitation: Recitation,
  vocabulary: Vocabulary | null,
): Generator<string> {
  const { key, title, text, settings, origin, scored, target, base } = run;
  const table = tokenTable(run, recitation);
  const head: RunHead = {
    format: FORMAT,
    schema: SCHEMA,
    columns: describeColumns(table),
    key,
    title,
    text,
    settings,
    origin,
    scored,
    vocabulary: vocabularyOf(run, vocabulary),
  };
  // JSON writes what is undefined (NaN) as null. The verdict follows from the rows and is not read back.
  yield `${JSON.stringify({ ...head, verdict: judge(run, recitation) }).slice(0, -1)},"tokens":[`;
  let token = 0;
  for (const row of tableRecords(table)) {
    const records = { ...recordRow(target, token), base: base && recordRow(base, token) };
    yield `${token > 0 ? ',' : ''}\n${JSON.stringify({ ...row, ...records })}`;
    token++;
  }
  yield '\n]}\n';
}

const invalid = (why: string): MemoscopeError =>
  new MemoscopeError('InvalidInput', `This file cannot be opened as a result of Memoscope: ${why}.`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function isOrigin(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { startedAt, earlierDevices = [] } = value;
  return (
    typeof startedAt === 'string' &&
    Array.isArray(earlierDevices) &&
    earlierDevices.every((name) => typeof name === 'string')
  );
}

/** What must be there before the rows are looked at. */
const REQUIRED: Readonly<
  Record<keyof Omit<RunJson, 'format' | 'schema' | 'columns'>, (v: unknown) => boolean>
> = {
  key: (value) => typeof value === 'string',
  title: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  settings: (value) => isObject(value) && typeof value['topK'] === 'number',
  origin: isOrigin,
  scored: Number.isInteger,
  vocabulary: isObject,
  tokens: Array.isArray,
};

/** @throws {MemoscopeError} `InvalidInput`. */
function readJson(json: string): RunJson {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (cause) {
    throw invalid(`it is no JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!isObject(content) || content['format'] !== FORMAT)
    throw invalid(`it does not say "format": "${FORMAT}"`);
  if (content['schema'] !== SCHEMA)
    throw invalid(`it has schema ${String(content['schema'])}, and this page reads schema ${SCHEMA}`);
  for (const [field, isRight] of Object.entries(REQUIRED))
    if (!isRight(content[field])) throw invalid(`its "${field}" is missing or of the wrong type`);
  return content as unknown as RunJson;
}

/** Records from rows. @throws {MemoscopeError} `InvalidInput`. */
function readRecords(rows: readonly (RecordRow | null)[], where: string): TokenRecords {
  const topK = rows[0]?.topIds.length ?? 0;
  const records = emptyRecords(rows.length, topK);
  rows.forEach((row, token) => {
    const place = `token ${token} of its ${where}`;
    if (row?.topIds.length !== topK || row.topLogprobs.length !== topK)
      throw invalid(`${place} has not ${topK} alternatives like the first`);
    for (const column of SCALAR_COLUMNS) {
      const value: unknown = row[column];
      if (value !== null && typeof value !== 'number') throw invalid(`${place} has no "${column}"`);
      records[column][token] = value ?? NaN;
    }
    records.topIds.set(row.topIds, token * topK);
    records.topLogprobs.set(
      row.topLogprobs.map((value) => value ?? NaN),
      token * topK,
    );
  });
  return records;
}

function readVocabulary(json: RunHead['vocabulary']): Vocabulary {
  const ids = Uint32Array.from(Object.keys(json), Number);
  const all = Object.values(json).map((hex) =>
    Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)),
  );
  const starts = new Uint32Array(all.length + 1);
  all.forEach((bytes, row) => {
    starts[row + 1] = (starts[row] ?? 0) + bytes.length;
  });
  return new Vocabulary(Uint8Array.from(all.flat()), starts, ids);
}

/**
 * Reads a run that {@link runToJson} wrote.
 *
 * @throws {MemoscopeError} `InvalidInput`, saying what is wrong with the file.
 */
export function parseRun(json: string): { run: Run; vocabulary: Vocabulary } {
  const content = readJson(json);
  const { key, title, text, settings, origin, scored, tokens } = content;
  const bytes = new TextEncoder().encode(text).length;
  const byteStarts = Uint32Array.from([...tokens.map(({ byteStart }) => byteStart), bytes]);
  const isCut = byteStarts.every((start, token) => start >= (token === 0 ? 0 : (byteStarts[token - 1] ?? 0)));
  if (byteStarts[0] !== 0 || !isCut || scored < 0 || scored > tokens.length)
    throw invalid(`its tokens do not cover its text of ${bytes} bytes`);
  const ids = Uint32Array.from(tokens, ({ id }) => id);
  const target = readRecords(tokens, 'target');
  const hasBase = tokens.length > 0 && tokens[0]?.base !== null;
  const base = hasBase
    ? readRecords(
        tokens.map((row) => row.base),
        'base',
      )
    : null;
  const run = { key, title, text, ids, byteStarts, settings, origin, target, base, scored };
  return { run, vocabulary: readVocabulary(content.vocabulary) };
}
