import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareRows, sortedRows, tokenRows } from '../../src/core/tokenRows.ts';

/** Rows that begin alike, end early and are there twice. */
const token = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom(8191, 200_000, 2 ** 31));
const rows = fc.array(fc.array(token, { maxLength: 12 }), { maxLength: 30 });

test('rows are sorted as by comparing them, equal ones in their own order', () => {
  fc.assert(
    fc.property(rows, (lists) => {
      const packed = tokenRows(lists);
      const compared = lists.map((_, row) => row).sort((a, b) => compareRows(packed, a, b));
      expect(Array.from(sortedRows(packed))).toEqual(compared);
    }),
  );
});
