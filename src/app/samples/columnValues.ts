/**
 * Columns of a data set, read once. The samples of a large set lie all over the memory: every pass over a column costs a
 * task of the page ten milliseconds, and a dozen places ask for one.
 */
import type { CellValue, Sample } from '../../core/samples/sample.ts';
import type { Slices } from './slices.ts';

/** A column by its different values. */
interface ColumnValues {
  /** As they came: `undefined` for samples without such a column. */
  readonly values: readonly (CellValue | undefined)[];
  /** `[samples]` which of them each sample has. */
  readonly of: Int32Array;
}

/** What is known of a list of samples, as long as the list lives. */
interface Facts {
  readonly columns: Map<string, ColumnValues>;
  hasOwnSplit?: boolean;
}

const known = new WeakMap<readonly Sample[], Facts>();

function factsOf(samples: readonly Sample[]): Facts {
  const facts = known.get(samples) ?? { columns: new Map<string, ColumnValues>() };
  known.set(samples, facts);
  return facts;
}

/** Samples between two looks at the clock. */
const LOOK = 1024;

/** Reads a column and gives way to the caller now and then. */
function* reading(samples: readonly Sample[], column: string): Generator<undefined, ColumnValues> {
  const places = new Map<CellValue | undefined, number>();
  const values: (CellValue | undefined)[] = [];
  const of = new Int32Array(samples.length);
  for (let index = 0; index < samples.length; index++) {
    const value = samples[index]?.columns[column];
    let place = places.get(value);
    if (place === undefined) {
      place = values.push(value) - 1;
      places.set(value, place);
    }
    of[index] = place;
    if (index % LOOK === 0) yield undefined;
  }
  return { values, of };
}

/** The values of a column. O(samples) the first time. */
export function columnValues(samples: readonly Sample[], column: string): ColumnValues {
  const { columns } = factsOf(samples);
  const found = columns.get(column);
  if (found) return found;
  const steps = reading(samples, column);
  let step = steps.next();
  while (!step.done) step = steps.next();
  columns.set(column, step.value);
  return step.value;
}

/** A number for each sample that its value in a column decides. */
export function mapColumn<A extends Float64Array | Int8Array | Int16Array>(
  samples: readonly Sample[],
  column: string,
  into: A,
  numberOf: (value: CellValue | undefined) => number,
): A {
  const { values, of } = columnValues(samples, column);
  return spread(values.map(numberOf), of, into);
}

/** Gives each sample the number of its place. A bare loop: a page runs it too seldom for a fast call. */
export function spread<A extends Float64Array | Int8Array | Int16Array | Int32Array>(
  numbers: readonly number[],
  of: Int32Array,
  into: A,
): A {
  for (let index = 0; index < into.length; index++) into[index] = numbers[of[index] ?? 0] ?? NaN;
  return into;
}

/** True if any of the samples comes with a prefix of its own. O(samples) the first time. */
export function anyHasPrefix(samples: readonly Sample[]): boolean {
  const facts = factsOf(samples);
  return (facts.hasOwnSplit ??= samples.some(({ prefix }) => prefix !== null));
}

/**
 * Reads, in slices, what the page asks for at once when these samples are shown.
 *
 * @param columns that are looked at: all but those of text.
 */
export async function readAhead(
  samples: readonly Sample[],
  columns: readonly string[],
  slices: Slices,
): Promise<void> {
  const facts = factsOf(samples);
  for (const column of columns) {
    if (facts.columns.has(column)) continue;
    facts.columns.set(column, await slices.finish(reading(samples, column)));
  }
  let hasPrefix = false;
  for (let index = 0; index < samples.length && !hasPrefix; index++) {
    hasPrefix = samples[index]?.prefix !== null;
    if (index % LOOK === 0) await slices.pause();
  }
  facts.hasOwnSplit = hasPrefix;
}
