import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  asShown,
  compared,
  runSamples,
  saved,
  savedBytes,
  settled,
  visitWith,
  withoutNames,
} from './samplesVisit.ts';
import { planted, visit, type VisitOptions } from './visit.ts';

/** The planted set cut to three texts of each number of copies. */
const FEW = [0, 1, 2, 4, 8, 16, 32, 64].flatMap((copies) =>
  planted()
    .filter((text) => text.copies === copies)
    .filter((_, index) => index % 16 === 0)
    .slice(0, 3),
);

const options = (more: VisitOptions = {}): VisitOptions => visitWith(FEW, more);

const PANELS = ['match-length', 'decomposition', 'skew', 'worst-case', 'dependence'];

async function run(page: Page): Promise<void> {
  await runSamples(page);
  await settled(page);
}

/** What compares embeddings, which the file holds. */
const SIMILARITY_PANELS = ['similarity', 'similarity-map', 'local-similarity', 'spectrum'];

const csvs = async (page: Page): Promise<string[]> => {
  const files: string[] = [];
  for (const id of [...PANELS, ...SIMILARITY_PANELS]) files.push(await saved(page, `${id}-csv`));
  files.push(await saved(page, 'samples-csv'));
  // Chromium drops a page's downloads from the eleventh in one second on.
  await page.waitForTimeout(1500);
  return files;
};

const putIn = async (page: Page, content: string, name = 'analysis.json'): Promise<void> => {
  if (!(await page.getByTestId('samples-file').count())) await page.getByTestId('source-own').click();
  await page
    .getByTestId('samples-file')
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
};

test('an analysis goes out as JSON and comes back without a model, run again it is compared number by number', async () => {
  let json = '';
  let before: string[] = [];
  await visit(options(), async ({ page }) => {
    await run(page);
    await compared(page);
    before = await csvs(page);
    json = await saved(page, 'analysis-json');

    // Run again on the same device: not one number differs.
    await page.getByTestId('run-again').click();
    const panel = page.getByTestId('compared');
    await expect.poll(() => panel.getAttribute('data-state'), { timeout: 120_000 }).toBe('done');
    expect(await page.getByTestId('compared-verdict').innerText()).toMatch(/^Equal: all \d+ columns/);
    const differing = panel.locator('tr[data-differ]:not([data-differ="0"])');
    expect(await differing.evaluateAll((rows) => rows.map((row) => row.textContent))).toEqual([]);
    expect(await panel.locator('tr[data-panel]').count()).toBeGreaterThanOrEqual(PANELS.length);
  });
  const content = JSON.parse(json) as { panels: { id: string; rows: unknown[] }[] };
  for (const id of PANELS)
    expect(content.panels.find((panel) => panel.id === id)?.rows.length).toBeGreaterThan(0);

  await visit(options(), async ({ page, server }) => {
    await page.getByTestId('samples-shape').waitFor();
    await putIn(page, json);
    await settled(page);
    const notice = page.getByTestId('file-notice');
    await expect.poll(() => notice.getAttribute('data-panels'), { timeout: 30_000 }).toBe('0');
    expect(await page.getByTestId('panels-agree').innerText()).toMatch(
      /all [\d,]+ numbers of \d+ panels equal/,
    );
    await compared(page);
    expect(await csvs(page)).toEqual(before);
    expect(await page.getByTestId('duplicates').innerText()).toMatch(/duplicate/);
    expect(await page.getByTestId('similarity-missing').count()).toBe(0);
    expect(await page.getByTestId('file-lacks').count()).toBe(0);
    expect(server.requests.filter((path) => /\.(onnx|wasm)\b/.test(path))).toEqual([]);
    expect(await page.getByTestId('samples-run').isDisabled()).toBe(true);

    // The file's numbers against those of a run here, with this visit's model.
    await page.getByTestId('run-again').click();
    await expect
      .poll(() => page.getByTestId('compared').getAttribute('data-state'), { timeout: 120_000 })
      .toBe('done');
    expect(await page.getByTestId('compared-verdict').innerText()).toMatch(/^Equal: all/);

    // Bad files are refused with the reason, and nothing on the page changes.
    const problem = page.getByTestId('samples-input').getByRole('alert');
    await putIn(page, json.replace('"schema":3', '"schema":99'));
    await expect.poll(() => problem.innerText()).toMatch(/newer version.*schema 99/);
    await putIn(page, json.slice(0, json.length / 2));
    await expect.poll(() => problem.innerText()).toMatch(/ends in the middle/);
    await putIn(page, json.replace(/"logPz":[^,]+/, '"logPz":"x"'));
    await expect.poll(() => problem.innerText()).toMatch(/logPz is "x", and it must be a number or null/);
    await putIn(page, json.replace(/"accuracy":[^,]+/, '"accuracy":0.123'));
    await expect.poll(() => problem.innerText()).toMatch(/altered after it was saved/);
    expect(await page.getByTestId('panel-skew').isVisible()).toBe(true);
  });
});

/** Own samples of two kinds, with a copy, a near copy, a row that is none and one that is too short. */
const OWN = [
  ...FEW.map(({ text, kind, copies }) => JSON.stringify({ text, kind, copies })),
  JSON.stringify({ text: FEW[0]?.text, kind: 'copy', copies: 1 }),
  JSON.stringify({ text: `${FEW[23]?.text ?? ''} And so on.`, kind: 'copy', copies: 2 }),
  JSON.stringify({ text: 'too short', kind: 'copy', copies: 2 }),
  '{"broken',
].join('\n');

const EXPERIMENTS = ['length', 'similarity', 'structure'];

test('what was saved is opened in an empty browser as the same page: panels, experiments, table, selection', async () => {
  let json = '';
  let before: Record<string, unknown> = {};
  let files: string[] = [];
  const experimentFiles = async (page: Page): Promise<string[]> => {
    const all: string[] = [];
    for (const name of EXPERIMENTS)
      for (const ending of ['csv', 'svg']) all.push(await saved(page, `experiment-${name}-${ending}`));
    await page.waitForTimeout(1500);
    return all;
  };
  await visit(options(), async ({ page }) => {
    await page.getByTestId('source-own').click();
    await page.getByTestId('samples-paste').fill(OWN);
    await page.getByTestId('samples-read').click();
    await run(page);
    await compared(page);
    for (const name of EXPERIMENTS) {
      await page.getByTestId(`experiment-run-${name}`).click();
      await page.getByTestId(`panel-experiment-${name}`).waitFor({ timeout: 150_000 });
    }
    // Choices that are not the first ones.
    await page.getByTestId('space-centred').click();
    await compared(page);
    for (const choice of ['groups-adjust-bh', 'roc-scale-log', 'local-redundancy', 'map-umap', 'subsets-mix'])
      await page.getByTestId(choice).click();
    await page.getByTestId('samples-group').selectOption('kind');
    await page.getByTestId('member-column').selectOption('copies');
    await page.getByTestId('member-limit').fill('1');
    await page.getByLabel('all columns').check();
    await page.getByTestId('samples-table').getByRole('button', { name: 'N', exact: true }).click();
    await page.getByTestId('column-filter-column').selectOption({ label: 'copies' });
    await page.getByTestId('column-filter-from').fill('1');
    await page.locator('[data-testid="sample-row"][data-place="2"]').focus();
    await page.keyboard.press('Space');
    await page.getByTestId('panel-waterfall').waitFor();
    await expect.poll(() => page.getByTestId('similarity-scatter').innerText()).toContain('no unit');
    await settled(page);
    before = await asShown(page);
    json = await saved(page, 'analysis-json');
    files = await experimentFiles(page);
  });

  await visit(options(), async ({ page, server }) => {
    await page.getByTestId('samples-shape').waitFor();
    await putIn(page, json);
    await settled(page);
    await compared(page);
    await expect.poll(() => asShown(page), { timeout: 30_000 }).toEqual(before);
    // Once more, over results that are shown and were changed.
    await page.getByTestId('samples-table').getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByTestId('panel-waterfall').waitFor({ state: 'detached' });
    await putIn(page, json);
    await expect.poll(() => asShown(page), { timeout: 60_000 }).toEqual(before);
    expect((await experimentFiles(page)).map(withoutNames)).toEqual(files.map(withoutNames));
    const html = await saved(page, 'analysis-report');
    for (const name of EXPERIMENTS) expect(html).toContain(`<section id="experiment-${name}">`);
    expect(server.requests.filter((path) => /\.(onnx|wasm)\b/.test(path))).toEqual([]);

    // Run again, the experiments are too: not one of their numbers is another.
    await page.getByTestId('run-again').click();
    const panel = page.getByTestId('compared');
    await expect.poll(() => panel.getAttribute('data-state'), { timeout: 180_000 }).toBe('done');
    for (const name of EXPERIMENTS)
      expect(await panel.locator(`tr[data-panel="experiment-${name}"]`).getAttribute('data-differ')).toBe(
        '0',
      );
    expect(server.requests.some((path) => /\.onnx\b/.test(path))).toBe(true);
  });
});

test('texts are left out if asked: the numbers come back, and the page says what is missing', async () => {
  await visit(options(), async ({ page }) => {
    await run(page);
    await page.getByTestId('with-texts').uncheck();
    const json = await saved(page, 'analysis-json');
    for (const { text } of FEW) expect(json).not.toContain(text.slice(0, 40));
    expect(json).not.toContain('"embedding":');
    expect(await page.getByTestId('with-embeddings').isDisabled()).toBe(true);
    await putIn(page, json);
    await page.getByTestId('texts-missing').waitFor();
    await settled(page);
    expect(await page.getByTestId('run-again').isDisabled()).toBe(true);
    expect(await page.getByTestId('sample-row').first().innerText()).toContain('text left out');
    // What needs texts says so, with the way out.
    expect(await page.getByTestId('similarity-missing').innerText()).toMatch(/no embeddings.*Without texts/s);
    expect(await page.getByTestId('ceilings-no-texts').innerText()).toMatch(
      /left out.*open a file with texts/,
    );
    expect(await page.getByTestId('membership-verdict').innerText()).toMatch(/reads the texts/);
    await expect
      .poll(() => page.getByTestId('file-notice').getAttribute('data-panels'), { timeout: 30_000 })
      .toBe('0');
    const { violations } = await new AxeBuilder({ page }).include('[data-testid="samples-view"]').analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  });
});

test('the report opens from disk without a request or a script, light and dark, with every panel', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  try {
    await visit(options(), async ({ page, context }) => {
      await run(page);
      const html = await saved(page, 'analysis-report');
      const shown = await page.locator('[data-testid^="panel-"]').evaluateAll((all) => all.length);
      expect(html).not.toMatch(
        /<script|https?:\/\/(?!www\.w3\.org)|var\(--(?!ground|paper|ink|soft|faint|line|accent\))/,
      );
      const path = join(folder, 'report.html');
      writeFileSync(path, html);
      const report = await context.newPage();
      const requests: string[] = [];
      const problems: string[] = [];
      report.on('request', (request) => requests.push(request.url()));
      report.on('console', (message) => problems.push(message.text()));
      report.on('pageerror', (error) => problems.push(error.message));
      const url = pathToFileURL(path).href;
      await report.goto(url, { waitUntil: 'networkidle' });
      expect(requests).toEqual([url]);
      expect(problems).toEqual([]);
      const sections = await report.locator('main > section').evaluateAll((all) =>
        all.map((section) => ({
          id: section.id,
          figures: section.querySelectorAll('figure > svg').length,
          width: section.querySelector('figure > svg')?.getBoundingClientRect().width ?? 0,
          caption: section.querySelector('figcaption')?.textContent.length ?? 0,
          rows: section.querySelectorAll('tbody tr').length,
        })),
      );
      expect(sections.at(-1)?.id).toBe('problems');
      expect(sections.length - 1).toBe(shown);
      for (const id of PANELS) {
        const section = sections.find((candidate) => candidate.id === id);
        expect(section?.figures).toBe(1);
        expect(section?.width).toBeGreaterThan(200);
        expect(section?.caption).toBeGreaterThan(20);
        expect(section?.rows).toBeGreaterThan(0);
      }
      const facts = await report.locator('dl').innerText();
      expect(facts).toMatch(/SHA-256 of the data\s+[0-9a-f]{64}/);
      expect(facts).toMatch(/SHA-256 of the model\s+[0-9a-f]{64}/);
      expect(facts).toMatch(/20250203/);

      // Nothing asks for a pointer, each sentence is a paragraph, and groups have their means.
      expect(html).not.toMatch(/\b(Drag|Click)\b/);
      const said = await report.locator('main section > p').allTextContents();
      expect(said.filter((text) => /[a-z)]\.[A-Z]/.test(text))).toEqual([]);
      expect(await report.locator('#decomposition figure').textContent()).toMatch(
        /64: mean [\d.]+.*, n = \d+, \d+ censored/,
      );

      // The curve and the page take the colours of the dark theme, print those of the light one.
      const colours = () =>
        report.evaluate(() => {
          const curve = document.querySelector('#skew path');
          return [
            curve ? getComputedStyle(curve).stroke : '',
            getComputedStyle(document.body).backgroundColor,
          ];
        });
      const light = await colours();
      await report.emulateMedia({ colorScheme: 'dark' });
      const dark = await colours();
      expect(dark[0]).not.toBe(light[0]);
      expect(dark[1]).not.toBe(light[1]);
      await report.emulateMedia({ colorScheme: 'dark', media: 'print' });
      expect((await colours())[0]).toBe(light[0]);
      // A page of A4 with margins of one centimetre: no table is cut at its edge.
      await report.setViewportSize({ width: 718, height: 1000 });
      const cut = await report
        .locator('.table')
        .evaluateAll((boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth).length);
      expect(cut).toBe(0);
      const theme = await page.evaluate(() => document.documentElement.dataset['theme'] ?? null);
      expect(theme).toBeNull();
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every panel’s figure is saved as PNG, twice the size of its SVG', async () => {
  await visit(options(), async ({ page }) => {
    await run(page);
    for (const id of PANELS) {
      const svg = await saved(page, `${id}-svg`);
      const png = await savedBytes(page, `${id}-png`);
      expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
      const width = Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]);
      expect(png.readUInt32BE(16)).toBe(Math.round(2 * width));
      // Drawn, not blank: a picture of one colour is a few kB.
      expect(png.length).toBeGreaterThan(20_000);
    }
    // A figure on a canvas, as large maps have it, is in the files as a picture.
    await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [60, 30];
      canvas.getContext('2d')?.fillRect(5, 5, 20, 20);
      const figure = document.createElement('figure');
      figure.append(canvas);
      document.querySelector('[data-testid="panel-skew"] figure')?.after(figure);
    });
    expect(await saved(page, 'skew-svg')).toMatch(/<image[^>]* href="data:image\/png;base64,/);
  });
});
