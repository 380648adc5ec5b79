import { afterEach, describe, expect, it } from 'vitest';
import { settingsOfRun } from '../../src/app/samples/panelFile.ts';
import type { SampleLab } from '../../src/app/samples/sampleLab.svelte.ts';
import { describeStoredRun } from '../../src/app/samples/storedRunText.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';
import { findDuplicates } from '../../src/core/similarity/duplicates.ts';
import { SampleStore, type SampleRunHeader } from '../../src/engine/sampleStore.ts';
import type { DeviceKind } from '../../src/protocol/scorer.ts';
import type { FakeEngine } from './fakeEngine.ts';
import { closeLabs, openLab, similarityOf, statisticsOf, type Given } from './samplePage.ts';

afterEach(closeLabs);

/** Long texts come first, so that these are several blocks. */
const LINES = Array.from({ length: 240 }, (_, index) => `${index} `.padEnd(20 + (index % 40), 'abcdefgh'));
const SPLIT = { rule: { mode: 'count', prefix: 8, suffix: 40 }, keepsOwn: true } as const;

async function opened(given: Given = {}, device: DeviceKind = 'wasm', text = LINES.join('\n')) {
  const statistics = statisticsOf({ readSamples: async (files, options) => readSamples(files, options) });
  const similarity = similarityOf({ findDuplicates: async (rows) => findDuplicates(rows) });
  const page = openLab(given, statistics, similarity);
  await page.session.storage.prefer({ device });
  await page.lab.openPasted(text);
  await page.lab.change({ split: SPLIT });
  return page;
}

/** Stops in the second request. */
function stopEarly(engine: FakeEngine, lab: SampleLab): void {
  engine.afterChunk = () => {
    if (engine.scored.length === 2) lab.run.stop();
  };
}

const listed = async ({ session }: Awaited<ReturnType<typeof opened>>) => {
  await session.storage.refresh();
  return session.storage.sampleRuns;
};

describe('the devices of a run', () => {
  it('are all kept when another one goes on, in this visit, in the store and in files', async () => {
    const first = await opened();
    stopEarly(first.engine, first.lab);
    await first.lab.run.run();
    expect(first.lab.run.status.kind).toBe('stopped');
    const begun = first.lab.run.origin;
    expect(begun).toMatchObject({ device: 'wasm', deviceName: 'fake processor' });
    expect(begun).not.toHaveProperty('earlierDevices');

    const second = await opened({ disk: first.disk }, 'webgpu');
    expect(second.lab.run.origin).toEqual(begun);
    await second.lab.run.run();
    expect(second.lab.run.isComplete).toBe(true);
    const both = {
      device: 'webgpu',
      deviceName: 'fake card',
      earlierDevices: ['fake processor'],
      startedAt: begun?.startedAt,
    };
    expect(second.lab.run.origin).toMatchObject(both);
    expect(second.lab.run.origin?.elapsedMs).toBeGreaterThan(begun?.elapsedMs ?? NaN);
    expect(settingsOfRun(second.lab.run)).toContainEqual(['earlierDevices', 'fake processor']);

    const third = await opened({ disk: first.disk });
    expect(third.lab.run.origin).toEqual(second.lab.run.origin);
    expect((await listed(third))[0]?.origin).toMatchObject(both);

    const json = (await second.lab.analysisFile({ hasTexts: true, hasEmbeddings: true })).join('');
    const filed = await opened();
    await filed.lab.openFiles([new File([json], 'analysis.json')]);
    expect(filed.lab.inputProblem).toBeNull();
    expect(filed.lab.run.origin).toMatchObject(both);
    const damaged = json.replace('["fake processor"]', '[7]');
    await filed.lab.openFiles([new File([damaged], 'analysis.json')]);
    expect(filed.lab.inputProblem).toMatch(/origin\.earlierDevices is \[7\].*a list of texts/);
  });

  it('are both named when a graphics device is lost in mid-run, also where it is stopped after that', async () => {
    const { lab, engine, session } = await opened({}, 'webgpu');
    engine.afterChunk = () => {
      if (engine.scored.length === 1) engine.loseDevice();
      if (engine.scored.length === 2) lab.run.stop();
    };
    await lab.run.run();
    expect(lab.run.status.kind).toBe('stopped');
    const both = { device: 'wasm', deviceName: 'fake processor', earlierDevices: ['fake card'] };
    expect(lab.run.origin).toMatchObject(both);
    expect(session.link.device?.kind).toBe('wasm');
    engine.afterChunk = () => undefined;
    await lab.run.run();
    expect(lab.run.isComplete).toBe(true);
    expect(lab.run.origin).toMatchObject(both);
  });

  it('are those that computed, not one that was opened and lost before it did', async () => {
    const { lab, engine, session } = await opened({}, 'webgpu');
    await session.link.use(
      { request: session.deviceRequest, signal: new AbortController().signal },
      async () => undefined,
    );
    engine.loseDevice();
    await lab.run.run();
    expect(lab.run.isComplete).toBe(true);
    expect(lab.run.origin).toMatchObject({ deviceName: 'fake processor' });
    expect(lab.run.origin).not.toHaveProperty('earlierDevices');
  });
});

describe('how far a stored run is', () => {
  it('is known of a tab that died: as many samples as are stored, and the time', async () => {
    const page = await opened();
    await new Promise<void>((resolve) => {
      page.engine.afterChunk = async () => {
        if (page.engine.scored.length < 3) return;
        resolve();
        await new Promise(() => undefined);
      };
      void page.lab.run.run();
    });
    const stored = async () => (await listed(page))[0];
    const inBlocks = async () => {
      const [header] = await listed(page);
      let count = 0;
      for await (const { indices } of new SampleStore(page.disk.open).read(header?.key ?? ''))
        count += indices.length;
      return count;
    };
    await expect.poll(async () => (await stored())?.scored, { timeout: 5000 }).toBeGreaterThan(0);
    await expect
      .poll(async () => (await stored())?.scored === (await inBlocks()), { timeout: 5000 })
      .toBe(true);
    const header = await stored();
    expect(header?.scored).toBeLessThan(LINES.length);
    expect(header?.origin.elapsedMs).toBeGreaterThan(0);
    const next = await opened({ disk: page.disk });
    expect(next.lab.run.scored).toBe(await inBlocks());
    next.lab.run.stop();
    await next.lab.run.run();
    expect((await listed(next))[0]?.scored).toBe(LINES.length);
  });

  it('is written apart from the header, which may be long, and not at every block', async () => {
    const { lab, disk } = await opened();
    const writes = new Map<string, number>();
    for (const name of ['sample-runs', 'sample-progress']) {
      const entries = disk.shelves.get(name);
      const set = entries?.set.bind(entries);
      if (entries && set)
        entries.set = (...given) => {
          writes.set(name, (writes.get(name) ?? 0) + 1);
          return set(...given);
        };
    }
    await lab.run.run();
    expect(lab.run.isComplete).toBe(true);
    expect(writes.get('sample-runs')).toBe(1);
    expect(writes.get('sample-progress')).toBeLessThanOrEqual(2 + lab.run.results.length / 60);
  });

  it('is not claimed for a run of an early version', async () => {
    const page = await opened();
    await page.lab.run.run();
    page.disk.shelves.get('sample-progress')?.clear();
    const [header] = await listed(page);
    expect(header).not.toHaveProperty('scored');
    const next = await opened({ disk: page.disk });
    expect(next.lab.run.isComplete).toBe(true);
  });

  it.each(['one', 'all'] as const)(
    'is nothing once the run was forgotten (%s) while it went on',
    async (what) => {
      const page = await opened();
      const { storage } = page.session;
      let isForgotten = false;
      page.engine.afterChunk = async () => {
        if (isForgotten || page.engine.scored.length < 2) return;
        isForgotten = true;
        await storage.refresh();
        if (what === 'all') await storage.forgetEverything();
        else await storage.forgetSampleRun(page.lab.run.key ?? '');
      };
      await page.lab.run.run();
      expect(page.lab.run.isComplete).toBe(true);
      for (const name of ['sample-runs', 'sample-progress', 'sample-scores', 'sample-duplicates'])
        expect([name, page.disk.keys(name)]).toEqual([name, []]);
      // Scored anew, it is stored again.
      page.engine.afterChunk = () => undefined;
      await page.lab.run.restart();
      expect((await listed(page))[0]?.scored).toBe(LINES.length);
    },
  );
});

describe('a stored run in words', () => {
  const header: SampleRunHeader = {
    schema: 1,
    key: 'k',
    name: 'Planted set',
    samples: 504,
    scored: 33,
    settings: {
      modelId: 'm',
      modelHash: 'h',
      adapterId: 'planted-1',
      adapterHash: 'a',
      hasReference: true,
      mode: 'full',
      split: 'prefix of 50 tokens, suffix of at most 50',
    },
    origin: {
      device: 'wasm',
      deviceName: 'd',
      threads: 1,
      precomputed: false,
      appVersion: '1',
      startedAt: '2026-01-01T00:00:00Z',
      elapsedMs: 1,
    },
    savedAt: '2026-01-01T00:00:00Z',
  };

  it('says how many of its samples are scored, its cut, its model and its mode', () => {
    expect(describeStoredRun(header)).toEqual([
      '33 of 504 samples scored',
      'prefix of 50 tokens, suffix of at most 50',
      'm with planted-1',
      'full scores',
    ]);
    const settings = { ...header.settings, adapterId: null, mode: 'screening' as const };
    const unscorable = [{ index: 3, reason: 'no suffix' }];
    expect(describeStoredRun({ ...header, scored: 503, unscorable, settings })).toEqual([
      '503 of 504 samples scored, 1 cannot be',
      'prefix of 50 tokens, suffix of at most 50',
      'm without an adapter',
      'screening',
    ]);
  });

  it('names the total alone where it does not know', () => {
    const old = structuredClone(header) as { scored?: number } & Omit<SampleRunHeader, 'scored'>;
    delete old.scored;
    expect(describeStoredRun(old)[0]).toBe('504 samples');
  });
});
