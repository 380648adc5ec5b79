import { expect, it } from 'vitest';
import { groupsBy } from '../../src/app/samples/dataSet.ts';
import { DEFAULT_SPLIT } from '../../src/app/samples/prepare.ts';
import { rowsOf } from '../../src/app/samples/runArrays.ts';
import { SampleResults } from '../../src/app/samples/sampleResults.ts';
import { prepareAll } from '../../src/app/samples/scoreBlocks.ts';
import type { Sample } from '../../src/core/samples/sample.ts';
import type { StoredSample } from '../../src/engine/sampleStore.ts';

const result = (matchLength: number): StoredSample =>
  ({ scored: { matchLength, suffixTokens: 9 }, cut: {} }) as unknown as StoredSample;

const sampleOf = (text: string, columns: Sample['columns'] = {}): Sample => ({
  id: 0,
  text,
  prefix: null,
  suffix: null,
  source: 'test',
  line: 1,
  columns,
});

it('counts each sample once and leaves out what is of another data set', () => {
  const results = new SampleResults(3);
  results.add(1, result(4));
  results.add(1, result(5));
  results.add(3, result(6));
  results.add(0, undefined);
  expect(results.count).toBe(1);
  expect(results.all.map((one) => one?.scored.matchLength ?? null)).toEqual([null, 5, null]);
  expect([...results.matches().n]).toEqual([NaN, 5, NaN]);
  expect([...results.matches().length]).toEqual([NaN, 9, NaN]);
});

it('hands out match lengths that do not grow any more', () => {
  const results = new SampleResults(1);
  const before = results.matches();
  results.add(0, result(2));
  expect(before.n[0]).toBeNaN();
});

it('takes values that read the same for one group, the missing ones for the empty name', () => {
  const values = [1, '1', null, undefined, 'b', true, 'true'];
  const samples = values.map((value) => sampleOf('', value === undefined ? {} : { c: value }));
  const { names, of } = groupsBy(samples, 'c');
  expect(names).toEqual(['', '1', 'b', 'true']);
  expect(Array.from(of, (place) => names[place])).toEqual(['1', '1', '', '', 'b', 'true', 'true']);
});

it('keeps the largest groups apart and puts the others together', () => {
  const samples = Array.from({ length: 20 }, (_, index) => sampleOf('', { c: index < 11 ? 'k9' : index }));
  const { names, of } = groupsBy(samples, 'c');
  expect(names).toHaveLength(8);
  expect(names).toContain('k9');
  expect(names[of[19] ?? -1]).toBe('all others');
});

it('keeps the tokens of many samples in few buffers', async () => {
  const samples = Array.from({ length: 130 }, (_, index) => sampleOf('x'.repeat(60 + (index % 3))));
  const tokenizeAll = async (texts: readonly string[]) =>
    texts.map(({ length }) => ({
      ids: Uint32Array.from({ length }, (_, token) => token),
      byteStarts: Uint32Array.from({ length: length + 1 }, (_, token) => token),
    }));
  const question = { samples, split: DEFAULT_SPLIT };
  const { prepared } = await prepareAll(
    { ...question, adapter: null, mode: 'full' },
    { tokenizeAll },
    64,
    new AbortController().signal,
  );
  expect(prepared.map((sample) => sample?.ids.length)).toEqual(samples.map(({ text }) => text.length));
  expect(prepared[129]?.ids).toEqual(Uint32Array.from({ length: 60 }, (_, token) => token));
  expect(new Set(prepared.map((sample) => sample?.ids.buffer)).size).toBe(3);
  const rows = await rowsOf([null, ...prepared.slice(0, 2)], Uint32Array.of(0, 2));
  expect([...rows.starts]).toEqual([0, 0, 61]);
});
