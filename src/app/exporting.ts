/** A run as a file and back. The JSON holds everything that was computed, so that opening it needs no model. */
import type { Run, RunOrigin, RunSettings } from '../core/run.ts';
import { emptyRecords, SCALAR_COLUMNS, type TokenRecords } from '../core/tokenRecords.ts';
import { Vocabulary } from '../engine/vocabulary.ts';
import { MemoscopeError } from '../protocol/errors.ts';

const FORMAT = 'memoscope-run';
const SCHEMA = 1;

/** Records by column; null stands for "not scored". */
type RecordsJson = Record<(typeof SCALAR_COLUMNS)[number], (number | null)[]> & {
  readonly topK: number;
  readonly topIds: readonly number[];
  readonly topLogprobs: readonly (number | null)[];
};

interface RunJson {
  readonly format: typeof FORMAT;
  readonly schema: number;
  readonly units: Readonly<Record<string, string>>;
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly settings: RunSettings;
  readonly origin: RunOrigin;
  readonly scored: number;
  readonly ids: readonly number[];
  readonly byteStarts: readonly number[];
  readonly target: RecordsJson;
  readonly base: RecordsJson | null;
  /** UTF-8 bytes, in hexadecimal, of every token that occurs in the file. */
  readonly vocabulary: Readonly<Record<string, string>>;
}

const UNITS = {
  logprob: 'nats',
  entropy: 'nats',
  variance: 'nats squared',
  margin: 'nats',
  maxLogit: 'logit',
  context: 'tokens',
  byteStarts: 'bytes of UTF-8',
  rank: '1 + greater + equalLower',
};

/** The shortest decimal that reads back as the same float32. */
const shortest = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(9)) : null;

function recordsToJson(records: TokenRecords): RecordsJson {
  const columns = SCALAR_COLUMNS.map((column) => [column, Array.from(records[column], shortest)] as const);
  return {
    ...(Object.fromEntries(columns) as Record<(typeof SCALAR_COLUMNS)[number], (number | null)[]>),
    topK: records.topK,
    topIds: Array.from(records.topIds),
    topLogprobs: Array.from(records.topLogprobs, shortest),
  };
}

function vocabularyOf(run: Run, vocabulary: Vocabulary | null): Record<string, string> {
  const ids = new Set([...run.ids, ...run.target.topIds, ...(run.base?.topIds ?? [])]);
  const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return Object.fromEntries(
    Array.from(ids, (id) => [String(id), hex(vocabulary?.bytesOf(id) ?? new Uint8Array(0))]),
  );
}

/** A run as JSON, with the settings that produced it. */
export function runToJson(run: Run, vocabulary: Vocabulary | null): string {
  const { key, title, text, settings, origin, scored, ids, byteStarts, target, base } = run;
  const content: RunJson = {
    format: FORMAT,
    schema: SCHEMA,
    units: UNITS,
    key,
    title,
    text,
    settings,
    origin,
    scored,
    ids: Array.from(ids),
    byteStarts: Array.from(byteStarts),
    target: recordsToJson(target),
    base: base && recordsToJson(base),
    vocabulary: vocabularyOf(run, vocabulary),
  };
  return JSON.stringify(content);
}

const invalid = (why: string): MemoscopeError =>
  new MemoscopeError('InvalidInput', `This file is no result of Memoscope that can be opened: ${why}.`);

function isRunJson(value: unknown): value is RunJson {
  return typeof value === 'object' && value !== null && (value as Partial<RunJson>).format === FORMAT;
}

function recordsFromJson(json: RecordsJson, length: number, where: string): TokenRecords {
  const { topK } = json;
  const records = emptyRecords(length, topK);
  const fill = (
    column: string,
    source: readonly (number | null)[],
    into: Float32Array | Uint32Array,
  ): void => {
    if (source.length !== into.length) throw invalid(`${where}.${column} should hold ${into.length} numbers`);
    source.forEach((value, index) => {
      into[index] = value ?? NaN;
    });
  };
  for (const column of SCALAR_COLUMNS) fill(column, json[column], records[column]);
  fill('topIds', json.topIds, records.topIds);
  fill('topLogprobs', json.topLogprobs, records.topLogprobs);
  return records;
}

function vocabularyFromJson(json: RunJson['vocabulary']): Vocabulary {
  const entries = Object.entries(json).map(([id, hex]) => {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    return { id: Number(id), bytes };
  });
  const starts = new Uint32Array(entries.length + 1);
  entries.forEach(({ bytes }, row) => {
    starts[row + 1] = (starts[row] ?? 0) + bytes.length;
  });
  const all = new Uint8Array(starts[entries.length] ?? 0);
  entries.forEach(({ bytes }, row) => {
    all.set(bytes, starts[row]);
  });
  return new Vocabulary(
    all,
    starts,
    Uint32Array.from(entries, ({ id }) => id),
  );
}

/**
 * Reads a run that {@link runToJson} wrote.
 *
 * @throws {MemoscopeError} `InvalidInput`, saying what is wrong with the file.
 */
export function parseRun(json: string): { run: Run; vocabulary: Vocabulary } {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (cause) {
    throw invalid(`it is no JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!isRunJson(content)) throw invalid(`it does not say "format": "${FORMAT}"`);
  if (content.schema !== SCHEMA) throw invalid(`it has schema ${content.schema}, this page reads ${SCHEMA}`);
  const { key, title, text, settings, origin, scored } = content;
  const ids = Uint32Array.from(content.ids);
  const byteStarts = Uint32Array.from(content.byteStarts);
  const bytes = new TextEncoder().encode(text).length;
  if (byteStarts.length !== ids.length + 1 || byteStarts[ids.length] !== bytes)
    throw invalid(`its tokens do not cover its text of ${bytes} bytes`);
  const target = recordsFromJson(content.target, ids.length, 'target');
  const base = content.base && recordsFromJson(content.base, ids.length, 'base');
  const run = { key, title, text, ids, byteStarts, settings, origin, target, base, scored };
  return { run, vocabulary: vocabularyFromJson(content.vocabulary) };
}
