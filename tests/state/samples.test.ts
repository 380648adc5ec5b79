import { afterEach, describe, expect, it, vi } from 'vitest';
import { exposeApi } from '../../src/app/api.ts';
import type { SampleLab } from '../../src/app/samples/sampleLab.svelte.ts';
import type { Sample } from '../../src/app/samples/dataSet.ts';
import { describeSplit } from '../../src/app/samples/prepare.ts';
import { leftOutOf } from '../../src/app/samples/unscorable.ts';
import { tableCsv } from '../../src/app/samples/sampleColumns.ts';
import { Selection } from '../../src/app/samples/selection.svelte.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';
import { analyseMatchLengths } from '../../src/core/analyses/matchLengths.ts';
import { findDuplicates } from '../../src/core/similarity/duplicates.ts';
import type { SimilarityClient } from '../../src/engine/similarityClient.ts';
import type { StatisticsClient } from '../../src/engine/statisticsClient.ts';
import type { StoredBlock } from '../../src/engine/sampleStore.ts';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { SimilarityApi } from '../../src/protocol/similarity.ts';
import type { StatisticsApi } from '../../src/protocol/statistics.ts';
import type { FakeEngine } from './fakeEngine.ts';
import { closeLabs, openLab, statisticsOf, similarityOf, type Given } from './samplePage.ts';

/** The worker's side, over a real channel. */
function statistics(): StatisticsClient {
  const api: Partial<StatisticsApi> = {
    readSamples: async (files, options) => readSamples(files, options),
    matchLengths: async (matches) => analyseMatchLengths(matches),
  };
  return statisticsOf(api);
}

/** The same for what compares samples. */
function similarity(): SimilarityClient {
  const api: Partial<SimilarityApi> = { findDuplicates: async (rows) => findDuplicates(rows) };
  return similarityOf(api);
}

function open(given: Given = {}) {
  return openLab(given, statistics(), similarity());
}

afterEach(closeLabs);

/** Texts of 20 to 59 bytes, which are tokens here. */
const LINES = Array.from({ length: 240 }, (_, index) => `${index} `.padEnd(20 + (index % 40), 'abcdefgh'));
const TEXT = LINES.join('\n');
const SPLIT = { rule: { mode: 'count', prefix: 8, suffix: 40 }, keepsOwn: true } as const;

async function opened(given: Given = {}) {
  const page = open(given);
  await page.lab.openPasted(TEXT);
  await page.lab.change({ split: SPLIT });
  return page;
}

const scoredOf = ({ run }: SampleLab) => run.results.map((result) => result?.scored);

describe('a data set', () => {
  it('opens on the planted set, grouped by copies', async () => {
    const { lab, engine } = open();
    await lab.start();
    expect(lab.run.dataSet?.name).toBe('Planted set');
    expect(lab.run.total).toBe(2);
    expect(lab.group).toBe('copies');
    expect(lab.groupOf?.names).toEqual(['0', '64']);
    expect(engine.workers).toBe(0);
  });

  it('scores every sample, in few requests, against the base', async () => {
    const { lab, engine } = await opened();
    await lab.run.run();
    expect(lab.run.status.kind).toBe('done');
    expect(lab.run.scored).toBe(LINES.length);
    expect(engine.scored.length).toBeLessThan(6);
    const [first] = scoredOf(lab);
    expect(first).toMatchObject({ prefixTokens: 8, suffixTokens: 12 });
    // The fake adapter makes two of three tokens right: positions 8, 9 are wrong and right.
    expect(first?.correct.slice(0, 5)).toEqual(Uint8Array.of(1, 0, 1, 1, 0));
    expect(first?.matchLength).toBe(1);
    expect(first?.baseMatchLength).toBe(0);
    expect(first?.reference).toBeGreaterThan(0);
  });

  it('keeps the order of the input, though long samples are scored first', async () => {
    const { lab } = await opened();
    await lab.run.run();
    const cuts = lab.run.results.map((result) => result?.cut.to);
    expect(cuts).toEqual(LINES.map((line) => Math.min(line.length, 48)));
  });

  it('goes on after Stop with the numbers of an uninterrupted run', async () => {
    const { lab, engine } = await opened();
    engine.afterChunk = () => {
      if (engine.scored.length === 2) lab.run.stop();
    };
    await lab.run.run();
    expect(lab.run.status.kind).toBe('stopped');
    expect(lab.run.canResume).toBe(true);
    expect(lab.run.scored).toBeGreaterThan(0);
    expect(lab.run.scored).toBeLessThan(LINES.length);
    engine.afterChunk = () => undefined;
    await lab.run.run();
    expect(lab.run.status.kind).toBe('done');
    const whole = await opened();
    await whole.lab.run.run();
    expect(scoredOf(lab)).toEqual(scoredOf(whole.lab));
  });

  it.each(['full', 'screening'] as const)(
    'survives a closed tab (%s): the next visit shows all that was finished and scores no finished block',
    async (mode) => {
      const first = await opened();
      await first.lab.run.change({ mode });
      first.engine.afterChunk = () => {
        if (first.engine.scored.length === 2) first.lab.run.stop();
      };
      await first.lab.run.run();
      expect(first.lab.run.status.kind).toBe('stopped');
      const second = open({ disk: first.disk });
      await second.session.storage.open();
      await second.lab.start();
      await second.lab.run.change({ mode });
      expect(second.lab.run.dataSet?.name).toBe('pasted');
      expect(second.lab.run.split).toEqual(SPLIT);
      const stored = second.lab.run.scored;
      expect(stored).toBeGreaterThan(0);
      expect(stored).toBeLessThan(LINES.length);
      expect(stored).toBe(first.lab.run.scored);
      expect(scoredOf(second.lab)).toEqual(scoredOf(first.lab));
      expect(second.lab.run.embeddings.size).toBe(mode === 'full' ? stored : 0);
      expect(second.engine.workers).toBe(0);
      await second.lab.run.run();
      expect(second.lab.run.status.kind).toBe('done');
      // The block that was stopped is scored again as a whole, in the company of an uninterrupted run.
      const rescored = second.engine.scored.reduce((sum, { offsets }) => sum + offsets.length - 1, 0);
      expect(rescored).toBeGreaterThanOrEqual(LINES.length - stored);
      if (mode === 'full') expect(rescored).toBeLessThan(LINES.length);
      const whole = await opened();
      await whole.lab.run.change({ mode });
      await whole.lab.run.run();
      expect(scoredOf(second.lab)).toEqual(scoredOf(whole.lab));
      expect(second.lab.run.embeddings.size).toBe(whole.lab.run.embeddings.size);
    },
  );

  it('survives a tab that dies without a word, once and again: nothing that was stored is lost', async () => {
    const page = open();
    const few = LINES.slice(0, 40).join('\n');
    const dying = async (lab: SampleLab, engine: FakeEngine, samples: number): Promise<void> => {
      await lab.change({ split: SPLIT });
      await new Promise<void>((resolve) => {
        engine.afterChunk = async () => {
          if (lab.run.results.filter(Boolean).length < samples) return;
          resolve();
          await new Promise(() => undefined);
        };
        void lab.run.run();
      });
    };
    const next = async () => {
      const visit = open({ disk: page.disk });
      await visit.session.storage.open();
      await visit.lab.start();
      await visit.lab.change({ split: SPLIT });
      return visit;
    };
    await page.lab.openPasted(few);
    await dying(page.lab, page.engine, 20);
    const scored = async () => (await next()).lab.run.scored;
    // The only block is not finished, and nobody pressed Stop.
    await expect.poll(scored).toBeGreaterThanOrEqual(20);
    const stored = await scored();
    const second = await next();
    expect(stored).toBeLessThan(40);
    expect(second.lab.run.canResume).toBe(true);
    expect(second.lab.run.embeddings.size).toBe(stored);
    // The next visit dies before it has come so far.
    await dying(second.lab, second.engine, 5);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const third = await next();
    expect(third.lab.run.scored).toBeGreaterThanOrEqual(stored);
    await third.lab.run.run();
    expect(third.lab.run.status.kind).toBe('done');
    const whole = open();
    await whole.lab.openPasted(few);
    await whole.lab.change({ split: SPLIT });
    await whole.lab.run.run();
    expect(scoredOf(third.lab)).toEqual(scoredOf(whole.lab));
    expect((await next()).lab.run.scored).toBe(40);
  });

  it('shows a finished run at once when it is opened again', async () => {
    const first = await opened();
    await first.lab.run.run();
    const second = open({ disk: first.disk });
    await second.lab.start();
    expect(second.lab.run.isComplete).toBe(true);
    expect(second.lab.run.settings).toMatchObject({ adapterId: 'planted-1' });
    expect(second.engine.workers).toBe(0);
  });

  it('keeps the base model’s mean hidden states of prefix and text, in the store as well', async () => {
    const first = await opened();
    await first.lab.run.run();
    const known = first.lab.run.embeddings.known();
    expect(known?.samples).toHaveLength(LINES.length);
    const tokens = new TextEncoder().encode(LINES[0]);
    const last = (values: Uint8Array): number =>
      values.reduce((sum, id) => sum + (id % 5), 0) / values.length;
    const kept = (set: 'prefixes' | 'fulls'): number =>
      (known?.[set].scales[0] ?? NaN) * (known?.[set].steps[3] ?? NaN);
    // With an adapter the fake engine's last hidden value would be 100.
    expect(kept('prefixes')).toBeCloseTo(last(tokens.slice(0, 8)), 3);
    expect(kept('fulls')).toBeCloseTo(last(tokens), 3);
    const second = open({ disk: first.disk });
    await second.lab.start();
    expect(second.lab.run.embeddings.known()).toEqual(known);
    expect(second.lab.run.copies.found).toEqual(first.lab.run.copies.found);
    expect(second.lab.run.copies.found?.exactCount).toHaveLength(LINES.length);
  });

  it('reads a run that was stored without embeddings, and scores it again on demand', async () => {
    const first = await opened();
    await first.lab.run.run();
    const before = scoredOf(first.lab);
    for (const key of first.disk.keys('sample-scores')) {
      const { indices, samples } = (await first.disk.open('sample-scores').get(key)) as StoredBlock;
      await first.disk.open('sample-scores').set(key, { indices, samples });
    }
    const { lab, engine } = open({ disk: first.disk });
    await lab.start();
    expect(lab.run.isComplete).toBe(true);
    expect(lab.run.embeddings.known()).toBeNull();
    await lab.run.restart(true);
    expect(lab.run.status.kind).toBe('done');
    expect(engine.scored.length).toBeGreaterThan(0);
    expect(lab.run.embeddings.size).toBe(LINES.length);
    expect(scoredOf(lab)).toEqual(before);
  });

  it('does not mix cuts or models', async () => {
    const { lab, engine } = await opened();
    await lab.run.run();
    const before = engine.scored.length;
    await lab.change({ subject: null });
    expect(lab.run.scored).toBe(0);
    await lab.run.run();
    expect(engine.scored.length).toBeGreaterThan(before);
    expect(scoredOf(lab)[0]?.reference).toBeNaN();
    await lab.change({ subject: 'planted-1' });
    expect(lab.run.isComplete).toBe(true);
  });

  it('survives a worker that dies', async () => {
    const { lab, engine } = await opened();
    let deaths = 0;
    engine.afterChunk = () => {
      if (deaths++ === 0) engine.die('a test');
    };
    await lab.run.run();
    expect(lab.run.status.kind).toBe('done');
    expect(engine.workers).toBe(2);
  });

  it('says what cannot be scored, scores the rest, and is done', async () => {
    const { lab } = open();
    await lab.openPasted(`${LINES.slice(0, 3).join('\n')}\nshort\n`);
    await lab.change({ split: SPLIT });
    await lab.run.run();
    expect(lab.run.problems).toMatchObject([{ source: 'pasted', line: 4 }]);
    expect(lab.run.problems[0]?.reason).toMatch(/no suffix/);
    expect(lab.run.status.kind).toBe('done');
    expect(lab.matches.n[3]).toBeNaN();
  });

  it('shows how samples will be cut before the run, but loads no model for that', async () => {
    const { lab, engine, session } = await opened();
    expect(lab.cutOf(0)).toBeNull();
    expect(engine.workers).toBe(0);
    session.draft = 'A text that loads the model.';
    await session.analyse();
    await lab.change({ split: { ...SPLIT, rule: { ...SPLIT.rule, prefix: 5 } } });
    await vi.waitFor(() => {
      expect(lab.cutOf(3)).toMatchObject({ from: 0, cut: 5 });
    });
    expect(lab.run.scored).toBe(0);
  });

  it('tells a failure and keeps what was scored', async () => {
    const { lab, engine } = await opened();
    engine.openFailure = new MemoscopeError('ModelUnavailable', 'gone');
    await lab.run.run();
    expect(lab.run.status).toMatchObject({ kind: 'failed', error: { kind: 'ModelUnavailable' } });
    lab.run.dismissError();
    expect(lab.run.status.kind).toBe('idle');
  });

  it('stores nothing in ephemeral mode', async () => {
    const page = open();
    await page.session.storage.setEphemeral(true);
    await page.lab.openPasted(TEXT);
    await page.lab.run.run();
    expect(page.disk.content).not.toContain('abcdefgh');
    expect(page.disk.keys('sample-scores')).toEqual([]);
    expect(page.disk.keys('sample-runs')).toEqual([]);
  });

  it('is forgotten with everything else', async () => {
    const { lab, session, disk } = await opened();
    await lab.run.run();
    expect(disk.keys('sample-scores').length).toBeGreaterThan(0);
    await session.storage.forgetEverything();
    for (const shelf of ['sample-scores', 'sample-runs', 'sample-inputs', 'sample-duplicates'])
      expect(disk.keys(shelf)).toEqual([]);
  });
});

describe('what cannot be scored', () => {
  const WITH_SHORT = [
    '{"text":5}',
    ...[LINES[0] ?? '', 'short', LINES[1] ?? ''].map((text) => JSON.stringify({ text })),
  ].join('\n');

  it('is told apart from rows that gave no sample, with its row and its reason, also after a closed tab', async () => {
    const { lab, disk } = open();
    await lab.openPasted(WITH_SHORT);
    await lab.change({ split: SPLIT });
    expect(leftOutOf(lab.run)).toBe('1 row of the input gave no sample.');
    expect(lab.table.whyUnscored(1)).toBeNull();
    await lab.run.run();
    const told = '1 row of the input gave no sample. 1 of 3 samples cannot be scored.';
    const reason = 'no suffix: its 5 tokens are all prefix';
    expect(leftOutOf(lab.run)).toBe(told);
    expect([0, 1, 2].map((index) => lab.table.whyUnscored(index))).toEqual([null, reason, null]);
    expect(lab.blocked).toBe('2 samples scored; the other 1 cannot be.');
    const second = open({ disk });
    await second.session.storage.open();
    await second.lab.start();
    expect(second.lab.run.status.kind).toBe('done');
    expect(leftOutOf(second.lab.run)).toBe(told);
    expect(second.lab.table.whyUnscored(1)).toBe(reason);
  });

  it('may be all of them: Run says so, and starts nothing', async () => {
    const { lab } = open();
    await lab.openPasted('short\nshorter');
    await lab.run.run();
    expect(lab.run.unscorable).toHaveLength(2);
    expect(lab.blocked).toMatch(/None of these samples can be scored/);
  });

  it('a row that waits for its score says that', async () => {
    const { lab, engine } = await opened();
    engine.afterChunk = () => {
      if (engine.scored.length === 2) lab.run.stop();
    };
    await lab.run.run();
    const waiting = lab.run.results.findIndex((result) => result === null);
    expect(lab.table.whyUnscored(waiting)).toBe('not scored yet');
  });
});

describe('reading', () => {
  it('keeps the split of the file, and lists rows that are no samples', async () => {
    const { lab } = open();
    await lab.openPasted(
      '{"prompt":"abc","completion":"def","kind":"x"}\n{"prompt":1}\n{"prompt":"g","completion":"h"}',
    );
    expect(lab.run.dataSet?.samples).toMatchObject([
      { prefix: 'abc', suffix: 'def', columns: { kind: 'x' } },
      { prefix: 'g', suffix: 'h' },
    ]);
    expect(lab.run.problems).toHaveLength(1);
    await lab.run.run();
    expect(lab.run.results[0]?.cut).toMatchObject({ from: 0, cut: 3, to: 6, isMoved: false });
  });

  it('says where it cuts: at the columns, or else at a number of tokens', async () => {
    const { lab } = open();
    const cutOf = async (lines: readonly object[]): Promise<string | undefined> => {
      await lab.openPasted(lines.map((line) => JSON.stringify(line)).join('\n'));
      await lab.change({ split: SPLIT });
      await lab.run.run();
      return lab.run.settings?.split;
    };
    const own = { prompt: 'one two three', completion: ' four five' };
    const whole = { text: 'one two three four five' };
    const count = 'prefix of 8 tokens, suffix of at most 40';
    expect(await cutOf([own, own])).toBe('where the columns of the file meet');
    expect(await cutOf([whole, whole])).toBe(count);
    // Of several files, some may have columns and some not.
    const mixed = [...(lab.run.dataSet?.samples ?? []), { prefix: 'one' } as Sample];
    expect(describeSplit(SPLIT, mixed)).toBe(
      `where the columns of the file meet; the other 2 samples: ${count}`,
    );
    await lab.openPasted(JSON.stringify(own));
    await lab.change({ split: { ...SPLIT, keepsOwn: false } });
    await lab.run.run();
    expect(lab.run.settings?.split).toBe(count);
  });

  it('asks for the columns it does not know', async () => {
    const { lab } = open();
    await lab.openPasted('{"a":"one two","b":"three"}\n{"a":"x","b":"y"}\n');
    expect(lab.run.dataSet?.shape).toBe('unknown');
    await lab.reread({ mapping: { prefix: 'a', suffix: 'b' } });
    expect(lab.run.dataSet?.samples.map(({ text }) => text)).toEqual(['one twothree', 'xy']);
  });
});

describe('table', () => {
  it('sorts, filters and searches; undefined stays last', async () => {
    const { lab } = await opened();
    lab.table.sortBy('suffixTokens');
    expect(lab.table.rows).toHaveLength(LINES.length);
    await lab.run.run();
    const lengths = lab.table.rows.map((index) => scoredOf(lab)[index]?.suffixTokens ?? NaN);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    lab.table.search = '17';
    expect(lab.table.rows.map((index) => LINES[index]?.includes('17'))).not.toContain(false);
    lab.table.search = '';
    lab.selection.choose([3, 5]);
    lab.table.filter = 'selected';
    expect(lab.table.rows.toSorted((a, b) => a - b)).toEqual([3, 5]);
  });

  it('writes every sample once', async () => {
    const { lab } = await opened();
    await lab.run.run();
    const { dataSet, results } = lab.run;
    if (!dataSet) throw new Error('no data');
    const lines = [...tableCsv(dataSet, results)];
    expect(lines).toHaveLength(LINES.length + 1);
    expect(lines[0]).toMatch(/^id,source,line,N \(tokens\),L \(tokens\)/);
    expect(lines[1]).toContain('pasted,1,1,12');
  });
});

describe('selection', () => {
  it('takes back and repeats', () => {
    const selection = new Selection();
    selection.choose([1, 2]);
    selection.toggle([2, 3]);
    expect([...selection.indices].sort()).toEqual([1, 2, 3]);
    selection.toggle([1, 3]);
    expect([...selection.indices]).toEqual([2]);
    selection.undo();
    selection.undo();
    expect([...selection.indices]).toEqual([1, 2]);
    selection.redo();
    expect(selection.size).toBe(3);
    selection.choose([9]);
    expect(selection.canRedo).toBe(false);
  });
});

describe('window.memoscope.scoreSamples', () => {
  it('gives the numbers of the page, in the order given', async () => {
    const page = await opened();
    await page.lab.run.run();
    vi.stubGlobal('window', {});
    exposeApi(page.session.link, Promise.resolve());
    const result = await window.memoscope.scoreSamples(LINES, { split: { prefix: 8, suffix: 40 } });
    expect(result.settings).toMatchObject({ adapterId: 'planted-1', hasReference: true });
    expect(result.samples.map(({ matchLength }) => matchLength)).toEqual([...page.lab.matches.n]);
    expect(structuredClone(result)).toEqual(result);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('keeps the split that is given, lists what has no suffix, and refuses what is no sample', async () => {
    const page = open();
    vi.stubGlobal('window', {});
    exposeApi(page.session.link, Promise.resolve());
    const api = window.memoscope;
    const { samples, problems } = await api.scoreSamples([{ prefix: 'ab', suffix: 'cd' }, 'x'], {
      adapter: null,
    });
    expect(samples).toMatchObject([
      { index: 0, prefix: 'ab', suffix: 'cd', suffixTokens: 2, reference: null },
    ]);
    expect(problems).toMatchObject([{ line: 2 }]);
    await expect(api.scoreSamples([3 as unknown as string])).rejects.toThrow(/sample 0/);
    await expect(api.scoreSamples(['x'], { split: { prefix: 1, suffix: 0 } })).rejects.toThrow(
      /suffix at least 1/,
    );
  });
});
