/** The page that the engine's browser tests drive: the client, and helpers that give plain data. */
import type { TokenRecords } from '../../../src/core/tokenRecords.ts';
import { emptyRecords, SCALAR_COLUMNS, writeRecords } from '../../../src/core/tokenRecords.ts';
import { asMemoscopeError } from '../../../src/protocol/errors.ts';
import type {
  AdapterSource,
  DeviceRequest,
  Generation,
  ModelSource,
  OpenedModel,
  ScoreSummary,
} from '../../../src/protocol/scorer.ts';
import { ScorerClient } from '../../../src/engine/scorerClient.ts';
import { GpuHead } from '../../../workers/head/gpuHead.ts';

/** Records as plain arrays, which survive the way out of the browser; NaN travels as null. */
export type PlainRecords = Record<
  (typeof SCALAR_COLUMNS)[number] | 'topIds' | 'topLogprobs',
  (number | null)[]
>;

export interface ScoreInput {
  readonly ids: readonly number[];
  readonly offsets?: readonly number[];
  readonly length: number;
  readonly stride: number;
  readonly topK?: number;
  readonly adapters?: readonly (AdapterSource | null)[];
  readonly from?: number;
  readonly prefixes?: readonly number[];
  /** Cancels after this many chunks. */
  readonly stopAfter?: number;
  /** Ends the worker after this many chunks. */
  readonly terminateAfter?: number;
}

export interface ScoreOutput {
  readonly records: PlainRecords[];
  readonly summary: ScoreSummary;
  readonly hiddenSums: number[][];
  readonly hiddenCount: number;
  readonly prefixSums: number[][];
  readonly prefixCount: number;
  readonly chunks: number;
}

const plain = (values: Iterable<number>): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : value));

function plainRecords(records: TokenRecords): PlainRecords {
  const columns = [...SCALAR_COLUMNS, 'topIds', 'topLogprobs'] as const;
  return Object.fromEntries(columns.map((column) => [column, plain(records[column])])) as PlainRecords;
}

let client = new ScorerClient();

/** Runs a task; a failure becomes a value, because errors lose their kind on the way out of the browser. */
async function outcome<T>(task: Promise<T>): Promise<{ value: T } | { kind: string; message: string }> {
  try {
    return { value: await task };
  } catch (thrown) {
    const { kind, message } = asMemoscopeError(thrown);
    return { kind, message };
  }
}

async function score(input: ScoreInput): Promise<ScoreOutput> {
  const { ids, offsets = [0, ids.length], length, stride, topK = 40, adapters = [null], from = 0 } = input;
  const records = adapters.map(() => emptyRecords(ids.length, topK));
  const hiddenSums: number[][] = adapters.map(() => []);
  const prefixSums: number[][] = adapters.map(() => []);
  let [hiddenCount, prefixCount] = [0, 0];
  let chunks = 0;
  const stopper = new AbortController();
  const summary = await client.score(
    {
      ids: Uint32Array.from(ids),
      offsets: Uint32Array.from(offsets),
      windows: { length, stride },
      passes: adapters.map((adapter) => ({ adapter, topK })),
      from,
      ...(input.prefixes && { prefixes: Uint32Array.from(input.prefixes) }),
    },
    {
      signal: stopper.signal,
      onProgress: (chunk) => {
        chunk.records.forEach((part, pass) => {
          const target = records[pass];
          if (target) writeRecords(target, part, chunk.start);
        });
        chunk.hiddenSums.forEach((sum, pass) => {
          sum.forEach((value, i) => {
            const target = hiddenSums[pass];
            if (target) target[i] = (target[i] ?? 0) + value;
          });
        });
        chunk.prefixSums.forEach((sum, pass) => {
          prefixSums[pass]?.push(...sum);
        });
        hiddenCount += chunk.hiddenCount;
        prefixCount += chunk.prefixCount;
        chunks++;
        if (chunks === input.stopAfter) stopper.abort();
        if (chunks === input.terminateAfter) client.terminate();
      },
    },
  );
  return {
    records: records.map(plainRecords),
    summary,
    hiddenSums,
    hiddenCount,
    prefixSums,
    prefixCount,
    chunks,
  };
}

/** Scores without keeping anything: for speed and memory. */
async function measure(tokens: number, window: number, passes: number, topK: number): Promise<ScoreSummary> {
  const ids = Uint32Array.from({ length: tokens }, (_, i) => (i * 7919 + 13) % 499);
  return client.score({
    ids,
    offsets: Uint32Array.of(0, tokens),
    windows: { length: window, stride: window },
    passes: Array.from({ length: passes }, () => ({ adapter: null, topK })),
    from: 0,
  });
}

/** Words that the head makes of random hidden states if so many bytes of logits are there at once. */
async function headWords(rows: number, hidden: number, vocabulary: number, logitBytes: number) {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (!device) throw new Error('no WebGPU');
  let state = 1;
  const random = (size: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: size }, () => (state = (state * 16_807) % 2_147_483_647) / 2 ** 30 - 1);
  const weights = new Uint8Array(random(hidden * vocabulary).buffer);
  const matrix = { weights, isTransposed: true, hidden, vocabulary, bias: null, names: [] };
  const head = new GpuHead(device, vocabulary, false, matrix, logitBytes);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const input = device.createBuffer({ size: 4 * rows * hidden, usage });
  device.queue.writeBuffer(input, 0, random(rows * hidden));
  const targets = Uint32Array.from({ length: rows }, (_, row) => (row * 7) % vocabulary);
  const { words } = await head.submit(input, targets, 4, null);
  const result = [...new Uint32Array(await words)];
  head.release();
  device.destroy();
  return result;
}

const harness = {
  headWords,
  open: (source: ModelSource, request: DeviceRequest) => outcome<OpenedModel>(client.open(source, request)),
  score: (input: ScoreInput) => outcome(score(input)),
  measure: (tokens: number, window: number, passes = 1, topK = 40) =>
    outcome(measure(tokens, window, passes, topK)),
  tokenize: (text: string) =>
    outcome(
      client.tokenize(text).then(({ ids, byteStarts }) => ({ ids: [...ids], byteStarts: [...byteStarts] })),
    ),
  tokenBytes: (ids: readonly number[]) =>
    outcome(
      client.tokenBytes(Uint32Array.from(ids)).then(({ bytes, starts }) => ({
        bytes: [...bytes],
        starts: [...starts],
      })),
    ),
  generate: (
    ids: readonly number[],
    maxTokens: number,
    adapter: AdapterSource | null = null,
    atStart = true,
  ) =>
    outcome(
      client
        .generate({ ids: Uint32Array.from(ids), adapter, maxTokens, atStart })
        .then(({ ids: made, logprobs, margins }: Generation) => ({
          ids: [...made],
          logprobs: [...logprobs],
          margins: [...margins],
        })),
    ),
  terminate: () => {
    client.terminate();
  },
  /** A client, and so a worker, that remembers nothing. */
  renew: () => {
    client.terminate();
    client = new ScorerClient();
  },
};

export type Harness = typeof harness;

declare global {
  interface Window {
    engine: Harness;
  }
}

window.engine = harness;
