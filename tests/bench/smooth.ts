/**
 * `node tests/tools/run.mjs tests/bench/smooth.ts [PART] [TOKENS]` after `npm run build`: the longest tasks of the main
 * thread while a tiny model scores 105,000 or TOKENS tokens and the page opens on them again (part `long`), while the
 * page opens for the first time and again (`opening`), and while the embedded model scores 3,000 and 30,000 tokens (`scoring`). By the
 * clock a task of a busy machine counts the time for which it was not running as well; its processor time does not.
 */
import { readFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from '../tools/browser.mjs';
import { manyTokens, tinyModelFiles } from '../engine/tinyFiles.ts';
import { serveSite } from '../tools/siteServer.ts';
import { collectLongTasks, listed, longest, takeLongTasks, traceTasks } from './longTasks.ts';

const CHARACTERS_PER_TOKEN = 2.9;
/** The page's work does not change over a run, so a part of a long one is enough, ms. */
const LONGEST_LOOK = 60_000;

const isWanted = (part: string): boolean => part.includes(process.argv[2] ?? '');
const print = (line: string): void => void process.stdout.write(`${line}\n`);

function longText(characters: number): string {
  const { passages } = JSON.parse(readFileSync('public/planted/planted.json', 'utf8')) as {
    passages: { text: string }[];
  };
  let text = '';
  for (let index = 0; text.length < characters; index++)
    text += `${passages[index % passages.length]?.text ?? ''}\n\n`;
  return text;
}

/** Scores a text for at most {@link LONGEST_LOOK}. */
async function watch(page: Page, text: string): Promise<void> {
  await page.getByTestId('input').fill(text);
  await page.waitForTimeout(1000);
  await takeLongTasks(page);
  await page.getByTestId('input').press('Control+Enter');
  const verdict = page.getByTestId('verdict');
  await page.locator('[data-testid="verdict"][data-state="scoring"]').waitFor();
  const until = performance.now() + LONGEST_LOOK;
  while (performance.now() < until && (await verdict.getAttribute('data-state')) !== 'done')
    await page.waitForTimeout(500);
  const tasks = await takeLongTasks(page);
  const drawn = await page.getByTestId('token').count();
  print(
    `${text.length} characters: ${tasks.length} tasks above 50 ms (${listed(tasks)}), ${drawn} tokens drawn`,
  );
  if ((await verdict.getAttribute('data-state')) === 'scoring') await page.getByTestId('stop').click();
}

/** Opens one of the views in a browser that has seen nothing of it, and once more. */
async function watchOpening(browser: Browser, url: string, landmark: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(collectLongTasks);
  for (const what of ['opened', 'opened again']) {
    const tasks = await traceTasks(browser, page, async () => {
      await (what === 'opened' ? page.goto(url) : page.reload());
      await page.getByTestId(landmark).waitFor();
      await page.waitForTimeout(2000);
    });
    print(
      `${landmark} ${what}: longest tasks, ms of processor time: ${longest(tasks, 'processor')}; by the clock: ${longest(tasks, 'clock')}`,
    );
  }
  await context.close();
}

/** Tokens of the long text: 105,000, or as many as are asked for. */
const LONG_TOKENS = Number(process.argv[3] ?? 105_000);

/** Scores a long text by a model of two tiny layers, scrolls through it, and opens the page on it again. */
async function watchLongRun(): Promise<void> {
  const site = await serveSite('dist', { replaced: tinyModelFiles() });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const watched = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const startedAt = performance.now();
    const tasks = await traceTasks(browser, page, work);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    print(
      `${LONG_TOKENS.toLocaleString('en')} tokens, ${what}, ${seconds} s: longest tasks, ms of processor time: ${longest(tasks, 'processor')}; by the clock: ${longest(tasks, 'clock')}`,
    );
  };
  const isDone = () =>
    page.locator('[data-testid="verdict"][data-state="done"]').waitFor({ timeout: 300_000 });
  await page.goto(site.url);
  await isDone();
  await page.locator('input[type=file]').setInputFiles({
    name: 'long.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from(manyTokens(LONG_TOKENS)),
  });
  await page.waitForTimeout(1000);
  await watched('scored', async () => {
    await page.getByTestId('run').click();
    await page.locator('[data-testid="verdict"][data-state="scoring"]').waitFor();
    await isDone();
  });
  await watched('opened again', async () => {
    await page.reload();
    await isDone();
    await page.waitForTimeout(3000);
  });
  await watched('scrolled', () =>
    page.locator('.heat-scroll').evaluate(async (scroller) => {
      for (let step = 0; step <= 80; step++) {
        scroller.scrollTop = (scroller.scrollHeight * step) / 80;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    }),
  );
  await watched('gone into the box', async () => {
    await page.getByTestId('input').focus();
    await page.waitForTimeout(1000);
  });
  await page.close();
  await site.close();
}

const executablePath = findBrowser();
if (!executablePath) throw new Error('no Chromium found: run `npm test`, which fetches one');
const server = await serveSite('dist');
const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
try {
  if (isWanted('long')) await watchLongRun();
  if (isWanted('opening')) {
    await watchOpening(browser, server.url, 'verdict');
    await watchOpening(browser, `${server.url}#samples`, 'samples-shape');
  }
  if (isWanted('scoring')) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(collectLongTasks);
    await page.goto(server.url);
    await page.getByTestId('verdict').waitFor();
    for (const tokens of [3000, 30_000]) await watch(page, longText(tokens * CHARACTERS_PER_TOKEN));
  }
} finally {
  await browser.close();
  await server.close();
}
