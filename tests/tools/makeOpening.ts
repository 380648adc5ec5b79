/**
 * Makes `public/examples/opening.json`: the finished example on which the page opens, scored by the built page
 * itself. Run after a change of the model: `npm run build && node tests/tools/run.mjs tests/tools/makeOpening.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from './browser.mjs';
import { serveSite } from './siteServer.ts';

const TEXT_ID = 'prose-025';
/** Alternatives for each token that the file keeps: what the card shows. */
const TOP_K = 10;

interface Row {
  id: number;
  topIds: number[];
  topLogprobs: (number | null)[];
  base: Row | null;
}

function trim(row: Row): Row {
  const { topIds, topLogprobs, base } = row;
  return {
    ...row,
    topIds: topIds.slice(0, TOP_K),
    topLogprobs: topLogprobs.slice(0, TOP_K),
    base: base && trim(base),
  };
}

const idsOf = ({ id, topIds, base }: Row): number[] => [id, ...topIds, ...(base?.topIds ?? [])];

const { passages } = JSON.parse(readFileSync('public/planted/planted.json', 'utf8')) as {
  passages: { id: string; text: string; copies: number }[];
};
const passage = passages.find(({ id }) => id === TEXT_ID);
const executablePath = findBrowser();
if (!passage || !executablePath) throw new Error('no such passage, or no Chromium');
const server = await serveSite('dist', { replaced: new Map([['examples/opening.json', null]]) });
const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.getByTestId('input').fill(passage.text);
  await page.getByTestId('input').press('Control+Enter');
  await page.locator('[data-testid="verdict"][data-state="done"]').waitFor({ timeout: 120_000 });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('export-json').click(),
  ]);
  const run = JSON.parse(readFileSync(await download.path(), 'utf8')) as {
    title: string;
    settings: { topK: number };
    origin: { precomputed: boolean };
    vocabulary: Record<string, string>;
    tokens: Row[];
  };
  run.tokens = run.tokens.map(trim);
  run.settings.topK = TOP_K;
  run.origin.precomputed = true;
  run.title = `A text the model saw ${passage.copies} times`;
  const used = new Set(run.tokens.flatMap(idsOf));
  run.vocabulary = Object.fromEntries(Object.entries(run.vocabulary).filter(([id]) => used.has(Number(id))));
  writeFileSync('public/examples/opening.json', `${JSON.stringify(run)}\n`);
} finally {
  await browser.close();
  await server.close();
}
