import { MemoscopeError, type ErrorKind } from '../protocol/errors.ts';

/** What the reader is told about each kind of failure: what happened, and what to do now. */
interface ErrorText {
  readonly cause: string;
  readonly remedy: string;
}

export const ERROR_TEXTS: Readonly<Record<ErrorKind, ErrorText>> = {
  Cancelled: { cause: 'The run was stopped.', remedy: 'What was scored is kept; press Resume to go on.' },
  DeviceUnavailable: {
    cause: 'No device of this browser can run the model.',
    remedy: 'Choose “WebAssembly” in the settings, or use a current Chrome, Edge, Firefox or Safari.',
  },
  DeviceLost: {
    cause: 'The graphics device was lost in the middle of the work.',
    remedy:
      'What was scored is kept. Press Resume; if it happens again, choose “WebAssembly” in the settings.',
  },
  ModelUnavailable: {
    cause: 'A file of the model could not be loaded.',
    remedy:
      'Check that the page was copied as a whole and that the server is reachable, then press Run again.',
  },
  ModelCorrupt: {
    cause: 'A file of the model is not the one its manifest names, so it was refused.',
    remedy: 'Reload the page. If it stays so, copy the page’s files again: one was truncated or altered.',
  },
  OutOfMemory: {
    cause: 'The browser ran out of memory.',
    remedy: 'Close other tabs, or choose shorter windows in the settings. What was scored is kept.',
  },
  InvalidInput: {
    cause: 'This text cannot be scored as it is.',
    remedy: 'Your text is still in the box: change it and press Run again.',
  },
  StorageUnavailable: {
    cause: 'This browser does not let the page store results.',
    remedy:
      'Everything works from memory; save what you want to keep as CSV or JSON before you close the page.',
  },
  WorkerDied: {
    cause: 'The worker that runs the model stopped answering and was replaced.',
    remedy: 'What was scored is kept. Press Resume to go on.',
  },
  Internal: {
    cause: 'Something went wrong that Memoscope has no name for.',
    remedy: 'Your text is kept. Press Run again; if it stays so, copy the details into a report.',
  },
};

/** Why a stored result is not shown as it was. */
export const UNREADABLE_TEXTS = {
  damaged: 'A stored result was damaged and left out. Run the text again to have it back.',
  newer: 'A stored result was written by a newer version of this page and left out. Reload the page.',
  partly: 'Part of a stored result was damaged. Press Resume to score the rest again.',
} as const;

/** What is said when the browser refuses to store or to read. */
export function storageProblem(thrown: unknown): string {
  if (thrown instanceof MemoscopeError) return thrown.message;
  const isFull = thrown instanceof Error && thrown.name === 'QuotaExceededError';
  const cause = isFull
    ? 'The space that the browser allows this page is full'
    : `The browser refuses to store results (${thrown instanceof Error ? thrown.message : String(thrown)})`;
  const remedy = isFull
    ? 'Delete stored results, or save this one as a file.'
    : 'Save it as a file to keep it.';
  return `${cause}: what you do now stays in memory only, until the page is closed. ${remedy}`;
}
