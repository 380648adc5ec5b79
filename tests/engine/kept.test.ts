import { afterEach, expect, it, vi } from 'vitest';
import { isKept } from '../../workers/model/kept.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const URL_OF_FILE = 'https://page.test/assets/runtime.wasm';

it('a file is kept if any cache of the page has it', async () => {
  vi.stubGlobal('caches', {
    match: async (url: string) => (url === URL_OF_FILE ? new Response('x') : undefined),
  });
  expect(await isKept(URL_OF_FILE)).toBe(true);
  expect(await isKept('https://page.test/assets/other.wasm')).toBe(false);
});

it('where the browser has no caches or refuses them, nothing is kept, and nothing fails', async () => {
  expect(await isKept(URL_OF_FILE)).toBe(false);
  vi.stubGlobal('caches', {
    match: async () => {
      throw new DOMException('blocked', 'SecurityError');
    },
  });
  expect(await isKept(URL_OF_FILE)).toBe(false);
});
