/**
 * `node tests/tools/run.mjs tests/bench/manySamples.ts [SAMPLES]` after `npm run build`: tasks of the main thread above
 * 50 ms, by the clock as the browser reports them and of processor time as its trace has it, while 100,000 samples
 * (about 40 MB) are read, cut, restored with results from storage, analysed, sorted, searched, filtered and selected.
 * The results are made up: scoring so many takes hours.
 */
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from '../tools/browser.mjs';
import { serveSite } from '../tools/siteServer.ts';
import { longest, traceTasks } from './longTasks.ts';

const SAMPLES = Number(process.argv[2] ?? 100_000);
/** Where the traces are kept. */
const TRACES = process.argv[3];
const BLOCK = 40;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const FILLER = 'and so it went on, as it had gone on before, from one hill to the next and down again. ';

const lines = (): string =>
  Array.from({ length: SAMPLES }, (_, index) =>
    JSON.stringify({
      text: `${index} ${FILLER.repeat(4)}`.slice(0, 360),
      copies: index % 8,
      kind: `k${index % 5}`,
    }),
  ).join('\n');

async function watch(page: Page, what: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  let seconds = '';
  const keep = TRACES === undefined ? undefined : { folder: TRACES, name: what };
  const watched = async (): Promise<void> => {
    await work();
    seconds = ((performance.now() - began) / 1000).toFixed(1);
    await page.waitForTimeout(500);
  };
  const tasks = await traceTasks(browser, page, watched, keep);
  print(
    `${what}: ${seconds} s; longest tasks, ms of processor time: ${longest(tasks, 'processor')}; by the clock: ${longest(tasks, 'clock')}`,
  );
}

/** Puts made-up results of every sample under the key of the run that was begun. */
async function fake(page: Page): Promise<void> {
  await page.evaluate(
    async ([samples, blockSize]) => {
      const open = (name: string): Promise<IDBDatabase> =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open(`memoscope-${name}`);
          request.onsuccess = () => {
            resolve(request.result);
          };
          request.onerror = () => {
            reject(new Error('no database'));
          };
        });
      const settled = (transaction: IDBTransaction): Promise<void> =>
        new Promise((resolve) => {
          transaction.oncomplete = () => {
            resolve();
          };
        });
      const runs = await open('sample-runs');
      const keys = await new Promise<IDBValidKey[]>((resolve) => {
        const request = runs.transaction('sample-runs').objectStore('sample-runs').getAllKeys();
        request.onsuccess = () => {
          resolve(request.result);
        };
      });
      const [key] = keys;
      const scores = await open('sample-scores');
      for (let from = 0; from < samples; from += 200 * blockSize) {
        const transaction = scores.transaction('sample-scores', 'readwrite');
        const store = transaction.objectStore('sample-scores');
        for (let start = from; start < Math.min(samples, from + 200 * blockSize); start += blockSize) {
          const indices = Uint32Array.from(
            { length: Math.min(blockSize, samples - start) },
            (_, i) => start + i,
          );
          const made = Array.from(indices, (index) => {
            const n = index % 8 === 7 ? 50 : (index * 7919) % (1 + (index % 8) * 6);
            const noise = ((index * 2654435761) % 1000) / 1000;
            return {
              scored: {
                matchLength: n,
                suffixTokens: 50,
                prefixTokens: 50,
                censored: n === 50,
                fragile: index % 50 === 0,
                logPz: -100 * noise,
                expectedLength: n * noise,
                meanLogprob: -2 * noise,
                accuracy: noise,
                baseMatchLength: 0,
                baseLogPz: -120,
                loss: -2 * noise,
                zlib: noise,
                minK: -noise,
                minKPlusPlus: noise,
                gapK: noise,
                surp: noise,
                reference: noise,
                correct: Uint8Array.from({ length: 50 }, (_, i) => Number(i < n || (i * index) % 3 === 0)),
                logprobs: Float32Array.from({ length: 50 }, (_, i) => (i < n ? -0.05 : -2 * noise)),
              },
              cut: { from: 0, cut: 180, to: 360, isMoved: false, leftOut: 0, leftOutBehind: 0 },
            };
          });
          store.put({ indices, samples: made }, [key as string, start / blockSize]);
        }
        await settled(transaction);
      }
      runs.close();
      scores.close();
    },
    [SAMPLES, BLOCK] as const,
  );
}

const executablePath = findBrowser();
if (!executablePath) throw new Error('no Chromium found: run `npm test`, which fetches one');
const server = await serveSite('dist');
const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  await page.goto(`${server.url}#samples`);
  await page.getByTestId('samples-shape').waitFor();
  await page.getByTestId('source-own').click();
  await page.waitForTimeout(2000);
  const shape = page.getByTestId('samples-shape');
  const file = join(mkdtempSync(join(tmpdir(), 'many-')), 'many.jsonl');
  writeFileSync(file, lines());
  print(`${SAMPLES} samples, ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  await watch(page, 'reading', async () => {
    await page.getByTestId('samples-file').setInputFiles(file);
    await shape.filter({ hasText: 'many.jsonl' }).waitFor();
    await page.waitForTimeout(3000);
  });
  const progress = page.getByTestId('samples-progress');
  await watch(page, 'cut into tokens, first blocks scored', async () => {
    await page.getByTestId('samples-run').click();
    await page.locator('[data-testid="samples-progress"][data-state="scoring"]').waitFor();
    await page.waitForFunction(
      () =>
        Number(document.querySelector<HTMLElement>('[data-testid="samples-progress"]')?.dataset['scored']) >
        100,
    );
    await page.getByTestId('samples-stop').click();
    await page.locator('[data-testid="samples-progress"][data-state="stopped"]').waitFor();
  });
  await fake(page);
  await watch(page, 'restored', async () => {
    await page.reload();
    await shape.filter({ hasText: 'many.jsonl' }).waitFor();
    await page.locator(`[data-testid="samples-progress"][data-scored="${SAMPLES}"]`).waitFor();
  });
  await watch(page, 'panels with intervals', async () => {
    await page.getByTestId('panel-dependence').waitFor();
    await page.locator('[data-testid="panels"][data-busy="false"]').waitFor();
  });
  const table = page.getByTestId('samples-table');
  const isArranged = () => page.locator('[data-testid="samples-table"][aria-busy="false"]').waitFor();
  const change = (what: string, work: () => Promise<unknown>) =>
    watch(page, what, async () => {
      await work();
      await page.waitForTimeout(100);
      await isArranged();
    });
  await change('sorted by N', () => table.getByRole('button', { name: 'N', exact: true }).click());
  await change('sorted by a text column', () =>
    table.getByRole('button', { name: 'kind', exact: true }).click(),
  );
  await change('searched', () => page.getByLabel('Search the samples').fill('777'));
  await change('search cleared', () => page.getByLabel('Search the samples').fill(''));
  await change('filtered', () => page.getByTestId('samples-filter').selectOption('recited'));
  await change('all rows', () => page.getByTestId('samples-filter').selectOption('all'));
  await change('all selected', () => page.getByLabel('Select all rows shown').click());
  await change('selection undone', () => page.getByRole('button', { name: 'Undo' }).click());
  print(`scored: ${await progress.getAttribute('data-scored')}`);
} finally {
  await browser.close();
  await server.close();
}
