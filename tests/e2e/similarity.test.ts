import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type {} from '../../src/app/api.ts';
import {
  compared,
  cutOffTables,
  rowsOf,
  runSamples,
  saved,
  selectedRows,
  visitWith,
} from './samplesVisit.ts';
import { planted, visit, type VisitOptions } from './visit.ts';

/** Six planted texts of each of some numbers of copies. */
const FEW = [0, 4, 64].flatMap((copies) =>
  planted()
    .filter((text) => text.copies === copies)
    .slice(0, 6),
);

const options = (more: VisitOptions = {}): VisitOptions => visitWith(FEW, more);

/** Runs what is in and waits for its similarities. */
async function run(page: Page): Promise<void> {
  await runSamples(page, 200_000);
  await compared(page);
}

test('map, gaps, neighbours, spectrum: numbers out, one selection, a map on demand, both kinds of cosines', async () => {
  await visit(options(), async ({ page }) => {
    await run(page);

    // What is on screen is what the file has.
    const sets = rowsOf(await saved(page, 'similarity-csv'));
    const raw = sets.filter((row) => row['cosines'] === 'as they are');
    expect(raw.map((row) => [row['set'], row['samples']])).toEqual([
      ['all', '18'],
      ['0', '6'],
      ['4', '6'],
      ['64', '6'],
    ]);
    const [whole] = raw;
    const number = (name: string, row = whole): number => Number(row?.[name]);
    expect(number('gap')).toBeCloseTo(number('S_full') - number('S_input'), 7);
    expect(number('gap low 95%')).toBeLessThan(number('gap'));
    expect(number('gap high 95%')).toBeGreaterThan(number('gap'));
    expect(await page.getByTestId('similarity-set').first().innerText()).toContain(
      number('S_input').toFixed(3),
    );
    // All samples are the background of themselves; hidden states share a direction, which centring removes.
    expect(Math.abs(number('background of prefixes') - number('S_input'))).toBeLessThan(0.02);
    const centred = sets.find((row) => row['cosines'] === 'less their mean');
    expect(Math.abs(number('S_input', centred))).toBeLessThan(0.2);
    expect(number('S_input')).toBeGreaterThan(0.4);

    const local = rowsOf(await saved(page, 'local-similarity-csv'));
    const api = await page.evaluate(
      (texts) => window.memoscope.scoreSamples(texts),
      FEW.map(({ text }) => text),
    );
    expect(local.map((row) => Number(row['N (tokens)']))).toEqual(
      api.samples.map(({ matchLength }) => matchLength),
    );
    for (const row of local) {
      expect(Number(row['local gap'])).toBeGreaterThan(-2);
      expect(Number(row['mean cosine of 10 nearest'])).toBeLessThanOrEqual(1);
    }
    expect(await page.getByTestId('association').allInnerTexts()).toEqual([
      expect.stringMatching(/Spearman ρ = .*n = 18.*Given copies/),
      expect.stringMatching(/Spearman ρ = /),
    ]);

    const spectrum = rowsOf(await saved(page, 'spectrum-csv')).filter(
      (row) => row['embeddings'] === 'full texts' && row['cosines'] === 'less their mean',
    );
    const shares = spectrum.map((row) => Number(row['share of variance']));
    expect(shares).toHaveLength(18);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));

    for (const id of ['similarity', 'similarity-map', 'local-similarity', 'spectrum']) {
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

    // A rectangle over the whole map selects all, one over its left half those that lie there.
    const map = page.getByTestId('similarity-scatter');
    await map.evaluate((element) => {
      element.scrollIntoView({ block: 'center' });
    });
    const box = await map.boundingBox();
    if (!box) throw new Error('no map');
    const drag = async (share: number): Promise<void> => {
      await page.mouse.move(box.x + 12.5, box.y + 30.5);
      await page.mouse.down();
      await page.mouse.move(box.x + 12 + share * (box.width - 24), box.y + 409, { steps: 4 });
      await page.mouse.up();
    };
    const places = rowsOf(await saved(page, 'similarity-map-csv'));
    const across = places.map((row) => Number(row['x']));
    const middle = (Math.max(...across) + Math.min(...across)) / 2;
    await drag(0.5);
    expect(await selectedRows(page)).toEqual(
      across.flatMap((value, index) => (value < middle ? [index] : [])),
    );
    await drag(1);
    expect(await selectedRows(page)).toHaveLength(18);

    // By keyboard: to a point, and select it; its neighbours stand beside the map.
    await page.keyboard.press('Escape');
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const [chosen] = await selectedRows(page);
    const neighbours = page.getByTestId('neighbours');
    expect(await neighbours.getAttribute('data-of')).toBe(String(chosen));
    await expect.poll(() => page.getByTestId('neighbour').count()).toBe(8);
    const cosines = await page
      .getByTestId('neighbour')
      .evaluateAll((rows) => rows.map((row) => Number(row.querySelectorAll('.number')[0]?.textContent)));
    expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));

    // The neighbour map is laid out when it is asked for, and is the same each time.
    const layouts: string[] = [];
    for (let time = 0; time < 2; time++) {
      await page.getByTestId('map-umap').click();
      await expect
        .poll(
          async () => (await page.getByTestId('panel-similarity-map').innerText()).includes('UMAP from'),
          {
            timeout: 60_000,
          },
        )
        .toBe(true);
      layouts.push(await saved(page, 'similarity-map-csv'));
      // The other cosines and back again: the map is forgotten.
      await page.getByTestId('space-centred').click();
      await compared(page);
      expect(await page.getByTestId('similarity-gap').innerText()).toContain('near 0');
      await page.getByTestId('space-raw').click();
      await compared(page);
      await page.getByTestId('map-pca').click();
    }
    expect(layouts[1]).toBe(layouts[0]);
    expect(rowsOf(layouts[0] ?? '').map((row) => row['x'])).not.toEqual(places.map((row) => row['x']));
    await page.getByTestId('map-colour').selectOption('column:copies');
    expect(await page.getByTestId('panel-similarity-map').innerText()).toContain('64');
  });
});

test('copies among the samples become columns, groups and a covariate, on screen and in the file', async () => {
  const words = (from: number): string =>
    Array.from({ length: 30 }, (_, index) => `word${from + index}`).join(' ');
  const texts = [words(0), words(0), words(100), `So ${words(100)}`, words(200), words(300)];
  const lines = texts.map((text, index) => JSON.stringify({ text, length: index }));
  await visit(options(), async ({ page }) => {
    await page.getByTestId('source-own').click();
    await page.getByTestId('samples-paste').fill(lines.join('\n'));
    await page.getByTestId('samples-read').click();
    await expect.poll(() => page.getByTestId('samples-shape').innerText()).toMatch(/(^|\D)6 samples/);
    await run(page);
    const note = page.getByTestId('duplicates');
    expect(await note.getAttribute('data-skipped')).toBe('0');
    expect(await note.innerText()).toMatch(/2 samples share their exact tokens with another/);
    const rows = rowsOf(await saved(page, 'samples-csv'));
    expect(rows.map((row) => row['same text (samples)'])).toEqual(['2', '2', '1', '1', '1', '1']);
    // The first two are twins; the second pair is cut to one length and near.
    expect(rows.map((row) => row['near copies (samples)'])).toEqual(['2', '2', '2', '2', '1', '1']);
    expect(rows.map((row) => row['cluster'])).toEqual(['1', '1', '3', '3', '', '']);
    expect(await page.getByTestId('covariate').locator('option').allInnerTexts()).toEqual([
      'length',
      'near copies within this set',
    ]);
    await page
      .getByTestId('panel-decomposition')
      .locator('select')
      .last()
      .selectOption('copies within this set');
    await expect
      .poll(async () =>
        (await page.getByTestId('similarity-set').allInnerTexts()).map((text) => text.split('\t')[0]),
      )
      .toEqual(['all', 'alone', 'near duplicates', 'exact duplicates']);

    // They are there again after a reload, without the model.
    await page.reload();
    await page.getByTestId('duplicates').waitFor();
    await compared(page);
    expect(rowsOf(await saved(page, 'samples-csv'))).toEqual(rows);
  });
});

test('a run that was stored without embeddings is shown, and says how to get them', async () => {
  await visit(options(), async ({ page }) => {
    await run(page);
    const before = await saved(page, 'samples-csv');
    // As an earlier version left it.
    await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open('memoscope-sample-scores');
        opening.onsuccess = () => {
          resolve(opening.result);
        };
        opening.onerror = () => {
          reject(new Error('not opened'));
        };
      });
      const store = database.transaction('sample-scores', 'readwrite').objectStore('sample-scores');
      await new Promise<void>((resolve, reject) => {
        const walk = store.openCursor();
        walk.onerror = () => {
          reject(new Error('not read'));
        };
        walk.onsuccess = () => {
          const cursor = walk.result;
          if (!cursor) {
            resolve();
            return;
          }
          const { indices, samples } = cursor.value as Record<string, unknown>;
          cursor.update({ indices, samples });
          cursor.continue();
        };
      });
      database.close();
    });
    await page.reload();
    await page.getByTestId('similarity-missing').waitFor();
    expect(await page.getByTestId('similarity-panels').count()).toBe(0);
    expect(await saved(page, 'samples-csv')).toBe(before);
    await page.getByTestId('similarity-again').click();
    await compared(page);
    expect(await page.getByTestId('similarity-missing').count()).toBe(0);
    expect(await saved(page, 'samples-csv')).toBe(before);
  });
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const viewport of [
    { width: 360, height: 780 },
    { width: 1440, height: 900 },
  ])
    test(`similarity: axe finds nothing serious, nothing scrolls sideways: ${colorScheme}, ${viewport.width} px`, async () => {
      await visit(options({ colorScheme, viewport }), async ({ page }) => {
        await run(page);
        await page.getByTestId('similarity-scatter').focus();
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Enter');
        await page.getByTestId('neighbour').first().waitFor();
        const { violations } = await new AxeBuilder({ page })
          .include('[data-testid="similarity-panels"]')
          .analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBe(0);
        expect(await cutOffTables(page)).toEqual([]);
      });
    });
