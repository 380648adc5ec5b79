import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemsCsv } from '../../../src/core/samples/problemsCsv.ts';
import { type PlantedSet, samplesFromPlanted } from '../../../src/core/samples/planted.ts';
import { readSamples, type ReadOptions } from '../../../src/core/samples/readSamples.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (name: string, content: string | Uint8Array, options: ReadOptions = {}) =>
  readSamples([{ name, bytes: typeof content === 'string' ? bytesOf(content) : content }], options);
const parts = (result: ReturnType<typeof read>) =>
  result.samples.map(({ line, prefix, suffix, text }) => [line, prefix, suffix, text]);
const reasons = (result: ReturnType<typeof read>) =>
  result.problems.map(({ line, reason }) => `${line}: ${reason}`);

describe('plain text', () => {
  const text = 'one\r\ntwo\r\n\r\n  \nthree\nfour';

  test('is cut into lines, paragraphs or left whole', () => {
    expect(parts(read('a.txt', text, { as: 'line' })).map(([line, , , content]) => [line, content])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [5, 'three'],
      [6, 'four'],
    ]);
    expect(
      parts(read('a.txt', text, { as: 'paragraph' })).map(([line, , , content]) => [line, content]),
    ).toEqual([
      [1, 'one\r\ntwo'],
      [5, 'three\nfour'],
    ]);
    for (const as of ['file', 'window'] as const)
      expect(parts(read('a.txt', text, { as }))).toEqual([[1, null, null, text]]);
  });

  test('is read as it looks when nobody says', () => {
    expect(read('a.txt', text).shape).toBe('paragraphs');
    expect(read('a.txt', 'one\ntwo\n').shape).toBe('lines');
    expect(read('a.md', '# one\ntwo\n').shape).toBe('paragraphs');
    expect(read('pasted', '{"text": "a"}\n{"text": "b"}').shape).toBe('text');
    expect(read('pasted', '[{"prefix": "a", "suffix": "b"}]').shape).toBe('prefix/suffix');
    expect(read('pasted', 'prompt,completion\na,b\n').shape).toBe('prompt/completion');
    // A line that happens to begin with a brace is still a line.
    expect(read('pasted', '{not json\nb').samples).toHaveLength(2);
  });
});

describe('recognised shapes', () => {
  test.each([
    ['prefix/suffix', { Prefix: 'ab', suffix: 'cd' }, 'ab', 'cd'],
    ['prompt/completion', { prompt: 'ab', completion: ' cd' }, 'ab', ' cd'],
    ['question/answer', { question: 'Who?', answer: 'I.' }, 'Question: Who?\nAnswer:', ' I.'],
    ['text', { text: 'abcd' }, null, null],
    [
      'messages',
      {
        messages: [
          { role: 'system', content: 'Be.' },
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Ho' },
          { role: 'user', content: [{ type: 'text', text: 'Again' }] },
          { role: 'assistant', content: 'Hey' },
          { role: 'user', content: 'Left out' },
        ],
      },
      'System: Be.\n\nUser: Hi\n\nAssistant: Ho\n\nUser: Again\n\nAssistant:',
      ' Hey',
    ],
    [
      'messages',
      {
        conversations: [
          { from: 'human', value: 'Hi' },
          { from: 'gpt', value: 'Ho' },
        ],
      },
      'User: Hi\n\nAssistant:',
      ' Ho',
    ],
  ])('%s', (shape, record, prefix, suffix) => {
    const result = read('a.json', JSON.stringify([{ ...record, topic: 'x', copies: 3 }]));
    expect(result.problems).toEqual([]);
    expect(result.shape).toBe(shape);
    expect(result.samples[0]).toEqual({
      id: 0,
      source: 'a.json',
      line: 1,
      prefix,
      suffix,
      text: prefix === null ? 'abcd' : prefix + suffix,
      columns: { topic: 'x', copies: 3 },
    });
  });

  test('instructions take the prompt of Alpaca, as rows of tatsu-lab/alpaca have it in `text`', () => {
    const rows = [
      { instruction: 'Give three tips for staying healthy.', input: '', output: '1. Eat.' },
      { instruction: 'Identify the odd one out.', input: 'Twitter, Instagram, Telegram', output: 'Telegram' },
    ];
    const { samples, shape } = read('a.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    expect(shape).toBe('instruction');
    expect(samples.map(({ text }) => text)).toEqual([
      'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' +
        '### Instruction:\nGive three tips for staying healthy.\n\n### Response:\n1. Eat.',
      'Below is an instruction that describes a task, paired with an input that provides further context. ' +
        'Write a response that appropriately completes the request.\n\n### Instruction:\nIdentify the odd one out.' +
        '\n\n### Input:\nTwitter, Instagram, Telegram\n\n### Response:\nTelegram',
    ]);
    expect(samples[1]?.suffix).toBe('Telegram');
  });

  test('other columns need a mapping, and are described for it', () => {
    const file = JSON.stringify([
      { head: 'a', tail: 'b', n: 1 },
      { head: 'c', tail: 'd', n: 2 },
    ]);
    const unknown = read('a.json', file);
    expect(unknown).toMatchObject({ samples: [], shape: 'unknown' });
    expect(unknown.columns.map(({ name }) => name)).toEqual(['head', 'tail', 'n']);
    expect(reasons(unknown)).toEqual([
      '1: no known columns among "head", "tail", "n": choose which are the text',
    ]);
    const mapped = read('a.json', file, { mapping: { prefix: 'head', suffix: 'tail' } });
    expect(mapped).toMatchObject({ shape: 'mapped', problems: [] });
    expect(parts(mapped)).toEqual([
      [1, 'a', 'b', 'ab'],
      [1, 'c', 'd', 'cd'],
    ]);
    expect(parts(read('a.json', file, { mapping: { text: 'tail' } }))[0]).toEqual([1, null, null, 'b']);
    expect(() => read('a.json', file, { mapping: { prefix: 'head' } })).toThrow(RangeError);
  });
});

describe('JSON', () => {
  test('elements have the lines they stand on, wherever the list is', () => {
    const samples = '[\n  {"text": "a ]}, \\" b"},\n\n  {"text":\n "c", "tags": ["x", {"y": 1}]},\n  "d"\n]';
    const expected = [
      [2, 'a ]}, " b'],
      [4, 'c'],
      [6, 'd'],
    ];
    const seen = (json: string) => read('a.json', json).samples.map(({ line, text }) => [line, text]);
    expect(seen(samples)).toEqual(expected);
    expect(seen(`{"schema": 1, "data": ${samples}, "b": []}`)).toEqual(expected);
    expect(seen(`{"note": "data", "rows": ${samples}}`)).toEqual(expected);
    expect(read('a.json', samples).samples[1]?.columns).toEqual({ tags: '["x",{"y":1}]' });
    expect(seen('{"text": "one"}')).toEqual([[1, 'one']]);
  });

  test('any list of records survives any layout', () => {
    const record = fc.record({ text: fc.string({ minLength: 1, unit: 'grapheme' }), note: fc.json() });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1 }), fc.integer({ min: 0, max: 3 }), (records, indent) => {
        const result = read('a.json', JSON.stringify({ data: records }, null, indent));
        expect(result.samples.map(({ text, columns }) => ({ text, note: columns.note }))).toEqual(records);
      }),
    );
  });

  test('a broken element leaves the others, a broken object is named with its line', () => {
    const list = read('a.json', '[{"text": "a"},\n {"text": oops},\n {"text": "c"}\n');
    expect(list.samples.map(({ text }) => text)).toEqual(['a', 'c']);
    expect(list.problems.map(({ line }) => line)).toEqual([2, 4]);
    expect(list.problems[1]?.reason).toBe('invalid JSON: the list never closes');
    const object = read('a.json', '{"a": 1,\n "b" 2}');
    expect(object.problems).toMatchObject([{ source: 'a.json', line: 2 }]);
    expect(object.problems[0]?.reason).toMatch(/^invalid JSON: /);
  });
});

test('the reason for a bad row quotes nothing of it: files that leave texts out have the reason too', () => {
  const lines = [
    'secret words only and more of them than a message quotes',
    'secret',
    '"secret" secret',
    '{"secret": secret}',
    '{"secret',
    '[secret',
    '"\\secret"',
  ];
  const { problems } = read('a.jsonl', ['{"text": "a row"}', ...lines].join('\n'));
  expect(problems).toHaveLength(lines.length);
  for (const { reason } of problems) {
    expect(reason).toMatch(/^invalid JSON: .{8,}/);
    expect(reason).not.toMatch(/secr|cret/);
  }
});

test('bad rows of JSON Lines are listed with line and reason, and stop nothing', () => {
  const lines = [
    '{"prompt": "a", "completion": "b"}',
    '{"prompt": "a", "completion": ',
    '',
    '{"prompt": "a"}',
    '{"prompt": "a", "completion": ""}',
    '{"prompt": 7, "completion": "b"}',
    '{"prompt": "a", "completion": "b\\ud800c"}',
    '[1]',
    '{"prompt": "a", "completion": null}',
    '{"prompt": "a", "completion": "\u{1f600}"}',
  ];
  const bytes = bytesOf(`\uFEFF${lines.join('\n')}\n{"prompt": "?", "completion": "b"}\n`);
  bytes[bytes.lastIndexOf('?'.charCodeAt(0))] = 0xff;
  const result = read('a.jsonl', bytes);
  expect(result.samples.map(({ line, text }) => [line, text])).toEqual([
    [1, 'ab'],
    [10, 'a\u{1f600}'],
  ]);
  expect(reasons(result)).toEqual([
    expect.stringMatching(/^2: invalid JSON: /),
    '4: missing field "completion"',
    '5: empty suffix',
    '6: field "prompt" is a number, not a text',
    '7: field "completion" has half a surrogate pair at character 2',
    '8: wrong type: a list',
    '9: missing field "completion"',
    '11: broken UTF-8',
  ]);
  expect(result.samples.length + result.problems.length).toBe(lines.length);
  expect(problemsCsv(result.problems.slice(1, 2))).toBe(
    'file,line,reason,excerpt\r\na.jsonl,4,"missing field ""completion""","{""prompt"": ""a""}"\r\n',
  );
});

describe('CSV and TSV', () => {
  test('lines are right behind cells with line ends, and numbers are numbers', () => {
    const result = read(
      'a.csv',
      'prefix,suffix,copies,code,group\r\n"a\r\nb",c,1,007,x\r\n\r\n"say ""d""",e,,010,x\r\nf,g\r\nh,,3,1,y\r\ni,j,2.5e1,2,y\r\n',
    );
    expect(result.samples.map(({ line, text, columns }) => [line, text, columns])).toEqual([
      [2, 'a\r\nbc', { copies: 1, code: '007', group: 'x' }],
      [5, 'say "d"e', { copies: null, code: '010', group: 'x' }],
      [8, 'ij', { copies: 25, code: '2', group: 'y' }],
    ]);
    expect(reasons(result)).toEqual(['6: 2 cells, but the header has 5', '7: empty suffix']);
    expect(result.columns).toEqual([
      { name: 'copies', kind: 'numeric', distinct: 2 },
      { name: 'code', kind: 'text', distinct: 3 },
      { name: 'group', kind: 'categorical', distinct: 2 },
    ]);
  });

  test('a quote that never closes costs its own line only', () => {
    const result = read('a.csv', 'text\n"a"\n"open\n"b"x\nc\n""\nd');
    expect(result.samples.map(({ line, text }) => [line, text])).toEqual([
      [2, 'a'],
      [5, 'c'],
      [7, 'd'],
    ]);
    expect(result.problems.map(({ line }) => line)).toEqual([3, 4, 6]);
  });

  test('other separators', () => {
    expect(parts(read('a.tsv', 'prefix\tsuffix\na, b\tc\n'))).toEqual([[2, 'a, b', 'c', 'a, bc']]);
    expect(parts(read('a.csv', 'prefix;suffix\na, b;c\n'))).toEqual([[2, 'a, b', 'c', 'a, bc']]);
  });

  test('any cells survive', () => {
    const cell = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\uFEFF'));
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const lines = rows.map((row) => row.map(quoted).join(','));
        const result = read('a.csv', `prefix,suffix\n${lines.join('\n')}\n`);
        expect(result.samples.map(({ prefix, suffix }) => [prefix, suffix])).toEqual(rows);
      }),
    );
  });
});

test('gzip is unzipped, also of several members; damaged files are listed', () => {
  const first = gzipSync('{"text": "a"}\n');
  const both = Buffer.concat([first, gzipSync('{"text": "b"}\n')]);
  expect(read('a.jsonl.gz', both).samples.map(({ text }) => text)).toEqual(['a', 'b']);
  expect(read('a.jsonl.gz', first.subarray(0, 20))).toMatchObject({ samples: [], shape: 'unknown' });
  expect(reasons(read('a.jsonl.gz', first.subarray(0, 20)))).toEqual([
    expect.stringMatching(/^1: damaged gzip: /),
  ]);
  expect(reasons(read('a.txt', new Uint8Array([0xff, 0xfe, 65, 0])))).toEqual([
    '1: UTF-16 text; save it as UTF-8',
  ]);
  expect(reasons(read('a.bin', new Uint8Array([65, 0])))).toEqual([
    expect.stringMatching(/^1: no text file/),
  ]);
  expect(reasons(read('a.txt', ''))).toEqual(['1: nothing in it']);
});

test('several files keep their names, have one numbering and may differ in shape', () => {
  const files = [
    { name: 'a.txt', bytes: bytesOf('one\ntwo') },
    { name: 'b.jsonl', bytes: bytesOf('{"text": "three", "epoch": 2}') },
  ];
  const { samples, shape, columns } = readSamples(files, {});
  expect(samples.map(({ id, source, text }) => [id, source, text])).toEqual([
    [0, 'a.txt', 'one'],
    [1, 'a.txt', 'two'],
    [2, 'b.jsonl', 'three'],
  ]);
  expect(shape).toBe('lines + text');
  expect(columns).toEqual([{ name: 'epoch', kind: 'numeric', distinct: 1 }]);
});

test('the planted set has its kinds and copies', () => {
  const planted = JSON.parse(readFileSync('public/planted/planted.json', 'utf8')) as PlantedSet;
  const { samples, columns } = samplesFromPlanted(planted);
  expect(samples).toHaveLength(504);
  expect(samples[1]).toMatchObject({ id: 1, prefix: null, columns: { kind: 'prose', copies: 4 } });
  expect(columns).toEqual([
    { name: 'kind', kind: 'categorical', distinct: 7 },
    { name: 'copies', kind: 'numeric', distinct: 8 },
    { name: 'passage', kind: 'text', distinct: 504 },
  ]);
  // The same file dropped by a user reads the same.
  const dropped = read('planted.json', readFileSync('public/planted/planted.json'));
  expect(dropped.samples.map(({ text }) => text)).toEqual(samples.map(({ text }) => text));
});
