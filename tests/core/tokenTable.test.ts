import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLines, tidyNumber, type Cell } from '../../src/core/csv.ts';
import { findRecitation } from '../../src/core/recitation.ts';
import { tableHeader, tableRecords, tableRows, tokenTable } from '../../src/core/tokenTable.ts';
import { recordsOf, right, wrong } from './fixtures.ts';
import { runOf } from './runs.ts';

/** A reader of RFC 4180, for the round trip. */
function readCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('CSV', () => {
  test('quotes what needs it, doubles quotes and leaves the undefined empty', () => {
    const rows: Cell[][] = [['a,b', 'say "hi"', 'two\nlines', NaN, null, true, 1.5, -Infinity]];
    expect([...csvLines(['x', 'y (nats)'], rows)]).toEqual([
      'x,y (nats)\r\n',
      '"a,b","say ""hi""","two\nlines",,,true,1.5,-Infinity\r\n',
    ]);
  });
  test('any text survives a round trip', () => {
    const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '=', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text, text)), (rows) => {
        expect(readCsv([...csvLines(['a', 'b', 'c'], rows)].join(''))).toEqual([['a', 'b', 'c'], ...rows]);
      }),
    );
  });
  test('nine digits give every float32 back', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(Math.fround(tidyNumber(value)) === value).toBe(true);
      }),
    );
  });
});

describe('token table', () => {
  const target = recordsOf([null, right(0.75), wrong(0.25)]);
  const base = recordsOf([null, right(0.5), wrong(0.125)]);
  const run = runOf(target, base, '"é\n', Uint32Array.of(0, 2, 3, 4));
  const records = [...tableRecords(tokenTable(run, findRecitation(target, base)))];

  test('has a row for each token with its place and its text', () => {
    expect(
      records.map(({ index, token, byteStart, byteEnd, id }) => [index, token, byteStart, byteEnd, id]),
    ).toEqual([
      [0, '\\x22\\xC3', 0, 2, 10],
      [1, '\\xA9', 2, 3, 11],
      [2, '\\n', 3, 4, 12],
    ]);
  });
  test('leaves every number of an unscored token undefined', () => {
    const { index, token, byteStart, byteEnd, id, ...rest } = records[0] ?? {};
    expect([index, token, byteStart, byteEnd, id]).not.toContain(undefined);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });
  test('holds the record, the reference and what follows from them', () => {
    expect(records[1]).toMatchObject({
      rank: 1,
      correct: 1,
      greedyRun: 1,
      context: 2,
      baseRank: 1,
    });
    expect(records[2]).toMatchObject({
      rank: 2,
      greater: 1,
      correct: 0,
      greedyRun: 0,
      mark: 'none',
    });
    expect(records[2]?.excess).toBeCloseTo(Math.log(2), 6);
    expect(records[1]?.probability).toBeCloseTo(0.75, 6);
    expect(records[1]?.logprob).toBeCloseTo(Math.log(0.75), 6);
  });
  test('gives CSV and JSON the same columns, units in the head', () => {
    const table = tokenTable(run, findRecitation(target, base));
    expect(tableHeader(table)).toContain('logprob (nats)');
    expect(Object.keys(records[0] ?? {})).toEqual(table.columns.map(({ name }) => name));
    const lines = readCsv([...csvLines(tableHeader(table), tableRows(table))].join(''));
    expect(lines).toHaveLength(4);
    lines.slice(1).forEach((line, token) => {
      expect(line).toEqual(Object.values(records[token] ?? {}).map((cell) => String(cell ?? '')));
    });
  });
  test('has no reference values without a base', () => {
    const [first] = tableRecords(tokenTable(runOf(target, null, 'abc'), findRecitation(target, null)));
    expect(first).toMatchObject({ baseLogprob: null, baseRank: null, excess: null });
  });
});
