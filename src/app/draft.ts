/** What stands between a visitor's text and the model: each problem with its cause and remedy. */
import { formatCount } from '../ui/format.ts';

/** Largest file that is read into the text box; beyond it the box itself would no longer respond. */
export const LARGEST_FILE = 20_000_000;
/** Largest saved result: what can be parsed without exhausting the page's memory. */
export const LARGEST_RESULT = 250_000_000;

/** Why a text cannot be scored; null if it can. */
export function problemOfText(text: string): string | null {
  if (text.length === 0)
    return 'There is nothing to score yet: the text is empty. Type, paste or drop a text first.';
  if (text.trim().length === 0) return 'The text is only white space. Add some words.';
  if (!text.isWellFormed()) {
    const at = text.search(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/);
    return `Half a character (a lone surrogate) stands at position ${formatCount(at + 1)}. Delete it, or copy the text again from its source.`;
  }
  return null;
}

/** What a reader should know of a text that can be scored all the same; null if there is nothing. */
export function noteOfText(text: string): string | null {
  const first = text.indexOf('\0');
  if (first < 0) return null;
  return `The text holds NUL characters, which are invisible (the first at position ${formatCount(first + 1)}). They are scored as they are; delete them if they are not meant.`;
}

/** True if a draft with anything in it is not the text that was read; false if none was. */
export const isOtherText = (draft: string, read: string | undefined): boolean =>
  read !== undefined && draft !== read && draft.trim() !== '';

/** A file's text, or why it has none. */
export type FileText = { readonly text: string } | { readonly problem: string };

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Bytes that text never holds, but nearly every binary format does within its first kilobytes. */
const looksBinary = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 4096).some((byte) => (byte < 9 && byte !== 0) || (byte > 13 && byte < 27));

/** Where the first byte stands that is no UTF-8. */
function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  const isValid = (end: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
      return true;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return false;
    }
  };
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isValid(middle)) valid = middle;
    else invalid = middle;
  }
  return valid;
}

/**
 * Reads a file as UTF-8, without replacing anything that is not.
 *
 * @param largest bytes that are accepted.
 */
export async function textOfFile(file: File, largest = LARGEST_FILE): Promise<FileText> {
  const { name } = file;
  if (file.size === 0) return { problem: `${name} is empty. Choose another file.` };
  if (file.size > largest)
    return {
      problem: `${name} has ${megabytes(file.size)}; at most ${megabytes(largest)} can be opened. Split the file and open one part.`,
    };
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return looksBinary(bytes)
      ? { problem: `${name} looks like a binary file. Save it as plain text first.` }
      : { text };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (looksBinary(bytes))
      return { problem: `${name} is a binary file, not text. Save it as plain text first.` };
    return {
      problem: `${name} is not valid UTF-8 (first at byte ${firstInvalidByte(bytes) + 1}). Save it again as UTF-8.`,
    };
  }
}

/** The first words of a text. */
export function titleOf(text: string): string {
  const words = text.trim().replace(/\s+/g, ' ');
  return words.length > 48 ? `${words.slice(0, 47)}…` : words;
}
