import { describe, expect, it } from 'vitest';
import {
  cellDifference,
  compareColumn,
  compareTables,
  listDifference,
} from '../../../src/core/samples/compareResults.ts';
import type { Cell } from '../../../src/core/csv.ts';

const column = (before: readonly Cell[], after: readonly Cell[], tolerance = 0.001) =>
  compareColumn(
    {
      name: 'x',
      unit: 'nats',
      tolerance,
      before: (index) => before[index] ?? null,
      after: (index) => after[index] ?? null,
    },
    before.length,
  );

describe('two runs of the same samples', () => {
  it('counts a difference as small as the last bit, and says 0 only for the very same numbers', () => {
    expect(column([1, 2, NaN], [1, 2, NaN])).toMatchObject({ differ: 0, beyond: 0, largest: 0 });
    const next = 1 + Number.EPSILON;
    expect(column([1, 2], [next, 2])).toMatchObject({ differ: 1, beyond: 0, largest: Number.EPSILON, at: 0 });
  });
  it('tells rounding from more, and names the sample', () => {
    expect(column([1, 2, 3], [1.0005, 2, 3.5])).toMatchObject({ differ: 2, beyond: 1, largest: 0.5, at: 2 });
  });
  it('takes a number that is defined in one run only for a difference', () => {
    expect(column([NaN, null, 1], [1, null, NaN])).toMatchObject({ differ: 2, beyond: 2, at: -1 });
    expect(column([-Infinity, Infinity], [-Infinity, 3])).toMatchObject({ differ: 1, beyond: 1 });
  });
  it('has no tolerance for flags and texts', () => {
    expect(column([true, 'a'], [false, 'a'])).toMatchObject({ differ: 1, beyond: 1, largest: NaN });
    expect(cellDifference('a', 'b')).toBe(Infinity);
  });
  it('compares lists', () => {
    expect(listDifference([1, 2, NaN], [1, 2.5, NaN])).toBe(0.5);
    expect(listDifference([1], [1, 2])).toBe(Infinity);
    expect(listDifference([1], [NaN])).toBe(Infinity);
    expect(listDifference([], [])).toBe(0);
  });
});

describe('tables of panels', () => {
  const table = (id: string, rows: readonly (readonly Cell[])[]) => ({
    id,
    title: id,
    header: ['a', 'b'],
    rows,
  });
  it('counts cells, and tables and rows that one side has alone', () => {
    const before = [
      table('one', [
        [1, 'x'],
        [2, null],
      ]),
      table('gone', [[1, 2]]),
    ];
    const after = [
      table('one', [
        [1, 'x'],
        [2.25, NaN],
        [3, 3],
      ]),
      table('new', [[1, 2]]),
    ];
    expect(compareTables(before, after)).toMatchObject([
      { id: 'one', cells: 6, differ: 3, largest: 0.25, missing: null },
      { id: 'gone', cells: 2, differ: 2, missing: 'after' },
      { id: 'new', cells: 2, differ: 2, missing: 'before' },
    ]);
    expect(compareTables(before, before).every(({ differ }) => differ === 0)).toBe(true);
  });
});
