/** What tests of the view "Samples" share: a cut planted set, running it, and what it gives out. */
import type { Page } from 'playwright-core';
import type { Planted, VisitOptions } from './visit.ts';

/** A visit to the view with these passages in the place of the planted set. */
export const visitWith = (passages: readonly Planted[], more: VisitOptions = {}): VisitOptions => ({
  path: '#samples',
  replaced: new Map([['planted/planted.json', JSON.stringify({ schema: 1, seed: 1, passages })]]),
  ...more,
});

/** Runs what is in, to its end. */
export async function runSamples(page: Page, timeout = 120_000): Promise<void> {
  await page.getByTestId('samples-run').click();
  await page.waitForFunction(
    () =>
      document.querySelector<HTMLElement>('[data-testid="samples-progress"]')?.dataset['state'] === 'done',
    undefined,
    { timeout },
  );
}

/** Waits until every panel has all its numbers. */
export async function settled(page: Page, timeout = 60_000): Promise<void> {
  await page.getByTestId('panel-dependence').waitFor({ timeout });
  await page.locator('[data-testid="panels"][data-busy="false"]').waitFor({ timeout });
}

/** Waits until the worker has compared all pairs. */
export async function compared(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector<HTMLElement>('[data-testid="similarity-panels"]')?.dataset['busy'] === 'false',
    undefined,
    { timeout: 120_000 },
  );
}

/** The file that a button saves. */
export async function savedBytes(page: Page, testId: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testId).click()]);
  const chunks: unknown[] = await (await download.createReadStream()).toArray();
  return Buffer.concat(chunks as Buffer[]);
}

export const saved = async (page: Page, testId: string): Promise<string> =>
  (await savedBytes(page, testId)).toString('utf8');

/** Rows of a saved CSV as cells, its header first; lines that begin with # are settings. */
export const cellsOf = (csv: string): string[][] =>
  csv
    .trim()
    .split('\r\n')
    .filter((line) => !line.startsWith('#') && !line.startsWith('"#'))
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.replaceAll('"', '')));

/** The same by the names of the header. */
export function rowsOf(csv: string): Record<string, string>[] {
  const [names = [], ...rows] = cellsOf(csv);
  return rows.map((cells) => Object.fromEntries(cells.map((cell, column) => [names[column] ?? '', cell])));
}

/** Tables of the panels that are wider than their place and do not show it by a shadow, or cannot be scrolled by key. */
export const cutOffTables = (page: Page): Promise<string[]> =>
  page.locator('[data-testid^="panel-"] table').evaluateAll((tables) =>
    tables.flatMap((table) => {
      const region = table.parentElement;
      if (!region || region.scrollWidth <= region.clientWidth + 1) return [];
      const isShown = region.parentElement?.dataset['more']?.includes('end') === true;
      const isReached = region.tabIndex === 0 && region.role === 'region' && region.ariaLabel !== null;
      return isShown && isReached ? [] : [region.outerHTML.slice(0, 200)];
    }),
  );

/** Indices of the selected samples, ascending; all rows are shown after that. */
export async function selectedRows(page: Page): Promise<number[]> {
  await page.getByTestId('samples-filter').selectOption('selected');
  const rows = await page
    .getByTestId('sample-row')
    .evaluateAll((all) => all.map((row) => Number((row as HTMLElement).dataset['index'])));
  await page.getByTestId('samples-filter').selectOption('all');
  return rows.sort((a, b) => a - b);
}

/** A figure without what is not seen of it: names of clip paths count up, and comments are the framework’s. */
export const withoutNames = (svg: string): string => svg.replace(/\bc\d+\b|<!--.*?-->/g, '');

/** What is shown of the samples, whatever they were read from. */
const PARTS = [
  'section.panel[data-testid]:not([data-testid="samples-input"], [data-testid="file-notice"])',
  ...['shape', 'problems', 'unscorable', 'cuts'].map((name) => `[data-testid="samples-${name}"]`),
  '.table table',
].join();

/**
 * The view as a visitor has it, by place: words of each panel and section, their figures, what is set in their
 * controls, the selected rows; and how the samples are cut and measured.
 */
export async function asShown(page: Page): Promise<Record<string, unknown>> {
  const parts = await page.locator(PARTS).evaluateAll((all) =>
    all.map((part) => ({
      part: (part as HTMLElement).dataset['testid'] ?? 'rows',
      words: (part as HTMLElement).innerText.split('\n'),
      settings: [...part.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select')].map(
        (control) =>
          'checked' in control && control.type !== 'search'
            ? `${control.value}: ${control.checked ? 'on' : 'off'}`
            : control.value,
      ),
      figures: [...part.querySelectorAll('figure svg')].map(({ innerHTML }) => innerHTML),
      selected: [...part.querySelectorAll<HTMLElement>('tr[aria-selected="true"]')].map(
        ({ dataset }) => dataset['index'],
      ),
    })),
  );
  const measured = await page
    .getByTestId('samples-input')
    .locator('[data-testid^="split-"], [data-testid^="mode-"], [data-testid="samples-subject"]')
    .evaluateAll((all) =>
      (all as HTMLInputElement[]).map(({ dataset, value, checked }) => [dataset['testid'], value, checked]),
    );
  const shown = parts.map(({ part, figures, ...rest }) => [
    part,
    { ...rest, figures: figures.map(withoutNames) },
  ]);
  return { ...(Object.fromEntries(shown) as object), measured };
}
