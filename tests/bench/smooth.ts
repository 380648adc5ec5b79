/**
 * `node tests/tools/run.mjs tests/bench/smooth.ts` after `npm run build`: tasks of the main thread above 50 ms, as the
 * browser reports them, while the embedded model scores 3,000 and 30,000 tokens. On a busy machine a task counts the
 * time for which it was not running as well: read the figures of a quiet one.
 */
import { readFileSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from '../tools/browser.mjs';
import { serveSite } from '../tools/siteServer.ts';
import { collectLongTasks, takeLongTasks } from './longTasks.ts';

const CHARACTERS_PER_TOKEN = 2.9;
/** The page's work does not change over a run, so a part of a long one is enough, ms. */
const LONGEST_LOOK = 60_000;

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
    `${text.length} characters: ${tasks.length} tasks above 50 ms (${tasks.join(', ') || 'none'}), ${drawn} tokens drawn`,
  );
  if ((await verdict.getAttribute('data-state')) === 'scoring') await page.getByTestId('stop').click();
}

const executablePath = findBrowser();
if (!executablePath) throw new Error('no Chromium found: run `npm test`, which fetches one');
const server = await serveSite('dist');
const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(collectLongTasks);
  await page.goto(server.url);
  await page.getByTestId('verdict').waitFor();
  for (const tokens of [3000, 30_000]) await watch(page, longText(tokens * CHARACTERS_PER_TOKEN));
} finally {
  await browser.close();
  await server.close();
}
