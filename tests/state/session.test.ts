import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isComplete, type Run } from '../../src/core/run.ts';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import { runToJson } from '../../src/app/exporting.ts';
import { describeOrigin } from '../../src/app/originText.ts';
import type { Session } from '../../src/app/session.svelte.ts';
import { CHUNK, type FakeEngine } from './fakeEngine.ts';
import { MemoryDisk } from './memoryShelf.ts';
import { analyse, openPage, siteFiles } from './page.ts';

const TEXT = 'The quick brown fox jumps over the lazy dog, and the dog does not mind at all.';

const engines: FakeEngine[] = [];
function open(given: Parameters<typeof openPage>[0] = {}) {
  const page = openPage(given);
  engines.push(page.engine);
  return page;
}
afterEach(() => {
  for (const engine of engines.splice(0)) engine.close();
  vi.unstubAllGlobals();
});

function shown(session: Session): Run {
  if (!session.run) throw new Error('nothing is shown');
  return session.run;
}

/** The run as it is without an interruption. */
async function uninterrupted(text = TEXT): Promise<Run> {
  const { session } = open();
  await analyse(session, text);
  return shown(session);
}

/** Everything but when and how fast. */
const numbersOf = ({ key, ids, settings, target, base, scored }: Run) => ({
  key,
  ids,
  settings,
  target,
  base,
  scored,
});

/** A page on which a stored run was opened while another was scored. */
async function interrupted() {
  const { session, engine } = open();
  await analyse(session, 'First text.');
  const first = shown(session);
  engine.afterChunk = async (reached) => {
    if (reached === CHUNK) await session.openRun(first.key);
  };
  await analyse(session, TEXT);
  return { session, first };
}

describe('analysing a text', () => {
  it('scores it to the end, with the reference, and judges it', async () => {
    const { session, engine } = open();
    await analyse(session, TEXT);
    const run = shown(session);
    expect(session.status.kind).toBe('done');
    expect(isComplete(run)).toBe(true);
    expect(run.settings).toMatchObject({ adapterId: 'planted-1', hasReference: true, windowLength: 64 });
    expect(run.target.logprob[1]).toBe(-0.125);
    expect(run.base?.logprob[1]).toBe(-1 - ('h'.charCodeAt(0) % 16) / 8);
    expect(session.verdict).toMatchObject({ tokens: TEXT.length, scored: TEXT.length, complete: true });
    expect(session.device?.kind).toBe('wasm');
    expect(engine.workers).toBe(1);
  });

  it('shows it growing, in order, and tells the progress', async () => {
    const { session, engine } = open();
    const seen: number[] = [];
    engine.afterChunk = () => {
      if (session.run) seen.push(session.run.scored);
      if (session.status.kind === 'scoring') expect(session.status.total).toBe(TEXT.length);
    };
    await analyse(session, TEXT);
    expect(seen[0]).toBe(CHUNK);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  it.each([
    ['', /empty/],
    [' \n\t', /white space/],
    ['half \uD83D of a pair', /surrogate.*position 6/],
  ])('refuses %j with a sentence and asks for no model', async (text, sentence) => {
    const { session, engine } = open();
    await analyse(session, text);
    expect(session.draftProblem).toMatch(sentence);
    expect(session.draft).toBe(text);
    expect(engine.workers).toBe(0);
  });

  it('scores NUL characters, and points them out', async () => {
    const { session } = open();
    await analyse(session, 'a\0b');
    expect(session.draftNote).toMatch(/NUL.*position 2/);
    expect(shown(session).ids).toEqual(Uint32Array.of(97, 0, 98));
  });

  it('drops a run for a newer text', async () => {
    const { session, engine, disk } = open();
    const later: Promise<void>[] = [];
    engine.afterChunk = (reached) => {
      if (reached === CHUNK && later.length === 0) later.push(analyse(session, 'Another text altogether.'));
    };
    await analyse(session, TEXT);
    await Promise.all(later);
    expect(shown(session).text).toBe('Another text altogether.');
    expect(session.status.kind).toBe('done');
    expect(disk.at('preferences', 'preferences')?.['lastRun']).toBe(shown(session).key);
  });

  it('does not compute again what is on screen', async () => {
    const { session, engine } = open();
    await analyse(session, TEXT);
    await session.analyse();
    expect(engine.scored).toHaveLength(1);
    expect(session.status.kind).toBe('done');
  });

  it('computes again when a setting changes', async () => {
    const { session, engine } = open();
    await analyse(session, TEXT);
    session.subject = null;
    await session.analyse();
    expect(engine.scored).toHaveLength(2);
    expect(shown(session)).toMatchObject({ base: null, settings: { adapterId: null, hasReference: false } });
  });
});

describe('the model at work elsewhere', () => {
  it('is waited for, and that is said', async () => {
    const { session, engine } = open();
    await session.start();
    let release: () => void = () => undefined;
    const elsewhere = session.link.use(
      { request: session.deviceRequest, signal: new AbortController().signal },
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const mine = analyse(session, TEXT);
    await expect
      .poll(() => session.status)
      .toMatchObject({ kind: 'loading', progress: { stage: 'waiting' } });
    expect(engine.scored).toHaveLength(0);
    release();
    await Promise.all([elsewhere, mine]);
    expect(session.status.kind).toBe('done');
  });
});

describe('stop and resume', () => {
  it('keeps what is scored and finishes with the same numbers', async () => {
    const { session, engine } = open();
    engine.afterChunk = (reached) => {
      if (reached === 3 * CHUNK) session.stop();
    };
    await analyse(session, TEXT);
    expect(session.status.kind).toBe('stopped');
    expect(session.canResume).toBe(true);
    const { scored } = shown(session);
    expect(scored).toBeGreaterThanOrEqual(3 * CHUNK);
    expect(scored).toBeLessThan(TEXT.length);
    await session.resume();
    expect(engine.scored.at(-1)?.from).toBe(scored);
    expect(session.status.kind).toBe('done');
    expect(numbersOf(shown(session))).toEqual(numbersOf(await uninterrupted()));
  });

  it('goes on when Run is pressed instead', async () => {
    const { session, engine } = open();
    engine.afterChunk = (reached) => {
      if (reached === CHUNK) session.stop();
    };
    await analyse(session, TEXT);
    await session.analyse();
    expect(engine.scored.at(-1)?.from).toBeGreaterThan(0);
    expect(numbersOf(shown(session))).toEqual(numbersOf(await uninterrupted()));
  });

  it('goes on after a reload with the same numbers', async () => {
    const first = open();
    first.engine.afterChunk = (reached) => {
      if (reached === 2 * CHUNK) first.session.stop();
    };
    await analyse(first.session, TEXT);
    const second = open({ disk: first.disk });
    await second.session.start();
    expect(second.session.status.kind).toBe('stopped');
    expect(second.session.draft).toBe(TEXT);
    expect(shown(second.session).scored).toBe(shown(first.session).scored);
    await second.session.resume();
    expect(numbersOf(shown(second.session))).toEqual(numbersOf(await uninterrupted()));
  });

  it('on another device names both, in the result and where it is stored', async () => {
    const first = open();
    first.engine.afterChunk = (reached) => {
      if (reached === 2 * CHUNK) first.session.stop();
    };
    await analyse(first.session, TEXT);
    expect(shown(first.session).origin).not.toHaveProperty('earlierDevices');
    const second = open({ disk: first.disk });
    await second.session.start();
    await second.session.storage.prefer({ device: 'webgpu' });
    const headers: unknown[] = [];
    second.engine.afterChunk = async (reached) => {
      // A tab that is closed from now on has the device in its header.
      if (reached === 5 * CHUNK) headers.push(second.disk.at('runs', shown(second.session).key)?.['origin']);
    };
    await second.session.resume();
    const both = { device: 'webgpu', deviceName: 'fake card', earlierDevices: ['fake processor'] };
    expect(shown(second.session).origin).toMatchObject(both);
    expect(headers).toEqual([expect.objectContaining(both)]);
    expect(describeOrigin(shown(second.session))).toMatch(/· WebGPU, earlier on fake processor ·/);
    const third = open({ disk: first.disk });
    await third.session.start();
    expect(shown(third.session).origin).toEqual(shown(second.session).origin);
  });

  it('names a graphics device that was lost in mid-run beside the one that took over', async () => {
    const { session, engine } = open();
    await session.storage.prefer({ device: 'webgpu' });
    engine.afterChunk = (reached) => {
      if (reached === 2 * CHUNK) engine.loseDevice();
    };
    await analyse(session, TEXT);
    expect(shown(session).origin).toMatchObject({
      device: 'wasm',
      deviceName: 'fake processor',
      earlierDevices: ['fake card'],
    });
  });

  it('does not mix the numbers of two models', async () => {
    const { session, engine } = open();
    engine.afterChunk = () => {
      session.stop();
    };
    await analyse(session, TEXT);
    engine.modelHash = 'c'.repeat(64);
    engine.client.terminate();
    session.link.state = { kind: 'idle' };
    const { scored } = shown(session);
    await session.resume();
    expect(session.status).toMatchObject({ kind: 'failed', error: { kind: 'InvalidInput' } });
    expect(shown(session).scored).toBe(scored);
  });
});

describe('the cut', () => {
  it('is in the middle of what is scored: of a growing and a stopped run, then of the whole', async () => {
    const { session, engine } = open();
    engine.afterChunk = (reached) => {
      if (session.run) expect(session.split).toBe(Math.floor(session.run.scored / 2));
      if (reached === 3 * CHUNK) session.stop();
    };
    await analyse(session, TEXT);
    const { scored } = shown(session);
    expect(scored).toBeLessThan(TEXT.length);
    expect(session.split).toBe(Math.floor(scored / 2));
    await session.resume();
    expect(session.split).toBe(Math.floor(TEXT.length / 2));
  });

  it('stays where the visitor put it, until another text is shown', async () => {
    const { session, engine } = open();
    engine.afterChunk = (reached) => {
      if (reached === CHUNK) session.split = 2;
      if (reached === 2 * CHUNK) session.stop();
    };
    await analyse(session, TEXT);
    engine.afterChunk = () => undefined;
    await session.resume();
    expect(session.split).toBe(2);
    await analyse(session, 'Another text.');
    expect(session.split).toBe(6);
  });
});

describe('a text that is changed beside its result', () => {
  it('is told of while box and result differ, but not while the new one is read', async () => {
    const { session, engine } = open();
    expect(session.isOutdated).toBe(false);
    await analyse(session, TEXT);
    expect(session.isOutdated).toBe(false);
    session.draft = `${TEXT} More.`;
    expect(session.isOutdated).toBe(true);
    session.draft = TEXT;
    expect(session.isOutdated).toBe(false);
    const seen = new Set<boolean>();
    engine.afterChunk = () => void seen.add(session.isOutdated);
    session.draft = `${TEXT} More.`;
    const reading = session.analyse();
    // Neither before anything is known of the new run.
    seen.add(session.isOutdated);
    await reading;
    expect([...seen, session.isOutdated]).toEqual([false, false]);
  });

  it('is told of again when the new run was stopped before it began, or failed', async () => {
    const { session, engine } = open();
    await analyse(session, TEXT);
    session.draft = 'Another text.';
    const stopped = session.analyse();
    session.stop();
    await stopped;
    expect(session.isOutdated).toBe(true);
    engine.client.terminate();
    session.link.state = { kind: 'idle' };
    engine.openFailure = new MemoscopeError('ModelCorrupt', 'altered');
    await session.analyse();
    expect(session.status.kind).toBe('failed');
    expect(session.isOutdated).toBe(true);
  });

  it('is told of after a reload that brings back both, not beside an empty box', async () => {
    const first = open();
    await analyse(first.session, TEXT);
    first.session.draft = 'changed since';
    await vi.waitFor(async () => {
      expect(await first.session.storage.readDraft()).toBe('changed since');
    });
    const { session } = open({ disk: first.disk });
    await session.start();
    expect([session.draft, shown(session).text, session.isOutdated]).toEqual(['changed since', TEXT, true]);
    for (const nothing of ['', ' \n']) {
      session.draft = nothing;
      expect(session.isOutdated).toBe(false);
    }
  });

  it('is not told of where a stored result takes the place of a run under way', async () => {
    const { session } = await interrupted();
    expect(session.isOutdated).toBe(false);
    session.draft = TEXT;
    expect(session.isOutdated).toBe(true);
  });
});

describe('failures', () => {
  it('a worker that dies is replaced once, and the run ends with the same numbers', async () => {
    const { session, engine } = open();
    let deaths = 0;
    engine.afterChunk = (reached) => {
      if (reached === 2 * CHUNK && deaths++ === 0) engine.die('killed by a test');
    };
    await analyse(session, TEXT);
    expect(session.status.kind).toBe('done');
    expect(engine.workers).toBe(2);
    expect(engine.scored.at(-1)?.from).toBe(2 * CHUNK);
    expect(numbersOf(shown(session))).toEqual(numbersOf(await uninterrupted()));
  });

  it('a worker that dies again and again ends the run, keeps what is scored, and Resume finishes it', async () => {
    const { session, engine } = open();
    engine.afterChunk = () => {
      engine.die('killed by a test');
    };
    await analyse(session, TEXT);
    expect(session.status).toMatchObject({ kind: 'failed', error: { kind: 'WorkerDied' } });
    expect(shown(session).scored).toBe(2 * CHUNK);
    expect(session.canResume).toBe(true);
    engine.afterChunk = () => undefined;
    await session.resume();
    expect(numbersOf(shown(session))).toEqual(numbersOf(await uninterrupted()));
  });

  it.each(['DeviceLost', 'OutOfMemory'] as const)(
    'after %s the next try begins with a new worker',
    async (kind) => {
      const { session, engine } = open();
      engine.afterChunk = (reached) => {
        if (reached === CHUNK) throw new MemoscopeError(kind, 'in mid-run');
      };
      await analyse(session, TEXT);
      expect(session.status).toMatchObject({ kind: 'failed', error: { kind } });
      expect(session.model.kind).toBe('failed');
      engine.afterChunk = () => undefined;
      await session.resume();
      expect(session.status.kind).toBe('done');
      expect(engine.workers).toBe(2);
    },
  );

  it('a model that cannot be loaded is told, the text stays, and the next try works', async () => {
    const { session, engine } = open();
    engine.openFailure = new MemoscopeError('ModelCorrupt', 'onnx/model.onnx was altered');
    await analyse(session, TEXT);
    expect(session.status).toMatchObject({ kind: 'failed', error: { kind: 'ModelCorrupt' } });
    expect(session.model.kind).toBe('failed');
    expect(session.draft).toBe(TEXT);
    session.dismissError();
    expect(session.status.kind).toBe('idle');
    engine.openFailure = null;
    await session.analyse();
    expect(session.status.kind).toBe('done');
  });

  it('a missing manifest and missing examples are told', async () => {
    const { session, files } = open();
    files.clear();
    await session.start();
    expect(session.draftProblem).toMatch(/examples.*404/);
    await analyse(session, TEXT);
    expect(session.status).toMatchObject({ kind: 'failed', error: { kind: 'ModelUnavailable' } });
  });
});

describe('opening the page', () => {
  it('shows the last run at once, without a worker', async () => {
    const first = open();
    await analyse(first.session, TEXT);
    const second = open({ disk: first.disk });
    await second.session.start();
    expect(second.session.status.kind).toBe('done');
    expect(numbersOf(shown(second.session))).toEqual(numbersOf(shown(first.session)));
    expect(second.session.draft).toBe(TEXT);
    expect(second.session.vocabulary?.textOf(104)).toBe('h');
    await second.session.analyse();
    expect(second.engine.workers).toBe(0);
    expect(second.session.model.kind).toBe('idle');
  });

  it('shows the finished example where nothing is stored, and computes it when asked', async () => {
    const made = open();
    await analyse(made.session, TEXT);
    const files = siteFiles().set('examples/opening.json', exported(made.session));
    const { session, engine } = open({ files });
    await session.start();
    expect(session.status.kind).toBe('done');
    expect(shown(session).text).toBe(TEXT);
    expect(session.verdict?.complete).toBe(true);
    expect(engine.workers).toBe(0);
    await session.analyse();
    expect(engine.scored).toHaveLength(1);
  });

  it('is empty where there is neither', async () => {
    const { session } = open();
    await session.start();
    expect(session.status.kind).toBe('idle');
    expect(session.run).toBeNull();
    expect(session.draftProblem).toBeNull();
    expect(session.examples.map(({ id }) => id)).toEqual(['prose-1', 'prose-2', 'bees']);
  });

  it('does not replace what the visitor began meanwhile', async () => {
    const disk = new MemoryDisk();
    const first = open({ disk });
    await analyse(first.session, TEXT);
    const { session } = open({ disk });
    const opening = session.start();
    session.draft = 'typed at once';
    await opening;
    expect(session.draft).toBe('typed at once');
  });

  it('shows the example, but does not put its text under the hands of a visitor who is in the box', async () => {
    const shipped = open();
    shipped.files.set('examples/opening.json', readFileSync('public/examples/opening.json', 'utf8'));
    await shipped.session.start();
    expect(shipped.session.draft).not.toBe('');
    const { session } = open({ files: shipped.files });
    const opening = session.start();
    session.isInBox = true;
    await opening;
    expect(shown(session).text).toBe(shipped.session.draft);
    expect(session.draft).toBe('');
  });

  it('gives a visitor who is in the box their own draft back all the same', async () => {
    vi.useFakeTimers();
    const first = open();
    first.session.draft = 'not yet run';
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    const { session } = open({ disk: first.disk });
    const opening = session.start();
    session.isInBox = true;
    await opening;
    expect(session.draft).toBe('not yet run');
  });

  it('restores the draft', async () => {
    vi.useFakeTimers();
    const first = open();
    first.session.draft = 'not yet run';
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    const second = open({ disk: first.disk });
    await second.session.start();
    expect(second.session.draft).toBe('not yet run');
  });
});

describe('examples, files and stored runs', () => {
  it('runs an example under its title', async () => {
    const { session } = open();
    await session.start();
    await session.loadExample('bees');
    expect(shown(session)).toMatchObject({ title: 'Bees', text: 'Bees on a roof.' });
    expect(session.draft).toBe('Bees on a roof.');
  });

  it('opens a stored run while another is scored, which stops', async () => {
    const { session, first } = await interrupted();
    expect(shown(session).key).toBe(first.key);
    expect(session.status.kind).toBe('done');
    expect(await session.openRun('unknown')).toBe(false);
    expect(shown(session).key).toBe(first.key);
  });

  it('puts a text file into the box', async () => {
    const { session } = open();
    await session.openFile(new File(['plain text'], 'a.txt'));
    expect(session.draft).toBe('plain text');
  });

  it.each([
    ['invalid UTF-8', new File([Uint8Array.of(0x66, 0x6f, 0xff, 0x6f)], 'a.txt'), /a\.txt.*UTF-8.*byte 3/],
    [
      'a binary file',
      new File([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 0)], 'a.png'),
      /a\.png.*binary/,
    ],
    ['an empty file', new File([], 'a.txt'), /a\.txt.*empty/],
    ['50 MB', new File([new Uint8Array(50_000_000).fill(97)], 'a.txt'), /a\.txt.*50\.0 MB.*Split/],
    ['a broken result', new File(['{"format":"memoscope-run"'], 'a.json'), /JSON/],
  ])('refuses %s with a sentence and keeps the draft', async (_name, file, sentence) => {
    const { session } = open();
    session.draft = 'kept';
    await session.openFile(file);
    expect(session.draftProblem).toMatch(sentence);
    expect(session.draft).toBe('kept');
  });

  it('opens a saved result, and computes it anew when Run is pressed', async () => {
    const first = open();
    await analyse(first.session, TEXT);
    const { session, engine } = open();
    await session.openFile(new File([exported(first.session)], 'result.json'));
    expect(session.status.kind).toBe('done');
    expect(numbersOf(shown(session))).toEqual(numbersOf(shown(first.session)));
    expect(session.vocabulary?.textOf(104)).toBe('h');
    await session.analyse();
    expect(engine.scored).toHaveLength(1);
  });
});

describe('reciting', () => {
  it('compares the continuation with the truth', async () => {
    const { session } = open();
    await analyse(session, 'abcdefghijklmnopqrstuvwxyz??');
    await session.recite(3);
    expect(session.recitation).toMatchObject({ kind: 'done', from: 3, matched: 23 });
  });

  it('can be stopped, and then stays stopped', async () => {
    const { session, engine } = open();
    const seen: string[] = [];
    engine.afterToken = (made) => {
      seen.push(session.recitation.kind);
      if (made === 3) session.reciter.stop();
    };
    await analyse(session, TEXT);
    await session.recite(0);
    expect(seen.slice(0, 3)).toEqual(['running', 'running', 'running']);
    expect(seen.length).toBeLessThan(32);
    expect(session.recitation.kind).toBe('idle');
  });

  it('ends when a text is run', async () => {
    const { session } = open();
    await analyse(session, TEXT);
    const reciting = session.recite(0);
    await analyse(session, 'Something else.');
    await reciting;
    expect(session.recitation.kind).toBe('idle');
    expect(session.status.kind).toBe('done');
  });

  it('tells of a model that is not there', async () => {
    const first = open();
    await analyse(first.session, TEXT);
    const { session, files } = open({ disk: first.disk });
    await session.start();
    files.clear();
    await session.recite(2);
    expect(session.recitation).toMatchObject({ kind: 'failed', error: { kind: 'ModelUnavailable' } });
  });
});

/** The shown run as the file that "save as JSON" would write. */
function exported(session: Session): string {
  const { run, reading, vocabulary } = session;
  if (!run || !reading) throw new Error('nothing is shown');
  return [...runToJson(run, reading, vocabulary)].join('');
}

describe('a sample in the place of a draft', () => {
  const SAMPLE = { text: 'A sample of a data set, opened.', title: 'a.txt, line 1' };
  const OTHER = { text: 'Another sample of the same set.', title: 'a.txt, line 2' };

  it('keeps the draft, whatever is opened after it, and brings it back', async () => {
    const { session } = open();
    session.draft = 'typed, not run';
    await session.openSample(SAMPLE);
    await session.openSample(OTHER);
    expect(session.draft).toBe(OTHER.text);
    expect(session.run?.title).toBe(OTHER.title);
    expect(session.aside.next).toBe('typed, not run');
    session.takeBack();
    expect(session.draft).toBe('typed, not run');
    expect([session.aside.next, session.aside.sample]).toEqual([null, null]);
  });

  it('that was changed is a draft itself: neither is lost', async () => {
    const { session } = open();
    session.draft = 'first';
    await session.openSample(SAMPLE);
    session.draft = 'changed sample';
    await session.openSample(OTHER);
    session.takeBack();
    expect(session.draft).toBe('changed sample');
    session.takeBack();
    expect(session.draft).toBe('first');
    session.takeBack();
    expect(session.draft).toBe('changed sample');
  });

  it('leaves the stored draft alone: the next visit has it in the box', async () => {
    const first = open();
    await first.session.start();
    first.session.draft = 'typed, not run';
    await first.session.openSample(SAMPLE);
    // A draft is stored a moment after it was typed.
    await vi.waitFor(async () => {
      expect(await first.session.storage.readDraft()).toBe('typed, not run');
    });
    const second = open({ disk: first.disk });
    await second.session.start();
    expect(second.session.run?.text).toBe(SAMPLE.text);
    expect(second.session.draft).toBe('typed, not run');
  });
});
