/** Numbers by which an association can be freed of a confounder: columns of the data, and the copies within it. */
import { filled } from '../../core/filled.ts';
import type { Duplicates } from '../../core/similarity/duplicates.ts';
import { mapColumn } from './columnValues.ts';
import type { DataSet } from './dataSet.ts';

/** Samples of its cluster of near duplicates. */
export const NEAR_COPIES = 'near copies within this set';

/** Taken if they are there, in this order: how often a text was trained on is the first confounder. */
export const DEFAULT_COVARIATE = ['copies', NEAR_COPIES] as const;

export const covariatesOf = ({ columns }: DataSet, duplicates: Duplicates | null): string[] => [
  ...columns.filter(({ kind }) => kind === 'numeric').map(({ name }) => name),
  ...(duplicates ? [NEAR_COPIES] : []),
];

/** `[samples]`, NaN where there is no number. */
export function covariateValues(
  { samples }: DataSet,
  duplicates: Duplicates | null,
  name: string,
): Float64Array {
  if (name === NEAR_COPIES)
    return filled(new Float64Array(samples.length), (index) => duplicates?.nearCount[index] || NaN);
  return mapColumn(samples, name, new Float64Array(samples.length), (value) =>
    typeof value === 'number' ? value : NaN,
  );
}
