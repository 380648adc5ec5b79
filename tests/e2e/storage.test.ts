import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { analyse, plantedText, tokens, visit } from './visit.ts';

/** Everything a profile holds of a site, as one string. */
const stored = () =>
  (async () => {
    const parts: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => {
          resolve(request.result);
        };
        request.onerror = () => {
          reject(new Error('open'));
        };
      });
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => {
          all.onsuccess = resolve;
        });
        parts.push(JSON.stringify(all.result));
      }
      database.close();
    }
    return parts.join('\n');
  })();

test('a reload shows the same result at once, without the model', async () => {
  const text = plantedText('prose', 32);
  await visit({}, async ({ page, server }) => {
    await analyse(page, text);
    const before = await page.getByTestId('verdict').textContent();
    await expect.poll(() => page.evaluate(stored)).toContain(text.slice(0, 30));
    const asked = server.requests.length;
    await page.reload();
    await expect.poll(() => page.getByTestId('verdict').textContent()).toBe(before);
    expect(await page.getByTestId('input').inputValue()).toBe(text);
    expect(await page.getByTestId('model-state').getAttribute('data-state')).toBe('idle');
    expect(server.requests.slice(asked).filter((path) => /\.onnx|\.wasm/.test(path))).toEqual([]);
  });
});

test('what was pasted or typed last is there after a reload that comes at once', async () => {
  const input = (page: Page) => page.getByTestId('input');
  await visit({}, async ({ page }) => {
    await input(page).fill('Pasted a moment ago.');
    await page.reload();
    await expect.poll(() => input(page).inputValue()).toBe('Pasted a moment ago.');
    // The first key is stored at once, the others wait for a pause that does not come.
    await input(page).press('ControlOrMeta+End');
    await page.keyboard.type(' And typed.');
    await page.reload();
    await expect.poll(() => input(page).inputValue()).toBe('Pasted a moment ago. And typed.');
  });
});

test('"Forget everything" leaves nothing behind, and the text on screen stays', async () => {
  const text = plantedText('code', 16);
  await visit({}, async ({ page }) => {
    await analyse(page, text);
    await expect.poll(() => page.evaluate(stored)).toContain(text.slice(0, 20));
    await page.getByTestId('storage').click();
    await page.getByTestId('forget').click();
    const confirm = page.getByTestId('forget-confirm');
    if (await confirm.isVisible()) await confirm.click();
    await expect.poll(() => page.evaluate(stored)).not.toContain(text.slice(0, 20));
    await expect
      .poll(() =>
        page.evaluate(() => caches.keys().then((names) => names.filter((name) => /asset|model/.test(name)))),
      )
      .toEqual([]);
    expect(await tokens(page).count()).toBeGreaterThan(10);
  });
});

test('ephemeral mode stores no text, no tokens and no hash', async () => {
  const text = plantedText('record', 8);
  await visit({}, async ({ page }) => {
    await page.getByTestId('storage').click();
    await page.getByTestId('ephemeral').click();
    await page.keyboard.press('Escape');
    await analyse(page, text);
    await page.waitForTimeout(1500);
    const left = await page.evaluate(stored);
    expect(left).not.toContain(text.slice(0, 16));
    const hash = await page.evaluate(async (value) => {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value));
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    }, text);
    expect(left).not.toContain(hash);
  });
});

test('a browser that refuses storage still scores, and says that nothing is kept', async () => {
  const refuse = () => {
    Object.defineProperty(globalThis, 'indexedDB', {
      value: {
        open: () => {
          throw new DOMException('refused', 'SecurityError');
        },
        databases: async () => [],
      },
    });
  };
  await visit({ initScript: refuse }, async ({ page }) => {
    await analyse(page, plantedText('qa', 64));
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('recites');
    await page.getByTestId('storage').click();
    await expect
      .poll(() => page.getByTestId('storage-problem').textContent())
      .toMatch(/memory|not kept|stored/i);
  });
});
