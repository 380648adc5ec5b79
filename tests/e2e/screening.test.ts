import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type {} from '../../src/app/api.ts';
import { runSamples, saved, visitWith } from './samplesVisit.ts';
import { planted, visit, type VisitOptions } from './visit.ts';

/** Six planted texts of each number of copies. */
const FEW = [0, 1, 2, 4, 8, 16, 32, 64].flatMap((copies) =>
  planted()
    .filter((text) => text.copies === copies)
    .filter((_, index) => index % 10 === 0)
    .slice(0, 6),
);

const options = (more: VisitOptions = {}): VisitOptions => visitWith(FEW, more);

const state = (page: Page) => page.getByTestId('samples-progress').getAttribute('data-state');

test('a screening has the match lengths of a full run, says what it leaves open and what it saved', async () => {
  await visit(options(), async ({ page }) => {
    await page.getByTestId('mode-screening').click();
    await runSamples(page);
    const lengthsOf = (mode: 'full' | 'screening') =>
      page.evaluate(
        async ([texts, how]) => {
          const { samples } = await window.memoscope.scoreSamples(texts, { mode: how });
          return samples.map(({ matchLength, censored }) => ({ matchLength, censored }));
        },
        [FEW.map(({ text }) => text), mode] as const,
      );
    expect(await lengthsOf('screening')).toEqual(await lengthsOf('full'));

    const saving = page.getByTestId('screening-saving');
    const read = Number(await saving.getAttribute('data-read'));
    expect(read).toBeLessThan(Number(await saving.getAttribute('data-full')));
    expect(await saving.innerText()).toMatch(/% of a full run: [\d,]+ tokens read instead of [\d,]+/);
    expect(await page.getByTestId('screening-note').innerText()).toContain('This is a screening');
    await page.getByTestId('panel-skew').waitFor({ timeout: 30_000 });
    expect(await page.getByTestId('panel-dependence').count()).toBe(0);
    expect(await page.getByTestId('sample-row').first().innerText()).toContain('n/a');

    // The summary's numbers stay those of the full run.
    const summary = () => page.getByTestId('samples-summary').locator('dl').innerText();
    const screened = await summary();
    await page.getByTestId('screening-full').click();
    await runSamples(page);
    expect(await summary()).toBe(screened);
    expect(await page.getByTestId('screening-note').count()).toBe(0);
    await page.getByTestId('panel-dependence').waitFor({ timeout: 60_000 });
  });
});

test('a screening goes on in a new tab and ends as one that was never stopped', async () => {
  await visit(options({ viewport: { width: 360, height: 780 } }), async ({ page, server, context }) => {
    await page.getByTestId('mode-screening').click();
    await page.getByTestId('samples-run').click();
    await page.waitForFunction(
      () =>
        Number(document.querySelector<HTMLElement>('[data-testid="samples-progress"]')?.dataset['scored']) >
        0,
      undefined,
      { timeout: 120_000 },
    );
    await page.close();
    const again = await context.newPage();
    await again.goto(`${server.url}#samples`);
    await again.getByTestId('sample-row').first().waitFor();
    expect(await again.getByTestId('mode-screening').isChecked()).toBe(true);
    if ((await state(again)) !== 'done') await runSamples(again);
    const csv = await saved(again, 'samples-csv');
    const header = csv.slice(0, csv.indexOf('\r\n')).split(',');
    const at = (name: string): number => header.indexOf(name);
    // The columns up to the texts hold no commas.
    const rows = csv
      .split('\r\n')
      .filter((line) => /^\d+,planted\.json,/.test(line))
      .map((line) => line.split(','));
    const lengths = await again.evaluate(
      async (given) =>
        (await window.memoscope.scoreSamples(given, { mode: 'screening' })).samples.map(
          ({ matchLength }) => matchLength,
        ),
      FEW.map(({ text }) => text),
    );
    expect(rows.map((cells) => Number(cells[at('N (tokens)')]))).toEqual(lengths);
    expect(new Set(rows.map((cells) => cells[at('mode')]))).toEqual(new Set(['screening']));
    expect(new Set(rows.map((cells) => cells[at('ln p_z (nats)')]))).toEqual(new Set(['']));
    const overflow = await again.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });
});
