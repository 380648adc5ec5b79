import { afterEach, describe, expect, it, vi } from 'vitest';
import { Latest } from '../../src/app/samples/latest.svelte.ts';
import { defaultRule, describeRule, membershipOf, ruleFor } from '../../src/app/samples/memberRule.ts';
import { contentHash } from '../../src/app/samples/otherRuns.ts';
import { partingOf } from '../../src/app/samples/ceilingText.ts';
import type { SampleLab } from '../../src/app/samples/sampleLab.svelte.ts';
import { analyseCeilings } from '../../src/core/analyses/ceilings.ts';
import { estimateGroups, testGroups } from '../../src/core/analyses/groups.ts';
import { evaluateBlind, evaluateScores, membershipIntervals } from '../../src/core/analyses/membership.ts';
import { comparePaired } from '../../src/core/analyses/paired.ts';
import { describeColumns } from '../../src/core/samples/columns.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';
import type { CellValue } from '../../src/core/samples/sample.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';
import { textFeatures } from '../../src/core/textFeatures.ts';
import type { StatisticsClient } from '../../src/engine/statisticsClient.ts';
import type { StatisticsApi } from '../../src/protocol/statistics.ts';
import { closeLabs, openLab, statisticsOf, type Given } from './samplePage.ts';

function statistics(): StatisticsClient {
  const api: Partial<StatisticsApi> = {
    readSamples: async (files, options) => readSamples(files, options),
    estimateGroups: async (matches, groups) => estimateGroups(matches, groups),
    testGroups: async (matches, groups, seed) => testGroups(matches, groups, seed),
    ceilings: async (rows, starts, n) => analyseCeilings(rows, starts, n),
    comparePaired: async (before, after) => comparePaired(before, after),
    textFeatures: async (texts, sizes) => textFeatures(texts, sizes),
    membership: async (scores, member) => evaluateScores(scores, member),
    blindMembership: async (features, member, seed) => evaluateBlind(features, member, seed),
    membershipIntervals: async (scores, blind, member, seed) => {
      const done = runToEnd(membershipIntervals(scores, blind, member, seed));
      if (!done) throw new Error('stopped');
      return done;
    },
  };
  return statisticsOf(api);
}

function open(given: Given = {}) {
  return openLab(given, statistics());
}

afterEach(closeLabs);

/** Forty samples of 30 bytes, which are tokens here; every second one was seen. Two begin alike and part. */
const LINES = Array.from({ length: 40 }, (_, index) =>
  JSON.stringify({
    text: (index < 2 ? `same start of it all ${index}` : `${index} of these lines`).padEnd(30, 'abcdef'),
    seen: index % 2 === 0 ? 'yes' : 'no',
  }),
).join('\n');
const SPLIT = { rule: { mode: 'count', prefix: 8, suffix: 40 }, keepsOwn: true } as const;

async function scored(given: Given = {}) {
  const page = open(given);
  await page.lab.openPasted(LINES);
  await page.lab.change({ split: SPLIT });
  await page.lab.run.run();
  return page;
}

const settled = (lab: SampleLab) =>
  vi.waitFor(() => {
    const { groups, membership, ceilings, pairing } = lab.comparisons;
    for (const part of [groups, membership, ceilings, pairing.result]) expect(part.isBusy).toBe(false);
    expect(membership.result?.intervals ?? null).not.toBeNull();
  });

function update(lab: SampleLab): Promise<void> {
  lab.comparisons.update(lab.comparisons.input());
  return settled(lab);
}

describe('the panels that compare', () => {
  it('follow a finished run: groups, members as the data suggest, ceilings, the base', async () => {
    const { lab } = await scored();
    await update(lab);
    const { groups, membership, ceilings, pairing, memberRule } = lab.comparisons;
    expect(groups.result?.estimates.groups.map(({ name }) => name)).toEqual(['no', 'yes']);
    expect(memberRule).toEqual({ kind: 'values', column: 'seen', members: ['yes'] });
    expect([membership.result?.estimates.members, membership.result?.estimates.nonMembers]).toEqual([20, 20]);
    expect(membership.result?.blind?.blind).not.toBeNull();
    expect(Array.from(ceilings.result?.capped ?? [])).toEqual([1]);
    expect(ceilings.result?.rivalRow[1]).toBe(0);
    expect(pairing.other?.id).toBe('base');
    expect(pairing.result.result?.analysis.pairs).toBe(40);
    const { results } = lab.run;
    const longer = results.filter(
      (result) => (result?.scored.matchLength ?? 0) > (result?.scored.baseMatchLength ?? 0),
    );
    expect(pairing.result.result?.analysis.increases).toBe(longer.length);
  });

  it('follow who is said to be a member', async () => {
    const { lab } = await scored();
    await update(lab);
    lab.comparisons.chooseMembers({ kind: 'values', column: 'seen', members: ['no', 'yes'] });
    lab.comparisons.update(lab.comparisons.input());
    await vi.waitFor(() => {
      expect(lab.comparisons.membership.result?.estimates.nonMembers).toBe(0);
    });
    lab.comparisons.chooseMembers(null);
    lab.comparisons.update(lab.comparisons.input());
    expect(lab.comparisons.membership.result).toBeNull();
    // Other samples suggest for themselves.
    await lab.openPasted('one\ntwo');
    expect(lab.comparisons.memberRule).toBeNull();
  });

  it('read the texts once, whoever is a member', async () => {
    const { lab } = await scored();
    await update(lab);
    const ask = vi.spyOn(lab.analyses.client, 'ask');
    lab.comparisons.chooseMembers({ kind: 'values', column: 'seen', members: ['no'] });
    await update(lab);
    await vi.waitFor(() => {
      expect(lab.comparisons.membership.result?.member[0]).toBe(0);
    });
    expect(ask.mock.calls.filter(([question]) => question.toString().includes('textFeatures'))).toHaveLength(
      0,
    );
  });

  it('after a reload ceilings wait for tokens, which are cut again when asked for', async () => {
    const first = await scored();
    await first.lab.run.run();
    const second = open({ disk: first.disk });
    await second.session.storage.open();
    await second.lab.start();
    expect(second.lab.run.scored).toBe(40);
    expect(second.lab.run.hasTokens).toBe(false);
    await update(second.lab);
    expect(second.lab.comparisons.ceilings.result).toBeNull();
    expect(second.engine.workers).toBe(0);
    await second.lab.comparisons.cutAgain();
    expect(second.lab.run.hasTokens).toBe(true);
    await update(second.lab);
    await vi.waitFor(() => {
      expect(Array.from(second.lab.comparisons.ceilings.result?.capped ?? [])).toEqual([1]);
    });
  });

  it('say why samples cannot be cut again', async () => {
    const first = await scored();
    const second = open({ disk: first.disk });
    await second.session.storage.open();
    await second.lab.start();
    second.files.delete('models/memoscope-14m/manifest.json');
    second.session.link.catalog = null;
    await second.lab.comparisons.cutAgain();
    expect(second.lab.comparisons.cutProblem).not.toBeNull();
    expect(second.lab.comparisons.isCutting).toBe(false);
  });

  it('find another run of the same samples, and only of these', async () => {
    const { lab, session } = await scored();
    await lab.change({ subject: null });
    await lab.run.run();
    await lab.comparisons.pairing.look();
    const { pairing } = lab.comparisons;
    expect(pairing.others.map(({ short }) => short)).toEqual(['planted-1']);
    await update(lab);
    await vi.waitFor(() => {
      expect(pairing.result.result?.analysis.pairs).toBe(40);
    });
    // With the run of the adapter as the other one, every difference turns round.
    expect(pairing.result.result?.analysis.increases).toBe(0);
    expect(pairing.result.result?.analysis.decreases).toBeGreaterThan(0);
    // Cut in another way, it is the same data and said to be cut otherwise.
    await lab.change({ split: { ...SPLIT, rule: { mode: 'count', prefix: 4, suffix: 40 } } });
    await lab.run.run();
    await pairing.look();
    expect(pairing.others.map(({ isCutOtherwise }) => isCutOtherwise)).toEqual([true, true]);
    // Other samples have no other run.
    await lab.openPasted(LINES.replace('39 of', '40 of'));
    await lab.run.run();
    await pairing.look();
    expect(pairing.others).toEqual([]);
    // In a visit that stores nothing there is nothing to compare with.
    await session.storage.setEphemeral(true);
    await pairing.look();
    expect(pairing.others).toEqual([]);
  });
});

describe('a result that follows its input', () => {
  it('keeps only the newest of the inputs that arrive while it works', async () => {
    const seen: number[] = [];
    const latest = new Latest<number, number>(async (input, show) => {
      seen.push(input);
      await Promise.resolve();
      show(input);
    });
    const first = latest.update(1);
    void latest.update(2);
    await latest.update(3);
    await first;
    expect(seen).toEqual([1, 3]);
    expect(latest.result).toBe(3);
    expect(latest.isBusy).toBe(false);
  });

  it('drops what comes for an input that is gone, and says what went wrong', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const latest = new Latest<string, string>(async (input, show) => {
      await gate;
      if (input === 'bad') throw new RangeError('no');
      show(input);
    });
    const old = latest.update('old');
    latest.clear();
    release();
    await old;
    expect(latest.result).toBeNull();
    await latest.update('bad');
    expect(latest.problem).toBe('no');
    await latest.update('good');
    expect([latest.result, latest.problem]).toEqual(['good', null]);
  });
});

describe('who is a member', () => {
  const dataSetOf = (rows: readonly Record<string, CellValue>[]) => ({
    name: 'x',
    shape: 'text',
    problems: [],
    columns: describeColumns(rows),
    samples: rows.map((columns, id) => ({
      id,
      source: 'x',
      line: id,
      prefix: null,
      suffix: null,
      text: 't',
      columns,
    })),
  });
  it('copies above 0 first, then columns that are named for it', () => {
    const copies = dataSetOf([{ copies: 0 }, { copies: 4 }, { copies: null }]);
    const rule = defaultRule(copies);
    expect(rule).toEqual({ kind: 'above', column: 'copies', limit: 0 });
    expect(Array.from(rule ? membershipOf(copies.samples, rule) : [])).toEqual([0, 1, -1]);
    const split = dataSetOf([{ split: 'train' }, { split: 'test' }, { split: 'train' }, { split: 'test' }]);
    expect(defaultRule(split)).toEqual({ kind: 'values', column: 'split', members: ['train'] });
    expect(defaultRule(dataSetOf([{ topic: 'a' }, { topic: 'b' }]))).toBeNull();
  });
  it('a column that is chosen is read by its kind, and put in words', () => {
    const mixed = dataSetOf([
      { epoch: 1, flag: true },
      { epoch: 3, flag: false },
    ]);
    expect(describeRule(ruleFor(mixed, 'epoch'))).toBe('epoch above 0');
    const flag = ruleFor(mixed, 'flag');
    expect(describeRule(flag)).toBe('flag is “true”');
    expect(Array.from(membershipOf(mixed.samples, flag))).toEqual([1, 0]);
  });
});

it('two texts part where they differ first, and no character is cut in two', () => {
  expect(partingOf('one two three', 'one two four')).toEqual({
    shared: 'one two ',
    own: 'three',
    other: 'four',
  });
  // 🙂 and 🙃 share their first unit.
  expect(partingOf('a🙂b', 'a🙃c')).toEqual({ shared: 'a', own: '🙂b', other: '🙃c' });
  const long = partingOf(`${'a'.repeat(99)}b${'c'.repeat(99)}`, 'a'.repeat(99));
  expect([long.shared.slice(0, 2), long.own.slice(-2), long.other]).toEqual(['…a', 'c…', '']);
  expect(partingOf('ab', 'abc')).toEqual({ shared: 'ab', own: '', other: 'c' });
});

it('the hash of some samples depends on texts, own cuts and order alone', async () => {
  const sample = (text: string, prefix: string | null = null) => ({
    id: 0,
    source: 's',
    line: 1,
    prefix,
    suffix: null,
    text,
    columns: {},
  });
  const hash = await contentHash([sample('a'), sample('b')]);
  expect(await contentHash([{ ...sample('a'), source: 'other', line: 9 }, sample('b')])).toBe(hash);
  for (const other of [[sample('b'), sample('a')], [sample('a', ''), sample('b')], [sample('a')]])
    expect(await contentHash(other)).not.toBe(hash);
});
