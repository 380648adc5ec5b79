import { describe, expect, test } from 'vitest';
import { dependenceTable, dependenceText } from '../../src/app/samples/dependenceText.ts';
import { groupTable } from '../../src/app/samples/groupText.ts';
import { membershipTable, membershipVerdict, whyNotCompared } from '../../src/app/samples/membershipText.ts';
import type { PanelTable } from '../../src/app/samples/panelFile.ts';
import { analyseDependence, estimateDependence } from '../../src/core/analyses/dependence.ts';
import { estimateGroups, testGroups } from '../../src/core/analyses/groups.ts';
import {
  evaluateBlind,
  evaluateScores,
  MEMBERSHIP_SCORES,
  membershipIntervals,
} from '../../src/core/analyses/membership.ts';
import { seededRandom } from '../../src/core/random.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';
import { textFeatures } from '../../src/core/textFeatures.ts';

const SAMPLES = 60;
const random = seededRandom(5);
const column = (of: (sample: number) => number): Float64Array =>
  Float64Array.from({ length: SAMPLES }, (_, sample) => of(sample));
const correct = Uint8Array.from({ length: 4 * SAMPLES }, () => Number(random() < 0.6));
const matches = {
  n: column((sample) => [...correct.subarray(4 * sample, 4 * sample + 4), 0].indexOf(0)),
  length: column(() => 4),
};
const suffixes = {
  correct,
  values: Float32Array.from(correct, (isRight) => (isRight ? -0.1 : -2)),
  offsets: Uint32Array.from({ length: SAMPLES + 1 }, (_, sample) => 4 * sample),
};
const groups = { names: ['a', 'b', 'c'], of: Int16Array.from(matches.n, (_, sample) => sample % 3) };
const member = Int8Array.from(matches.n, (_, sample) => sample % 2);
const scores = MEMBERSHIP_SCORES.map(() => column((sample) => random() + (member[sample] ?? 0) / 2));
const features = textFeatures(
  Array.from({ length: SAMPLES }, (_, sample) => `text ${sample}`),
  column(() => 20),
);

/** Cells of the columns whose names match, row by row. */
const cells = ({ header, rows }: PanelTable, names: RegExp) =>
  rows.map((row) => row.filter((_, place) => names.test(header[place] ?? '')));
const isEmpty = (row: readonly unknown[]): boolean => row.every((cell) => cell === null);

describe('before the resampling is there', () => {
  test('groups have their medians and effects, and no p', () => {
    const estimates = estimateGroups(matches, groups);
    const done = testGroups(matches, groups, 1);
    const none = { tests: [], pairs: [] };
    const table = groupTable(estimates, null, none);
    expect(table.rows).toHaveLength(estimates.effects.length + estimates.groups.length);
    expect(cells(table, /^(adjusted )?p( |$)/).every(isEmpty)).toBe(true);
    const whole = groupTable(estimates, done, { tests: [0.5, 0.5], pairs: [0.1, 0.2, 0.3] });
    const effects = (of: PanelTable) => cells(of, /P\(second|delta|shift/).filter((row) => !isEmpty(row));
    expect(effects(table)).toEqual(effects(whole));
    expect(cells(whole, /^p$/).flat()).toContain(done.pairs[0]?.p);
  });

  test('no score is judged without the baseline, and nothing is above it', () => {
    const estimates = evaluateScores(scores, member);
    const blind = evaluateBlind(features, member, 1);
    expect(membershipVerdict(estimates, null, null)).toEqual([]);
    const table = membershipTable(estimates, null, null);
    expect(table.rows).toHaveLength(MEMBERSHIP_SCORES.length);
    expect(cells(table, /above|^low 95%$|^high 95%$/).every(isEmpty)).toBe(true);
    expect(cells(table, /^AUROC$/).flat()).toEqual(estimates.scores.map(({ auroc }) => auroc.auroc));
    // With it the scores are judged; the intervals are still empty.
    expect(membershipVerdict(estimates, blind, null)[0]).toMatch(/does best of 8.*texts alone/);
    const between = membershipTable(estimates, blind, null);
    expect(cells(between, /^low 95%|^high 95%$/).map(([low]) => low)).toEqual(between.rows.map(() => null));
    expect(cells(between, /^above/)[0]?.[0]).not.toBeNull();
    const intervals = runToEnd(membershipIntervals(scores, blind.blindScores, member, 1));
    expect(cells(membershipTable(estimates, blind, intervals), /^low 95%$/)[0]?.[0]).toBeGreaterThan(0);
  });

  test('a rule without two classes says what to do, or which class is missing', () => {
    const unticked = { kind: 'values', column: 'author', members: [] } as const;
    expect(whyNotCompared({ members: 0, nonMembers: 9 }, unticked)).toBe(
      'Not defined: tick the values of “author” that are members.',
    );
    const above = { kind: 'above', column: 'year', limit: 0 } as const;
    expect(whyNotCompared({ members: 9, nonMembers: 0 }, above)).toMatch(
      /by “year above 0” there is no non-member among/,
    );
    expect(whyNotCompared({ members: 0, nonMembers: 0 }, above)).toContain('no member and no non-member');
  });

  test('the dependence has its information and D(n), and says nothing of chance', () => {
    const estimates = estimateDependence(matches, suffixes);
    const whole = analyseDependence(matches, suffixes, 1);
    expect(dependenceText(estimates, null).join()).not.toMatch(/chance|p [=<≤]|told from/);
    expect(dependenceText(estimates, null)).toEqual(dependenceText(whole, whole).slice(1));
    const [table, full] = [dependenceTable(estimates, null), dependenceTable(estimates, whole)];
    const resampled = /chance|^p( given|$)|^given/;
    expect(table.header.filter((name) => resampled.test(name))).toHaveLength(6);
    expect(cells(table, resampled).every(isEmpty)).toBe(true);
    const seen = /pairs|^information|^prefix|D\(n\)/;
    expect(cells(table, seen)).toEqual(cells(full, seen));
    expect(cells(full, /^p$/)[0]?.[0]).toBeGreaterThan(0);
  });
});
