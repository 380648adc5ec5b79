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

test('a pasted text that the model was trained on 64 times is found out, its held-out twin is not recited', async () => {
  await visit({}, async ({ page }) => {
    await analyse(page, plantedText('record', 64));
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
    expect(await page.getByTestId('model-state').getAttribute('data-state')).toBe('ready');

    await analyse(page, plantedText('record', 0));
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).not.toBe('recites');
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

test('after one run everything works with the network gone', async () => {
  const offline = /ERR_|Failed to load|network/i;
  await visit({ webgpu: false, expectedProblems: offline }, async ({ page, server }) => {
    await analyse(page, plantedText('verse', 64));
    await server.close();
    const asked = server.requests.length;
    await page.reload();
    await page.evaluate(() => window.memoscope.ready);
    await analyse(page, plantedText('contract', 64));
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(server.requests.length).toBe(asked);
  });
});

test('a device that was not used before works with the network gone', async () => {
  const offline = /ERR_|Failed to load|network/i;
  const score = (device: 'webgpu' | 'wasm') =>
    [plantedText('verse', 64).slice(0, 200), { device, adapter: null }] as const;
  await visit({ expectedProblems: offline }, async ({ page, server }) => {
    const run = async (device: 'webgpu' | 'wasm') =>
      page.evaluate(([text, options]) => window.memoscope.score(text, options), score(device));
    const before = await run('webgpu');
    expect(before.origin.device).toBe('webgpu');
    // The service worker puts what it hands over away behind its back.
    const kept = () =>
      page.evaluate(async () => {
        const requests = await (await caches.open('memoscope-assets')).keys();
        return requests.filter(({ url }) => /\.wasm$|model\.onnx/.test(new URL(url).pathname)).length;
      });
    await expect.poll(kept, { timeout: 20_000 }).toBe(2);
    await server.close();
    await page.reload();
    await page.evaluate(() => window.memoscope.ready);
    const after = await run('wasm');
    expect(after.origin.device).toBe('wasm');
    after.tokens.forEach(({ logprob }, token) => {
      expect(logprob ?? 0).toBeCloseTo(before.tokens[token]?.logprob ?? 0, 2);
    });
  });
});

test('a network that hangs holds the page up for seconds, not for good', async () => {
  await visit(
    { webgpu: false, expectedProblems: /ERR_|Failed to load|network/i },
    async ({ page, server }) => {
      await analyse(page, plantedText('verse', 64));
      server.hang();
      await page.reload({ timeout: 30_000 });
      await page.evaluate(() => window.memoscope.ready);
      await analyse(page, plantedText('contract', 64));
      expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
    },
  );
});
