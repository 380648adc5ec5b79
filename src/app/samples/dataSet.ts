/** A set of samples on the page: where it came from, what was left out of it, what its columns are. */
import type { Groups } from '../../core/analyses/decomposition.ts';
import { samplesFromPlanted, type PlantedSet } from '../../core/samples/planted.ts';
import type { Column, ImportResult, Sample } from '../../core/samples/sample.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import { pageUrl } from '../pageUrl.ts';
import { anyHasPrefix, columnValues, spread } from './columnValues.ts';

export type { Problem, Sample } from '../../core/samples/sample.ts';

export interface DataSet extends ImportResult {
  readonly name: string;
  /** False if the samples came from a file that their texts were left out of. */
  readonly hasTexts?: boolean;
}

const PLANTED = 'planted/planted.json';
export const PLANTED_NAME = 'Planted set';

/** The texts that the shipped adapter was trained on, and their held-out twins. @throws {MemoscopeError} `ModelUnavailable`. */
export async function loadPlanted(): Promise<DataSet> {
  const response = await fetch(pageUrl(PLANTED));
  if (!response.ok)
    throw new MemoscopeError(
      'ModelUnavailable',
      `The planted texts are not there (${PLANTED}: the server answered ${response.status}). Paste or drop samples of your own.`,
    );
  return { name: PLANTED_NAME, ...samplesFromPlanted((await response.json()) as PlantedSet) };
}

/** What a shape means, in words. */
const SHAPES: Readonly<Record<string, string>> = {
  text: 'one text each',
  lines: 'one a line',
  paragraphs: 'one a paragraph',
  file: 'one a file',
  mapped: 'columns as you chose them',
  unknown: 'columns that are not known: choose which are the text',
};

/** How the input was understood. */
export const describeShape = ({ name, shape }: DataSet): string =>
  name === PLANTED_NAME
    ? 'texts of our own with 0 (held out), 1, 2, 4, … 64 copies in the training of the adapter'
    : (SHAPES[shape] ?? shape);

/** True if the data say themselves where the suffix begins. */
export const hasOwnSplit = ({ samples }: DataSet): boolean => anyHasPrefix(samples);

/** Most groups that are told apart on a figure; smaller ones than the first seven go together. */
const MOST_GROUPS = 8;
const REST = 'all others';

/** Columns that can name groups. */
export const groupColumns = ({ columns }: Pick<DataSet, 'columns'>): Column[] =>
  columns.filter(
    ({ kind, distinct }) =>
      distinct >= 2 && (kind === 'categorical' || (kind === 'numeric' && distinct <= MOST_GROUPS)),
  );

/** The different values of a column as text, and which of them each sample has. */
function distinctValues(samples: readonly Sample[], column: string): { names: string[]; of: Int32Array } {
  const { values, of } = columnValues(samples, column);
  // Each value is made a text once, not once a sample: there may be a hundred thousand of those.
  const texts = values.map((value) => String(value ?? ''));
  const names = [...new Set(texts)];
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = texts.map((text) => places.get(text) ?? 0);
  return { names, of: spread(placeOf, of, new Int32Array(samples.length)) };
}

/** Groups that were asked for, as long as the samples are there: several panels ask for the same. */
const grouped = new WeakMap<readonly Sample[], Map<string, Groups>>();

/** Which group each sample is in: the values of a column, in their order. */
export function groupsBy(samples: readonly Sample[], column: string): Groups {
  const known = grouped.get(samples) ?? new Map<string, Groups>();
  const groups = known.get(column) ?? groupsAnew(samples, column);
  grouped.set(samples, known.set(column, groups));
  return groups;
}

function groupsAnew(samples: readonly Sample[], column: string): Groups {
  const values = distinctValues(samples, column);
  const sizes = new Uint32Array(values.names.length);
  for (const place of values.of) sizes[place] = (sizes[place] ?? 0) + 1;
  const counts = Object.fromEntries(values.names.map((name, place) => [name, sizes[place] ?? 0]));
  const all = Object.keys(counts);
  const isCut = all.length > MOST_GROUPS;
  const largest = all
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
    .slice(0, isCut ? MOST_GROUPS - 1 : undefined);
  const kept = largest.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const groups = values.names.map((name) => (kept.includes(name) ? kept.indexOf(name) : kept.length));
  const of = spread(groups, values.of, new Int16Array(samples.length));
  return { names: isCut ? [...kept, REST] : kept, of };
}
