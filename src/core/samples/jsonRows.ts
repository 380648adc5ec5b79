import { lineCounter } from './lineCounter.ts';
import type { Row } from './sample.ts';
import { lineRows } from './textRows.ts';

/** The parser's message without the piece of the text that some quote: files that leave texts out keep the reason. */
function withoutQuote(message: string): string {
  const [, token] = /^(Unexpected token '[^]{1,2}'), [^]*is not valid JSON$/u.exec(message) ?? [];
  return token ?? message.replace(/(?:\.\.\.)?"[^]*"(?:\.\.\.)?/, 'this');
}

const reasonOf = (thrown: unknown): string =>
  `invalid JSON: ${withoutQuote(thrown instanceof Error ? thrown.message : String(thrown))}`;

/** Value of a piece of JSON, or what is wrong with it. */
function parsed(json: string): { value: unknown } | { reason: string } {
  try {
    return { value: JSON.parse(json) as unknown };
  } catch (thrown) {
    return { reason: reasonOf(thrown) };
  }
}

/** JSON Lines: one value a line; blank lines are skipped. */
export function* jsonLinesRows(text: string): Generator<Row> {
  for (const { line, start, end } of lineRows(text))
    yield { line, start, end, ...parsed(text.slice(start, end)) };
}

/** Index behind the string that opens at `open`; the text's end if it never closes. */
function stringEnd(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let slashes = 0;
    while (text[close - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return close + 1;
  }
  return text.length;
}

interface Mark {
  readonly character: string;
  readonly at: number;
  /** Brackets and braces open around it; an opening or closing one counts as outside itself. */
  readonly depth: number;
}

/** Brackets, braces, commas and the beginnings of strings, in order, none from within a string. */
function* marks(text: string, from: number): Generator<Mark> {
  const mark = /["[\]{},]/g;
  mark.lastIndex = from;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const [character] = found;
    if (character === ']' || character === '}') depth--;
    yield { character, at: found.index, depth };
    if (character === '[' || character === '{') depth++;
    if (character === '"') mark.lastIndex = stringEnd(text, found.index);
  }
}

/** The elements of the array that opens at `open`, each parsed alone, so that a broken one leaves the others. */
function* elementRows(text: string, open: number): Generator<Row> {
  const lineAt = lineCounter(text);
  const element = (from: number, to: number): Row[] => {
    const json = text.slice(from, to);
    if (json.trim() === '') return [];
    const start = from + json.length - json.trimStart().length;
    const end = from + json.trimEnd().length;
    return [{ line: lineAt(start), start, end, ...parsed(text.slice(start, end)) }];
  };
  let from = open + 1;
  for (const { character, at, depth } of marks(text, open)) {
    if (depth === 1 && character === ',') {
      yield* element(from, at);
      from = at + 1;
    }
    if (depth > 0 || at === open) continue;
    yield* element(from, at);
    return;
  }
  yield* element(from, text.length);
  const end = text.length;
  yield { line: lineAt(end), start: end, end, reason: 'invalid JSON: the list never closes' };
}

/** Where the list under `key` of the outermost object opens; -1 if it is not found. */
function listOpening(text: string, key: string): number {
  let name = '';
  let opening = -1;
  for (const { character, at, depth } of marks(text, 0)) {
    if (depth !== 1) continue;
    if (character === '"') name = String(JSON.parse(text.slice(at, stringEnd(text, at))));
    if (character === '[' && name === key) opening = at;
  }
  return opening;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Name of the list of samples in an object: `data`, or its only list. */
function listName(value: Record<string, unknown>): string | null {
  if (Array.isArray(value.data)) return 'data';
  const lists = Object.keys(value).filter((key) => Array.isArray(value[key]));
  const [only] = lists;
  return lists.length === 1 && only !== undefined && !isConversation(only) ? only : null;
}

/** A single chat is one sample, not a file of many. */
const isConversation = (name: string): boolean => /^(messages|conversations)$/i.test(name.trim());

/** Line of an error in a whole file, as far as the message tells. */
function lineOfError(text: string, reason: string): number {
  const [, line] = /line (\d+)/.exec(reason) ?? [];
  if (line !== undefined) return Number(line);
  const [, position] = /position (\d+)/.exec(reason) ?? [];
  if (position !== undefined) return lineCounter(text)(Number(position));
  return reason.includes('end of JSON') ? lineCounter(text)(text.trimEnd().length) : 1;
}

/**
 * JSON: a list of samples; an object with one under `data` or as its only list; or a single sample. Several objects
 * on lines of their own are read as JSON Lines whatever the file is called.
 */
export function* jsonRows(text: string): Generator<Row> {
  const start = text.length - text.trimStart().length;
  if (text[start] === '[') {
    yield* elementRows(text, start);
    return;
  }
  const whole = parsed(text);
  const span = { line: 1, start, end: text.trimEnd().length };
  if ('reason' in whole) {
    if (beginsWithObjectLine(text)) yield* jsonLinesRows(text);
    else yield { ...span, line: lineOfError(text, whole.reason), reason: whole.reason };
    return;
  }
  const name = isObject(whole.value) ? listName(whole.value) : null;
  if (name === null) yield { ...span, line: lineCounter(text)(start), value: whole.value };
  else yield* elementRows(text, listOpening(text, name));
}

/** True if the first line that is not blank is an object by itself: JSON Lines. */
export function beginsWithObjectLine(text: string): boolean {
  const [first] = lineRows(text);
  if (!first || !('value' in first)) return false;
  const line = parsed(String(first.value));
  return 'value' in line && isObject(line.value);
}
