import type { Selection } from './selection.svelte.ts';

/** The selection of the data set as rows of a figure that shows some of its samples. */
export interface RowSelection {
  readonly selected: ReadonlySet<number>;
  readonly select: (rows: readonly number[], isMore: boolean) => void;
}

/** @param samples index of each row's sample. */
export function rowSelection(selection: Selection, samples: Uint32Array): RowSelection {
  const { indices } = selection;
  const selected = new Set<number>();
  if (indices.size > 0)
    samples.forEach((sample, row) => {
      if (indices.has(sample)) selected.add(row);
    });
  return {
    selected,
    select: (rows, isMore) => {
      const chosen = rows.map((row) => samples[row] ?? 0);
      if (isMore) selection.toggle(chosen);
      else selection.choose(chosen);
    },
  };
}
