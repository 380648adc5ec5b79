import { afterEach, describe, expect, it, vi } from 'vitest';
import { Analyses, SEED, type AnalysisInput } from '../../src/app/samples/analyses.svelte.ts';
import type { Comparisons, MembershipResult } from '../../src/app/samples/comparisons.svelte.ts';
import { decompose } from '../../src/core/analyses/decomposition.ts';
import { analyseDependence, estimateDependence } from '../../src/core/analyses/dependence.ts';
import { estimateGroups, testGroups } from '../../src/core/analyses/groups.ts';
import { analyseMatchLengths } from '../../src/core/analyses/matchLengths.ts';
import { evaluateBlind, evaluateScores, membershipIntervals } from '../../src/core/analyses/membership.ts';
import { comparePaired } from '../../src/core/analyses/paired.ts';
import { analyseSkew, skewIntervals } from '../../src/core/analyses/skew.ts';
import { analyseWorstCase, simulateMaxima } from '../../src/core/analyses/worstCase.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';
import { tailIntervals } from '../../src/core/statistics/tailIndex.ts';
import { textFeatures } from '../../src/core/textFeatures.ts';
import type { StatisticsApi } from '../../src/protocol/statistics.ts';
import { closeLabs, openLab, statisticsOf } from './samplePage.ts';

/** Questions as they reach the worker. */
const asked: string[] = [];

const finished = <T>(steps: Generator<number, T>): T => {
  const done = runToEnd(steps);
  if (done === null) throw new Error('stopped');
  return done;
};

const API: Partial<StatisticsApi> = {
  readSamples: async (files, options) => readSamples(files, options),
  matchLengths: async (matches) => analyseMatchLengths(matches),
  decompose: async (matches, suffixes, groups) => decompose(matches, suffixes, groups),
  skew: async (n) => analyseSkew(n),
  skewIntervals: async (n, seed) => finished(skewIntervals(n, seed, 50)),
  tailIntervals: async (matches, seed) => finished(tailIntervals(matches, { seed, replicates: 50 })),
  worstCase: async (matches) => analyseWorstCase(matches),
  simulateMaxima: async (n, seed) => finished(simulateMaxima(n, seed)),
  estimateDependence: async (matches, suffixes) => estimateDependence(matches, suffixes),
  dependence: async (matches, suffixes, seed) => analyseDependence(matches, suffixes, seed),
  estimateGroups: async (matches, groups) => estimateGroups(matches, groups),
  testGroups: async (matches, groups, seed) => testGroups(matches, groups, seed),
  comparePaired: async (before, after) => comparePaired(before, after),
  textFeatures: async (texts, sizes) => textFeatures(texts, sizes),
  membership: async (scores, member) => evaluateScores(scores, member),
  blindMembership: async (features, member, seed) => evaluateBlind(features, member, seed),
  membershipIntervals: async (scores, blind, member, seed) =>
    finished(membershipIntervals(scores, blind, member, seed)),
};

/** A worker whose answers wait at the gates of some questions. */
function client(gates: Partial<Record<keyof StatisticsApi, Promise<unknown>>> = {}) {
  const told = Object.entries(API).map(([name, answer]) => [
    name,
    async (...given: never[]) => {
      asked.push(name);
      await gates[name as keyof StatisticsApi];
      return (answer as (...all: never[]) => Promise<unknown>)(...given);
    },
  ]);
  return statisticsOf(Object.fromEntries(told) as Partial<StatisticsApi>);
}

function gate() {
  let open: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

afterEach(() => {
  closeLabs();
  asked.length = 0;
});

/** Twelve samples of eight tokens. */
const N = [0, 0, 0, 1, 1, 2, 3, 3, 5, 6, 7, 8];
const input = (changes: Partial<AnalysisInput> = {}): AnalysisInput => ({
  matches: { n: Float64Array.from(N), length: new Float64Array(N.length).fill(8) },
  suffixes: {
    values: new Float32Array(8 * N.length).fill(-0.5),
    correct: Uint8Array.from({ length: 8 * N.length }, (_, at) =>
      Number(at % 8 < (N[Math.floor(at / 8)] ?? 0)),
    ),
    offsets: Uint32Array.from({ length: N.length + 1 }, (_, index) => 8 * index),
  },
  groups: null,
  isScreened: false,
  isFinal: true,
  ...changes,
});

const ESTIMATES = ['matchLengths', 'decompose', 'skew', 'worstCase', 'estimateDependence'];
const RESAMPLED = ['skewIntervals', 'tailIntervals', 'simulateMaxima', 'dependence'];

describe('the worker', () => {
  it('is asked for what was put off when no other question is open, one at a time, in its order', async () => {
    const [first, slow] = [gate(), gate()];
    const statistics = client({ skew: first.closed, simulateMaxima: slow.closed });
    const n = Float64Array.from(N);
    const wanted = () => true;
    const later = [
      statistics.askLater((api) => api.simulateMaxima(n, 1), wanted),
      statistics.askLater((api) => api.skewIntervals(n, 1), wanted),
    ];
    const now = statistics.ask((api) => api.skew(n));
    await vi.waitFor(() => {
      expect(asked).toEqual(['skew']);
    });
    first.open();
    await now;
    await vi.waitFor(() => {
      expect(asked).toEqual(['skew', 'simulateMaxima']);
    });
    // An estimate waits for nothing that was put off and has not begun.
    await statistics.ask((api) => api.worstCase(input().matches));
    expect(asked).toEqual(['skew', 'simulateMaxima', 'worstCase']);
    slow.open();
    await Promise.all(later);
    expect(asked).toEqual(['skew', 'simulateMaxima', 'worstCase', 'skewIntervals']);
  });

  it('prepares a question before what was put off, and is not asked what is not wanted any more', async () => {
    const preparing = gate();
    const statistics = client();
    const n = Float64Array.from(N);
    const prepared = statistics.ask(async (api) => {
      await preparing.closed;
      return api.skew(n);
    });
    let isWanted = true;
    const later = statistics.askLater(
      (api) => api.simulateMaxima(n, 1),
      () => isWanted,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toEqual([]);
    isWanted = false;
    preparing.open();
    await prepared;
    expect(await later).toBeNull();
    expect(asked).toEqual(['skew']);
  });

  it('goes on after a question that failed', async () => {
    const statistics = client();
    const given = { n: Float64Array.of(9), length: Float64Array.of(1) };
    const failed = statistics.askLater(
      (api) => api.tailIntervals(given, 1),
      () => true,
    );
    const next = statistics.askLater(
      (api) => api.simulateMaxima(given.n, 1),
      () => true,
    );
    await expect(failed).rejects.toThrow(/match length 9 of 1/);
    expect(await next).toEqual(Float64Array.of(9));
  });
});

describe('the panels of one set', () => {
  it('have every estimate before any resampling begins, and the numbers of both in the end', async () => {
    const slow = gate();
    const analyses = new Analyses(client({ skewIntervals: slow.closed }));
    const done = analyses.update(input());
    await vi.waitFor(() => {
      expect(asked).toEqual([...ESTIMATES, 'skewIntervals']);
    });
    const { matches, suffixes } = input();
    expect(analyses.worstCase).toEqual(analyseWorstCase(matches));
    expect(analyses.dependence).toEqual(estimateDependence(matches, suffixes));
    expect(analyses.simulatedMaxima).toBeNull();
    expect(analyses.permutedDependence).toBeNull();
    expect(analyses.skewIntervals).toBeNull();
    slow.open();
    await done;
    expect(asked).toEqual([...ESTIMATES, ...RESAMPLED]);
    expect(analyses.simulatedMaxima).toEqual(finished(simulateMaxima(matches.n, SEED)));
    const whole = analyseDependence(matches, suffixes, SEED);
    expect(analyses.permutedDependence).toEqual(whole);
    // What stood there first is what the whole says of it.
    const { gain, prefix, lags } = whole;
    expect(analyses.dependence).toMatchObject({ gain, prefix });
    expect(analyses.dependence?.lags.map(({ mi, corrected }) => [mi, corrected])).toEqual(
      lags.map(({ mi, corrected }) => [mi, corrected]),
    );
  });

  it('resample nothing while samples come in', async () => {
    const analyses = new Analyses(client());
    await analyses.update(input({ isFinal: false }));
    expect(asked).toEqual(ESTIMATES.slice(0, 4));
    expect(analyses.simulatedMaxima).toBeNull();
  });

  it('begin no resampling of samples that are gone, and take nothing of them', async () => {
    const slow = gate();
    const analyses = new Analyses(client({ worstCase: slow.closed }));
    const done = analyses.update(input());
    await vi.waitFor(() => {
      expect(asked).toContain('worstCase');
    });
    analyses.clear();
    slow.open();
    await done;
    expect(asked.filter((name) => RESAMPLED.includes(name))).toEqual([]);
    expect([analyses.matchLengths, analyses.worstCase, analyses.dependence]).toEqual([null, null, null]);
  });

  it('drop the resampling of an input when there is a newer one', async () => {
    const slow = gate();
    const analyses = new Analyses(client({ skewIntervals: slow.closed }));
    const done = analyses.update(input());
    await vi.waitFor(() => {
      expect(asked).toContain('skewIntervals');
    });
    void analyses.update(input());
    slow.open();
    await done;
    expect(asked).toEqual([...ESTIMATES, 'skewIntervals', ...ESTIMATES, ...RESAMPLED]);
  });
});

/** Forty samples of 30 bytes; every second one was seen. */
const LINES = Array.from({ length: 40 }, (_, index) =>
  JSON.stringify({
    text: `${index} of these lines`.padEnd(30, 'abcdef'),
    seen: index % 2 === 0 ? 'yes' : 'no',
  }),
).join('\n');

async function scored(statistics = client()) {
  const { lab } = openLab({}, statistics);
  await lab.openPasted(LINES);
  await lab.change({ split: { rule: { mode: 'count', prefix: 8, suffix: 40 }, keepsOwn: true } });
  await lab.run.run();
  asked.length = 0;
  return lab;
}

/** What a panel shows, each time that it is more. */
function watch(comparisons: Comparisons): MembershipResult[] {
  const { membership } = comparisons;
  const shown: MembershipResult[] = [];
  let { result } = membership;
  Object.defineProperty(membership, 'result', {
    get: () => result,
    set: (value: MembershipResult | null) => {
      result = value;
      if (value) shown.push(value);
    },
  });
  return shown;
}

describe('the panels that compare', () => {
  it('show groups before their tests, scores before the baseline, and that before the intervals', async () => {
    const tests = gate();
    const lab = await scored(client({ testGroups: tests.closed }));
    const { comparisons } = lab;
    const shown = watch(comparisons);
    comparisons.update(comparisons.input());
    await vi.waitFor(() => {
      expect(asked).toContain('testGroups');
    });
    expect(asked.slice(0, 3).sort()).toEqual(['comparePaired', 'estimateGroups', 'membership']);
    const groups = lab.groupOf;
    if (!groups) throw new Error('no groups');
    expect(comparisons.groups.result).toEqual({
      estimates: estimateGroups(lab.matches, groups),
      tests: null,
    });
    expect(comparisons.membership.result?.estimates.members).toBe(20);
    expect(comparisons.membership.result?.blind).toBeNull();
    tests.open();
    await vi.waitFor(() => {
      expect(comparisons.membership.isBusy || comparisons.groups.isBusy).toBe(false);
    });
    expect(comparisons.groups.result?.tests).toEqual(testGroups(lab.matches, groups, SEED));
    expect(asked.slice(3)).toEqual(['testGroups', 'textFeatures', 'blindMembership', 'membershipIntervals']);
    expect(shown.map(({ blind, intervals }) => [blind !== null, intervals !== null])).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
    expect(new Set(shown.map(({ estimates }) => estimates)).size).toBe(1);
  });

  it('test no groups while samples come in', async () => {
    const lab = await scored();
    const { comparisons } = lab;
    comparisons.update({ ...comparisons.input(), isFinal: false });
    await vi.waitFor(() => {
      expect(comparisons.groups.result).not.toBeNull();
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(comparisons.groups.result?.tests).toBeNull();
    expect(asked).not.toContain('testGroups');
  });

  it('begin nothing that takes long once their samples are gone', async () => {
    const slow = gate();
    const lab = await scored(client({ membership: slow.closed }));
    const { comparisons } = lab;
    comparisons.update(comparisons.input());
    await vi.waitFor(() => {
      expect(asked).toContain('membership');
    });
    comparisons.clear();
    slow.open();
    await vi.waitFor(() => {
      expect(comparisons.isBusy).toBe(false);
    });
    for (const name of ['testGroups', 'textFeatures', 'blindMembership', 'membershipIntervals'])
      expect(asked).not.toContain(name);
    expect([comparisons.groups.result, comparisons.membership.result]).toEqual([null, null]);
  });
});
