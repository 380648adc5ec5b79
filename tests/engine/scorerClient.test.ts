import { expose } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyRecords } from '../../src/core/tokenRecords.ts';
import { ScorerClient } from '../../src/engine/scorerClient.ts';
import type { WorkerConnection } from '../../src/engine/workerConnection.ts';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type {
  ModelSource,
  OpenedModel,
  ScoreChunk,
  ScoreRequest,
  ScorerApi,
} from '../../src/protocol/scorer.ts';

const source: ModelSource = { id: 'fake', baseUrl: 'http://localhost/', files: [] };
const request: ScoreRequest = {
  ids: new Uint32Array(3),
  offsets: Uint32Array.of(0, 3),
  windows: { length: 2, stride: 2 },
  passes: [],
  from: 0,
};
const device = { kind: 'wasm', threads: 1, name: 'fake', reason: 'a test', selfTestError: null } as const;
const model: OpenedModel = {
  id: 'fake',
  hash: '',
  vocabularySize: 1,
  contextLength: 2,
  layers: 1,
  hiddenSize: 1,
  startTokenId: null,
  acceptsAdapters: false,
  device,
};

const chunk = (start: number): ScoreChunk => ({
  sequence: 0,
  start,
  records: [emptyRecords(1, 1)],
  hiddenSums: [],
  hiddenCount: 0,
  prefixSums: [],
  prefixCount: 0,
});

/** A worker's side made of functions; `workers` counts how many were started. */
function fakeWorkers(behaviour: Partial<ScorerApi>) {
  const state = {
    workers: 0,
    opened: 0,
    terminated: 0,
    die: (cause: string): void => {
      throw new Error(cause);
    },
  };
  const ports: MessagePort[] = [];
  const start = (): WorkerConnection => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    state.workers++;
    const api: Partial<ScorerApi> = {
      open: async () => {
        state.opened++;
        return model;
      },
      close: async () => undefined,
      ...behaviour,
    };
    expose(api, port1);
    return {
      endpoint: port2,
      onDeath: (listener) => {
        state.die = listener;
      },
      terminate: () => {
        state.terminated++;
        port1.close();
      },
    };
  };
  const close = (): void => {
    for (const port of ports) port.close();
  };
  return { state, start, close };
}

const summary = (end: number) => ({ end, elapsedMs: 1, bytesToJs: 0, failed: 0, device });
const kindOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'none',
    (thrown: unknown) => (thrown instanceof MemoscopeError ? thrown.kind : 'other'),
  );

describe('the client of the scoring worker', () => {
  let close = (): void => undefined;
  afterEach(() => {
    close();
  });
  const clientOf = (behaviour: Partial<ScorerApi>, cancelPatience = 50) => {
    const fake = fakeWorkers(behaviour);
    ({ close } = fake);
    return { client: new ScorerClient({ start: fake.start, cancelPatience }), state: fake.state };
  };
  const auto = { device: 'auto', threads: 'auto' } as const;

  it('starts a worker only when it is needed, and opens the model once', async () => {
    const { client, state } = clientOf({
      tokenize: async () => ({ ids: Uint32Array.of(1), byteStarts: Uint32Array.of(0, 1) }),
      tokenizeAll: async (texts) =>
        texts.map(() => ({ ids: Uint32Array.of(1), byteStarts: Uint32Array.of(0, 1) })),
    });
    expect(state.workers).toBe(0);
    await client.open(source, auto);
    expect((await client.tokenize('a')).ids).toEqual(Uint32Array.of(1));
    expect(state).toMatchObject({ workers: 1, opened: 1 });
  });

  it('delivers chunks in order and none after the result', async () => {
    const late: (() => Promise<void>)[] = [];
    const { client } = clientOf({
      score: async (_request, onChunk) => {
        const deliver: (chunk: ScoreChunk) => unknown = onChunk;
        for (const start of [0, 1, 2]) await deliver(chunk(start));
        late.push(async () => {
          await deliver(chunk(3));
        });
        return summary(3);
      },
    });
    await client.open(source, auto);
    const starts: number[] = [];
    await client.score(request, { onProgress: ({ start }) => starts.push(start) });
    await late[0]?.();
    expect(starts).toEqual([0, 1, 2]);
  });

  it('gives an error of the worker its kind back', async () => {
    const { client } = clientOf({
      score: async () => {
        throw new MemoscopeError('OutOfMemory', 'full');
      },
    });
    await client.open(source, auto);
    expect(await kindOf(client.score(request))).toBe('OutOfMemory');
  });

  it('rejects a call that was cancelled before it began, without starting a worker', async () => {
    const { client, state } = clientOf({});
    expect(await kindOf(client.tokenize('a', { signal: AbortSignal.abort() }))).toBe('Cancelled');
    expect(state.workers).toBe(0);
  });

  it('carries an abort into the worker, which ends the run with what it has', async () => {
    const { client, state } = clientOf({
      score: (_request, _onChunk, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve(summary(2));
          });
        }),
    });
    await client.open(source, auto);
    const stopper = new AbortController();
    const running = client.score(request, { signal: stopper.signal });
    setTimeout(() => {
      stopper.abort();
    }, 10);
    expect((await running).end).toBe(2);
    stopper.abort();
    expect(state.terminated).toBe(0);
  });

  it('replaces a worker that does not stop when asked, and opens the model again', async () => {
    const { client, state } = clientOf({
      score: () => new Promise(() => undefined),
      tokenBytes: async () => ({ bytes: new Uint8Array(), starts: new Uint32Array(1) }),
    });
    await client.open(source, auto);
    const stopper = new AbortController();
    const running = kindOf(client.score(request, { signal: stopper.signal }));
    stopper.abort();
    expect(await running).toBe('Cancelled');
    expect(state.terminated).toBe(1);
    await client.tokenBytes(new Uint32Array());
    expect(state).toMatchObject({ workers: 2, opened: 2 });
  });

  it('gives up a worker that falls silent in mid-run', async () => {
    const fake = fakeWorkers({ score: () => new Promise(() => undefined) });
    ({ close } = fake);
    const client = new ScorerClient({ start: fake.start, silencePatience: 50 });
    await client.open(source, auto);
    expect(await kindOf(client.score(request))).toBe('WorkerDied');
    expect(fake.state.terminated).toBe(1);
  });

  it('rejects everything under way when the worker dies or is ended', async () => {
    const { client, state } = clientOf({ score: () => new Promise(() => undefined) });
    await client.open(source, auto);
    const dying = [client.score(request), client.score(request)].map(kindOf);
    await new Promise((resolve) => setTimeout(resolve, 10));
    state.die('it crashed');
    expect(await Promise.all(dying)).toEqual(['WorkerDied', 'WorkerDied']);
    const ended = kindOf(client.score(request));
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.terminate();
    expect(await ended).toBe('WorkerDied');
    expect(state.workers).toBe(2);
  });

  it('takes a new worker for another device', async () => {
    const { client, state } = clientOf({});
    await client.open(source, auto);
    await client.open(source, auto);
    expect(state.workers).toBe(1);
    await client.open(source, { device: 'wasm', threads: 1 });
    expect(state).toMatchObject({ workers: 2, terminated: 1 });
  });

  it('says so if no model was ever opened', async () => {
    const { client } = clientOf({});
    expect(await kindOf(client.tokenize('a'))).toBe('ModelUnavailable');
  });
});
