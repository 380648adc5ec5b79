import type { CellValue, Column, Sample } from './sample.ts';

/** A group must come again to be compared, and more groups than this no one can look at. */
const MOST_GROUPS = 64;

interface Tally {
  readonly distinct: Set<CellValue>;
  values: number;
  numbers: number;
}

function kindOf({ distinct, values, numbers }: Tally): Column['kind'] {
  if (values > 0 && numbers === values) return 'numeric';
  const repeats = distinct.size <= 2 || distinct.size * 2 <= values;
  return values > 0 && distinct.size <= MOST_GROUPS && repeats ? 'categorical' : 'text';
}

/** The columns of some samples, in the order in which they are met. O(cells). */
export function describeColumns(rows: Iterable<Sample['columns']>): Column[] {
  const tallies = new Map<string, Tally>();
  for (const columns of rows)
    for (const [name, value] of Object.entries(columns)) {
      const tally = tallies.get(name) ?? { distinct: new Set(), values: 0, numbers: 0 };
      tallies.set(name, tally);
      if (value === null) continue;
      tally.values++;
      tally.numbers += Number(typeof value === 'number');
      tally.distinct.add(value);
    }
  return Array.from(tallies, ([name, tally]) => ({
    name,
    kind: kindOf(tally),
    distinct: tally.distinct.size,
  }));
}

/** A number as one writes it; not an id with zeros in front. */
const NUMBER = /^\s*[+-]?(?:0|[1-9]\d*)?(?:\.\d+|(?<=\d)\.?)(?:[eE][+-]?\d+)?\s*$/;

const isNumber = (cell: string): boolean => NUMBER.test(cell) && Number.isFinite(Number(cell));

/** Names of the columns of a CSV file, whose cells are all strings, that hold numbers or nothing. */
export function numericColumns(records: readonly Readonly<Record<string, unknown>>[]): Set<string> {
  const numeric = new Set(records.flatMap((record) => Object.keys(record)));
  for (const record of records)
    for (const name of numeric) {
      const cell = record[name];
      if (typeof cell !== 'string' || (cell !== '' && !isNumber(cell))) numeric.delete(name);
    }
  return numeric;
}

/** A value as a cell: lists and objects as JSON. */
export function cellOf(value: unknown): CellValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
