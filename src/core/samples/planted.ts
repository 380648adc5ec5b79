import { describeColumns } from './columns.ts';
import type { ImportResult } from './sample.ts';

/** The file `planted.json`: texts of which the shipped adapter has seen a known number of copies. */
export interface PlantedSet {
  readonly passages: readonly {
    readonly id: string;
    readonly kind: string;
    readonly text: string;
    readonly copies: number;
  }[];
}

/**
 * The built-in set as if it were imported: columns `kind`, `copies` (how often the adapter was trained on the text;
 * 0: never) and `passage` (its id). No split is given. `line` counts passages.
 */
export function samplesFromPlanted({ passages }: PlantedSet): ImportResult {
  const samples = passages.map(({ id, kind, text, copies }, index) => ({
    id: index,
    source: 'planted.json',
    line: index + 1,
    prefix: null,
    suffix: null,
    text,
    columns: { kind, copies, passage: id },
  }));
  const columns = describeColumns(samples.map((sample) => sample.columns));
  return { samples, problems: [], shape: 'text', columns };
}
