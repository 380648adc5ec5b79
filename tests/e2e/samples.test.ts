import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type {} from '../../src/app/api.ts';
import { rowsOf, runSamples, saved, settled, visitWith } from './samplesVisit.ts';
import { planted, visit, type VisitOptions } from './visit.ts';

/** The planted set cut to four texts of each number of copies. */
const FEW = [0, 1, 2, 4, 8, 16, 32, 64].flatMap((copies) =>
  planted()
    .filter((text) => text.copies === copies)
    .filter((_, index) => index % 16 === 0)
    .slice(0, 4),
);

const options = (more: VisitOptions = {}): VisitOptions => visitWith(FEW, more);

const progress = (page: Page) => page.getByTestId('samples-progress');

/** Runs what is in and waits until the last figure is there. */
async function run(page: Page): Promise<void> {
  await runSamples(page);
  await settled(page);
}

test('the skip link leads to the results of the view that is shown', async () => {
  await visit(options(), async ({ page }) => {
    await page.getByTestId('samples-shape').waitFor();
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('samples-results');
    expect(await page.getByTestId('samples-view').isVisible()).toBe(true);
  });
});

test('the planted set, scored: figures, numbers out, one selection, a row in the text view', async () => {
  await visit(options(), async ({ page }) => {
    expect(await page.getByTestId('samples-shape').innerText()).toContain(`${FEW.length} samples`);
    await run(page);
    const api = await page.evaluate(
      (texts) => window.memoscope.scoreSamples(texts),
      FEW.map(({ text }) => text),
    );
    const lengths = api.samples.map(({ matchLength }) => matchLength);

    // The histogram's file counts what the interface gives.
    const bars = rowsOf(await saved(page, 'match-length-csv'));
    for (const bar of bars) {
      const n = Number(bar['N (tokens)']);
      const count = Number(bar['missed there']) + Number(bar['censored there']);
      expect(count).toBe(lengths.filter((length) => length === n).length);
    }

    // P(N >= n) never rises, and memorized texts lie above held-out ones.
    const curve = rowsOf(await saved(page, 'decomposition-csv'));
    for (const group of new Set(curve.map((row) => row['group']))) {
      const survival = curve.filter((row) => row['group'] === group && row['P(N >= n)'] !== '');
      const values = survival.map((row) => Number(row['P(N >= n)']));
      expect(values).toEqual(values.toSorted((a, b) => b - a));
    }
    const tenth = (group: string): number =>
      Number(curve.find((row) => row['group'] === group && row['n'] === '10')?.['P(N >= n)'] ?? 0);
    expect(tenth('64')).toBeGreaterThan(tenth('0'));

    // A figure stands alone: it is drawn from its file as an image.
    for (const id of ['match-length', 'decomposition', 'skew', 'worst-case', 'dependence']) {
      const svg = await saved(page, `${id}-svg`);
      expect(svg).not.toMatch(/var\(--|class=|<script/);
      const width = await page.evaluate(async (source) => {
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
        await image.decode();
        return image.naturalWidth;
      }, svg);
      expect(width).toBeGreaterThan(200);
    }

    // The top of the Lorenz curve, by keyboard, is the selection of the table.
    await page.getByTestId('lorenz').focus();
    for (let step = 0; step < 200; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowLeft');
    for (let step = 0; step < 49; step++) await page.keyboard.press('Shift+ArrowLeft');
    await page.getByTestId('samples-filter').selectOption('selected');
    // The table is arranged in slices: a busy machine shows the old rows a little longer.
    await expect.poll(() => page.getByTestId('sample-row').count()).toBe(FEW.length / 4);
    const selected = await page
      .getByTestId('sample-row')
      .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset['index'])));
    const known = (index: number): number => lengths[index] ?? -1;
    const least = Math.min(...selected.map(known));
    expect(lengths.filter((length) => (length ?? -1) > least).length).toBeLessThanOrEqual(selected.length);
    await page.getByTestId('samples-filter').selectOption('all');

    // A row opens in the text view with its cut, and the samples stay as they were.
    const row = page.locator('[data-testid="sample-row"][data-index="16"]');
    await row.scrollIntoViewIfNeeded();
    // The panel of the opened sample may appear above: what counts is where the row stands on the screen.
    const places = () =>
      page.evaluate(() => [
        Math.round(document.querySelector('[data-index="16"]')?.getBoundingClientRect().top ?? NaN),
        document.querySelector('[data-testid="samples-table"] .scroll')?.scrollTop,
      ]);
    const before = await places();
    expect(Math.min(...before.map(Number))).toBeGreaterThan(0);
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
    await row.hover();
    await row.getByTestId('sample-open').click();
    await expect
      .poll(() => page.getByTestId('verdict').getAttribute('data-state'), { timeout: 60_000 })
      .toBe('done');
    expect(await page.getByTestId('input').inputValue()).toBe(FEW[16]?.text);
    expect(new URL(page.url()).hash).toBe('');
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.goBack();
    await expect.poll(places).toEqual(before);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('16');
    expect(await page.getByTestId('panel-skew').isVisible()).toBe(true);
    expect(await progress(page).getAttribute('data-state')).toBe('done');

    // What was typed before is not lost to a sample that is opened.
    await page.getByTestId('view-text').click();
    await page.getByTestId('input').fill('A draft that was not run.');
    await page.getByTestId('view-samples').click();
    await row.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('input').inputValue()).toBe(FEW[16]?.text);
    await page.getByTestId('draft-back').click();
    expect(await page.getByTestId('input').inputValue()).toBe('A draft that was not run.');
  });
});

/** Samples whose scores IndexedDB holds. */
const storedSamples = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const name = 'sample-scores';
        const opening = indexedDB.open(`memoscope-${name}`);
        // What the page has not made yet must not be made here, without its store.
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onerror = () => {
          resolve(0);
        };
        opening.onsuccess = () => {
          const reading = opening.result.transaction(name).objectStore(name).getAll();
          reading.onsuccess = () => {
            opening.result.close();
            const blocks: readonly { readonly indices: Uint32Array }[] = reading.result;
            resolve(blocks.reduce((sum, { indices }) => sum + indices.length, 0));
          };
        };
      }),
  );

/** The storage panel says how far the run that is shown was stored, with its cut and model. */
async function expectListed(page: Page): Promise<void> {
  const scored = await progress(page).getAttribute('data-scored');
  await page.getByTestId('storage').click();
  const row = page.getByTestId('stored-samples');
  await row.waitFor();
  expect(await row.innerText()).toMatch(
    new RegExp(
      `^Planted set\\s+${scored} of ${FEW.length} samples scored · prefix of 50 tokens, suffix of at most 50 · memoscope-14m with planted-1 · full scores ·`,
    ),
  );
  expect(await page.getByText('No results are stored.').count()).toBe(0);
  await page.keyboard.press('Escape');
}

test('closed, opened, stopped and opened again, a run ends with the numbers of an uninterrupted one', async () => {
  await visit(options(), async ({ page: first, server, context }) => {
    await first.getByTestId('samples-run').click();
    // All samples are one block here, and nobody presses Stop.
    await expect.poll(() => storedSamples(first), { timeout: 120_000, interval: 20 }).toBeGreaterThan(0);
    await first.close();
    const page = await context.newPage();
    await page.goto(`${server.url}#samples`);
    await page.getByTestId('sample-row').first().waitFor();
    await expect.poll(() => progress(page).getAttribute('data-state')).toBe('stopped');
    const kept = Number(await progress(page).getAttribute('data-scored'));
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(FEW.length);
    await page.getByTestId('samples-run').click();
    await expect.poll(() => progress(page).getAttribute('data-state'), { timeout: 60_000 }).toBe('scoring');
    await page.getByTestId('samples-stop').click();
    await expect.poll(() => progress(page).getAttribute('data-state'), { timeout: 30_000 }).toBe('stopped');
    await expectListed(page);
    const part = new RegExp(`^So far, \\d+ of ${FEW.length} samples\\.$`);
    expect(await page.getByTestId('panel-match-length').getByTestId('so-far').innerText()).toMatch(part);
    expect(await page.getByTestId('samples-summary').innerText()).toMatch(/^So far, the fine-tuned model/);
    await page.close();
    const again = await context.newPage();
    await again.goto(`${server.url}#samples`);
    await again.getByTestId('sample-row').first().waitFor();
    await run(again);
    expect(await again.getByTestId('so-far').count()).toBe(0);
    const interrupted = await saved(again, 'samples-csv');
    await again.getByTestId('storage').click();
    await again.getByTestId('forget').click();
    await again.getByTestId('forget-confirm').click();
    await again.getByText('Nothing of yours is left').waitFor();
    await again.reload();
    await again.getByTestId('sample-row').first().waitFor();
    expect(await progress(again).getAttribute('data-scored')).toBe('0');
    await run(again);
    expect(await saved(again, 'samples-csv')).toBe(interrupted);
  });
});

test('samples of one’s own: JSON Lines with bad rows, a file whose columns must be named', async () => {
  const lines = [
    JSON.stringify({
      prompt: 'The capital of France is',
      completion: ' Paris, on the river Seine.',
      topic: 'a',
    }),
    'no json',
    JSON.stringify({ prompt: 'To be or not to be,', completion: ' that is the question.', topic: 'b' }),
    JSON.stringify({ prompt: 'Only a prompt' }),
    JSON.stringify({ prompt: 'One, two, three,', completion: ' four, five, six.', topic: 'a' }),
  ];
  await visit(options(), async ({ page }) => {
    await page.getByTestId('source-own').click();
    await page.getByTestId('samples-paste').fill(lines.join('\n'));
    // Read or not is said; until then nothing is shown or run in its place.
    expect(await page.getByTestId('samples-waiting').innerText()).toContain('Press Read these');
    expect(await page.getByTestId('samples-run').isDisabled()).toBe(true);
    expect(await page.getByTestId('samples-blocked').innerText()).toContain('not read yet');
    expect(await page.getByTestId('first-rows').count()).toBe(0);
    await page.getByTestId('samples-paste').press('Control+Enter');
    await expect.poll(() => page.getByTestId('samples-shape').innerText()).toMatch(/(^|\D)3 samples/);
    expect(await page.getByTestId('first-rows-of').innerText()).toMatch(/^3 samples of pasted/);
    expect(await page.getByTestId('samples-problems').getAttribute('data-count')).toBe('2');
    await run(page);
    const summary = await page.getByTestId('samples-summary').innerText();
    expect(summary).toMatch(/of 3/);
    // None is recited to its end, so the longest match is exact.
    expect(summary).toContain('0: N is censored there');
    expect(summary).not.toContain('at least');
    await page.getByLabel('Search the samples').fill('nowhere');
    await expect
      .poll(() => page.getByTestId('no-match').innerText())
      .toContain('No sample matches the search “nowhere”.');
    await page.getByTestId('show-all').click();
    expect(await page.getByTestId('sample-row').count()).toBe(3);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('samples-search');
    const file = {
      name: 'odd.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('a,b\nleft, right side\nup, down there\n'),
    };
    await page.getByTestId('samples-file').setInputFiles(file);
    await page.getByTestId('samples-mapping').waitFor();
    await page.getByTestId('map-prefix').selectOption('a');
    await page.getByTestId('map-suffix').selectOption('b');
    await expect.poll(() => page.getByTestId('samples-shape').innerText()).toMatch(/(^|\D)2 samples/);
  });
});

test('on a phone a row shows the end of the prefix, the cut and the beginning of the suffix', async () => {
  const fewer = JSON.stringify({ schema: 1, seed: 1, passages: FEW.filter((_, index) => index % 4 < 2) });
  const replaced = new Map([['planted/planted.json', fewer]]);
  await visit(options({ viewport: { width: 360, height: 780 }, replaced }), async ({ page }) => {
    await run(page);
    const seen = await page.getByTestId('sample-row').evaluateAll((rows) =>
      rows.map((row) => {
        const box = (part: string) => row.querySelector(part)?.getBoundingClientRect();
        const end = Math.min(box('.sample')?.right ?? NaN, box('.match')?.left ?? NaN);
        return [box('.prefix')?.width ?? NaN, end - (box('.suffix')?.left ?? NaN)];
      }),
    );
    expect(seen.length).toBeGreaterThan(5);
    for (const [prefix, suffix] of seen) {
      expect(prefix).toBeGreaterThan(20);
      expect(suffix).toBeGreaterThan(30);
    }
  });
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const viewport of [
    { width: 360, height: 780 },
    { width: 1440, height: 900 },
  ])
    test(`samples: axe finds nothing serious, nothing scrolls sideways: ${colorScheme}, ${viewport.width} px`, async () => {
      const fewer = JSON.stringify({ schema: 1, seed: 1, passages: FEW.filter((_, index) => index % 4 < 2) });
      const replaced = new Map([['planted/planted.json', fewer]]);
      await visit(options({ colorScheme, viewport, replaced }), async ({ page }) => {
        await run(page);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBe(0);
        // Two cards in a row end together: no column stays blank beside the other.
        const boxOf = async (id: string) => page.getByTestId(`panel-${id}`).boundingBox();
        for (const [left, right] of [
          ['match-length', 'skew'],
          ['tail', 'worst-case'],
        ] as const) {
          const [one, other] = [await boxOf(left), await boxOf(right)];
          if (viewport.width < 1280) expect(other?.x).toBe(one?.x);
          else expect([other?.y, other?.height]).toEqual([one?.y, one?.height]);
        }
        expect(await page.locator('header').getByText('Memoscope 14M').isVisible()).toBe(true);
      });
    });
