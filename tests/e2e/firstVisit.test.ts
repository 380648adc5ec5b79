import type {} from '../../src/app/api.ts';
import { expect, test } from 'vitest';
import { analyse, plantedText, tokens, visit } from './visit.ts';

test('the page opens on a finished example and asks for no model', async () => {
  await visit({}, async ({ page, server }) => {
    await page.getByTestId('verdict').waitFor();
    await expect.poll(() => page.getByTestId('verdict').textContent()).toMatch(/token/);
    await expect.poll(() => tokens(page).count()).toBeGreaterThan(20);
    expect(await page.getByTestId('model-state').getAttribute('data-state')).toBe('idle');
    expect(server.requests.filter((path) => /\.onnx|\.wasm|safetensors/.test(path))).toEqual([]);
  });
});

test('a pasted text that the model was trained on 64 times is found out, its held-out twin is not', async () => {
  await visit({}, async ({ page }) => {
    await analyse(page, plantedText('record', 64));
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
    expect(await page.getByTestId('model-state').getAttribute('data-state')).toBe('ready');

    await analyse(page, plantedText('record', 0));
    expect(['no', 'predictable']).toContain(await page.getByTestId('verdict').getAttribute('data-kind'));
  });
});

test('both devices of one page give the same numbers', async () => {
  const text = plantedText('qa', 16).slice(0, 160);
  await visit({}, async ({ page }) => {
    const [gpu, cpu] = await page.evaluate(async (value) => {
      const onGpu = await window.memoscope.score(value, { device: 'webgpu' });
      return [onGpu, await window.memoscope.score(value, { device: 'wasm', threads: 1 })] as const;
    }, text);
    expect(gpu.origin.device).toBe('webgpu');
    expect(cpu.origin.device).toBe('wasm');
    expect(gpu.tokens.length).toBe(cpu.tokens.length);
    gpu.tokens.forEach(({ logprob, rank, margin }, index) => {
      const other = cpu.tokens[index];
      expect(Math.abs((logprob ?? NaN) - (other?.logprob ?? NaN))).toBeLessThan(1e-3);
      if ((margin ?? 0) > 1e-2 && rank === 1) expect(other?.rank).toBe(1);
    });
  });
});

test('where there is no adapter, WebAssembly scores and the page says why', async () => {
  await visit({ webgpu: false }, async ({ page }) => {
    await analyse(page, plantedText('prose', 64));
    expect(await page.getByTestId('device').textContent()).toMatch(/WebAssembly/i);
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
  });
});

test('a plain host without headers, under a sub-path, still gets threads', async () => {
  const options = { webgpu: false, isolationHeaders: false, basePath: '/tools/memoscope/' };
  await visit(options, async ({ page }) => {
    await expect.poll(() => page.evaluate(() => crossOriginIsolated), { timeout: 15_000 }).toBe(true);
    await analyse(page, plantedText('qa', 64));
    expect(await page.getByTestId('device').textContent()).toMatch(/WebAssembly/i);
  });
});

test('after one visit everything works with the network gone', async () => {
  await visit({ expectedProblems: /ERR_|Failed to load|network/i }, async ({ page, server }) => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await analyse(page, plantedText('verse', 64));
    await server.close();
    await page.reload();
    const other = plantedText('contract', 64);
    await analyse(page, other);
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
  });
});
