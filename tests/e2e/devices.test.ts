import type {} from '../../src/app/api.ts';
import type { Page, Worker } from 'playwright-core';
import { expect, test } from 'vitest';
import { finished, plantedText, visit } from './visit.ts';

/** Few tokens: software WebGPU computes a handful a second, and a busy machine less. */
const shortText = (): string => plantedText('qa', 16).slice(0, 160);
/** Makes the page ask for WebGPU, which it would not do by itself where that is emulated. */
async function preferWebGpu(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByTestId('device-webgpu').click();
  await page.keyboard.press('Escape');
}

/** Loads the model on WebGPU; the page must not be loaded again from here on. */
async function openOnWebGpu(page: Page): Promise<Worker> {
  await preferWebGpu(page);
  await page.evaluate(async () => {
    Object.assign(globalThis, { isFirstLoad: true });
    await window.memoscope.score('a', { device: 'webgpu' });
  });
  expect(await page.evaluate(() => window.memoscope.device()?.kind)).toBe('webgpu');
  const worker = page.workers()[0];
  if (!worker) throw new Error('the page has no worker');
  return worker;
}

/** The run went on in WebAssembly, the page says why, and neither a token nor the page was lost. */
async function expectTakeover(page: Page, text: string): Promise<void> {
  await finished(page, text, 240_000);
  expect(await page.getByTestId('device').textContent()).toMatch(/WebAssembly/);
  expect(await page.evaluate(() => window.memoscope.device()?.reason)).toMatch(/lost.*WebAssembly took over/);
  expect(await page.evaluate(() => 'isFirstLoad' in globalThis)).toBe(true);
  expect(await page.getByTestId('input').inputValue()).toBe(text);
  expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
}

test('both devices of one page give the same numbers', async () => {
  await visit({}, async ({ page }) => {
    const [gpu, cpu] = await page.evaluate(async (value) => {
      const onGpu = await window.memoscope.score(value, { device: 'webgpu' });
      return [onGpu, await window.memoscope.score(value, { device: 'wasm' })] as const;
    }, shortText());
    expect([gpu.origin.device, cpu.origin.device]).toEqual(['webgpu', 'wasm']);
    expect(gpu.tokens.length).toBeGreaterThan(30);
    expect(gpu.tokens.length).toBe(cpu.tokens.length);
    gpu.tokens.forEach((token, index) => {
      const other = cpu.tokens[index];
      expect(Math.abs((token.logprob ?? NaN) - (other?.logprob ?? NaN))).toBeLessThan(1e-3);
      expect(Math.abs((token.base?.logprob ?? NaN) - (other?.base?.logprob ?? NaN))).toBeLessThan(1e-3);
      // Where two entries are closer than the devices, rounding decides which of them is first.
      if (!isNearTie(token)) expect(token.rank).toBe(other?.rank);
    });
  });
});

/** True if a neighbour among the kept alternatives, or the edge of them, is within the devices' tolerance. */
function isNearTie({
  id,
  logprob,
  top,
}: Awaited<ReturnType<typeof window.memoscope.score>>['tokens'][number]) {
  const known = top.some((entry) => entry.id === id);
  if (!known || logprob === null) return true;
  return top.some((entry) => entry.id !== id && Math.abs(entry.logprob - logprob) < 2e-3);
}

test('a graphics device that is lost in mid-run costs neither the run nor the page', async () => {
  await visit({}, async ({ page }) => {
    const worker = await openOnWebGpu(page);
    // The next pass shows the device; it is lost while that pass is under way.
    await worker.evaluate(() => {
      const { prototype } = GPUDevice;
      const original = Reflect.get<object, 'createCommandEncoder'>(prototype, 'createCommandEncoder') as (
        this: GPUDevice,
        descriptor?: GPUCommandEncoderDescriptor,
      ) => GPUCommandEncoder;
      prototype.createCommandEncoder = function (...given) {
        prototype.createCommandEncoder = original;
        setTimeout(() => {
          this.destroy();
        }, 1000);
        return original.call(this, ...given);
      };
    });
    const text = plantedText('prose', 64);
    await page.getByTestId('input').fill(text);
    await page.getByTestId('input').press('Control+Enter');
    await expectTakeover(page, text);
  });
});

test('a crash of the graphics process costs neither the run nor the page', async () => {
  await visit({ expectedProblems: /./ }, async ({ page, context }) => {
    await openOnWebGpu(page);
    const text = plantedText('prose', 64);
    await page.getByTestId('input').fill(text);
    await page.getByTestId('input').press('Control+Enter');
    await page.getByTestId('progress').waitFor();
    const session = await context.browser()?.newBrowserCDPSession();
    await session?.send('Browser.crashGpuProcess');
    await expectTakeover(page, text);
  });
});
