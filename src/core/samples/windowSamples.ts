import { charOffsets, INSIDE_CHARACTER } from '../utf8.ts';
import { isRecordFile } from './fileRows.ts';
import { lineCounter } from './lineCounter.ts';
import type { Sample, SampleTokens } from './sample.ts';
import { tokenWindows } from './windows.ts';

/** Tokens of a window, and from the beginning of one to that of the next. */
export interface WindowCut {
  readonly length: number;
  readonly stride: number;
}

/** As the literature mostly takes it: a prefix of 50 and a suffix of 50, from every half of that on. */
export const DEFAULT_WINDOWS: WindowCut = { length: 100, stride: 50 };

/** The last edge at or before `edge` that is not within a character. */
function wholeEdge(offsets: ArrayLike<number>, edge: number): number {
  let at = edge;
  while (at > 0 && offsets[at] === INSIDE_CHARACTER) at--;
  return at;
}

/**
 * Sliding windows of a text as samples that keep the tokens of the whole text: tokenized again, a window could
 * begin with others. Each has the column `token`, where it begins in its text, and the line of that place (of
 * records, the record's line). A window whose edge falls into a character begins or ends at the token before, so
 * that its text is whole. A sample that comes with a prefix of its own stays as it is.
 *
 * @param tokens of the sample's text.
 * @throws {RangeError} as {@link tokenWindows}.
 */
export function* windowSamples(
  sample: Omit<Sample, 'id'>,
  { ids, byteStarts }: SampleTokens,
  { length, stride }: WindowCut,
): Generator<Omit<Sample, 'id'>> {
  if (sample.prefix !== null) {
    yield sample;
    return;
  }
  const { source, line, text } = sample;
  const offsets = charOffsets(text, byteStarts);
  const lineAt = isRecordFile(source) ? () => 1 : lineCounter(text);
  for (const window of tokenWindows(ids.length, length, stride)) {
    const start = wholeEdge(offsets, window.start);
    const end = wholeEdge(offsets, window.end);
    const from = offsets[start] ?? 0;
    yield {
      source,
      line: line + lineAt(from) - 1,
      prefix: null,
      suffix: null,
      text: text.slice(from, offsets[end]),
      columns: { ...sample.columns, token: start },
      tokens: {
        ids: ids.subarray(start, end),
        byteStarts: byteStarts.slice(start, end + 1).map((byte) => byte - (byteStarts[start] ?? 0)),
      },
    };
  }
}
