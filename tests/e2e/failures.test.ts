import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { analyse, DIST, finished, plantedText, tokens, visit } from './visit.ts';

const MODEL = 'models/memoscope-14m/onnx/model.onnx';
const model = () => new Uint8Array(readFileSync(resolve('public', MODEL)));

const noText: readonly [string, string, RegExp][] = [
  ['empty', '', /empty|nothing/i],
  ['only white space', '  \n\t ', /white|space|empty/i],
  ['a lone surrogate', 'half a pair \uD83D here', /surrogate|character/i],
];

test.each(noText)('%s text is refused with a sentence', async (_name, text, sentence) => {
  await visit({}, async ({ page }) => {
    const verdict = page.getByTestId('verdict').locator('.sentence');
    const before = await verdict.textContent();
    await page.getByTestId('input').evaluate((box, value) => {
      (box as HTMLTextAreaElement).value = value;
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
    await page.getByTestId('input').press('Control+Enter');
    await expect.poll(() => page.getByTestId('draft-problem').textContent()).toMatch(sentence);
    expect(await verdict.textContent()).toBe(before);
  });
});

test('one token is scored and too short for a verdict', async () => {
  await visit({}, async ({ page }) => {
    await analyse(page, 'a');
    expect(await page.getByTestId('verdict').getAttribute('data-kind')).toBe('tooShort');
  });
});

test('markup and script in the text stay text', async () => {
  const text =
    '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2"> and a [link](javascript:alert(1))';
  await visit({}, async ({ page }) => {
    await analyse(page, text);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await page.getByTestId('shown-text').textContent()).toContain('<script>');
  });
});

const badFiles: readonly [string, Buffer, RegExp][] = [
  ['invalid UTF-8', Buffer.from([0x66, 0x6f, 0xff, 0xfe, 0x6f]), /UTF-8/],
  [
    'a binary file',
    Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n'), Buffer.alloc(4000)]),
    /binary|UTF-8|text/i,
  ],
  ['an empty file', Buffer.alloc(0), /empty/i],
];

test.each(badFiles)('%s is refused by name with cause and remedy', async (_name, buffer, sentence) => {
  await visit({}, async ({ page }) => {
    await page.getByTestId('input').fill('kept as it was');
    await page
      .locator('input[type="file"]')
      .first()
      .setInputFiles({ name: 'data.txt', mimeType: 'text/plain', buffer });
    await expect.poll(() => page.getByTestId('draft-problem').textContent()).toMatch(sentence);
    expect(await page.getByTestId('input').inputValue()).toBe('kept as it was');
  });
});

test('a 50 MB file is answered with a sentence, not with a frozen page', async () => {
  await visit({}, async ({ page }) => {
    await page.evaluate(() => {
      const big = new File([new Uint8Array(50_000_000).fill(97)], 'big.txt', { type: 'text/plain' });
      const transfer = new DataTransfer();
      transfer.items.add(big);
      const input = document.querySelector<HTMLInputElement>('input[type="file"]');
      if (!input) throw new Error('no file input');
      input.files = transfer.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await expect
      .poll(() => page.getByTestId('draft-problem').textContent(), { timeout: 20_000 })
      .toMatch(/MB|large|tokens/i);
  });
});

const badModels: readonly [string, () => Uint8Array | null, RegExp][] = [
  ['missing', () => null, /model\.onnx/],
  ['cut short', () => model().slice(0, 1_000_000), /model\.onnx/],
  [
    'altered in one byte',
    () => {
      const bytes = model();
      bytes[5_000_000] = (bytes[5_000_000] ?? 0) ^ 1;
      return bytes;
    },
    /model\.onnx/,
  ],
];

test.each(badModels)(
  'a model file that is %s is named, and the text stays',
  async (_name, content, sentence) => {
    const text = plantedText('prose', 64);
    const replaced = new Map([[MODEL, content()]]);
    await visit({ replaced, expectedProblems: /404|Failed to load/ }, async ({ page }) => {
      await page.getByTestId('input').fill(text);
      await page.getByTestId('input').press('Control+Enter');
      await expect.poll(() => page.getByTestId('error').textContent(), { timeout: 60_000 }).toMatch(sentence);
      expect(await page.getByTestId('input').inputValue()).toBe(text);
      expect(await page.getByTestId('model-state').getAttribute('data-state')).toBe('failed');
      replaced.delete(MODEL);
      await page.getByTestId('input').press('Control+Enter');
      await finished(page, text);
    });
  },
);

/** What a browser does when memory is used up, in front of the scoring worker's own script. */
const exhausted: readonly [string, string][] = [
  [
    'cannot be had',
    `WebAssembly.Memory = class { constructor() { throw new RangeError('WebAssembly.Memory(): could not allocate memory'); } };`,
  ],
  [
    'cannot grow',
    `WebAssembly.Memory.prototype.grow = () => { throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded'); };`,
  ],
];

test.each(exhausted)(
  'memory that %s is said, the text stays, and a later try works',
  async (_name, prefix) => {
    const text = plantedText('prose', 64);
    const name = readdirSync(join(DIST, 'assets')).find((file) => file.startsWith('scorer.worker')) ?? '';
    const worker = `assets/${name}`;
    const replaced = new Map([[worker, prefix + readFileSync(join(DIST, worker), 'utf8')]]);
    const options = {
      replaced,
      webgpu: false,
      serviceWorker: false,
      expectedProblems: /memory|abort|service/i,
    };
    await visit(options, async ({ page }) => {
      await page.getByTestId('input').fill(text);
      await page.getByTestId('input').press('Control+Enter');
      await expect
        .poll(() => page.getByTestId('error').textContent(), { timeout: 60_000 })
        .toMatch(/memory.*close other tabs/is);
      expect(await page.getByTestId('input').inputValue()).toBe(text);
      replaced.delete(worker);
      await page.getByTestId('input').press('Control+Enter');
      await finished(page, text);
    });
  },
);

const keepWorkers = () => {
  const made: Worker[] = [];
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      made.push(this);
    }
  };
  Object.assign(globalThis, { workersMade: made });
};

test('a worker that dies in mid-run is replaced, and what was scored is kept', async () => {
  const text = `${plantedText('prose', 64)}\n\n`.repeat(40);
  await visit({ initScript: keepWorkers, webgpu: false, expectedProblems: /./ }, async ({ page }) => {
    await page.getByTestId('input').fill(text);
    await page.getByTestId('input').press('Control+Enter');
    await expect
      .poll(() => page.getByTestId('progress').getAttribute('data-done'), { timeout: 60_000, interval: 50 })
      .not.toBe('0');
    await page.evaluate(() => {
      const { workersMade } = globalThis as unknown as { workersMade: Worker[] };
      for (const worker of workersMade)
        worker.dispatchEvent(new ErrorEvent('error', { message: 'killed by a test' }));
    });
    await page.waitForTimeout(1000);
    expect(await tokens(page).count()).toBeGreaterThan(10);
    const resume = page.getByTestId('resume');
    if (await resume.isVisible()) await resume.click();
    await expect
      .poll(() => page.getByTestId('verdict').getAttribute('data-state'), { timeout: 90_000 })
      .toBe('done');
  });
});
