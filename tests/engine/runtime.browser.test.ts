/* eslint-disable @typescript-eslint/no-non-null-assertion -- a missing entry fails the test either way */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFunctions, unsigned, withBodies } from '../../workers/wasm/binary.ts';
import { withFusedProducts } from '../../workers/wasm/fusedProducts.ts';
import { matrixKernel } from '../../workers/wasm/matrixKernel.ts';
import type { DeviceKind } from '../../src/protocol/scorer.ts';
import { EngineSite } from './enginePage.ts';
import { expectRecord, referenceRecords } from './reference.ts';
import { randomNumbers, TINY, tinyWeights } from './tinyModel.ts';
import { publishTinyModel, startTokenOf } from './tinySite.ts';

const SIGNATURE = [9, ...new Array<number>(8).fill(0x7f), 0x7d, 1, 0x7f];

/** A module that exports the two kernels as `replaces` and `adds`, and 64 KiB of memory as `memory`. */
function kernelModule(): number[] {
  const named = (name: string, kind: number, index: number) => [
    name.length,
    ...Buffer.from(name),
    kind,
    index,
  ];
  const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];
  const bodies = [false, true].flatMap((adds) => {
    const body = matrixKernel(adds);
    return [...unsigned(body.length), ...body];
  });
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...SIGNATURE]),
    ...section(3, [2, 0, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [3, ...named('replaces', 0, 0), ...named('adds', 0, 1), ...named('memory', 2, 0)]),
    ...section(10, [2, ...bodies]),
  ];
}

interface Product {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly lda: number;
  readonly ldc: number;
  readonly alpha: number;
  readonly adds: boolean;
  /** A by rows, `lda` apart; B by rows; C by rows, `ldc` apart, before the call. */
  readonly a: number[];
  readonly b: number[];
  readonly c: number[];
}

const numbers = (count: number, random: () => number): number[] =>
  Array.from({ length: count }, () => Math.fround(random() * 2 - 1));

function product(shape: [number, number, number], adds: boolean, alpha: number, seed: number): Product {
  const [rows, inner, columns] = shape;
  const random = randomNumbers(seed);
  const [lda, ldc] = [inner + (seed % 3), columns + (seed % 5)];
  return {
    ...{ rows, inner, columns, lda, ldc, alpha, adds },
    a: numbers(rows * lda, random),
    b: numbers(inner * columns, random),
    c: numbers(rows * ldc, random),
  };
}

/** C after the product, in double precision; what lies between the rows stays. */
function expected({ rows, inner, columns, lda, ldc, alpha, adds, a, b, c }: Product): number[] {
  const out = [...c];
  for (let m = 0; m < rows; m++)
    for (let n = 0; n < columns; n++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a[m * lda + k]! * b[k * columns + n]!;
      out[m * ldc + n] = alpha * sum + (adds ? c[m * ldc + n]! : 0);
    }
  return out;
}

interface Result {
  readonly c: number[];
  /** Rows that each call handled. */
  readonly calls: number[];
}

/** Runs the kernel on each product until all rows are handled, as onnxruntime does. */
function inPage({ module, products }: { module: number[]; products: Product[] }): Result[] {
  type Kernel = (...numbers: number[]) => number;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module)));
  const { replaces, adds } = exports as Record<'replaces' | 'adds', Kernel>;
  const floats = new Float32Array((exports.memory as WebAssembly.Memory).buffer);
  return products.map((given) => {
    const { rows, inner, columns, lda, ldc, alpha } = given;
    const atB = given.a.length;
    const atC = atB + Math.ceil(columns / 16) * inner * 16;
    floats.fill(0);
    floats.set(given.a, 0);
    for (let k = 0; k < inner; k++)
      for (let n = 0; n < columns; n++)
        floats[atB + (Math.floor(n / 16) * inner + k) * 16 + (n % 16)] = given.b[k * columns + n] ?? NaN;
    floats.set(given.c, atC);
    const calls: number[] = [];
    for (let done = 0; done < rows; done += calls.at(-1) ?? NaN) {
      const kernel = given.adds ? adds : replaces;
      const c = 4 * (atC + done * ldc);
      calls.push(kernel(4 * done * lda, 4 * atB, c, inner, rows - done, columns, lda, ldc, alpha));
    }
    return { c: Array.from(floats.subarray(atC, atC + given.c.length)), calls };
  });
}

let site: EngineSite;
let page: Page;
beforeAll(async () => {
  site = await EngineSite.start();
  ({ page } = await site.open());
});
afterAll(() => site.close());

describe('the kernel of matrix products', () => {
  const module = kernelModule();
  const multiply = (products: Product[]) => page.evaluate(inPage, { module, products });

  it('multiplies, scales, adds or replaces, for every rest of rows, columns and inner values', async () => {
    const shapes: [number, number, number][] = [];
    for (let rows = 1; rows <= 13; rows++) shapes.push([rows, 5, 19]);
    for (let columns = 1; columns <= 33; columns++) shapes.push([7, 4, columns], [2, 3, columns]);
    for (let inner = 1; inner <= 9; inner++) shapes.push([6, inner, 24], [3, inner, 16]);
    const products = shapes.flatMap((shape, seed) =>
      [false, true].map((adds) => product(shape, adds, seed % 2 ? 1 : 0.125, seed)),
    );
    const results = await multiply(products);
    for (const [index, given] of products.entries()) {
      const right = expected(given);
      const worst = Math.max(...results[index]!.c.map((value, place) => Math.abs(value - right[place]!)));
      expect(worst, JSON.stringify({ ...given, a: 0, b: 0, c: 0 })).toBeLessThan(2e-6);
    }
  });

  it('gives a row the same bits whichever rows are handled with it', async () => {
    const given = product([13, 37, 40], true, 1, 3);
    const rowOf = (of: number[], row: number, stride: number) => of.slice(row * stride, (row + 1) * stride);
    const alone = Array.from({ length: given.rows }, (_, row) => ({
      ...given,
      rows: 1,
      a: rowOf(given.a, row, given.lda),
      c: rowOf(given.c, row, given.ldc),
    }));
    const [whole, inTwos, inFours, ...singles] = await multiply([
      given,
      { ...given, rows: 3 },
      { ...given, rows: 5 },
      ...alone,
    ]);
    expect(whole!.calls).toEqual([6, 6, 1]);
    expect(inTwos!.calls).toEqual([2, 1]);
    expect(inFours!.calls).toEqual([4, 1]);
    expect(inTwos!.c.slice(0, 3 * given.ldc)).toEqual(whole!.c.slice(0, 3 * given.ldc));
    expect(inFours!.c.slice(0, 5 * given.ldc)).toEqual(whole!.c.slice(0, 5 * given.ldc));
    singles.forEach(({ c }, row) => {
      expect(c).toEqual(rowOf(whole!.c, row, given.ldc));
    });
  });
});

describe('the runtime', () => {
  const DIST = 'node_modules/onnxruntime-web/dist';
  const read = (name: string) => new Uint8Array(readFileSync(join(DIST, name)));

  const assetsLike = (name: RegExp) =>
    readdirSync(join(site.folder, 'assets')).filter((file) => name.test(file));

  /** Scores with the tiny model in a page of its own, checks the records, and tells what ran. */
  async function deviceThatScores(device: DeviceKind): Promise<string> {
    const { page: own } = await site.open();
    const opened = await own.evaluate(([source, request]) => window.engine.open(source, request), [
      publishTinyModel(site, 'tiny'),
      { device, threads: 1 },
    ] as const);
    if (!('value' in opened)) throw new Error(opened.message);
    const ids = Array.from({ length: 20 }, (_, index) => (index * 5) % (TINY.vocabulary - 1));
    const output = await own.evaluate((given) => window.engine.score(given), {
      ...{ ids, length: 64, stride: 64, topK: 5 },
    });
    if (!('value' in output)) throw new Error(output.message);
    const inputs = [startTokenOf(TINY), ...ids.slice(0, -1)];
    for (const [row, record] of referenceRecords(inputs, ids, tinyWeights()).entries())
      expectRecord(output.value.records[0]!, row, record, 5);
    await own.close();
    return opened.value.device.name;
  }

  it.each(['', '.asyncify', '.jspi'].map((build) => `ort-wasm-simd-threaded${build}.wasm`))(
    'is known: both of its kernels are found in %s',
    async (name) => {
      const fused = await withFusedProducts(read(name));
      expect(fused).not.toBeNull();
      // Replaced once, they are no longer those that are looked for.
      expect(await withFusedProducts(fused!)).toBeNull();
    },
  );

  it('refuses what is no module', async () => {
    await expect(withFusedProducts(new TextEncoder().encode('<!doctype html><p>lost'))).rejects.toThrow(
      RangeError,
    );
  });

  it('runs as it is when it is another build, and says so', async () => {
    const name = 'ort-wasm-simd-threaded.wasm';
    const binary = read(name);
    const { section, functions } = findFunctions(binary, SIGNATURE);
    // One more "nop" before the end of each kernel: the same work, other bytes.
    const bodies = functions.map((body) => {
      const code = binary.subarray(body.start, body.end - 1);
      return [body, Uint8Array.from([...code, 0x01, 0x0b])] as const;
    });
    const [asset] = assetsLike(/threaded-[^.]*\.wasm$/);
    site.replaced.set(`assets/${asset}`, withBodies(binary, section, bodies));
    expect(await deviceThatScores('wasm')).toBe('WebAssembly SIMD, 1 thread');
    site.replaced.delete(`assets/${asset}`);
    expect(await deviceThatScores('wasm')).toBe('WebAssembly relaxed SIMD, 1 thread');
  });

  it('runs where there is neither relaxed SIMD nor promise integration, on both devices', async () => {
    const [worker] = assetsLike(/^scorer\.worker-.*\.js$/);
    const script = readFileSync(join(site.folder, 'assets', worker!), 'utf8');
    const older = `delete WebAssembly.Suspending;
      const { validate } = WebAssembly;
      WebAssembly.validate = (bytes) => !String(bytes).includes('253,133,2') && validate(bytes);`;
    site.replaced.set(`assets/${worker}`, `${older}\n${script}`);
    const before = site.server.requests.length;
    expect(await deviceThatScores('wasm')).toBe('WebAssembly SIMD, 1 thread');
    expect(await deviceThatScores('webgpu')).not.toMatch(/WebAssembly/);
    const binaries = site.server.requests.slice(before).filter((path) => path.endsWith('.wasm'));
    expect(binaries.some((path) => path.includes('asyncify'))).toBe(true);
    expect(binaries.some((path) => path.includes('jspi'))).toBe(false);
    site.replaced.delete(`assets/${worker}`);
  });
});
