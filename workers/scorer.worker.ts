/** The scoring worker: connects the engine to the page, and lets one call run at a time. */
import { expose, releaseProxy, transfer } from 'comlink';
import { recordBuffers } from '../src/core/tokenRecords.ts';
import { rowTokens, tokenRows } from '../src/core/tokenRows.ts';
import { registerCancellation } from '../src/protocol/cancellation.ts';
import { asMemoscopeError, MemoscopeError } from '../src/protocol/errors.ts';
import { requestsIn, type RequestNotice } from '../src/protocol/requests.ts';
import type { ScoreChunk, ScorerApi, TokenizedText } from '../src/protocol/scorer.ts';
import { OpenModel } from './openModel.ts';
import { Queue } from './queue.ts';
import { GreedyDecoder } from './scoring/generate.ts';
import { ScoreRun } from './scoring/score.ts';

const queue = new Queue();
let opened: { readonly model: OpenModel; readonly key: string } | null = null;

function openModel(): OpenModel {
  if (!opened) throw new MemoscopeError('ModelUnavailable', 'No model is open. Open one first.');
  return opened.model;
}

async function close(): Promise<void> {
  const model = opened?.model;
  opened = null;
  await model?.release();
}

/** Queues a call; its errors leave the worker with their kind as their name. */
const inTurn = <T>(task: () => Promise<T>): Promise<T> =>
  queue.run(task).catch((thrown: unknown) => {
    throw asMemoscopeError(thrown);
  });

const transferChunk = (chunk: ScoreChunk): ScoreChunk => {
  const columns = chunk.records.flatMap(recordBuffers);
  const sums = [...chunk.hiddenSums, ...chunk.prefixSums].map(({ buffer }) => buffer);
  return transfer(chunk, [...new Set([...columns, ...sums])] as ArrayBuffer[]);
};

const buffersOf = ({ ids, byteStarts }: TokenizedText): ArrayBuffer[] =>
  [ids.buffer, byteStarts.buffer] as ArrayBuffer[];

/** The same tokens as views on two arrays: two buffers cross to the page, and it has two to keep. */
function packed(texts: readonly TokenizedText[]): TokenizedText[] {
  const ids = tokenRows(texts.map((text) => text.ids));
  const byteStarts = tokenRows(texts.map((text) => text.byteStarts));
  return texts.map((_, row) => ({ ids: rowTokens(ids, row), byteStarts: rowTokens(byteStarts, row) }));
}

// The page's callbacks are remote: they return a promise of the moment when the page has taken the value.

/** Frees the page's callback after a call: without that, its port lives on. */
function release(callback: unknown): void {
  (callback as { [releaseProxy]?: () => void })[releaseProxy]?.();
}

const scorer: ScorerApi = {
  open: (source, request, onProgress, { signal }) =>
    inTurn(async () => {
      const key = JSON.stringify([source, request]);
      if (opened?.key === key) return opened.model.info;
      await close();
      signal.throwIfAborted();
      opened = { model: await OpenModel.open(source, request, onProgress, signal), key };
      return opened.model.info;
    }).finally(() => {
      release(onProgress);
    }),

  openAdapter: (adapter, { signal }) =>
    inTurn(async () => {
      await openModel().adapters.get(adapter, signal);
    }),

  tokenize: async (text) => {
    const tokens = openModel().tokenizer.tokenize(text);
    return transfer(tokens, buffersOf(tokens));
  },

  tokenizeAll: async (texts) => {
    const { tokenizer } = openModel();
    const all = packed(texts.map((text) => tokenizer.tokenize(text)));
    return transfer(all, all.slice(0, 1).flatMap(buffersOf));
  },

  tokenBytes: async (ids) => {
    const result = openModel().tokenizer.bytes(ids);
    return transfer(result, [result.bytes.buffer as ArrayBuffer, result.starts.buffer as ArrayBuffer]);
  },

  score: (request, onChunk, { signal }) =>
    inTurn(() => {
      const deliver: (chunk: ScoreChunk) => unknown = onChunk;
      return new ScoreRun(openModel(), request, (chunk) => deliver(transferChunk(chunk)), signal).run();
    }).finally(() => {
      release(onChunk);
    }),

  generate: (request, onToken, { signal }) =>
    inTurn(() => {
      return new GreedyDecoder(openModel(), request, signal).run(onToken);
    }).finally(() => {
      release(onToken);
    }),

  close: () => inTurn(close),
};

new PerformanceObserver((list) => {
  postMessage({ requests: requestsIn(list) } satisfies RequestNotice);
}).observe({ type: 'resource', buffered: true });
registerCancellation();
expose(scorer);
