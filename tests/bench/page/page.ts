/**
 * The page that measures: this engine against the usual way, on the same windows of the same model. Everything is
 * on `window.bench`, in plain data, so that a driver without Node (see the README beside it) can run it as well.
 */
import { wrap } from 'comlink';
import { ScorerClient } from '../../../src/engine/scorerClient.ts';
import type { DeviceKind, DeviceReport, ModelFile } from '../../../src/protocol/scorer.ts';
import { GPT2_SMALL, gpt2Config, gpt2Model } from '../gpt2Shape.ts';
import type { UsualApi } from './usual.worker.ts';

/** A model as the page finds it: in a folder of the site, or generated here. */
export type BenchModel =
  { readonly folder: string; readonly id: string; readonly files?: readonly ModelFile[] } | 'generated-gpt2';

export interface BenchCase {
  readonly model: BenchModel;
  readonly device: DeviceKind;
  readonly threads: number;
  /** Tokens of one window. */
  readonly tokens: number;
  /** Windows of one round. */
  readonly windows: number;
}

/** One round of one side. */
export interface Round {
  readonly ms: number;
  /** Scored tokens. */
  readonly tokens: number;
  readonly bytesToJs: number;
  /** Sum of the log-probabilities, to see that both sides computed the same. */
  readonly logprob: number;
}

export interface Comparison {
  readonly device: DeviceReport;
  readonly ours: Round[];
  readonly usual: Round[];
}

const VOCABULARY_OF_IDS = 8000;
const idsOf = (tokens: number, window: number): Uint32Array =>
  Uint32Array.from({ length: tokens }, (_, index) => ((index + 31 * window) * 7919 + 13) % VOCABULARY_OF_IDS);

let generated: Blob | null = null;

/** Folder of a model, or the generated one in memory. */
function blobOf(model: BenchModel): Blob | null {
  if (model !== 'generated-gpt2') return null;
  generated ??= new Blob([gpt2Model(GPT2_SMALL)]);
  return generated;
}

async function fileOf(path: string, content: Blob): Promise<ModelFile> {
  const bytes = await content.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { path, bytes: bytes.byteLength, sha256 };
}

const download = async (url: URL): Promise<Blob> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status}`);
  return response.blob();
};

/** The model as the engine wants it described; of a generated one the small files are in a folder of the site. */
async function sourceOf(model: BenchModel) {
  const blob = blobOf(model);
  const folder = model === 'generated-gpt2' ? 'models/gpt2-shape/' : `${model.folder}${model.id}/`;
  const base = new URL(folder, document.baseURI);
  // Hashing half a gigabyte here would count as the engine's memory.
  if (model !== 'generated-gpt2' && model.files)
    return { id: 'bench', baseUrl: base.href, files: model.files };
  const onnx = blob ? `${URL.createObjectURL(blob)}#/model.onnx` : 'onnx/model.onnx';
  const files = await Promise.all([
    fileOf(onnx, blob ?? (await download(new URL(onnx, base)))),
    ...['config.json', 'tokenizer.json', 'tokenizer_config.json'].map(async (path) =>
      fileOf(path, await download(new URL(path, base))),
    ),
  ]);
  return { id: 'bench', baseUrl: base.href, files };
}

/** This engine; opened once, then asked for rounds. */
class Ours {
  private readonly client = new ScorerClient();

  async open({ model, device, threads }: BenchCase): Promise<DeviceReport> {
    return (await this.client.open(await sourceOf(model), { device, threads })).device;
  }

  async round({ tokens, windows }: Pick<BenchCase, 'tokens' | 'windows'>, topK = 40): Promise<Round> {
    const ids = new Uint32Array(tokens * windows);
    for (let window = 0; window < windows; window++) ids.set(idsOf(tokens, window), window * tokens);
    const offsets = Uint32Array.from({ length: windows + 1 }, (_, index) => index * tokens);
    const startedAt = performance.now();
    let logprob = 0;
    let scored = 0;
    const onProgress: Parameters<ScorerClient['score']>[1] = {
      onProgress: ({ records }) => {
        for (const value of records[0]?.logprob ?? [])
          if (!Number.isNaN(value)) {
            logprob += value;
            scored++;
          }
      },
    };
    const request = {
      ids,
      offsets,
      windows: { length: tokens, stride: tokens },
      passes: [{ adapter: null, topK }],
      from: 0,
    };
    const { bytesToJs } = await this.client.score(request, onProgress);
    return { ms: performance.now() - startedAt, tokens: scored, bytesToJs, logprob };
  }

  /** Samples of these lengths, as one data set or each in a call of its own; ms. */
  async samples(lengths: readonly number[], isTogether: boolean): Promise<number> {
    const all = isTogether ? [lengths] : lengths.map((length) => [length]);
    const startedAt = performance.now();
    for (const some of all) {
      const offsets = Uint32Array.from([0, ...some]).map((_, index) =>
        some.slice(0, index).reduce((sum, length) => sum + length, 0),
      );
      const ids = idsOf(offsets.at(-1) ?? 0, 0);
      const passes = [{ adapter: null, topK: 1 }];
      await this.client.score({ ids, offsets, windows: { length: 256, stride: 256 }, passes, from: 0 });
    }
    return performance.now() - startedAt;
  }

  close(): void {
    this.client.terminate();
  }
}

/** The usual way; opened once, then asked for rounds. */
class Usual {
  private readonly worker = new Worker(new URL('./usual.worker.ts', import.meta.url), { type: 'module' });
  private readonly api = wrap<UsualApi>(this.worker);

  async open({ model, device, threads }: BenchCase): Promise<void> {
    const config = JSON.stringify(gpt2Config(GPT2_SMALL));
    if (model === 'generated-gpt2')
      await this.api.openBlob(blobOf(model) ?? new Blob(), config, device, threads);
    else await this.api.open(new URL(model.folder, document.baseURI).pathname, model.id, device, threads);
  }

  async round({ tokens, windows }: Pick<BenchCase, 'tokens' | 'windows'>): Promise<Round> {
    const startedAt = performance.now();
    let logprob = 0;
    let bytesToJs = 0;
    let scored = 0;
    for (let window = 0; window < windows; window++) {
      const result = await this.api.score(idsOf(tokens, window));
      bytesToJs += result.bytesToJs;
      scored += result.logprob.length;
      logprob += result.logprob.reduce((sum, value) => sum + value, 0);
    }
    return { ms: performance.now() - startedAt, tokens: scored, bytesToJs, logprob };
  }

  close(): void {
    this.worker.terminate();
  }
}

let ours = new Ours();
let usual = new Usual();

const bench = {
  openOurs: (test: BenchCase) => ours.open(test),
  ours: (test: Pick<BenchCase, 'tokens' | 'windows'>, topK?: number) => ours.round(test, topK),
  samples: (lengths: readonly number[], isTogether: boolean) => ours.samples(lengths, isTogether),
  openUsual: (test: BenchCase) => usual.open(test),
  usual: (test: Pick<BenchCase, 'tokens' | 'windows'>) => usual.round(test),

  /** One side after the other, never both open: gigabytes of logits in the one would slow the other. */
  async compare(test: BenchCase, rounds: number): Promise<Comparison> {
    const device = await ours.open(test);
    const result: Comparison = { device, ours: await roundsOf(() => ours.round(test), rounds), usual: [] };
    ours.close();
    ours = new Ours();
    await usual.open(test);
    result.usual.push(...(await roundsOf(() => usual.round(test), rounds)));
    usual.close();
    usual = new Usual();
    return result;
  },
};

/** Rounds after a second of others that are dropped: until then browsers optimise the code, and a GPU wakes up. */
async function roundsOf(round: () => Promise<Round>, rounds: number): Promise<Round[]> {
  for (const end = performance.now() + 1000; performance.now() < end;) await round();
  const done: Round[] = [];
  while (done.length < rounds) done.push(await round());
  return done;
}

export type Bench = typeof bench;

declare global {
  interface Window {
    bench: Bench;
  }
}

window.bench = bench;
