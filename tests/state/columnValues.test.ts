import { expect, test } from 'vitest';
import { anyHasPrefix, columnValues, mapColumn, readAhead } from '../../src/app/samples/columnValues.ts';
import { groupsBy, type Sample } from '../../src/app/samples/dataSet.ts';
import { membershipOf, valuesOf } from '../../src/app/samples/memberRule.ts';
import { Slices } from '../../src/app/samples/slices.ts';

/** Samples whose column `value` holds these; one for `undefined` has no such column. */
const samplesOf = (values: readonly unknown[], prefix: string | null = null): Sample[] =>
  values.map((value, id) => ({
    id,
    source: 'pasted',
    line: id + 1,
    prefix,
    suffix: null,
    text: String(id),
    columns: (value === undefined ? {} : { value }) as Sample['columns'],
  }));

const MIXED = [3, '3', null, undefined, NaN, 'b', 3, NaN, true];

test('a column is its different values and where they are', () => {
  const { values, of } = columnValues(samplesOf(MIXED), 'value');
  expect(values).toEqual([3, '3', null, undefined, NaN, 'b', true]);
  expect([...of]).toEqual([0, 1, 2, 3, 4, 5, 0, 4, 6]);
});

test('what is read ahead, in slices, is what is read at once', async () => {
  const many = Array.from({ length: 5000 }, (_, index) => MIXED[index % MIXED.length]);
  const [ahead, atOnce] = [samplesOf(many), samplesOf(many)];
  await readAhead(ahead, ['value'], new Slices());
  expect(columnValues(ahead, 'value')).toEqual(columnValues(atOnce, 'value'));
  expect(anyHasPrefix(ahead)).toBe(false);
  const withPrefix = samplesOf([1], 'given');
  await readAhead(withPrefix, ['value'], new Slices());
  expect(anyHasPrefix(withPrefix)).toBe(true);
});

test('a column is read once, whatever is asked of it', () => {
  let reads = 0;
  const columns = Object.defineProperty({}, 'value', {
    get: () => {
      reads++;
      return 'in';
    },
  }) as Sample['columns'];
  const samples = samplesOf(['out', 'in', 2]).map((sample) => ({ ...sample, columns }));
  expect(groupsBy(samples, 'value')).toBe(groupsBy(samples, 'value'));
  expect(valuesOf({ name: '', samples, problems: [], shape: '', columns: [] }, 'value')).toEqual(['in']);
  const rule = { kind: 'values', column: 'value', members: ['in'] } as const;
  expect([...membershipOf(samples, rule)]).toEqual([1, 1, 1]);
  expect([...mapColumn(samples, 'value', new Float64Array(3), () => 7)]).toEqual([7, 7, 7]);
  expect(reads).toBe(3);
});

test('a number and the text of it are one group, and missing values one of their own', () => {
  const { names, of } = groupsBy(samplesOf([3, '3', null, undefined, 'b']), 'value');
  expect(names).toEqual(['', '3', 'b']);
  expect([...of]).toEqual([1, 1, 0, 0, 2]);
});
