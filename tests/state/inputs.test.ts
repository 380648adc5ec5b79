import { afterEach, describe, expect, it, vi } from 'vitest';
import { cutSentences, cutTotals } from '../../src/app/samples/cutTotals.ts';
import { readInBatches } from '../../src/core/samples/readSamples.ts';
import type { StatisticsClient } from '../../src/engine/statisticsClient.ts';
import type { StatisticsApi } from '../../src/protocol/statistics.ts';
import { closeLabs, openLab, statisticsOf, type Given } from './samplePage.ts';

/** Reads in batches over a real channel, as the worker does. */
function statistics(beforeBatch: (batch: number) => void = () => undefined): StatisticsClient {
  const api: Partial<StatisticsApi> = {
    readSamples: async (files, options, onBatch, { signal }) => {
      const deliver: (batch: Parameters<typeof onBatch>[0]) => unknown = onBatch;
      const reading = readInBatches(files, options);
      let step = reading.next();
      for (let batch = 0; !step.done; step = reading.next()) {
        beforeBatch(batch++);
        await deliver(step.value);
        signal.throwIfAborted();
      }
      return { samples: [], problems: [], ...step.value };
    },
  };
  return statisticsOf(api);
}

function open(client = statistics(), given: Given = {}) {
  return openLab(given, client);
}

afterEach(closeLabs);

/** 300 bytes, which are tokens here, in lines of ten. */
const BOOK = Array.from({ length: 30 }, (_, index) => `line ${String(index).padStart(4, '0')}\n`).join('');

describe('windows', () => {
  it('are cut from the tokens of the whole text, keep their lines, and are scored as they are', async () => {
    const { lab, engine } = open();
    await lab.openPasted(BOOK);
    await lab.reread({ as: 'window', window: { length: 20, stride: 15 } });
    expect(lab.run.dataSet?.shape).toBe('windows of 20 tokens, one every 15');
    const samples = lab.run.dataSet?.samples ?? [];
    expect(samples).toHaveLength(Math.floor((300 - 20) / 15) + 1);
    expect(samples[2]).toMatchObject({ text: BOOK.slice(30, 50), line: 4, columns: { token: 30 } });
    await lab.change({ split: { rule: { mode: 'count', prefix: 10, suffix: 10 }, keepsOwn: true } });
    await lab.run.run();
    expect(lab.run.status.kind).toBe('done');
    const request = engine.scored.at(-1);
    expect(request?.ids.length).toBe(samples.length * 20);
    expect(lab.run.results[2]?.scored).toMatchObject({ prefixTokens: 10, suffixTokens: 10 });
  });

  it('are there again after a closed tab, with their results', async () => {
    const first = open();
    await first.lab.openPasted(BOOK);
    await first.lab.reread({ as: 'window', window: { length: 60, stride: 60 } });
    await first.lab.run.run();
    const second = open(statistics(), { disk: first.disk });
    await second.lab.start();
    expect(second.lab.run.total).toBe(5);
    expect(second.lab.run.isComplete).toBe(true);
    expect(second.lab.matches).toEqual(first.lab.matches);
  });

  it('of another size are another run', async () => {
    const { lab } = open();
    await lab.openPasted(BOOK);
    await lab.reread({ as: 'window', window: { length: 60, stride: 30 } });
    await lab.run.run();
    expect(lab.run.scored).toBeGreaterThan(0);
    await lab.reread({ as: 'window', window: { length: 60, stride: 60 } });
    expect(lab.run.scored).toBe(0);
  });
});

describe('reading', () => {
  const many = Array.from({ length: 5000 }, (_, index) => JSON.stringify({ text: `sample ${index}` })).join(
    '\n',
  );

  it('tells how far it is, and puts the batches together in their order', async () => {
    const told: number[] = [];
    const page = open(
      statistics(() => {
        if (page.lab.reader.reading) told.push(page.lab.reader.reading.done);
      }),
    );
    await page.lab.openPasted(many);
    expect(page.lab.run.total).toBe(5000);
    expect(page.lab.run.dataSet?.samples[4321]?.text).toBe('sample 4321');
    expect(new Set(told).size).toBeGreaterThan(3);
    expect(page.lab.reader.reading).toBeNull();
  });

  it('can be given up: what was in stays, and no problem is told', async () => {
    const page = open(
      statistics((batch) => {
        if (batch === 3 && page.lab.run.total > 0) page.lab.reader.stop();
      }),
    );
    await page.lab.openPasted('one\ntwo');
    await page.lab.openPasted(many);
    expect(page.lab.run.total).toBe(2);
    expect(page.lab.inputProblem).toBeNull();
    expect(page.lab.reader.reading).toBeNull();
  });

  it('is not undone by samples that were asked for earlier and come later', async () => {
    const { lab } = open();
    const { fetch } = globalThis;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    vi.stubGlobal('fetch', async (url: URL | string) => {
      if (String(url).includes('planted/planted.json')) await released;
      return fetch(url);
    });
    const opening = lab.start();
    await lab.openPasted('the first, one line\nthe second, one line');
    const running = lab.run.run();
    release();
    await Promise.all([opening, running]);
    expect(lab.run.dataSet?.name).toBe('pasted');
    expect(lab.run.total).toBe(2);
    expect(lab.input?.name).toBe('pasted');
    expect(lab.inputProblem).toBeNull();
  });

  it('shows the first samples token by token, with the part that each is in', async () => {
    const { lab } = open();
    await lab.openPasted('{"prefix":"abé","suffix":"cd"}');
    const { signal } = new AbortController();
    const [row] = await lab.showTokens(lab.run.dataSet?.samples ?? [], lab.run.split, signal);
    expect(row).toEqual([
      { text: 'a', part: 'prefix' },
      { text: 'b', part: 'prefix' },
      { text: 'é', part: 'prefix' },
      { text: 'c', part: 'suffix' },
      { text: 'd', part: 'suffix' },
    ]);
    await lab.openPasted('short');
    const [none] = await lab.showTokens(lab.run.dataSet?.samples ?? [], lab.run.split, signal);
    expect(none).toMatch(/no suffix/);
  });
});

describe('before a run', () => {
  it('text that is pasted but not read keeps Run back, and going on reads it', async () => {
    const { lab, engine } = open();
    await lab.start();
    expect(lab.blocked).toBeNull();
    lab.draft.chosen = 'own';
    expect(lab.blocked).toMatch(/Nothing of your own is read yet/);
    lab.draft.pasted = 'the first, one line\nthe second, one line';
    expect(lab.draft.waits).toBe(true);
    expect(lab.blocked).toMatch(/not read yet: press “Read these”, or Ctrl\+Enter/);
    await lab.proceed();
    expect(engine.scored).toHaveLength(0);
    expect(lab.run.dataSet?.name).toBe('pasted');
    expect(lab.run.total).toBe(2);
    expect([lab.draft.waits, lab.blocked]).toEqual([false, null]);
    await lab.change({ split: { rule: { mode: 'count', prefix: 4, suffix: 8 }, keepsOwn: true } });
    await lab.proceed();
    expect(lab.run.scored).toBe(2);
    expect(lab.blocked).toBe('All 2 samples are scored.');
    lab.draft.pasted += ' more';
    expect(lab.draft.waits).toBe(true);
    await lab.reread({ as: 'file' });
    expect(lab.draft.waits).toBe(true);
    // Other samples were put in since: the text is no longer what is meant, but from the box it is read.
    await lab.openFiles([new File(['a file'], 'a.txt')]);
    expect([lab.draft.waits, lab.draft.isUnread]).toEqual([false, true]);
    await lab.proceed(true);
    expect(lab.run.dataSet?.samples[1]?.text).toBe('the second, one line more');
  });

  it('while samples are read, Run starts nothing of those before', async () => {
    const during: Promise<void>[] = [];
    let blocked: string | null = null;
    const { lab, engine } = open(
      statistics(() => {
        if (lab.run.total === 0) return;
        blocked = lab.blocked;
        during.push(lab.proceed());
      }),
    );
    await lab.openPasted('the first, one line');
    await lab.openPasted('another, one line\nand one more line');
    await Promise.all(during);
    expect(during).not.toHaveLength(0);
    expect(blocked).toBe('Run waits until the samples are read.');
    expect(engine.scored).toHaveLength(0);
    expect(lab.run.status.kind).toBe('idle');
    expect(lab.blocked).toBeNull();
  });
});

describe('what cutting did', () => {
  const cut = { from: 0, cut: 1, to: 2, isMoved: false, leftOut: 0, leftOutBehind: 0 };
  it('is counted over all samples and said', () => {
    const totals = cutTotals([
      cut,
      null,
      { ...cut, isMoved: true },
      { ...cut, leftOut: 7 },
      { ...cut, leftOut: 5, leftOutBehind: 3 },
    ]);
    expect(totals).toEqual({ cut: 4, moved: 1, shortened: 2, leftOut: 12, shortenedBehind: 1 });
    const sentences = cutSentences(totals);
    expect(sentences).toHaveLength(3);
    expect(sentences[1]).toContain('12 prefix tokens left out');
    expect(cutSentences(cutTotals([cut]))).toEqual([]);
  });
});
