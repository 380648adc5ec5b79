import type { Row } from './sample.ts';

const isBlank = (line: string): boolean => line.trim() === '';

/** The lines of a text without their ends (LF or CRLF), with the span of each. */
function* linesOf(text: string): Generator<{ line: number; start: number; end: number; content: string }> {
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const feed = text.indexOf('\n', start);
    const stop = feed === -1 ? text.length : feed;
    const end = stop > start && text[stop - 1] === '\r' ? stop - 1 : stop;
    yield { line, start, end, content: text.slice(start, end) };
    start = stop + 1;
  }
}

/** One sample a line; blank lines separate. */
export function* lineRows(text: string): Generator<Row> {
  for (const { line, start, end, content } of linesOf(text))
    if (!isBlank(content)) yield { line, start, end, value: content };
}

/** One sample a paragraph: lines up to a blank one, exactly as they stand. */
export function* paragraphRows(text: string): Generator<Row> {
  // Line and start of the paragraph being read; line 0 between paragraphs.
  let first = 0;
  let from = 0;
  let to = 0;
  const paragraph = (): Row => ({ line: first, start: from, end: to, value: text.slice(from, to) });
  for (const { line, start, end, content } of linesOf(text)) {
    if (!isBlank(content)) {
      if (first === 0) [first, from] = [line, start];
      to = end;
    } else if (first > 0) {
      yield paragraph();
      first = 0;
    }
  }
  if (first > 0) yield paragraph();
}

/** The whole file as one sample, exactly as it stands. */
export function* fileRow(text: string): Generator<Row> {
  if (!isBlank(text)) yield { line: 1, start: 0, end: text.length, value: text };
}

/** True if a blank line stands between two others: the file is written in paragraphs. */
export const hasParagraphs = (text: string): boolean => /\S[^\S\n]*\n(?:[^\S\n]*\n)+[^\S\n]*\S/.test(text);
