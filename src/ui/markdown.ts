/** The part of Markdown that a model card uses, as data: headings, paragraphs, lists, tables, code. No HTML. */

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly text: readonly Inline[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'code'; readonly text: string };

export interface Inline {
  readonly kind: 'text' | 'strong' | 'code';
  readonly text: string;
}

export type Cell = readonly Inline[];

/** Splits a document into blocks. A front matter between `---` lines is left out. */
export function parseMarkdown(source: string): Block[] {
  const lines = source.replace(/^---\n[\s\S]*?\n---\n/, '').split(/\r?\n/);
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    if ((lines[at] ?? '').trim() === '') {
      at++;
      continue;
    }
    const { end, block } = blockAt(lines, at);
    blocks.push(block);
    at = end;
  }
  return blocks;
}

interface Found {
  /** Line after the block. */
  readonly end: number;
  readonly block: Block;
}

function blockAt(lines: readonly string[], start: number): Found {
  const line = lines[start] ?? '';
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) {
    const [, marks = '', text = ''] = heading;
    return { end: start + 1, block: { kind: 'heading', level: marks.length, text: parseInline(text) } };
  }
  if (line.startsWith('```')) return codeAt(lines, start);
  if (line.startsWith('|')) return tableAt(lines, start);
  if (isItem(line)) return listAt(lines, start);
  const end = endOf(lines, start, (next) => next.trim() !== '' && !/^(#|```|\|)/.test(next) && !isItem(next));
  return { end, block: { kind: 'paragraph', text: parseInline(joined(lines, start, end)) } };
}

const isItem = (line: string): boolean => /^\s*[-*]\s+/.test(line);

/** First line from `start + 1` on that does not belong. */
function endOf(lines: readonly string[], start: number, belongs: (line: string) => boolean): number {
  let end = start + 1;
  while (end < lines.length && belongs(lines[end] ?? '')) end++;
  return end;
}

const joined = (lines: readonly string[], start: number, end: number): string =>
  lines
    .slice(start, end)
    .map((line) => line.trim())
    .join(' ');

function codeAt(lines: readonly string[], start: number): Found {
  const end = endOf(lines, start, (line) => !line.startsWith('```'));
  return { end: end + 1, block: { kind: 'code', text: lines.slice(start + 1, end).join('\n') } };
}

function tableAt(lines: readonly string[], start: number): Found {
  const end = endOf(lines, start, (line) => line.startsWith('|'));
  const [head = [], ...rows] = lines
    .slice(start, end)
    .filter((line) => !/^\|[\s:|-]+\|?$/.test(line))
    .map(cellsOf);
  return { end, block: { kind: 'table', head, rows } };
}

const cellsOf = (line: string): Cell[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => parseInline(cell.trim()));

/** An item goes on over the lines that are indented under it. */
function listAt(lines: readonly string[], start: number): Found {
  const end = endOf(lines, start, (line) => isItem(line) || /^\s+\S/.test(line));
  const items: string[] = [];
  for (const line of lines.slice(start, end)) {
    if (isItem(line)) items.push(line.replace(/^\s*[-*]\s+/, ''));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return { end, block: { kind: 'list', items: items.map(parseInline) } };
}

/** Strong, code and links, of which the words are kept. */
export function parseInline(text: string): Inline[] {
  const withoutLinks = text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return withoutLinks
    .split(/(\*\*[^*]+\*\*|`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => {
      if (part.startsWith('**')) return { kind: 'strong', text: part.slice(2, -2) };
      if (part.startsWith('`')) return { kind: 'code', text: part.slice(1, -1) };
      return { kind: 'text', text: part };
    });
}
