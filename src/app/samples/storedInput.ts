/** What was put in, as it is kept for the next visit. */
import type { ReadOptions } from '../../core/samples/readSamples.ts';
import type { ScoreMode } from '../../core/screening.ts';
import type { InputFile } from '../../protocol/statistics.ts';
import type { SplitSettings } from './prepare.ts';

/** What a visitor put in, before it is read. */
export interface SampleInput {
  readonly name: string;
  readonly files: readonly InputFile[];
}

/** What is stored of the last visit. */
export interface StoredInput {
  /** Null for the planted set. */
  readonly input: SampleInput | null;
  readonly options: ReadOptions;
  readonly split: SplitSettings;
  readonly subject: string | null;
  readonly mode: ScoreMode;
}

/** Bytes of the last input that are kept for the next visit. */
export const LARGEST_KEPT = 50_000_000;

/** Bytes of all files of an input. */
export const sizeOf = ({ files }: SampleInput): number =>
  files.reduce((sum, { bytes, blob }) => sum + (blob?.size ?? bytes.length), 0);

/** Checks what is read back: another version may have written it. */
export function readStoredInput(stored: unknown): StoredInput | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { input, options, split, subject, mode } = stored as Partial<StoredInput>;
  const isWhole =
    (input === null || Array.isArray(input?.files)) &&
    typeof options === 'object' &&
    split?.rule !== undefined;
  return isWhole ? { input, options, split, subject: subject ?? null, mode: mode ?? 'full' } : null;
}
