import { describe, expect, test } from 'vitest';
import { analyseCeilings } from '../../../src/core/analyses/ceilings.ts';
import { memorizationCeilings, NO_RIVAL, verbatimAtMost } from '../../../src/core/ceilings.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { tokenRows } from '../../../src/core/tokenRows.ts';

const [P, A, B, C, D, E, F] = [9, 1, 2, 3, 4, 5, 6];
/** metrics: one prefix, ABC three times, ADE twice, ADF twice. */
const ROWS = [
  ...Array.from({ length: 3 }, () => [P, A, B, C]),
  ...Array.from({ length: 2 }, () => [P, A, D, E]),
  ...Array.from({ length: 2 }, () => [P, A, D, F]),
];
const STARTS = ROWS.map(() => 1);

describe('the worked example', () => {
  const found = analyseCeilings(tokenRows(ROWS), STARTS, [1, 1, 1, 3, 3, 2, 3]);
  test('who is capped, by whom, and how many go which way', () => {
    expect(Array.from(found.capped)).toEqual([0, 1, 2, 5, 6]);
    // ABC loses at its second token to the four that go on with D.
    expect([found.rivalRows[0], found.ownRows[0]]).toEqual([4, 3]);
    expect(ROWS[found.rivalRow[0] ?? -1]?.[2]).toBe(D);
    expect([found.rivalRows[5], found.ownRows[5]]).toEqual([2, 2]);
    expect(ROWS[found.rivalRow[5] ?? -1]?.[3]).toBe(E);
    expect([found.rivalRow[3], found.rivalRows[3], found.ownRows[3]]).toEqual([NO_RIVAL, 0, 0]);
  });
  test('curves of n or more tokens', () => {
    expect(Array.from(found.possible)).toEqual([7, 7, 7, 7]);
    expect(Array.from(found.termwiseAtLeast)).toEqual([7, 7, 4, 2]);
    expect(Array.from(found.sequenceAtLeast)).toEqual([7, 7, 3, 3]);
    expect(Array.from(found.observedAtLeast)).toEqual([7, 7, 4, 3]);
    expect(found.sequenceCapped).toBe(4);
  });
  test('the last sample is matched beyond its term-wise ceiling', () => {
    expect(found.above).toBe(1);
    expect([found.samples, found.censored]).toEqual([7, 3]);
  });
  test('of one prefix at most the most frequent suffix is recited: three', () => {
    expect(found.verbatimAtMost).toBe(3);
  });
});

describe('samples recited at most', () => {
  test('beginnings of one suffix go together', () => {
    const rows = [
      [P, A],
      [P, A, B],
      [P, A, B],
      [P, A, C],
      [P, D],
    ];
    expect(verbatimAtMost(tokenRows(rows), [1, 1, 1, 1, 1])).toBe(3);
  });
  test('agrees with trying every sample’s suffix as the continuation of its prefix', () => {
    const random = seededRandom(21);
    for (let run = 0; run < 50; run++) {
      const rows = Array.from({ length: 12 }, () =>
        Array.from({ length: 2 + Math.floor(random() * 3) }, () => Math.floor(random() * 2)),
      );
      const groups = [0, 1].map((first) => rows.filter((row) => row[0] === first));
      const tried = groups.reduce((sum, group) => {
        const follows = (path: readonly number[]): number =>
          group.filter((row) => row.every((token, at) => token === path[at])).length;
        return sum + Math.max(0, ...group.map(follows));
      }, 0);
      expect(
        verbatimAtMost(
          tokenRows(rows),
          rows.map(() => 1),
        ),
      ).toBe(tried);
    }
  });
});

test('samples that could not be cut or scored take no part', () => {
  const found = analyseCeilings(tokenRows([[P, A], [], [P, B], [P, A]]), [1, 0, 1, 1], [1, NaN, NaN, 0]);
  expect([found.samples, found.capped.length]).toEqual([2, 0]);
  expect(Array.from(found.possible)).toEqual([2, 2]);
  expect(analyseCeilings(tokenRows([]), [], []).samples).toBe(0);
});

test('a rival goes exactly as far as the sample it beats, then elsewhere', () => {
  const random = seededRandom(4);
  const rows = Array.from({ length: 60 }, () => Array.from({ length: 6 }, () => Math.floor(random() * 2)));
  const { rivalRow, rivalRows, ownRows, termwise } = memorizationCeilings(
    tokenRows(rows),
    rows.map(() => 2),
  );
  rows.forEach((row, index) => {
    const rival = rows[rivalRow[index] ?? NO_RIVAL];
    if (!rival) return;
    const at = 2 + (termwise[index] ?? 0);
    expect(rival.slice(0, at)).toEqual(row.slice(0, at));
    expect(rival[at]).not.toBe(row[at]);
    const startsLike = (other: readonly number[]): number =>
      rows.filter((each) => other.slice(0, at + 1).every((token, place) => token === each[place])).length;
    expect([rivalRows[index], ownRows[index]]).toEqual([startsLike(rival), startsLike(row)]);
  });
});
