import type { Cell } from './csv.ts';
import { tidyNumber } from './csv.ts';
import { CORRECT, UNSCORED } from './extraction.ts';
import { markOf, type Recitation } from './recitation.ts';
import type { Run } from './run.ts';
import { isFragile, isScored, rankOf, type TokenRecords } from './tokenRecords.ts';
import { escapeToken, tokenTextReader, type TokenText } from './tokenText.ts';

/** A column of the exported table. */
export interface TokenColumn {
  readonly name: string;
  /** Empty where the values have none. */
  readonly unit: string;
  readonly meaning: string;
  /** NaN or null where undefined. */
  readonly value: (token: number) => Cell;
}

/** One row for each token, with one value for each column. */
export interface TokenTable {
  readonly columns: readonly TokenColumn[];
  readonly length: number;
}

/**
 * Every number of a run, token by token, for export.
 *
 * @param recitation from `findRecitation` of the run's records.
 * @throws {RangeError} if the run's `byteStarts` do not fit its text.
 */
export function tokenTable(run: Run, recitation: Recitation): TokenTable {
  const read = tokenTextReader(run.text, run.byteStarts);
  return {
    columns: [
      ...placeColumns(run, read),
      ...recordColumns(run.target),
      ...referenceColumns(run.base, recitation),
      ...recitationColumns(run.target, recitation),
    ],
    length: run.ids.length,
  };
}

type ColumnRow = readonly [name: string, unit: string, meaning: string, value: (token: number) => Cell];

const columnsOf = (rows: readonly ColumnRow[]): TokenColumn[] =>
  rows.map(([name, unit, meaning, value]) => ({ name, unit, meaning, value }));

const placeColumns = (run: Run, read: (token: number) => TokenText): TokenColumn[] =>
  columnsOf([
    ['index', '', 'place in the text, from 0', (token) => token],
    ['token', '', 'text, escaped as in a JavaScript string', (token) => escapeToken(read(token))],
    ['byteStart', 'bytes', 'first byte in the UTF-8 of the text', (token) => run.byteStarts[token] ?? NaN],
    ['byteEnd', 'bytes', 'byte after the last', (token) => run.byteStarts[token + 1] ?? NaN],
    ['id', '', 'id in the vocabulary', (token) => run.ids[token] ?? NaN],
  ]);

function recordColumns(records: TokenRecords): TokenColumn[] {
  const scored = (column: ArrayLike<number>) => (token: number) =>
    isScored(records, token) ? (column[token] ?? NaN) : NaN;
  const probability = (token: number) => Math.exp(records.logprob[token] ?? NaN);
  return columnsOf([
    ['logprob', 'nats', 'ln p(token | context)', scored(records.logprob)],
    ['probability', '', 'p(token | context)', probability],
    ['rank', '', '1 + greater + equalLower', (token) => rankOf(records, token)],
    ['greater', 'entries', 'vocabulary entries with a greater logit', scored(records.greater)],
    ['equalLower', 'entries', 'entries with an equal logit and a lower id', scored(records.equalLower)],
    ['equal', 'entries', 'other entries with an equal logit', scored(records.equal)],
    ['entropy', 'nats', 'entropy of the predictive distribution', scored(records.entropy)],
    ['variance', 'nats²', 'variance of its log-probability', scored(records.variance)],
    ['margin', 'nats', 'between the two best logits', scored(records.margin)],
    ['context', 'tokens', 'tokens the model saw before', scored(records.context)],
  ]);
}

const referenceColumns = (base: TokenRecords | null, recitation: Recitation): TokenColumn[] =>
  columnsOf([
    ['baseLogprob', 'nats', 'ln p under the base', (token) => base?.logprob[token] ?? NaN],
    ['baseRank', '', 'rank under the base', (token) => (base ? rankOf(base, token) : NaN)],
    ['excess', 'nats', 'logprob - baseLogprob', (token) => recitation.excess?.[token] ?? NaN],
  ]);

function recitationColumns(target: TokenRecords, recitation: Recitation): TokenColumn[] {
  const { correct, greedyRuns } = recitation;
  const whereScored = (value: (token: number) => Cell) => (token: number) =>
    correct[token] === UNSCORED ? null : value(token);
  return columnsOf([
    ['correct', '', '1 if the rank is 1', whereScored((token) => Number(correct[token] === CORRECT))],
    [
      'greedyRun',
      'tokens',
      'tokens that greedy decoding from here reproduces',
      whereScored((token) => greedyRuns[token] ?? NaN),
    ],
    [
      'fragile',
      '',
      '1 if rounding could change the best token',
      whereScored((token) => Number(isFragile(target, token))),
    ],
    [
      'mark',
      '',
      'none, recited, predictable or memorized',
      whereScored((token) => markOf(recitation, token)),
    ],
  ]);
}

/** Heads of the columns, with the unit where there is one: `logprob (nats)`. */
export const tableHeader = ({ columns }: TokenTable): string[] =>
  columns.map(({ name, unit }) => (unit ? `${name} (${unit})` : name));

/** The rows as cells, in the order of the columns. */
export function* tableRows({ columns, length }: TokenTable): Generator<Cell[]> {
  for (let token = 0; token < length; token++) yield columns.map(({ value }) => value(token));
}

/** The rows as objects for JSON, by column name; what is undefined is null. */
export function* tableRecords({ columns, length }: TokenTable): Generator<Record<string, Cell>> {
  for (let token = 0; token < length; token++)
    yield Object.fromEntries(columns.map(({ name, value }) => [name, jsonCell(value(token))]));
}

/** JSON has neither NaN nor infinities. */
const jsonCell = (cell: Cell): Cell =>
  typeof cell !== 'number' ? cell : Number.isFinite(cell) ? tidyNumber(cell) : null;
