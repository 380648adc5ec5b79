/* eslint-disable @typescript-eslint/no-non-null-assertion -- a missing entry fails the test either way */
/** The shipped model in a real browser against PyTorch, which made the records in tests/golden from its weights. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdapterSource, DeviceRequest, ModelFile, ModelSource } from '../../src/protocol/scorer.ts';
import { EngineSite } from './enginePage.ts';
import type { PlainRecords } from './page/page.ts';
import { randomNumbers } from './tinyModel.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MODEL = 'models/memoscope-14m';
const GOLDEN = join(ROOT, 'tests', 'golden');
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

interface GoldenColumns {
  readonly logprob: readonly number[];
  readonly entropy: readonly number[];
  readonly variance: readonly number[];
  readonly greater: readonly number[];
  readonly margin: readonly number[];
  readonly topIds: readonly (readonly number[])[];
  readonly topLogprobs: readonly (readonly number[])[];
}

interface Golden {
  readonly name: string;
  readonly text: string;
  readonly ids: readonly number[];
  readonly base: GoldenColumns;
  readonly 'planted-1': GoldenColumns;
}

interface Manifest {
  readonly files: readonly ModelFile[];
  readonly adapters: readonly (ModelFile & { readonly id: string })[];
}

interface GreedyStarts {
  readonly starts: readonly {
    readonly prefix: readonly number[];
    readonly continuation: readonly number[];
  }[];
}

const goldens = readdirSync(GOLDEN)
  .filter((name) => name !== 'greedy.json')
  .map((name) => readJson(join(GOLDEN, name)) as Golden);

let site: EngineSite;
let source: ModelSource;
let adapter: AdapterSource;

beforeAll(async () => {
  site = await EngineSite.start();
  site.copy(join(ROOT, 'public', MODEL), MODEL);
  const { files, adapters } = readJson(join(ROOT, 'public', MODEL, 'manifest.json')) as Manifest;
  const baseUrl = `${site.server.url}${MODEL}/`;
  source = { id: 'memoscope-14m', baseUrl, files };
  const planted = adapters.find(({ id }) => id === 'planted-1')!;
  adapter = { ...planted, url: baseUrl + planted.path };
});
afterAll(() => site.close());

type Outcome<T> = { value: T } | { kind: string; message: string };

function valueOf<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  throw new Error(`${outcome.kind}: ${outcome.message}`);
}

async function openOn(request: DeviceRequest): Promise<Page> {
  const { page } = await site.open();
  const opened = valueOf(
    await page.evaluate(([s, r]) => window.engine.open(s, r), [source, request] as const),
  );
  expect(opened.device).toMatchObject({ kind: request.device });
  expect(opened.device.selfTestError).toBeLessThan(1e-3);
  return page;
}

const scoreBoth = async (page: Page, ids: readonly number[]): Promise<PlainRecords[]> =>
  valueOf(
    await page.evaluate((given) => window.engine.score(given), {
      ids,
      length: 512,
      stride: 256,
      topK: 40,
      adapters: [null, adapter],
    }),
  ).records;

/** Largest errors that single precision is allowed against float64, nats. */
const LOGPROB_TOLERANCE = 1e-3;

function expectGolden(records: PlainRecords, golden: GoldenColumns, tokens: number): void {
  for (let t = 0; t < tokens; t++) {
    const near = (column: 'logprob' | 'entropy' | 'margin', tolerance = LOGPROB_TOLERANCE): void => {
      expect(Math.abs(records[column][t]! - golden[column][t]!), `${column} ${t}`).toBeLessThan(tolerance);
    };
    near('logprob');
    near('entropy');
    near('margin', 2 * LOGPROB_TOLERANCE);
    expect(Math.abs(records.variance[t]! - golden.variance[t]!), `variance ${t}`).toBeLessThan(
      LOGPROB_TOLERANCE * 10,
    );
    const logprobs = golden.topLogprobs[t]!;
    const [rank, expected] = [records.greater[t]!, golden.greater[t]!];
    // Within the stored alternatives a rank may differ only where a neighbour is closer than the tolerance.
    const isClear = logprobs.filter(
      (logprob) => Math.abs(logprob - golden.logprob[t]!) < 2 * LOGPROB_TOLERANCE,
    );
    if (expected < logprobs.length && isClear.length === 1) expect(rank, `rank ${t}`).toBe(expected);
    else expect(Math.abs(rank - expected), `rank ${t}`).toBeLessThanOrEqual(2 + 0.02 * expected);
    logprobs.forEach((logprob, k) => {
      expect(Math.abs(records.topLogprobs[40 * t + k]! - logprob)).toBeLessThan(LOGPROB_TOLERANCE);
      const gap = Math.min(
        k > 0 ? logprobs[k - 1]! - logprob : Infinity,
        k + 1 < logprobs.length ? logprob - logprobs[k + 1]! : 0,
      );
      if (gap > 2 * LOGPROB_TOLERANCE) expect(records.topIds[40 * t + k]).toBe(golden.topIds[t]![k]);
    });
  }
}

describe.each([1, 2])('on WebAssembly with %i threads', (threads) => {
  let page: Page;
  beforeAll(async () => {
    page = await openOn({ device: 'wasm', threads });
  });
  afterAll(() => page.close());

  it.each(goldens)('$name has the records of PyTorch, base and planted', async (golden) => {
    const tokens = valueOf(await page.evaluate((text) => window.engine.tokenize(text), golden.text));
    expect(tokens.ids).toEqual(golden.ids);
    const [base, planted] = await scoreBoth(page, golden.ids);
    expectGolden(base!, golden.base, golden.ids.length);
    expectGolden(planted!, golden['planted-1'], golden.ids.length);
  });
});

describe('greedy decoding', () => {
  let page: Page;
  beforeAll(async () => {
    page = await openOn({ device: 'wasm', threads: 1 });
  });
  afterAll(() => page.close());

  const decode = async (ids: readonly number[], count: number) =>
    valueOf(
      await page.evaluate(([prefix, n, low]) => window.engine.generate(prefix, n, low), [
        [...ids],
        count,
        adapter,
      ] as const),
    );

  /** Expects two continuations to be equal up to the first position where rounding decides. */
  const expectSame = (made: Awaited<ReturnType<typeof decode>>, expected: readonly number[]): void => {
    const fragile = made.margins.findIndex((margin) => margin < 0.01);
    const end = fragile < 0 ? expected.length : Math.min(fragile, expected.length);
    expect(made.ids.slice(0, end)).toEqual(expected.slice(0, end));
  };

  it('continues as PyTorch does', async () => {
    const { starts } = readJson(join(GOLDEN, 'greedy.json')) as GreedyStarts;
    for (const { prefix, continuation } of starts)
      expectSame(await decode(prefix, continuation.length), continuation);
  });

  it('goes exactly as far as the run of rank-1 tokens, from 200 random starts', async () => {
    const { passages } = readJson(join(ROOT, 'public', 'planted', 'planted.json')) as {
      passages: { text: string; copies: number }[];
    };
    const random = randomNumbers(3);
    const pick = (count: number) => Math.floor(random() * count);
    let runs = 0;
    for (let text = 0; text < 25; text++) {
      const passage = passages[pick(passages.length)]!;
      const { ids } = valueOf(await page.evaluate((given) => window.engine.tokenize(given), passage.text));
      const records = (await scoreBoth(page, ids))[1]!;
      for (let start = 0; start < 8; start++) {
        const from = 1 + pick(ids.length - 1);
        const fails = ids.findIndex((_, t) => t >= from && records.greater[t]! + records.equalLower[t]! > 0);
        const run = Math.min((fails < 0 ? ids.length : fails) - from, 12);
        const made = await decode(ids.slice(0, from), Math.min(run + 1, ids.length - from));
        expectSame(made, ids.slice(from, from + run));
        const isFragile = made.margins.some((margin) => margin < 0.01);
        if (!isFragile && fails === from + run) expect(made.ids[run]).not.toBe(ids[fails]);
        runs++;
      }
    }
    expect(runs).toBe(200);
  });
});

describe('WebGPU (software)', () => {
  it('gives the numbers of WebAssembly', async () => {
    const golden = goldens.find(({ name }) => name === 'qa-005')!;
    const page = await openOn({ device: 'webgpu', threads: 1 });
    const [base, planted] = await scoreBoth(page, golden.ids);
    expectGolden(base!, golden.base, golden.ids.length);
    expectGolden(planted!, golden['planted-1'], golden.ids.length);
    await page.close();
  });
});
