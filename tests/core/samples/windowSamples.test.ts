import { describe, expect, test } from 'vitest';
import { readInBatches, readSamples } from '../../../src/core/samples/readSamples.ts';
import { windowSamples } from '../../../src/core/samples/windowSamples.ts';

/** A token a byte, as a byte-level vocabulary without merges has it. */
function tokensOf(text: string) {
  const ids = Uint32Array.from(new TextEncoder().encode(text));
  return { ids, byteStarts: Uint32Array.from({ length: ids.length + 1 }, (_, index) => index) };
}

const sampleOf = (text: string, source = 'book.txt') => ({
  source,
  line: 1,
  prefix: null,
  suffix: null,
  text,
  columns: {},
});

const windowsOf = (text: string, length: number, stride: number, source?: string) =>
  Array.from(windowSamples(sampleOf(text, source), tokensOf(text), { length, stride }));

describe('windows of a text', () => {
  test('have its tokens, its line and where they begin', () => {
    const windows = windowsOf('abcd\nefgh\nij', 6, 3);
    expect(windows.map(({ text, line, columns }) => [text, line, columns['token']])).toEqual([
      ['abcd\ne', 1, 0],
      ['d\nefgh', 1, 3],
      ['fgh\nij', 2, 6],
    ]);
    for (const { text, tokens } of windows) {
      expect(new TextDecoder().decode(Uint8Array.from(tokens?.ids ?? []))).toBe(text);
      expect([...(tokens?.byteStarts ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
  });
  test('never cut a character in two', () => {
    // é takes two bytes: edges at 3 and 6 fall into the second and the fourth character.
    const windows = windowsOf('ééééé', 3, 3);
    expect(windows.map(({ text }) => text)).toEqual(['é', 'éé', 'é']);
    expect(windows.map(({ tokens }) => tokens?.ids.length)).toEqual([2, 4, 2]);
    expect(windows.map(({ tokens }) => tokens?.byteStarts.at(-1))).toEqual([2, 4, 2]);
  });
  test('of a record keep its line and columns; a sample with a prefix stays whole', () => {
    const record = { ...sampleOf('ab\ncd', 'data.jsonl'), line: 7, columns: { topic: 'x' } };
    const windows = Array.from(windowSamples(record, tokensOf('ab\ncd'), { length: 2, stride: 2 }));
    expect(windows.map(({ line }) => line)).toEqual([7, 7]);
    expect(windows[1]?.columns).toEqual({ topic: 'x', token: 2 });
    const own = { ...sampleOf('abcd'), prefix: 'ab', suffix: 'cd' };
    expect(Array.from(windowSamples(own, tokensOf('abcd'), { length: 1, stride: 1 }))).toEqual([own]);
  });
});

describe('reading in batches', () => {
  const lines = Array.from({ length: 2500 }, (_, index) =>
    index % 100 === 99
      ? 'no json'
      : JSON.stringify({ text: `sample ${index}`, kind: index % 2 ? 'odd' : 'even' }),
  );
  const files = [
    { name: 'a.jsonl', bytes: new TextEncoder().encode(lines.join('\n')) },
    { name: 'b.csv', bytes: new TextEncoder().encode('x,y\n1,2\n') },
  ];
  test('gives in small parts what is read at once, and tells how far it is', () => {
    const batches = [];
    const reading = readInBatches(files);
    let step = reading.next();
    for (; !step.done; step = reading.next()) batches.push(step.value);
    const whole = readSamples(files);
    expect(batches.flatMap(({ samples }) => samples)).toEqual(whole.samples);
    expect(batches.flatMap(({ problems }) => problems)).toEqual(whole.problems);
    expect(whole.samples).toHaveLength(2475);
    expect(whole.problems).toHaveLength(26);
    expect(whole.samples.map(({ id }) => id)).toEqual(whole.samples.map((_, index) => index));
    expect(Math.max(...batches.map(({ samples }) => samples.length))).toBeLessThanOrEqual(500);
    const done = batches.map((batch) => batch.done / batch.total);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
    expect(done.filter((share) => share > 0 && share < 0.9).length).toBeGreaterThan(1);
  });
  test('shows the first rows of a file whose columns are not known', () => {
    expect(readSamples(files).rows).toEqual([{ x: 1, y: 2 }]);
    expect(readSamples(files.slice(0, 1)).rows).toBeUndefined();
  });
});
