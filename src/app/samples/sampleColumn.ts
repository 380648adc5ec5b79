import type { Cell } from '../../core/csv.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import type { Sample } from './dataSet.ts';

/** A column of the sample table: on screen and in the saved file the same. */
export interface SampleColumn {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly meaning: string;
  readonly value: (sample: Sample, result: StoredSample | null, index: number) => Cell;
  /** Decimals on screen; null for text. */
  readonly digits: number | null;
  /** False for columns that appear on demand. */
  readonly isMain: boolean;
}
