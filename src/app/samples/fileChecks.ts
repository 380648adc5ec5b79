/** Checks of what is read from a file: every message says what is wrong, where, and what is needed. */
import { MemoscopeError } from '../../protocol/errors.ts';
import { fromBase64 } from './base64.ts';

export const invalid = (why: string): MemoscopeError =>
  new MemoscopeError('InvalidInput', `This analysis cannot be opened: ${why}.`);

/** A value in a message: short, whatever it is. */
export const shown = (value: unknown): string => {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

export type Fields = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a text in base64 stands for. @throws {MemoscopeError} `InvalidInput` if it is none. */
export function bytesOfText(base64: string, where: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(base64);
  } catch (cause) {
    throw invalid(`${where} is no base64 (${String(cause)})`);
  }
}

/** Kinds of values, with their names in messages. */
const KINDS = {
  text: ['a text', (value: unknown) => typeof value === 'string'],
  'text or null': ['a text or null', (value: unknown) => value === null || typeof value === 'string'],
  flag: ['true or false', (value: unknown) => typeof value === 'boolean'],
  count: ['a whole number from 0 on', (value: unknown) => Number.isInteger(value) && Number(value) >= 0],
  number: ['a number', (value: unknown) => typeof value === 'number'],
  'number or null': [
    'a number or null',
    (value: unknown) =>
      value === null || typeof value === 'number' || value === 'Infinity' || value === '-Infinity',
  ],
  list: ['a list', (value: unknown) => Array.isArray(value)],
  'texts or left out': [
    'a list of texts',
    (value: unknown) =>
      value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
  ],
  object: ['an object', isObject],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

export type Kind = keyof typeof KINDS;

/** @throws {MemoscopeError} naming the first field that is missing or of another kind. */
export function check(fields: Fields, where: string, wanted: Readonly<Record<string, Kind>>): void {
  for (const [name, kind] of Object.entries(wanted)) {
    const [what, isRight] = KINDS[kind];
    if (!isRight(fields[name]))
      throw invalid(`${where}${name} is ${shown(fields[name])}, and it must be ${what}`);
  }
}

/** Checks every object of a list. @throws {MemoscopeError} `InvalidInput`. */
export function checkAll(list: unknown, where: string, wanted: Readonly<Record<string, Kind>>): void {
  for (const [index, fields] of (list as readonly unknown[]).entries()) {
    if (!isObject(fields)) throw invalid(`${where}[${index}] is ${shown(fields)}, and it must be an object`);
    check(fields, `${where}[${index}].`, wanted);
  }
}
