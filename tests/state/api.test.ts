import { afterEach, describe, expect, it, vi } from 'vitest';
import { exposeApi, type MemoscopeApi } from '../../src/app/api.ts';
import { CHUNK, type FakeEngine } from './fakeEngine.ts';
import { analyse, openPage } from './page.ts';

const engines: FakeEngine[] = [];
function open() {
  const page = openPage();
  engines.push(page.engine);
  vi.stubGlobal('window', {});
  exposeApi(page.session.link, page.session.start());
  const api: MemoscopeApi = window.memoscope;
  return { ...page, api };
}
afterEach(() => {
  for (const engine of engines.splice(0)) engine.close();
  vi.unstubAllGlobals();
});

const kindOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'none',
    (thrown: unknown) => (thrown instanceof Error ? thrown.name : 'other'),
  );

describe('window.memoscope', () => {
  it('is ready without a model', async () => {
    const { api, engine } = open();
    await api.ready;
    expect(api.version).toBe(__APP_VERSION__);
    expect(api.device()).toBeNull();
    expect(engine.workers).toBe(0);
  });

  it('gives plain records with the settings that made them', async () => {
    const { api } = open();
    const scored = await api.score('plain é', { topK: 3 });
    expect(structuredClone(scored)).toEqual(scored);
    expect(JSON.parse(JSON.stringify(scored))).toEqual(scored);
    expect(scored.settings).toMatchObject({ adapterId: 'planted-1', hasReference: true, topK: 3 });
    expect(scored.tokens.map(({ text }) => text).join('')).toBe('plain <C3><A9>');
    expect(scored.tokens[1]).toMatchObject({
      text: 'l',
      byteStart: 1,
      byteEnd: 2,
      logprob: -0.125,
      rank: 1,
      context: 2,
      base: { logprob: -1 - ('l'.charCodeAt(0) % 16) / 8 },
    });
    expect(scored.tokens[1]?.top.map(({ text }) => text)).toEqual(['l', 'm', 'n']);
    expect(api.device()?.kind).toBe('wasm');
  });

  it('survives a worker that dies, with the numbers of an undisturbed call', async () => {
    const text = 'abcdefgh'.repeat(CHUNK);
    const expected = await open().api.score(text);
    const { api, engine } = open();
    let deaths = 0;
    engine.afterChunk = (reached) => {
      if (reached === 2 * CHUNK && deaths++ === 0) engine.die('killed by a test');
    };
    const { tokens } = await api.score(text);
    expect(engine.workers).toBe(2);
    expect(engine.scored.at(-1)?.from).toBe(2 * CHUNK);
    expect(tokens).toEqual(expected.tokens);
  });

  it('measures what is asked for', async () => {
    const { api, engine } = open();
    const scored = await api.score('some text', {
      adapter: null,
      device: 'webgpu',
      threads: 2,
      windows: { length: 8, stride: 2 },
    });
    expect(scored.settings).toMatchObject({
      adapterId: null,
      hasReference: false,
      windowLength: 8,
      windowStride: 2,
    });
    expect(scored.origin.device).toBe('webgpu');
    expect(scored.tokens[0]?.base).toBeNull();
    expect(engine.opened).toEqual([{ device: 'webgpu', threads: 2 }]);
  });

  it('refuses what is not there', async () => {
    const { api } = open();
    expect(await kindOf(api.score(''))).toBe('InvalidInput');
    expect(await kindOf(api.score('text', { adapter: 'unknown' }))).toBe('InvalidInput');
    expect(await kindOf(api.score('text', { model: 'unknown' }))).toBe('InvalidInput');
  });

  it('can be cancelled, before and in the middle', async () => {
    const { api, engine } = open();
    expect(await kindOf(api.score('text', { signal: AbortSignal.abort() }))).toBe('Cancelled');
    const stopper = new AbortController();
    engine.afterChunk = () => {
      stopper.abort();
    };
    expect(await kindOf(api.score('a longer text', { signal: stopper.signal }))).toBe('Cancelled');
  });

  it('tells how far it is', async () => {
    const { api } = open();
    const seen: number[] = [];
    await api.score('123456', { onProgress: (scored, total) => seen.push(scored, total) });
    expect(seen).toEqual([CHUNK, 6, 6, 6]);
  });

  it('leaves the page alone, even on another device in the middle of a run', async () => {
    const { api, session, engine, disk } = open();
    await api.ready;
    const scripted: Promise<unknown>[] = [];
    engine.afterChunk = () => {
      if (scripted.length === 0) scripted.push(api.score('asked by a script', { device: 'webgpu' }));
    };
    await analyse(session, 'typed by a visitor');
    expect(session.status.kind).toBe('done');
    expect(session.run).toMatchObject({ text: 'typed by a visitor', scored: 18, origin: { device: 'wasm' } });
    await Promise.all(scripted);
    expect(session.run?.text).toBe('typed by a visitor');
    expect(disk.keys('runs')).toHaveLength(1);
    expect(engine.opened.map(({ device }) => device)).toEqual(['auto', 'webgpu']);
    expect((await api.models()).map(({ id }) => id)).toEqual(['memoscope-14m']);
  });
});
