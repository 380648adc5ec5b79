import { Gunzip } from 'fflate';
import { decodeUtf8, type DecodedText } from '../utf8.ts';
import { BadRow } from './sample.ts';

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** What a gzip file holds, of all its members. @throws {BadRow} if it is damaged or cut off. */
function unzip(bytes: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  const progress = { complete: false };
  const gunzip = new Gunzip((chunk, final) => {
    chunks.push(chunk);
    progress.complete = final;
  });
  try {
    gunzip.push(bytes, true);
  } catch (thrown) {
    throw new BadRow(`damaged gzip: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (!progress.complete) throw new BadRow('damaged gzip: it is cut off');
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let filled = 0;
  for (const chunk of chunks) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return whole;
}

/** @throws {BadRow} if the bytes are those of no UTF-8 text at all. */
function assertText(bytes: Uint8Array): void {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new BadRow('UTF-16 text; save it as UTF-8');
  if (bytes.subarray(0, 4096).includes(0))
    throw new BadRow(
      'no text file (it holds NUL bytes); give txt, md, csv, tsv, json or jsonl, also gzipped',
    );
}

/**
 * Text of a file, unzipped if it begins like gzip, without the byte order mark.
 *
 * @throws {BadRow} if it is a damaged gzip file or no UTF-8 text at all.
 */
export function fileText(bytes: Uint8Array): DecodedText {
  const content = isGzip(bytes) ? unzip(bytes) : bytes;
  assertText(content);
  const { text, broken } = decodeUtf8(content);
  if (!text.startsWith('\uFEFF')) return { text, broken };
  return { text: text.slice(1), broken: broken.map((index) => index - 1) };
}
