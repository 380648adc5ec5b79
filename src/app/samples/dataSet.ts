/** A set of samples on the page: where it came from, what was left out of it, what its columns are. */
import { MemoscopeError } from '../../protocol/errors.ts';
import { pageUrl } from '../pageUrl.ts';

export type ColumnValue = string | number | boolean | null;

export interface Sample {
  readonly id: string;
  readonly source: string;
  /** 1-based. */
  readonly line: number;
  readonly prefix: string | null;
  readonly suffix: string | null;
  readonly text: string;
  readonly columns: Readonly<Record<string, ColumnValue>>;
}

/** A row of the input that is no sample, and why. */
export interface Problem {
  readonly source: string;
  readonly line: number;
  readonly reason: string;
  readonly excerpt: string;
}

export interface DataSet {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly problems: readonly Problem[];
  /** How the input was understood, in words. */
  readonly shape: string;
  readonly columns: readonly string[];
}

interface PlantedFile {
  readonly passages: readonly {
    readonly id: string;
    readonly kind: string;
    readonly title: string;
    readonly text: string;
    readonly copies: number;
  }[];
}

const PLANTED = 'planted/planted.json';

/** The texts that the shipped adapter was trained on, and their held-out twins. @throws {MemoscopeError} `ModelUnavailable`. */
export async function loadPlanted(): Promise<DataSet> {
  const response = await fetch(pageUrl(PLANTED));
  if (!response.ok)
    throw new MemoscopeError(
      'ModelUnavailable',
      `The planted texts are not there (${PLANTED}: the server answered ${response.status}). Paste or drop samples of your own.`,
    );
  const { passages } = (await response.json()) as PlantedFile;
  const samples = passages.map(({ id, kind, title, text, copies }, index) => ({
    id,
    source: PLANTED,
    line: index + 1,
    prefix: null,
    suffix: null,
    text,
    columns: { title, kind, copies },
  }));
  const shape = 'texts of our own with 0 (held out), 1, 2, 4, … 64 copies in the training of the adapter';
  return { name: 'Planted set', samples, problems: [], shape, columns: ['title', 'kind', 'copies'] };
}

/** Distinct values of a column, as text; numbers in their order, "" where a sample has none. */
export function valuesOf(samples: readonly Sample[], column: string): string[] {
  const values = new Set(samples.map(({ columns }) => String(columns[column] ?? '')));
  return [...values].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Most groups that are told apart on a figure. */
export const MOST_GROUPS = 8;

/** Columns that can name groups: at least two values, few enough to tell apart. */
export const groupColumns = ({ samples, columns }: DataSet): string[] =>
  columns.filter((column) => {
    const count = valuesOf(samples, column).length;
    return count >= 2 && count <= MOST_GROUPS;
  });

/** Columns of numbers: covariates. */
export const numericColumns = ({ samples, columns }: DataSet): string[] =>
  columns.filter((column) => samples.every((sample) => typeof sample.columns[column] === 'number'));
