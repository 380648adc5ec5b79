/** A saved analysis piece by piece: line by line in the layout that this page writes, whole in any other. */
import type { MemoscopeError } from '../../protocol/errors.ts';
import { counted } from '../../ui/format.ts';
import { check, invalid, isObject, shown, type Fields } from './fileChecks.ts';

/** What stands before the samples, the samples one by one, and what stands behind them. */
export interface OpenFile {
  readonly head: Fields;
  readonly rows: AsyncIterable<unknown> | Iterable<unknown>;
  /** Read after the rows. */
  readonly tail: () => Fields;
}

/** How the first line ends. */
export const OPENING = ',"samples":[';

interface Line {
  readonly text: string;
  /** True if nothing comes behind it. */
  readonly isLast: boolean;
}

/** Lines as they are read, so that a large file is never one string. */
async function* linesOf(file: Blob): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = file.stream().getReader();
  let begun: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    const [first = '', ...rest] = (done ? decoder.decode() : decoder.decode(value, { stream: true })).split(
      '\n',
    );
    begun.push(first);
    for (const next of rest) {
      yield begun.join('');
      begun = [next];
    }
    if (done) break;
  }
  const last = begun.join('');
  if (last !== '') yield last;
}

async function* markedLines(file: Blob): AsyncGenerator<Line, void> {
  let before: string | null = null;
  for await (const text of linesOf(file)) {
    if (before !== null) yield { text: before, isLast: false };
    before = text;
  }
  if (before !== null) yield { text: before, isLast: true };
}

const cutOff = (where: string): MemoscopeError =>
  invalid(`it ends in the middle (${where}): it was cut off. Copy or download it again`);

function parse(json: string, where: string, isCutOff: () => boolean): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw isCutOff()
      ? cutOff(where)
      : invalid(`${where} is no JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

/** A file in the layout that `writeAnalysis` gives it. */
function openLines(first: string, lines: AsyncGenerator<Line, void>): OpenFile {
  const head = parse(`${first.slice(0, -OPENING.length)}}`, 'its first line', () => false) as Fields;
  let last = '';
  async function* rows(): AsyncGenerator {
    let index = 0;
    for await (const { text, isLast } of lines) {
      if (text.startsWith(']')) {
        last = text;
        return;
      }
      // A whole file ends with the line of its hashes.
      yield parse(text.replace(/,\s*$/, ''), `samples[${index}]`, () => isLast);
      index++;
    }
    throw cutOff(`after ${counted(index, 'sample')}`);
  }
  return {
    head,
    rows: rows(),
    tail: () => parse(`{${last.slice(2)}`, 'its last line', () => !/\}\s*\}\s*$/.test(last)) as Fields,
  };
}

/** True if a text of JSON ends within a string, a list or an object. */
function isOpenAtEnd(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') isInString = !isInString;
    else if (isInString) at += Number(character === '\\');
    else depth += Number('[{'.includes(character)) - Number(']}'.includes(character));
  }
  return isInString || depth > 0;
}

function openWhole(text: string): OpenFile {
  const content = parse(text, 'the file', () => isOpenAtEnd(text));
  if (!isObject(content)) throw invalid(`it holds ${shown(content)}, and an object is needed`);
  const { samples, hashes, ...head } = content;
  check(content, '', { samples: 'list' });
  return { head, rows: samples as readonly unknown[], tail: () => ({ hashes }) };
}

/** @throws {MemoscopeError} `InvalidInput`, as do the rows and the tail. */
export async function openAnalysisFile(file: Blob): Promise<OpenFile> {
  const lines = markedLines(file);
  const first = await lines.next();
  if (!first.done && !first.value.isLast && first.value.text.endsWith(OPENING))
    return openLines(first.value.text, lines);
  await lines.return();
  return openWhole(await file.text());
}
