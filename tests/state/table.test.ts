import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { anyOf, isFiltering, passes } from '../../src/app/samples/columnFilter.ts';
import { noMatchText } from '../../src/app/samples/noMatch.ts';
import { rowDestination } from '../../src/app/samples/rowKeys.ts';
import type { SampleLab } from '../../src/app/samples/sampleLab.svelte.ts';
import { Slices } from '../../src/app/samples/slices.ts';
import { sortInSlices } from '../../src/app/samples/sortInSlices.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';
import { closeLabs, openLab } from './samplePage.ts';

/** A lab with so many samples: kinds in turn, sizes that fall. */
async function withSamples(count: number): Promise<SampleLab> {
  const { lab } = openLab();
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ text: `sample ${index}`, kind: ['a', 'b', 'c'][index % 3], size: count - index }),
  );
  const bytes = new TextEncoder().encode(lines.join('\n'));
  await lab.open({ name: 'test', ...readSamples([{ name: 'a.jsonl', bytes }]) });
  return lab;
}

afterEach(closeLabs);

describe('sorting in slices', () => {
  it('is the native sort, ties in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 5000, size: 'max' }),
        async (keys) => {
          const items = keys.map((key, index) => ({ key, index }));
          const order = (one: { key: number }, other: { key: number }): number => one.key - other.key;
          const { signal } = new AbortController();
          expect(await sortInSlices(items, order, new Slices(), signal)).toEqual(items.toSorted(order));
        },
      ),
      { numRuns: 10 },
    );
  });
  it('can be given up', async () => {
    const items = Array.from({ length: 5000 }, (_, index) => -index);
    const controller = new AbortController();
    controller.abort();
    await expect(sortInSlices(items, (a, b) => a - b, new Slices(), controller.signal)).rejects.toThrow(
      /abort/i,
    );
  });
});

describe('a table without a row', () => {
  it('says what no sample matches, and shows all again in the order they had', async () => {
    const lab = await withSamples(9);
    const { table } = lab;
    table.sortBy('column:size');
    table.sortBy('column:size');
    table.search = ' xyz ';
    expect(table.rows).toHaveLength(0);
    expect(noMatchText(table)).toBe('No sample matches the search “xyz”.');
    table.filter = 'unscored';
    table.columnFilter = { ...anyOf('column:size'), from: 2.5, to: 2.75 };
    expect(noMatchText(table)).toBe(
      'No sample matches the search “xyz” and the filter “Unscored” and size from 2.5 to 2.75.',
    );
    table.clearFilters();
    expect(table.rows).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    table.columnFilter = { ...anyOf('column:kind'), text: 'z' };
    expect(noMatchText(table)).toBe('No sample matches kind “z”.');
  });
});

describe('a filter of a column', () => {
  it('takes a range with its bounds, and no cell without a number', () => {
    const range = { ...anyOf('x'), from: 2, to: 4 };
    expect([1, 2, 4, 5, NaN, null, '3'].map((cell) => passes(cell, range))).toEqual([
      false,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(passes(7, { ...anyOf('x'), from: 2 })).toBe(true);
  });
  it('takes a value or a part of it, capitals aside', () => {
    expect(passes('Prose', { ...anyOf('x'), text: 'pro' })).toBe(true);
    expect(passes(null, { ...anyOf('x'), text: 'pro' })).toBe(false);
    expect(isFiltering(anyOf('x'))).toBe(false);
  });
});

describe('the table', () => {
  for (const count of [300, 6000])
    it(`of ${count} samples: sorted, searched, filtered by a column and by the selection`, async () => {
      const lab = await withSamples(count);
      const { table } = lab;
      const arranged = async (): Promise<readonly number[]> => {
        if (table.isLarge) await table.arrange();
        return table.rows;
      };
      expect(table.isLarge).toBe(count > 4000);
      expect(await arranged()).toHaveLength(count);
      table.sortBy('column:size');
      expect((await arranged()).slice(0, 2)).toEqual([0, 1]);
      table.sortBy('column:size');
      expect((await arranged()).slice(0, 2)).toEqual([count - 1, count - 2]);
      table.columnFilter = { ...anyOf('column:kind'), text: 'b' };
      expect((await arranged()).every((index) => index % 3 === 1)).toBe(true);
      expect(table.rows).toHaveLength(count / 3);
      table.columnFilter = { ...anyOf('column:size'), from: 1, to: 10 };
      expect(await arranged()).toEqual(Array.from({ length: 10 }, (_, index) => count - 1 - index));
      table.columnFilter = null;
      table.search = 'sample 29';
      const found = await arranged();
      expect(found).toContain(29);
      expect(found.every((index) => `sample ${index}`.includes('sample 29'))).toBe(true);
      table.search = '';
      lab.selection.choose([3, 5]);
      table.filter = 'selected';
      expect(await arranged()).toEqual([5, 3]);
    });

  it('keeps the newest wish when two come at once', async () => {
    const { table } = await withSamples(9000);
    table.sortBy('column:size');
    const first = table.arrange();
    table.reset();
    table.search = 'sample 8999';
    await Promise.all([first, table.arrange()]);
    expect(table.rows).toEqual([8999]);
    expect(table.isArranging).toBe(false);
  });
});

describe('keys', () => {
  it('lead through the rows', () => {
    const size = { page: 10, rows: 100 };
    expect(
      ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'].map((key) =>
        rowDestination(key, 50, size),
      ),
    ).toEqual([51, 49, 60, 40, 0, 99, undefined]);
  });
});
