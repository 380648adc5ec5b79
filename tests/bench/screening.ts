/**
 * `node tests/tools/run.mjs tests/bench/screening.ts` after `npm run build`: the planted set in full and screened, on
 * WebAssembly: time, tokens read, whether every N agrees, and what other sizes of the first chunk would have cost.
 */
import { readFileSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import type {} from '../../src/app/api.ts';
import { FIRST_CHUNK, screeningCost, type ScoreMode } from '../../src/core/screening.ts';
import { findBrowser } from '../tools/browser.mjs';
import { serveSite } from '../tools/siteServer.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const { passages } = JSON.parse(readFileSync('public/planted/planted.json', 'utf8')) as {
  passages: { text: string }[];
};

const score = (page: Page, mode: ScoreMode) =>
  page.evaluate(
    async ([texts, how]) => {
      await window.memoscope.scoreSamples(texts.slice(0, 1), { mode: how });
      const began = performance.now();
      const { samples } = await window.memoscope.scoreSamples(texts, { mode: how });
      const seconds = (performance.now() - began) / 1000;
      return {
        seconds,
        lengths: samples.map(({ matchLength, prefixTokens, suffixTokens, fragile }) => ({
          matchLength: matchLength ?? NaN,
          prefixTokens: prefixTokens ?? NaN,
          suffixTokens: suffixTokens ?? NaN,
          fragile,
        })),
      };
    },
    [passages.map(({ text }) => text), mode] as const,
  );

const executablePath = findBrowser();
if (!executablePath) throw new Error('no Chromium found: run `npm test`, which fetches one');
const server = await serveSite('dist');
const browser = await chromium.launch({ executablePath });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(600_000);
  await page.goto(server.url);
  await page.evaluate(() => window.memoscope.ready);
  const full = await score(page, 'full');
  const screened = await score(page, 'screening');
  const differing = full.lengths.filter(
    ({ matchLength }, index) => matchLength !== screened.lengths[index]?.matchLength,
  );
  print(`${passages.length} samples; N differs in ${differing.length}`);
  print(`full ${full.seconds.toFixed(1)} s, screening ${screened.seconds.toFixed(1)} s`);
  const cost = screeningCost(screened.lengths, 2);
  print(`first chunk ${FIRST_CHUNK}: ${cost.read} of ${cost.full} tokens, ${(100 * cost.share).toFixed(1)}%`);
  for (const first of [1, 2, 3, 4, 6, 8, 12, 16, 24]) {
    let read = 0;
    let doubled = 0;
    for (const { matchLength, prefixTokens, suffixTokens } of full.lengths) {
      read += prefixTokens + Math.min(first, suffixTokens);
      if (matchLength >= first && suffixTokens > first) read += prefixTokens + suffixTokens;
      for (let end = first; ; end = Math.min(2 * end, suffixTokens)) {
        doubled += prefixTokens + Math.min(end, suffixTokens);
        if (matchLength < end || end >= suffixTokens) break;
      }
    }
    print(`  first ${first}, then all: ${read}; doubling the suffix alone: ${doubled}`);
  }
} finally {
  await browser.close();
  await server.close();
}
