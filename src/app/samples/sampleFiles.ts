/** Files as a visitor gives them: picked, dropped, or whole folders. */
import { MemoscopeError } from '../../protocol/errors.ts';
import { counted } from '../../ui/format.ts';
import type { InputFile } from '../../protocol/statistics.ts';

/** What a file of samples may be; other files of a folder are passed over. */
const SAMPLE_FILE = /\.(txt|md|markdown|csv|tsv|json|jsonl|ndjson)(\.gz)?$/i;

/** Largest file that is read. */
const LARGEST_SAMPLE_FILE = 500_000_000;

/** Files above this size stay on the disk until the worker reads them, bytes: the page does not touch theirs. */
const LARGE = 1_000_000;
const NOTHING = new Uint8Array(0);

/** @throws {MemoscopeError} `InvalidInput` if a file is too large to be read. */
export function checkSizes(files: readonly File[]): void {
  const tooLarge = files.find(({ size }) => size > LARGEST_SAMPLE_FILE);
  if (tooLarge)
    throw new MemoscopeError(
      'InvalidInput',
      `${tooLarge.name} has more than 500 MB. Split it and open one part.`,
    );
}

/** Where dropped files lie in their folder: only picked ones tell it themselves. */
const paths = new WeakMap<File, string>();

/**
 * Some files as input. A file alone is taken whatever its name.
 *
 * @throws {MemoscopeError} `InvalidInput` if none of them can hold samples.
 */
export async function readFiles(files: readonly File[]): Promise<InputFile[]> {
  const wanted = files.length === 1 ? files : files.filter(({ name }) => SAMPLE_FILE.test(name));
  if (wanted.length === 0)
    throw new MemoscopeError(
      'InvalidInput',
      files.length === 0
        ? 'There is no file in this.'
        : `None of these ${counted(files.length, 'file')} is of a kind that holds samples: txt, md, csv, tsv, json or jsonl, also gzipped.`,
    );
  return Promise.all(
    wanted.map(async (file) => {
      const name = paths.get(file) ?? (file.webkitRelativePath || file.name);
      if (file.size > LARGE) return { name, bytes: NOTHING, blob: file };
      return { name, bytes: new Uint8Array(await file.arrayBuffer()) };
    }),
  );
}

/** All files in a folder that was dropped, however deep. */
async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    paths.set(file, entry.fullPath.replace(/^\//, ''));
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    // A reader gives a hundred entries at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return found;
    for (const child of some) found.push(...(await filesOf(child)));
  }
}

/** What was dropped: files, and those of folders. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  if (entries.length === 0) return Array.from(transfer.files);
  return (await Promise.all(entries.map(filesOf))).flat();
}
