/**
 * The shapes of data that are read without asking, and how each becomes one text. What joins the parts is part of
 * the measurement, so it is fixed and stated here.
 */
import { BadRow } from './sample.ts';

export type DataRecord = Readonly<Record<string, unknown>>;

/** A sample's text, split or not. */
export interface Parts {
  readonly prefix: string | null;
  readonly suffix: string | null;
  readonly text: string;
}

/** How one kind of record is read. */
export interface Shape {
  readonly name: string;
  /** Columns that make up the text; the others are kept beside it. */
  readonly fields: readonly string[];
  /** @throws {BadRow} if a field is missing, is no text, or leaves the suffix or the text empty. */
  readonly read: (record: DataRecord) => Parts;
}

/** Which columns are the text. */
export interface Mapping {
  readonly prefix?: string;
  readonly suffix?: string;
  readonly text?: string;
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

/** The text of a field. */
function textField(record: DataRecord, name: string): string {
  const value = record[name];
  if (value === undefined || value === null) throw new BadRow(`missing field "${name}"`);
  if (typeof value !== 'string') throw new BadRow(`field "${name}" is a ${kindOf(value)}, not a text`);
  const lone = /\p{Cs}/u.exec(value);
  if (lone) throw new BadRow(`field "${name}" has half a surrogate pair at character ${lone.index + 1}`);
  return value;
}

function split(prefix: string, suffix: string): Parts {
  if (suffix === '') throw new BadRow('empty suffix');
  return { prefix, suffix, text: prefix + suffix };
}

function whole(text: string): Parts {
  if (text === '') throw new BadRow('empty text');
  return { prefix: null, suffix: null, text };
}

/** Two columns put end to end with nothing between. */
const joined =
  (prefix: string, suffix: string): Shape['read'] =>
  (record) =>
    split(textField(record, prefix), textField(record, suffix));

/** `Question: …` newline `Answer:` as the prefix, a space and the answer as the suffix. */
const questionAnswer =
  (question: string, answer: string): Shape['read'] =>
  (record) => {
    const reply = textField(record, answer);
    return split(`Question: ${textField(record, question)}\nAnswer:`, reply && ` ${reply}`);
  };

/**
 * The prompt of Alpaca (Taori et al. 2023), with or without input, as its published `text` column has it; the
 * response follows on a line of its own and is the suffix.
 */
export function alpacaPrompt(instruction: string, input: string): string {
  const opening = 'Below is an instruction that describes a task';
  const request = 'Write a response that appropriately completes the request.';
  return input === ''
    ? `${opening}. ${request}\n\n### Instruction:\n${instruction}\n\n### Response:\n`
    : `${opening}, paired with an input that provides further context. ${request}\n\n` +
        `### Instruction:\n${instruction}\n\n### Input:\n${input}\n\n### Response:\n`;
}

const instruction =
  (task: string, input: string | undefined, output: string): Shape['read'] =>
  (record) => {
    const given = input !== undefined && record[input] != null ? textField(record, input) : '';
    return split(alpacaPrompt(textField(record, task), given), textField(record, output));
  };

const ROLES: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant', model: 'assistant' };

/** Role and text of a turn: `role`/`content` (also a list of text parts) or `from`/`value`. */
function turnOf(turn: unknown, index: number): { role: string; content: string } {
  const place = `turn ${index + 1}`;
  if (typeof turn !== 'object' || turn === null) throw new BadRow(`${place} is no object`);
  const { role, from, content, value } = turn as DataRecord;
  const name = role ?? from;
  if (typeof name !== 'string') throw new BadRow(`${place} has no role`);
  return { role: ROLES[name] ?? name, content: turnText(content ?? value, place) };
}

function turnText(content: unknown, place: string): string {
  if (!Array.isArray(content)) return textField({ [`content of ${place}`]: content }, `content of ${place}`);
  return content.map((part: unknown) => turnText((part as DataRecord | null)?.text, place)).join('');
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/**
 * A chat as text: `Role: content` for each turn, a blank line between; the prefix ends with `Assistant:`, and a
 * space and the last assistant turn are the suffix. Turns behind it are left out. No model's own template is used.
 */
const chat =
  (field: string): Shape['read'] =>
  (record) => {
    const list = record[field];
    if (list === undefined || list === null) throw new BadRow(`missing field "${field}"`);
    if (!Array.isArray(list)) throw new BadRow(`field "${field}" is a ${kindOf(list)}, not a list`);
    const turns = list.map(turnOf);
    const last = turns.findLastIndex(({ role }) => role === 'assistant');
    const reply = turns[last];
    if (!reply) throw new BadRow('no assistant turn');
    const before = turns
      .slice(0, last)
      .map(({ role, content }) => `${capitalized(role)}: ${content}\n\n`)
      .join('');
    return split(`${before}Assistant:`, reply.content && ` ${reply.content}`);
  };

/** Finds a column by any of its names, whatever its capitals. */
type Finder = (...names: string[]) => string | undefined;

function finder(columns: readonly string[]): Finder {
  const byName = new Map(columns.map((column) => [column.trim().toLowerCase(), column]));
  return (...names) => names.map((name) => byName.get(name)).find((column) => column !== undefined);
}

function pairShape(
  name: string,
  first: string | undefined,
  second: string | undefined,
  reader: (first: string, second: string) => Shape['read'],
): Shape | null {
  if (first === undefined || second === undefined) return null;
  return { name, fields: [first, second], read: reader(first, second) };
}

function instructionShape(find: Finder): Shape | null {
  const task = find('instruction');
  const input = find('input', 'context');
  const output = find('output', 'response');
  if (task === undefined || output === undefined) return null;
  const fields = input === undefined ? [task, output] : [task, input, output];
  return { name: 'instruction', fields, read: instruction(task, input, output) };
}

function chatShape(find: Finder): Shape | null {
  const field = find('messages', 'conversations');
  return field === undefined ? null : { name: 'messages', fields: [field], read: chat(field) };
}

export const textShape = (field: string, name = 'text'): Shape => ({
  name,
  fields: [field],
  read: (record) => whole(textField(record, field)),
});

/** The shape of records with these columns: one that says where the suffix begins before plain `text`. */
export function shapeOf(columns: readonly string[]): Shape | null {
  const find = finder(columns);
  const text = find('text');
  return (
    pairShape('prefix/suffix', find('prefix'), find('suffix'), joined) ??
    instructionShape(find) ??
    pairShape('prompt/completion', find('prompt'), find('completion', 'response'), joined) ??
    pairShape('question/answer', find('question'), find('answer'), questionAnswer) ??
    chatShape(find) ??
    (text === undefined ? null : textShape(text))
  );
}

/**
 * The shape that a user chose. Prefix and suffix are put end to end with nothing between.
 *
 * @throws {RangeError} if it has neither a text nor both a prefix and a suffix.
 */
export function mappedShape({ prefix, suffix, text }: Mapping): Shape {
  const pair = pairShape('mapped', prefix, suffix, joined);
  if (pair) return pair;
  if (text !== undefined) return textShape(text, 'mapped');
  throw new RangeError('a mapping needs a text column, or a prefix and a suffix column');
}
