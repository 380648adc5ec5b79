/**
 * A scoring worker without a model: the real client talks to it over a real message channel. Its numbers follow
 * from token and position alone, so that every way to the end must give the same ones.
 */
import { expose } from 'comlink';
import { emptyRecords, type TokenRecords } from '../../src/core/tokenRecords.ts';
import { ScorerClient } from '../../src/engine/scorerClient.ts';
import type { WorkerConnection } from '../../src/engine/workerConnection.ts';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type {
  DeviceReport,
  DeviceRequest,
  OpenedModel,
  ScoreChunk,
  ScorePass,
  ScoreRequest,
  ScorerApi,
} from '../../src/protocol/scorer.ts';

export const CHUNK = 4;
export const MODEL_HASH = 'a'.repeat(64);

const reportOf = ({ device, threads }: DeviceRequest): DeviceReport => ({
  kind: device === 'webgpu' ? 'webgpu' : 'wasm',
  threads: threads === 'auto' ? 1 : threads,
  name: device === 'webgpu' ? 'fake card' : 'fake processor',
  reason: 'a test',
  selfTestError: null,
});

/** A token a byte. */
function tokensOf(text: string) {
  const ids = Uint32Array.from(new TextEncoder().encode(text));
  return { ids, byteStarts: Uint32Array.from({ length: ids.length + 1 }, (_, index) => index) };
}

/** Which tokens an adapter makes likelier, by their place and the first token's id. */
type Known = (place: number, first: number) => boolean;

/** Records of one chunk. */
function recordsOf(
  ids: Uint32Array,
  start: number,
  length: number,
  { adapter, topK }: ScorePass,
  isKnownTo: Known,
): TokenRecords {
  const records = emptyRecords(length, topK);
  for (let row = 0; row < length; row++) {
    const id = ids[start + row] ?? 0;
    const isKnown = adapter !== null && isKnownTo(start + row, ids[0] ?? 0);
    records.logprob[row] = isKnown ? -0.125 : -1 - (id % 16) / 8;
    records.entropy[row] = 2 + (id % 4) / 4;
    records.variance[row] = 0.5;
    records.greater[row] = isKnown ? 0 : 1 + (id % 5);
    records.margin[row] = 1.5;
    records.maxLogit[row] = 10;
    records.context[row] = start + row + 1;
    for (let place = 0; place < topK; place++) {
      records.topIds[row * topK + place] = (id + place) % 256;
      records.topLogprobs[row * topK + place] = -0.25 - place / 4;
    }
  }
  return records;
}

/** A hidden state follows from its token, and is another one with an adapter. */
function hiddenSum(ids: Uint32Array, { adapter }: ScorePass): Float32Array {
  const sum = new Float32Array(4);
  for (const id of ids)
    [1, id % 2, id % 3, adapter ? 100 : id % 5].forEach((value, at) => {
      sum[at] = (sum[at] ?? 0) + value;
    });
  return sum;
}

/** Sums over some tokens, and over the first `prefix` of them. */
function hiddenSumsOf(ids: Uint32Array, passes: readonly ScorePass[], prefix: number | undefined) {
  const sums = (count: number) => passes.map((pass) => hiddenSum(ids.subarray(0, count), pass));
  return {
    hiddenSums: sums(ids.length),
    hiddenCount: ids.length,
    prefixSums: prefix === undefined ? [] : sums(prefix),
    prefixCount: prefix ?? 0,
  };
}
const startAfter = (end: number, wanted = 0): number => Math.max(end, wanted);

export class FakeEngine {
  readonly client: ScorerClient;
  workers = 0;
  readonly opened: DeviceRequest[] = [];
  readonly scored: ScoreRequest[] = [];
  /** Tokens of a chunk. */
  chunk = CHUNK;
  modelHash = MODEL_HASH;
  isKnown: Known = (place) => place % 3 > 0;
  /** Thrown by `open`, if set. */
  openFailure: MemoscopeError | null = null;
  /** Called after each chunk with the position reached; may throw, stop the run or kill the worker. */
  afterChunk: (reached: number) => void | Promise<void> = () => undefined;
  /** Called after each generated token with their number. */
  afterToken: (made: number) => void = () => undefined;
  /** Makes the worker die, as its error event would. */
  die: (cause: string) => void = () => undefined;
  private readonly ports: MessagePort[] = [];
  private request: DeviceRequest = { device: 'wasm', threads: 1 };

  constructor() {
    this.client = new ScorerClient({ start: () => this.start(), cancelPatience: 200 });
  }

  close(): void {
    for (const port of this.ports) port.close();
  }

  /** From now on WebAssembly computes, as after the loss of a graphics device. */
  loseDevice(): void {
    this.request = { device: 'wasm', threads: 1 };
  }

  private start(): WorkerConnection {
    const { port1, port2 } = new MessageChannel();
    this.ports.push(port1, port2);
    this.workers++;
    const life = new AbortController();
    expose(this.api(life.signal), port1);
    return {
      endpoint: port2,
      onDeath: (listener) => {
        this.die = listener;
      },
      terminate: () => {
        life.abort();
        port1.close();
      },
    };
  }

  private api(life: AbortSignal): ScorerApi {
    return {
      open: async (source, request) => this.open(source.id, request),
      openAdapter: async () => undefined,
      tokenize: async (text) => tokensOf(text),
      tokenizeAll: async (texts) => texts.map(tokensOf),
      tokenBytes: async (ids) => ({
        bytes: Uint8Array.from(ids),
        starts: Uint32Array.from({ length: ids.length + 1 }, (_, index) => index),
      }),
      score: async (request, onChunk, { signal }) => this.score(request, onChunk, signal, life),
      generate: async ({ ids, maxTokens }, onToken, { signal }) => {
        const made: number[] = [];
        const tell: (id: number) => unknown = onToken;
        for (let step = 0; step < maxTokens; step++) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          if (signal.aborted) throw new MemoscopeError('Cancelled', 'stopped');
          made.push(97 + ((ids.length + step) % 26));
          await tell(made.at(-1) ?? 0);
          this.afterToken(made.length);
        }
        return {
          ids: Uint32Array.from(made),
          logprobs: new Float32Array(maxTokens),
          margins: new Float32Array(maxTokens),
        };
      },
      close: async () => undefined,
    };
  }

  private open(id: string, request: DeviceRequest): OpenedModel {
    this.opened.push(request);
    if (this.openFailure) throw this.openFailure;
    this.request = request;
    return {
      id,
      hash: this.modelHash,
      vocabularySize: 256,
      contextLength: 64,
      layers: 1,
      hiddenSize: 1,
      startTokenId: 0,
      acceptsAdapters: true,
      device: reportOf(request),
    };
  }

  /** One text comes in pieces; each of several short ones, whole. */
  private pieceAt({ ids, offsets, starts }: ScoreRequest, sequence: number, end: number) {
    if (offsets.length === 2 && starts === undefined)
      return { start: 0, length: Math.min(this.chunk, ids.length - end) };
    return { start: offsets[sequence] ?? 0, length: (offsets[sequence + 1] ?? ids.length) - end };
  }

  private async score(
    request: ScoreRequest,
    onChunk: (chunk: ScoreChunk) => unknown,
    signal: AbortSignal,
    life: AbortSignal,
  ) {
    this.scored.push(request);
    const { ids, offsets, starts, passes, from, prefixes } = request;
    let end = from;
    let sequence = 0;
    let told: DeviceRequest | null = null;
    while (end < ids.length) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal.aborted || life.aborted) break;
      while ((offsets[sequence + 1] ?? ids.length) <= end) sequence++;
      end = startAfter(end, starts?.[sequence]);
      const { start, length } = this.pieceAt(request, sequence, end);
      const records = passes.map((pass) =>
        recordsOf(ids.subarray(start), end - start, length, pass, this.isKnown),
      );
      const device = told === this.request ? {} : { device: reportOf(this.request) };
      told = this.request;
      await onChunk({
        ...device,
        sequence,
        start: end,
        records,
        ...hiddenSumsOf(ids.subarray(end, end + length), passes, prefixes?.[sequence]),
      });
      end += length;
      await this.afterChunk(end);
    }
    return { end, elapsedMs: 1, bytesToJs: 0, failed: 0, device: reportOf(this.request) };
  }
}
