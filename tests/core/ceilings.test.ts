import { expect, test } from 'vitest';
import { memorizationCeilings, NO_RIVAL } from '../../src/core/ceilings.ts';
import { tokenRows } from '../../src/core/tokenRows.ts';
import reference from '../reference/similarity.json' with { type: 'json' };

const [P, A, B, C, D, E, F] = [9, 1, 2, 3, 4, 5, 6];

test('the worked example: one prefix, ABC three times, ADE twice, ADF twice', () => {
  const rows = [
    ...Array.from({ length: 3 }, () => [P, A, B, C]),
    ...Array.from({ length: 2 }, () => [P, A, D, E]),
    ...Array.from({ length: 2 }, () => [P, A, D, F]),
  ];
  const { termwise, sequence, rival, samePrefix } = memorizationCeilings(
    tokenRows(rows),
    rows.map(() => 1),
  );
  // The sequence-level decoder takes ABC; the term-wise one A (7 of 7), D (4 of 7), then E, the lower of two equals.
  expect(Array.from(sequence)).toEqual([3, 3, 3, 1, 1, 1, 1]);
  expect(Array.from(termwise)).toEqual([1, 1, 1, 3, 3, 2, 2]);
  expect(Array.from(rival)).toEqual([D, D, D, NO_RIVAL, NO_RIVAL, E, E]);
  expect(Array.from(samePrefix)).toEqual([7, 7, 7, 7, 7, 7, 7]);
});

test('random samples agree with tries built of Python dictionaries (tests/reference/similarity.py)', () => {
  const { rows, starts, termwise, sequence, rival, samePrefix } = reference.ceilings;
  const ceilings = memorizationCeilings(tokenRows(rows), starts);
  expect(Array.from(ceilings.termwise)).toEqual(termwise);
  expect(Array.from(ceilings.sequence)).toEqual(sequence);
  expect(Array.from(ceilings.rival)).toEqual(rival);
  expect(Array.from(ceilings.samePrefix)).toEqual(samePrefix);
});

test('samples without a common beginning have no ceiling below their length', () => {
  const { termwise, sequence } = memorizationCeilings(tokenRows([[1, 2, 3], [2, 2, 3], []]), [1, 1, 0]);
  expect([Array.from(termwise), Array.from(sequence)]).toEqual([
    [2, 2, 0],
    [2, 2, 0],
  ]);
  expect(() => memorizationCeilings(tokenRows([[1]]), [2])).toThrow(RangeError);
  expect(memorizationCeilings(tokenRows([]), []).termwise).toHaveLength(0);
});
