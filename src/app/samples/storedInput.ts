/** What was put in, as it is kept for the next visit. */
import type { ReadOptions, SourceFile } from '../../core/samples/readSamples.ts';
import type { ScoreMode } from '../../core/screening.ts';
import type { SplitSettings } from './prepare.ts';

/** What a visitor put in, before it is read. */
export interface SampleInput {
  readonly name: string;
  readonly files: readonly SourceFile[];
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

/** A file as it is stored. */
interface PackedFile {
  readonly name: string;
  readonly bytes: Uint8Array | Blob;
}

/** Bytes that are cloned into storage in one task; a blob is taken as it is. */
const CLONED = 1_000_000;

export const packed = (files: readonly SourceFile[]): PackedFile[] =>
  files.map(({ name, bytes }) => ({
    name,
    bytes: bytes.length > CLONED ? new Blob([bytes as Uint8Array<ArrayBuffer>]) : bytes,
  }));

const unpacked = (files: readonly PackedFile[]): Promise<SourceFile[]> =>
  Promise.all(
    files.map(async ({ name, bytes }) => ({
      name,
      bytes: bytes instanceof Blob ? new Uint8Array(await bytes.arrayBuffer()) : bytes,
    })),
  );

/** Checks what is read back: another version may have written it. */
export async function readStoredInput(stored: unknown): Promise<StoredInput | null> {
  if (typeof stored !== 'object' || stored === null) return null;
  const { input, options, split, subject, mode } = stored as Partial<StoredInput>;
  const isWhole =
    (input === null || Array.isArray(input?.files)) &&
    typeof options === 'object' &&
    split?.rule !== undefined;
  if (!isWhole) return null;
  const whole = input && { ...input, files: await unpacked(input.files) };
  return { input: whole, options, split, subject: subject ?? null, mode: mode ?? 'full' };
}
