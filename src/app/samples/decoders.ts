/**
 * Back from what `encode` wrote, to the last bit. Each decoder checks what it reads: every message says what is wrong,
 * where, and what is needed. A type that gets another field does not compile before its decoder reads it.
 */
import { invalid, isObject, shown } from './fileChecks.ts';

/** @throws {MemoscopeError} `InvalidInput`, naming the place. */
export type Decoder<T> = (value: unknown, where: string) => T;

const wrong = (value: unknown, where: string, what: string): Error =>
  invalid(`${where} is ${shown(value)}, and it must be ${what}`);

/** Numbers that JSON cannot hold. */
const SPECIAL: Readonly<Record<string, number>> = {
  NaN,
  Infinity,
  '-Infinity': -Infinity,
  '-0': -0,
};

export const number: Decoder<number> = (value, where) => {
  const special = typeof value === 'string' ? SPECIAL[value] : undefined;
  if (special !== undefined) return special;
  if (typeof value !== 'number') throw wrong(value, where, 'a number');
  return value;
};

export const count: Decoder<number> = (value, where) => {
  if (!Number.isInteger(value) || Number(value) < 0) throw wrong(value, where, 'a whole number from 0 on');
  return Number(value);
};

export const text: Decoder<string> = (value, where) => {
  if (typeof value !== 'string') throw wrong(value, where, 'a text');
  return value;
};

export const flag: Decoder<boolean> = (value, where) => {
  if (typeof value !== 'boolean') throw wrong(value, where, 'true or false');
  return value;
};

/** One of some texts. */
export const oneOf =
  <T extends string>(choices: readonly T[]): Decoder<T> =>
  (value, where) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw wrong(value, where, `one of ${choices.join(', ')}`);
    return found;
  };

export const orNull =
  <T>(of: Decoder<T>): Decoder<T | null> =>
  (value, where) =>
    value === null ? null : of(value, where);

/** For a field that need not be there. */
export const optional =
  <T>(of: Decoder<T>): Decoder<T | undefined> =>
  (value, where) =>
    value === undefined ? undefined : of(value, where);

export const listOf =
  <T>(of: Decoder<T>): Decoder<T[]> =>
  (value, where) => {
    if (!Array.isArray(value)) throw wrong(value, where, 'a list');
    return value.map((item, index) => of(item, `${where}[${index}]`));
  };

const numbers = listOf(number);

export const floats: Decoder<Float64Array> = (value, where) => Float64Array.from(numbers(value, where));

/** An object with these fields; others are left out. */
export const objectOf =
  <T extends object>(fields: { readonly [Name in keyof T]-?: Decoder<T[Name]> }): Decoder<T> =>
  (value, where) => {
    if (!isObject(value)) throw wrong(value, where, 'an object');
    const read = Object.entries<Decoder<unknown>>(fields)
      .map(([name, decode]) => [name, decode(value[name], `${where}.${name}`)] as const)
      .filter(([, field]) => field !== undefined);
    return Object.fromEntries(read) as T;
  };
