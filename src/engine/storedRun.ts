/** The shape in which results rest in IndexedDB: what is checked when one is read, and how older ones are brought up. */
import type { Run, RunOrigin, RunSettings } from '../core/run.ts';
import { SCALAR_COLUMNS, type TokenRecords } from '../core/tokenRecords.ts';

/** What is listed and what decides a run's numbers: small, however long the text is. */
export interface RunHeader {
  readonly schema: number;
  readonly key: string;
  readonly title: string;
  readonly tokens: number;
  /** About what the run takes when it is complete. */
  readonly bytes: number;
  readonly settings: RunSettings;
  readonly origin: RunOrigin;
  /** ISO 8601, UTC. */
  readonly savedAt: string;
}

/** The text and how it was cut, apart from the header, so that listing runs does not read their texts. */
export type RunText = Pick<Run, 'text' | 'ids' | 'byteStarts'>;

/** A stretch of finished tokens, as the engine delivered it. */
export interface StoredStretch {
  readonly start: number;
  readonly target: TokenRecords;
  readonly base: TokenRecords | null;
}

/** Alternatives kept for the reference, and in memory for texts over {@link LONG_TEXT} tokens. */
export const FEW_ALTERNATIVES = 5;
export const LONG_TEXT = 20_000;

/** Alternatives a token that are held in memory for a text of `tokens` tokens; storage keeps all of them. */
export const topKInMemory = (topK: number, tokens: number): number =>
  tokens > LONG_TEXT ? Math.min(topK, FEW_ALTERNATIVES) : topK;

type Fields = Readonly<Record<string, unknown>>;
type Migration = (header: Fields) => Fields;

/** Entry `v - 1` turns a header of schema v into one of schema v + 1. Empty as long as there is one schema. */
const MIGRATIONS: readonly Migration[] = [];

export type ReadHeader =
  | { readonly kind: 'header'; readonly header: RunHeader }
  | { readonly kind: 'newer' }
  | { readonly kind: 'damaged' };

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function isHeader(fields: Fields): boolean {
  const { key, title, savedAt, tokens, bytes, settings, origin } = fields;
  return (
    [key, title, savedAt].every((field) => typeof field === 'string') &&
    [tokens, bytes].every((field) => typeof field === 'number') &&
    isObject(settings) &&
    typeof settings['topK'] === 'number' &&
    typeof settings['hasReference'] === 'boolean' &&
    isObject(origin)
  );
}

/** Reads a stored header, of this schema or an older one. */
export function readHeader(stored: unknown, migrations: readonly Migration[] = MIGRATIONS): ReadHeader {
  const current = migrations.length + 1;
  if (!isObject(stored)) return { kind: 'damaged' };
  const { schema } = stored;
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) return { kind: 'damaged' };
  if (schema > current) return { kind: 'newer' };
  const migrated = migrations.slice(schema - 1).reduce<Fields>((header, step) => step(header), stored);
  return isHeader(migrated)
    ? { kind: 'header', header: { ...(migrated as unknown as RunHeader), schema: current } }
    : { kind: 'damaged' };
}

/** The header under which a run is stored. */
export function headerOf({ key, title, text, ids, settings, origin }: Run): RunHeader {
  const perToken = (topK: number) => 4 * SCALAR_COLUMNS.length + 8 * topK;
  const records = perToken(settings.topK) + (settings.hasReference ? perToken(FEW_ALTERNATIVES) : 0);
  return {
    schema: MIGRATIONS.length + 1,
    key,
    title,
    tokens: ids.length,
    bytes: 2 * text.length + ids.length * (8 + records),
    settings,
    origin,
    savedAt: new Date().toISOString(),
  };
}

/** True for a text whose tokens cover it. */
export function isRunText(stored: unknown): stored is RunText {
  if (!isObject(stored)) return false;
  const { text, ids, byteStarts } = stored;
  return (
    typeof text === 'string' &&
    ids instanceof Uint32Array &&
    byteStarts instanceof Uint32Array &&
    byteStarts.length === ids.length + 1
  );
}

function isRecords(value: unknown): value is TokenRecords {
  if (!isObject(value)) return false;
  const { length, topK } = value;
  if (typeof length !== 'number' || typeof topK !== 'number') return false;
  const holds = (column: string, size: number): boolean => {
    const values = value[column];
    return (values instanceof Float32Array || values instanceof Uint32Array) && values.length === size;
  };
  return (
    SCALAR_COLUMNS.every((column) => holds(column, length)) &&
    holds('topIds', length * topK) &&
    holds('topLogprobs', length * topK)
  );
}

/** True for a whole stretch that lies within a text of `tokens` tokens. */
export function isStretch(stored: unknown, tokens: number): stored is StoredStretch {
  if (!isObject(stored)) return false;
  const { start, target, base } = stored;
  return (
    typeof start === 'number' &&
    start >= 0 &&
    isRecords(target) &&
    start + target.length <= tokens &&
    (base === null || (isRecords(base) && base.length === target.length))
  );
}

/** Records with only the first `topK` alternatives. */
export function withTopK(records: TokenRecords, topK: number): TokenRecords {
  if (topK >= records.topK) return records;
  const slim = <A extends Uint32Array | Float32Array>(all: A, into: A): A => {
    for (let row = 0; row < records.length; row++)
      into.set(all.subarray(row * records.topK, row * records.topK + topK), row * topK);
    return into;
  };
  return {
    ...records,
    topK,
    topIds: slim(records.topIds, new Uint32Array(records.length * topK)),
    topLogprobs: slim(records.topLogprobs, new Float32Array(records.length * topK)),
  };
}
