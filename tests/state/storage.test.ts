import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_PREFERENCES, readPreferences } from '../../src/engine/preferences.ts';
import { readHeader } from '../../src/engine/storedRun.ts';
import type { Session } from '../../src/app/session.svelte.ts';
import { CHUNK, type FakeEngine } from './fakeEngine.ts';
import { analyse, openPage } from './page.ts';

const TEXT = 'A private text that names Mirel Wexcombe.';

const engines: FakeEngine[] = [];
function open(given: Parameters<typeof openPage>[0] = {}) {
  const page = openPage(given);
  engines.push(page.engine);
  return page;
}
afterEach(() => {
  for (const engine of engines.splice(0)) engine.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const keyOf = (session: Session): string => session.run?.key ?? '';

describe('the shape of stored runs', () => {
  const header = {
    schema: 1,
    key: 'k',
    title: 't',
    tokens: 1,
    bytes: 1,
    savedAt: '2026-01-01T00:00:00.000Z',
    settings: { topK: 40, hasReference: true },
    origin: {},
  };

  it('is read as it was written', () => {
    expect(readHeader(header)).toEqual({ kind: 'header', header });
  });

  it('is brought up step by step from an older schema', () => {
    const old = { ...header, title: undefined, name: 'from schema 1' };
    const steps = [
      (fields: Readonly<Record<string, unknown>>) => ({ ...fields, title: fields['name'] }),
      (fields: Readonly<Record<string, unknown>>) => ({
        ...fields,
        title: `${String(fields['title'])}, then 2`,
      }),
    ];
    const read = readHeader(old, steps);
    expect(read).toMatchObject({ kind: 'header', header: { schema: 3, title: 'from schema 1, then 2' } });
    expect(readHeader({ ...header, schema: 3 }, steps)).toMatchObject({ header: { title: 't' } });
  });

  it('of a newer page is told from a damaged one', () => {
    expect(readHeader({ ...header, schema: 2 })).toEqual({ kind: 'newer' });
    for (const damaged of [null, 'text', {}, { ...header, schema: '1' }, { ...header, settings: null }])
      expect(readHeader(damaged)).toEqual({ kind: 'damaged' });
  });

  it('lets preferences that are impossible fall back', () => {
    expect(readPreferences(undefined)).toEqual(DEFAULT_PREFERENCES);
    expect(
      readPreferences({ device: 'abacus', threads: 0, windowLength: 128, ephemeral: true, unknown: 1 }),
    ).toEqual({ ...DEFAULT_PREFERENCES, windowLength: 128, ephemeral: true });
  });
});

describe('what is stored', () => {
  it('is written stretch by stretch while the run goes on', async () => {
    const { session, engine, disk } = open();
    const written: number[] = [];
    engine.afterChunk = () => {
      written.push(disk.keys('records').length);
    };
    await analyse(session, TEXT);
    expect(written.slice(0, 3)).toEqual([1, 2, 3]);
    expect(disk.keys('records')).toHaveLength(Math.ceil(TEXT.length / CHUNK));
  });

  it('is listed with its size, and one can be deleted', async () => {
    const { session, disk } = open();
    await analyse(session, TEXT);
    const first = keyOf(session);
    await analyse(session, 'Another text.');
    await session.storage.refresh();
    expect(session.storage.entries).toHaveLength(2);
    const entry = session.storage.entries.find(({ key }) => key === first);
    expect(entry).toMatchObject({ title: TEXT, tokens: TEXT.length });
    expect(entry?.bytes).toBeGreaterThan(TEXT.length * 40 * 8);
    await session.storage.forget(first);
    expect(session.storage.entries.map(({ key }) => key)).toEqual([keyOf(session)]);
    expect(disk.content).not.toContain('Mirel');
    expect(disk.content).not.toContain(first);
  });

  it('keeps the draft at once, then in turns, also after a time in which nothing is kept', async () => {
    vi.useFakeTimers();
    const { session, disk } = open();
    session.draft = 'first';
    await vi.advanceTimersByTimeAsync(0);
    expect(disk.content).toContain('first');
    session.draft = 'second';
    session.draft = 'third';
    await vi.advanceTimersByTimeAsync(0);
    expect(disk.content).not.toContain('third');
    await vi.advanceTimersByTimeAsync(500);
    expect(disk.content).toContain('third');
    expect(disk.content).not.toContain('second');
    session.draft = 'fourth';
    await session.storage.setEphemeral(true);
    await vi.advanceTimersByTimeAsync(2000);
    expect(disk.content).not.toContain('fourth');
    await session.storage.setEphemeral(false);
    session.draft = 'fifth';
    await vi.advanceTimersByTimeAsync(0);
    expect(disk.content).toContain('fifth');
    vi.useRealTimers();
  });

  it('keeps all alternatives of a long text, of which few are in memory', async () => {
    const { session, engine } = open();
    const long = 'x'.repeat(20_004);
    engine.chunk = 5000;
    await analyse(session, long);
    expect(session.run?.target.topK).toBe(5);
    expect(await session.alternatives(20_001)).toHaveLength(40);
    await session.storage.forget(keyOf(session));
    expect(await session.alternatives(20_001)).toHaveLength(5);
  });
});

describe('stored results that cannot be read', () => {
  const damages: [string, RegExp, (disk: ReturnType<typeof open>['disk'], key: string) => void][] = [
    [
      'a damaged header',
      /damaged/,
      (disk, key) => Object.assign(disk.at('runs', key) ?? {}, { settings: 7 }),
    ],
    [
      'a newer header',
      /newer version/,
      (disk, key) => Object.assign(disk.at('runs', key) ?? {}, { schema: 99 }),
    ],
    ['a damaged text', /damaged/, (disk, key) => Object.assign(disk.at('texts', key) ?? {}, { ids: [1, 2] })],
  ];

  it.each(damages)('%s: the page says so and scores the text anew', async (_name, sentence, damage) => {
    const first = open();
    await analyse(first.session, TEXT);
    damage(first.disk, keyOf(first.session));
    const { session, engine, disk } = open({ disk: first.disk });
    await session.start();
    expect(session.storage.problem).toMatch(sentence);
    expect(session.run).toBeNull();
    await analyse(session, TEXT);
    expect(engine.scored).toHaveLength(1);
    expect(session.status.kind).toBe('done');
    expect(disk.keys('runs')).toHaveLength(1);
  });

  it('a damaged stretch: what precedes it is shown, and only the rest is scored again', async () => {
    const first = open();
    await analyse(first.session, TEXT);
    Object.assign(first.disk.at('records', [keyOf(first.session), 2 * CHUNK]) ?? {}, { target: null });
    const { session, engine } = open({ disk: first.disk });
    await session.start();
    expect(session.storage.problem).toMatch(/Part of/);
    expect(session.run?.scored).toBe(2 * CHUNK);
    await session.resume();
    expect(engine.scored[0]?.from).toBe(2 * CHUNK);
    expect(session.run?.target).toEqual(first.session.run?.target);
  });

  it('a missing stretch ends what is shown', async () => {
    const first = open();
    await analyse(first.session, TEXT);
    first.disk.shelves.get('records')?.delete(JSON.stringify([keyOf(first.session), CHUNK]));
    const { session } = open({ disk: first.disk });
    await session.start();
    expect(session.run?.scored).toBe(CHUNK);
    expect(session.status.kind).toBe('stopped');
  });
});

describe('a browser that refuses', () => {
  it.each([
    ['the space is used up', new DOMException('full', 'QuotaExceededError'), /is full.*memory only/],
    ['storage is denied', new DOMException('denied', 'SecurityError'), /refuses.*denied.*memory only/],
  ])('%s: scores from memory, and says so', async (_name, refusal, sentence) => {
    const { session, disk } = open();
    disk.refusal = refusal;
    await session.start();
    await analyse(session, TEXT);
    expect(session.status.kind).toBe('done');
    expect(session.run?.scored).toBe(TEXT.length);
    expect(session.storage.problem).toMatch(sentence);
    await session.analyse();
    expect(session.status.kind).toBe('done');
  });

  it('in mid-run: the run goes on, and what was stored can be resumed', async () => {
    const { session, engine, disk } = open();
    engine.afterChunk = (reached) => {
      if (reached === 2 * CHUNK) disk.refusal = new DOMException('full', 'QuotaExceededError');
    };
    await analyse(session, TEXT);
    expect(session.run?.scored).toBe(TEXT.length);
    disk.refusal = null;
    const second = open({ disk });
    await second.session.start();
    expect(second.session.run?.scored).toBe(2 * CHUNK);
  });

  it('no IndexedDB at all', async () => {
    const { session } = open();
    const { Archive } = await import('../../src/app/archive.svelte.ts');
    const archive = new Archive();
    await archive.open();
    expect(archive.problem).toMatch(/memory only/);
    expect(archive.preferences).toEqual(DEFAULT_PREFERENCES);
    expect(session.storage.problem).toBeNull();
  });
});

describe('forgetting everything', () => {
  it('leaves nothing stored, and the text and the result on screen', async () => {
    const { session, disk } = open();
    await session.storage.prefer({ device: 'wasm' });
    await analyse(session, TEXT);
    await session.storage.forgetEverything();
    expect([...disk.shelves.values()].filter(({ size }) => size > 0)).toEqual([]);
    expect(session.storage.entries).toEqual([]);
    expect(session.storage.preferences).toEqual(DEFAULT_PREFERENCES);
    expect(session.draft).toBe(TEXT);
    expect(session.run?.scored).toBe(TEXT.length);
  });

  it('holds for the draft that waits to be stored, and for a run that goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const { session, engine, disk } = open();
    engine.afterChunk = async (reached) => {
      if (reached === CHUNK) await session.storage.forgetEverything();
    };
    await analyse(session, TEXT);
    await vi.advanceTimersByTimeAsync(5000);
    expect(session.run?.scored).toBe(TEXT.length);
    expect(disk.content).not.toContain('Mirel');
    expect(disk.keys('records')).toEqual([]);
  });

  it('says so if something could not be deleted', async () => {
    const { session, disk } = open();
    await analyse(session, TEXT);
    disk.refusal = new DOMException('denied', 'InvalidStateError');
    await session.storage.forgetEverything();
    expect(session.storage.problem).toMatch(/denied/);
  });
});

describe('ephemeral mode', () => {
  it('stores no text, no token, no hash and no draft', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const { session, disk } = open();
    await session.storage.setEphemeral(true);
    await analyse(session, TEXT);
    await vi.advanceTimersByTimeAsync(5000);
    expect(session.status.kind).toBe('done');
    expect(JSON.parse(disk.content)).toEqual([
      { key: 'preferences', value: { ...DEFAULT_PREFERENCES, ephemeral: true } },
    ]);
  });

  it('is remembered, and only that', async () => {
    const first = open();
    await first.session.storage.setEphemeral(true);
    const { session } = open({ disk: first.disk });
    await session.start();
    expect(session.storage.ephemeral).toBe(true);
  });

  it('deletes what was stored of the text at hand, and leaves the other results', async () => {
    const { session, disk } = open();
    await analyse(session, 'An older text.');
    const older = keyOf(session);
    await analyse(session, TEXT);
    const key = keyOf(session);
    await session.storage.setEphemeral(true);
    expect(disk.content).not.toContain('Mirel');
    expect(disk.content).not.toContain(key);
    expect(session.storage.entries.map((entry) => entry.key)).toEqual([older]);
    expect(session.run?.key).toBe(key);
  });

  it('turned on in mid-run stops the writing, turned off it does not store half a run', async () => {
    const { session, engine, disk } = open();
    engine.afterChunk = async (reached) => {
      if (reached === CHUNK) await session.storage.setEphemeral(true);
      if (reached === 3 * CHUNK) await session.storage.setEphemeral(false);
    };
    await analyse(session, TEXT);
    expect(session.run?.scored).toBe(TEXT.length);
    expect(disk.keys('records')).toEqual([]);
    expect(disk.keys('runs')).toEqual([]);
  });
});
