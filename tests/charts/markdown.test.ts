import { expect, test } from 'vitest';
import { parseInline, parseMarkdown } from '../../src/ui/markdown.ts';

const CARD = `---
license: mit
---
# The model

Two lines
of one paragraph with **weight** and \`code\`.

- first
- second, which
  goes on

| copies | recited |
| --- | ---: |
| 64 | 98% |

\`\`\`
a | b
\`\`\`
`;

test('a card is read into its blocks, without its front matter', () => {
  expect(parseMarkdown(CARD).map(({ kind }) => kind)).toEqual([
    'heading',
    'paragraph',
    'list',
    'table',
    'code',
  ]);
});

test('a table has a head and rows of cells, and no ruler', () => {
  const table = parseMarkdown(CARD).find(({ kind }) => kind === 'table');
  expect(table).toEqual({
    kind: 'table',
    head: [[{ kind: 'text', text: 'copies' }], [{ kind: 'text', text: 'recited' }]],
    rows: [[[{ kind: 'text', text: '64' }], [{ kind: 'text', text: '98%' }]]],
  });
});

test('an item goes on over indented lines', () => {
  const list = parseMarkdown(CARD).find((block) => block.kind === 'list');
  expect(list?.items).toEqual([
    [{ kind: 'text', text: 'first' }],
    [{ kind: 'text', text: 'second, which goes on' }],
  ]);
});

test('markup stays text, and of a link the words stay', () => {
  expect(parseInline('<b>not bold</b> but **bold**, see [the paper](https://example.org)')).toEqual([
    { kind: 'text', text: '<b>not bold</b> but ' },
    { kind: 'strong', text: 'bold' },
    { kind: 'text', text: ', see the paper' },
  ]);
});
