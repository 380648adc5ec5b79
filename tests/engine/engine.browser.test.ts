/* eslint-disable @typescript-eslint/no-non-null-assertion -- a missing entry fails the test either way */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { AdapterSource, DeviceRequest, ModelSource, OpenedModel } from '../../src/protocol/scorer.ts';
import { EngineSite } from './enginePage.ts';
import type { ScoreInput, ScoreOutput } from './page/page.ts';
import { expectRecord, referenceRecords } from './reference.ts';
import {
  IMPOSSIBLE,
  randomNumbers,
  TIED,
  TINY,
  tinyAdapter,
  type TinyShape,
  tinyWeights,
} from './tinyModel.ts';
import { publishTinyAdapter, publishTinyModel, startTokenOf } from './tinySite.ts';

const DEVICES: Record<string, DeviceRequest> = {
  'WebAssembly, 1 thread': { device: 'wasm', threads: 1 },
  'WebAssembly, 2 threads': { device: 'wasm', threads: 2 },
  'WebGPU (software)': { device: 'webgpu', threads: 1 },
};

type Outcome<T> = { value: T } | { kind: string; message: string };

function valueOf<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  throw new Error(`${outcome.kind}: ${outcome.message}`);
}

const failureOf = (outcome: Outcome<unknown>) => ('value' in outcome ? null : outcome);

let site: EngineSite;
let tiny: ModelSource;
let adapter: AdapterSource;
const weights = tinyWeights();
const start = startTokenOf(TINY);

beforeAll(async () => {
  site = await EngineSite.start();
  tiny = publishTinyModel(site, 'tiny');
  adapter = publishTinyAdapter(site);
});
afterAll(() => site.close());

const open = async (page: Page, source: ModelSource, request: DeviceRequest): Promise<OpenedModel> =>
  valueOf(await page.evaluate(([s, r]) => window.engine.open(s, r), [source, request] as const));

const score = async (page: Page, input: ScoreInput): Promise<ScoreOutput> =>
  valueOf(await page.evaluate((given) => window.engine.score(given), input));

/** Random tokens among which are the tied and the impossible ones. */
function randomIds(count: number, vocabulary = TINY.vocabulary, seed = 7): number[] {
  const random = randomNumbers(seed);
  const ids = Array.from({ length: count }, () => Math.floor(random() * (vocabulary - 1)));
  [...TIED, IMPOSSIBLE].forEach((id, i) => (ids[3 * i + 2] = id));
  return ids;
}

describe.each(Object.entries(DEVICES))('on %s', (_name, request) => {
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await site.open());
  });
  afterAll(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  it('passes the self-test and tells which device runs', async () => {
    const model = await open(page, tiny, request);
    expect(model.device.kind).toBe(request.device);
    expect(model.device.selfTestError).toBeLessThan(1e-4);
    expect(model.device.threads).toBe(request.device === 'wasm' ? request.threads : 0);
    expect(model).toMatchObject({ contextLength: 64, startTokenId: start, acceptsAdapters: true });
  });

  it('gives the records of the float64 reference, with and without an adapter, in one run', async () => {
    const ids = randomIds(60);
    const output = await score(page, {
      ids,
      length: 64,
      stride: 64,
      topK: 40,
      adapters: [adapter, null],
      prefixes: [20],
    });
    const inputs = [start, ...ids.slice(0, -1)];
    for (const [pass, low] of [tinyAdapter(), undefined].entries()) {
      const reference = referenceRecords(inputs, ids, weights, TINY, low);
      reference.forEach((record, row) => {
        expectRecord(output.records[pass]!, row, record, 40);
      });
      expect(output.records[pass]!.context).toEqual(ids.map((_, t) => t + 1));
      const sums = reference
        .slice(1)
        .reduce<number[]>((sum, { hidden }) => Array.from(hidden, (value, i) => (sum[i] ?? 0) + value), []);
      output.hiddenSums[pass]!.forEach((value, i) => {
        expect(Math.abs(value - sums[i]!)).toBeLessThan(1e-3);
      });
      // The prefix's 20 tokens are the inputs 1 to 20, behind the start token.
      const prefix = reference
        .slice(1, 21)
        .reduce<number[]>((sum, { hidden }) => Array.from(hidden, (value, i) => (sum[i] ?? 0) + value), []);
      expect(output.prefixSums[pass]).toHaveLength(TINY.hidden);
      output.prefixSums[pass]!.forEach((value, i) => {
        expect(Math.abs(value - prefix[i]!)).toBeLessThan(1e-3);
      });
    }
    expect(output.hiddenCount).toBe(59);
    expect(output.prefixCount).toBe(20);
    expect(output.summary.bytesToJs / ids.length / 2).toBeLessThan(1024);
    expect(output.summary.failed).toBe(0);
  });

  it('scores long texts in windows that see what they state', async () => {
    const ids = randomIds(150);
    const [length, stride] = [40, 24];
    const output = await score(page, { ids, length, stride, topK: 4 });
    const stream = [start, ...ids];
    for (let first = 0, scored = 0; scored < ids.length; first += stride) {
      const end = Math.min(first + length, ids.length);
      const reference = referenceRecords(stream.slice(first, end), ids.slice(first, end), weights);
      for (; scored < end; scored++) {
        expectRecord(output.records[0]!, scored, reference[scored - first]!, 4);
        expect(output.records[0]!.context[scored]).toBe(scored - first + 1);
      }
    }
  });

  it('scores several sequences as if each were alone', async () => {
    const lengths = [12, 1, 30, 30, 0, 9];
    const texts = lengths.map((count, i) => randomIds(40, TINY.vocabulary, i + 20).slice(0, count));
    const offsets = lengths.reduce((all, length) => [...all, all.at(-1)! + length], [0]);
    const output = await score(page, { ids: texts.flat(), offsets, length: 64, stride: 32, topK: 2 });
    texts.forEach((ids, text) => {
      const reference = referenceRecords([start, ...ids].slice(0, -1), ids, weights);
      reference.forEach((record, t) => {
        expectRecord(output.records[0]!, offsets[text]! + t, record, 2);
      });
    });
  });

  it('never lets a later token change an earlier score', async () => {
    const ids = randomIds(60);
    const changed = ids.map((id, t) => (t < 30 ? id : (id + 17) % 250));
    const [before, after] = [
      await score(page, { ids, length: 64, stride: 64 }),
      await score(page, { ids: changed, length: 64, stride: 64 }),
    ];
    for (let t = 0; t < 30; t++) {
      const [a, b] = [before.records[0]!.logprob[t]!, after.records[0]!.logprob[t]!];
      if (a !== b) expect(Math.abs(a - b)).toBeLessThan(1e-5);
    }
    expect(before.records[0]!.logprob[30]).not.toBe(after.records[0]!.logprob[30]);
  });

  it('goes on where it was stopped as if it never had been', async () => {
    const ids = randomIds(1400);
    const windows = { length: 64, stride: 64, topK: 3 };
    const whole = await score(page, { ids, ...windows });
    const first = await score(page, { ids, ...windows, stopAfter: 1 });
    const { end } = first.summary;
    expect(end).toBeGreaterThan(0);
    expect(end).toBeLessThan(ids.length);
    const second = await score(page, { ids, ...windows, from: end });
    expect(second.summary.end).toBe(ids.length);
    for (const column of ['logprob', 'entropy', 'greater', 'context'] as const) {
      const joined = [...first.records[0]![column].slice(0, end), ...second.records[0]![column].slice(end)];
      expect(joined).toEqual(whole.records[0]![column]);
    }
  });

  it('decodes greedily what one pass says is of rank 1', async () => {
    const prefix = randomIds(20);
    const generated = valueOf(await page.evaluate((given) => window.engine.generate(given, 40), prefix));
    const ids = [...prefix, ...generated.ids];
    const output = await score(page, { ids, length: 64, stride: 64, topK: 2 });
    generated.ids.forEach((id, step) => {
      const t = prefix.length + step;
      expect(output.records[0]!.topIds[2 * t]).toBe(id);
      expect(output.records[0]!.greater[t]).toBe(0);
      expect(Math.abs(output.records[0]!.logprob[t]! - generated.logprobs[step]!)).toBeLessThan(1e-4);
    });
    expect(generated.ids).toHaveLength(40);
  });
});

describe('graphs of other makes', () => {
  const wasm: DeviceRequest = { device: 'wasm', threads: 1 };
  let page: Page;
  beforeAll(async () => {
    ({ page } = await site.open());
  });
  afterAll(() => page.close());

  it('scores a graph whose head cannot be moved, a flat one, and one without a cache', async () => {
    const ids = randomIds(33);
    const reference = referenceRecords([start, ...ids.slice(0, -1)], ids, weights);
    for (const head of ['opaque', 'gemm'] as const) {
      const source = publishTinyModel(site, head, { head, cache: false });
      await open(page, source, wasm);
      const output = await score(page, { ids, length: 64, stride: 64, topK: 5 });
      reference.forEach((record, row) => {
        expectRecord(output.records[0]!, row, record, 5);
      });
      const made = valueOf(await page.evaluate(() => window.engine.generate([1, 2, 3], 4)));
      expect(made.ids).toHaveLength(4);
    }
  });

  it('leaves the first token unscored where a model has no start token', async () => {
    await open(page, publishTinyModel(site, 'startless', { withStartToken: false }), wasm);
    const ids = randomIds(30);
    const output = await score(page, { ids, length: 16, stride: 8, topK: 2 });
    expect(output.records[0]!.logprob[0]).toBeNull();
    expect(output.records[0]!.context.slice(0, 3)).toEqual([0, 1, 2]);
    const reference = referenceRecords(ids.slice(0, 16), ids.slice(1, 17), weights);
    reference.forEach((record, row) => {
      expectRecord(output.records[0]!, row + 1, record, 2);
    });
    expect(output.hiddenCount).toBe(28);
  });
});

const WIDE: TinyShape = { vocabulary: 50_257, hidden: 8, heads: 2, layers: 1, context: 16 };

describe('a vocabulary of 50,257 entries', () => {
  it.each(['wasm', 'webgpu'] as const)('is reduced exactly on %s', async (device) => {
    const { page } = await site.open();
    const source = publishTinyModel(site, 'wide', { shape: WIDE, head: 'gemm', cache: false });
    await open(page, source, { device, threads: 1 });
    const ids = randomIds(15, WIDE.vocabulary);
    const output = await score(page, { ids, length: 16, stride: 16, topK: 64 });
    const inputs = [startTokenOf(WIDE), ...ids.slice(0, -1)];
    referenceRecords(inputs, ids, tinyWeights(WIDE), WIDE).forEach((record, row) => {
      expectRecord(output.records[0]!, row, record, 64);
    });
    await page.close();
  });
});

test('the head on WebGPU makes the same records whether all logits are there at once or a part of them', async () => {
  const { page } = await site.open();
  const [whole, parts] = await page.evaluate(async () => [
    await window.engine.headWords(300, 20, 301, 2 ** 27),
    await window.engine.headWords(300, 20, 301, 1),
  ]);
  expect(new Set(whole).size).toBeGreaterThan(1000);
  expect(parts).toEqual(whole);
  await page.close();
});

describe('what can go wrong', () => {
  const wasm: DeviceRequest = { device: 'wasm', threads: 1 };
  const tryOpen = async (source: ModelSource, request = wasm) => {
    const { page } = await site.open();
    const outcome = await page.evaluate(([s, r]) => window.engine.open(s, r), [source, request] as const);
    await page.close();
    return outcome;
  };
  const path = 'models/tiny/onnx/model.onnx';

  it('names a model file that is missing, replaced by a web page, cut short or altered', async () => {
    const cases = [
      [null, 'ModelUnavailable', '404'],
      ['<!doctype html>', 'ModelCorrupt', 'ends after 15'],
      [new Uint8Array(tiny.files.find((file) => path.endsWith(file.path))!.bytes), 'ModelCorrupt', 'SHA-256'],
    ] as const;
    for (const [content, kind, words] of cases) {
      site.replaced.set(path, content);
      const failure = failureOf(await tryOpen(tiny));
      expect(failure?.kind).toBe(kind);
      expect(failure?.message).toContain('onnx/model.onnx');
      expect(failure?.message).toContain(words);
    }
    site.replaced.delete(path);
  });

  it('refuses a device whose numbers are wrong', async () => {
    const source = publishTinyModel(site, 'wrong', { selfTestError: 0.01 });
    const failure = failureOf(await tryOpen(source));
    expect(failure).toMatchObject({ kind: 'DeviceUnavailable' });
    expect(failure?.message).toContain('0.0100 nats');
  });

  it('counts positions whose logits are no numbers and leaves them unscored', async () => {
    const { page } = await site.open();
    await open(page, publishTinyModel(site, 'poisoned', { poison: 299 }), wasm);
    const ids = randomIds(30).map((id, t) => (t === 20 ? 299 : id));
    const output = await score(page, { ids, length: 8, stride: 8, topK: 2 });
    // The token after the poison is predicted from it; those after it in the same window attend to it.
    expect(output.summary.failed).toBeGreaterThan(0);
    expect(output.records[0]!.logprob[21]).toBeNull();
    expect(output.records[0]!.context[21]).toBe(0);
    expect(output.records[0]!.logprob[20]).not.toBeNull();
    expect(output.records[0]!.logprob[29]).not.toBeNull();
    await page.close();
  });

  it('goes on in WebAssembly when WebGPU returns no numbers', async () => {
    const { page } = await site.open();
    const source = publishTinyModel(site, 'poisoned', { poison: 299, head: 'opaque' });
    await open(page, source, { device: 'webgpu', threads: 1 });
    const ids = randomIds(30).map((id, t) => (t === 20 ? 299 : id));
    const output = await score(page, { ids, length: 64, stride: 64, topK: 2 });
    expect(output.summary.device.kind).toBe('wasm');
    expect(output.summary.device.reason).toContain('WebGPU');
    expect(output.records[0]!.logprob[19]).not.toBeNull();
    await page.close();
  });

  it('goes on in WebAssembly when the graphics device is lost in mid-run', async () => {
    const { page } = await site.open();
    // Starts the worker, though there is nothing to open yet.
    await page.evaluate(() => window.engine.tokenize(''));
    const worker = page.workers()[0] ?? (await page.waitForEvent('worker'));
    await worker.evaluate(() => {
      const original = Reflect.get<object, 'requestDevice'>(GPUAdapter.prototype, 'requestDevice') as (
        this: GPUAdapter,
        descriptor?: GPUDeviceDescriptor,
      ) => Promise<GPUDevice>;
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        const device = await original.call(this, descriptor);
        Object.assign(globalThis, { deviceUnderTest: device });
        return device;
      };
    });
    const opened = await open(page, tiny, { device: 'webgpu', threads: 1 });
    expect(opened.device.kind).toBe('webgpu');
    const ids = randomIds(3000);
    const input = { ids, length: 64, stride: 64, topK: 2 };
    const running = page.evaluate((given) => window.engine.score(given), input);
    await page.waitForTimeout(1000);
    await worker.evaluate(() => {
      (globalThis as unknown as { deviceUnderTest: GPUDevice }).deviceUnderTest.destroy();
    });
    const output = valueOf(await running);
    expect(output.summary.end).toBe(ids.length);
    expect(output.summary.device.kind).toBe('wasm');
    expect(output.summary.device.reason).toContain('lost');
    expect(output.records[0]!.logprob.every((value) => value !== null)).toBe(true);
    await page.close();
  });

  it('rejects the calls of a worker that was ended, and starts another for the next', async () => {
    const { page } = await site.open();
    await open(page, tiny, wasm);
    const ids = randomIds(4000);
    const outcome = await page.evaluate((given) => window.engine.score(given), {
      ids,
      length: 64,
      stride: 64,
      topK: 2,
      terminateAfter: 2,
    });
    expect(failureOf(outcome)?.kind).toBe('WorkerDied');
    const again = await score(page, { ids: ids.slice(0, 50), length: 64, stride: 64, topK: 2 });
    expect(again.summary.end).toBe(50);
    await page.close();
  });

  it('refuses requests that make no sense', async () => {
    const { page } = await site.open();
    await open(page, tiny, wasm);
    const kinds = await Promise.all(
      [
        { ids: [1, 2], length: 65, stride: 1 },
        { ids: [1, 2], length: 8, stride: 9 },
        { ids: [1, 301], length: 8, stride: 8 },
        { ids: [1, 2], length: 8, stride: 8, topK: 65 },
        { ids: [1, 2], length: 8, stride: 8, offsets: [0, 1] },
      ].map(async (input) => failureOf(await page.evaluate((given) => window.engine.score(given), input))),
    );
    expect(kinds.map((failure) => failure?.kind)).toEqual(Array(5).fill('InvalidInput'));
    await page.close();
  });
});

describe('the tokenizer', () => {
  let page: Page;
  beforeAll(async () => {
    ({ page } = await site.open());
    await open(page, tiny, { device: 'wasm', threads: 1 });
  });
  afterAll(() => page.close());

  const tokenize = async (text: string) =>
    valueOf(await page.evaluate((given) => window.engine.tokenize(given), text));

  it('gives back every byte of every text', async () => {
    const texts = ['the thé the\n\n  the', '\0\u0007\ufeff', '漢字 👩‍👩‍👧 مرحبا', '', ' ', '<|endoftext|> the'];
    for (const text of texts) {
      const { ids, byteStarts } = await tokenize(text);
      const { bytes, starts } = valueOf(await page.evaluate((given) => window.engine.tokenBytes(given), ids));
      expect(Buffer.from(bytes).toString()).toBe(text);
      expect(byteStarts).toEqual(starts);
      expect(ids).not.toContain(start);
    }
  });

  it('tokenizes a long text like its parts', async () => {
    const text = 'the other the '.repeat(40_000);
    const { ids } = await tokenize(text);
    const one = (await tokenize('x the other the the other the')).ids;
    expect(ids.slice(0, 4)).toEqual((await tokenize('the other')).ids.slice(0, 4));
    expect(one).toContain(258);
    const letters = await tokenize('a'.repeat(200_000));
    expect(letters.ids).toHaveLength(200_000);
  });

  it('refuses half a character', async () => {
    const outcome = await page.evaluate(() => window.engine.tokenize('a\ud800b'));
    expect(failureOf(outcome)?.kind).toBe('InvalidInput');
  });
});
