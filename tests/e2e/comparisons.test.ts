import { AxeBuilder } from '@axe-core/playwright';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type {} from '../../src/app/api.ts';
import { cellsOf, cutOffTables, runSamples, saved, selectedRows, visitWith } from './samplesVisit.ts';
import { DIST, planted, visit, type VisitOptions } from './visit.ts';

/** The planted set cut to twelve held-out texts and twelve with 64 copies. */
const FEW = [0, 64].flatMap((copies) =>
  planted()
    .filter((text) => text.copies === copies)
    .filter((_, index) => index % 5 === 0)
    .slice(0, 12),
);

const options = (more: VisitOptions = {}): VisitOptions => visitWith(FEW, more);

/** Runs what is in and waits until the last panel here is there. */
async function run(page: Page): Promise<void> {
  await runSamples(page);
  await page.getByTestId('paired-verdict').waitFor({ timeout: 60_000 });
  await page.getByTestId('groups-verdict').waitFor({ timeout: 60_000 });
}

/** Whether panels are computed and the analysis can be saved, one after the other, from a new limit of members on. */
const statesWhileCompared = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
    const isBusy = () => find('panels')?.dataset['busy'] === 'true';
    const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
    while (isBusy()) await pause();
    const limit = find('member-limit') as HTMLInputElement;
    limit.value = '10';
    limit.dispatchEvent(new Event('change', { bubbles: true }));
    await pause();
    const states = new Set<string>();
    for (let isOn = true; isOn; await pause()) {
      isOn = isBusy();
      const canSave = !(find('analysis-json') as HTMLButtonElement).disabled;
      states.add(`panels ${isOn ? 'computed' : 'there'}, ${canSave ? 'saving' : 'no saving'}`);
    }
    return [...states];
  });

/** Rows of a panel's CSV as cells. */
const savedRows = async (page: Page, id: string): Promise<string[][]> =>
  cellsOf(await saved(page, `${id}-csv`));

/** A table of names and values. */
const namedValues = (rows: readonly string[][]): Record<string, string> =>
  Object.fromEntries(rows.map(([what = '', value = '']): [string, string] => [what, value]));

/** The share of all pairs in which the second value is the larger, ties half. */
function superiority(x: readonly number[], y: readonly number[]): number {
  const wins = y.flatMap((b) => x.map((a) => Number(b > a) + Number(b === a) / 2));
  return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}

test('planted texts: groups, membership, ceilings and the base beside the adapter, as the interface has them', async () => {
  await visit(options(), async ({ page }) => {
    await run(page);
    const { samples } = await page.evaluate(
      (texts) => window.memoscope.scoreSamples(texts),
      FEW.map(({ text }) => text),
    );
    const of = (copies: number, value: (sample: (typeof samples)[number]) => number | null): number[] =>
      samples.filter((_, index) => FEW[index]?.copies === copies).map((sample) => value(sample) ?? NaN);
    const expected = superiority(
      of(0, ({ matchLength }) => matchLength),
      of(64, ({ matchLength }) => matchLength),
    );

    // Groups: four tests of two groups, and the effect size of the pair.
    // Samples recited to the end stand out: those of 64 copies do.
    expect(await page.getByTestId('group-censored').count()).toBeGreaterThan(0);
    expect(await page.getByTestId('group-tests').locator('tbody tr').count()).toBe(4);
    const groups = await savedRows(page, 'groups');
    const tests = groups.filter((row) => row[1]?.includes('('));
    expect(tests.map((row) => row[1]?.split(' (')[0])).toEqual([
      'Mann-Whitney',
      'Permutation',
      'Kolmogorov-Smirnov',
      'Log-rank',
    ]);
    const effect = groups.find((row) => row[0] === '0 | 64' && row[7] !== '');
    expect(Number(effect?.[7])).toBeCloseTo(expected, 6);
    for (const row of tests) expect(Number(row[4])).toBeGreaterThanOrEqual(Number(row[3]));
    await page.getByTestId('groups-adjust-bh').check();
    const adjusted = (await savedRows(page, 'groups')).filter((row) => row[1]?.includes('('));
    adjusted.forEach((row, place) => {
      expect(Number(row[4])).toBeLessThanOrEqual(Number(tests[place]?.[4]));
    });
    await page.getByTestId('group-select').last().click();
    expect(await selectedRows(page)).toEqual(
      FEW.flatMap(({ copies }, index) => (copies === 64 ? [index] : [])),
    );

    // Membership: the AUROC of LOSS by hand, beside the texts alone; rates that twelve cannot support are refused.
    const loss = page.locator('[data-testid="membership-scores"] [data-score="loss"]');
    const auroc = superiority(
      of(0, (sample) => sample.loss),
      of(64, (sample) => sample.loss),
    );
    expect(Number(await loss.getAttribute('data-auroc'))).toBeCloseTo(auroc, 5);
    await page.locator('[data-testid="membership-scores"] [data-score="blind"]').waitFor();
    await expect
      .poll(() => page.getByTestId('membership-verdict').innerText(), { timeout: 30_000 })
      .toMatch(/does best of 8.*texts alone/s);
    expect(await page.getByTestId('membership-refusal').innerText()).toMatch(/1% and 0.1%.*12 non-members/s);
    await page.getByTestId('roc-scale-log').check();
    expect(await page.getByTestId('roc').locator('path.focused').getAttribute('d')).not.toBe('');
    // No member among the samples: said, not computed.
    await page.getByTestId('member-limit').fill('1000');
    await page.getByTestId('member-limit').press('Tab');
    expect(await page.getByTestId('membership-undefined').innerText()).toContain('Not defined');
    await page.getByTestId('member-limit').fill('0');
    await page.getByTestId('member-limit').press('Tab');
    await loss.waitFor();
    // Before a column is chosen there is only the choice: no counts of 0, no note on methods, no scale.
    const rule = page.getByTestId('member-column');
    const column = await rule.inputValue();
    await rule.selectOption('');
    await page.getByTestId('membership-none').waitFor();
    expect(await page.getByTestId('panel-membership').innerText()).not.toMatch(/non-member,|AUROC|log-log/);
    await rule.selectOption(column);
    await loss.waitFor();
    // What is saved has the numbers of every panel: not while one of them is computed anew.
    expect(await statesWhileCompared(page)).toEqual(['panels computed, no saving', 'panels there, saving']);

    // The base beside the adapter, without a click.
    const numbers = namedValues(await savedRows(page, 'paired'));
    const differences = samples.map(
      ({ matchLength, baseMatchLength }) => (matchLength ?? 0) - (baseMatchLength ?? 0),
    );
    expect(Number(numbers['pairs'])).toBe(FEW.length);
    expect(Number(numbers['increases'])).toBe(differences.filter((difference) => difference > 0).length);
    expect(Number(numbers['decreases'])).toBe(differences.filter((difference) => difference < 0).length);
    // The figure's brush, by keyboard from its first stop on, selects the pairs with these differences.
    const lowest = Math.min(...differences);
    const steps = Math.max(1, -lowest);
    await page.getByTestId('paired-differences').focus();
    await page.keyboard.press('ArrowRight');
    for (let step = 0; step < steps; step++) await page.keyboard.press('Shift+ArrowRight');
    expect(await selectedRows(page)).toEqual(
      differences.flatMap((difference, index) => (difference <= lowest + steps ? [index] : [])),
    );

    // A figure stands alone.
    for (const id of ['groups', 'membership', 'ceilings', 'paired']) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByTestId(`${id}-svg`).click(),
      ]);
      const svg = (await (await download.createReadStream()).setEncoding('utf8').toArray()).join('');
      expect(svg).not.toMatch(/var\(--|class=|<script/);
      expect(svg.match(/<svg/g)?.length).toBeGreaterThan(1);
    }
  });
});

/** The statistics worker as it is built, without an answer to what takes long. */
function withoutResampling(): Map<string, string> {
  const name =
    readdirSync(join(DIST, 'assets')).find((file) => /^statistics\.worker-.*\.js$/.test(file)) ?? '';
  const held = ['testGroups', 'blindMembership', 'simulateMaxima', 'dependence', 'skewIntervals'];
  const hold = `
    const add = self.addEventListener.bind(self);
    self.addEventListener = (type, listener) =>
      add(type, (event) => {
        if (!${JSON.stringify(held)}.includes(event.data?.path?.[0])) listener(event);
      });
  `;
  return new Map([[`assets/${name}`, `{${hold}}\n${readFileSync(join(DIST, 'assets', name), 'utf8')}`]]);
}

test('estimates stand while what resamples is still to come: no p, no verdict, and files say so', async () => {
  const texts = visitWith(FEW.filter((_, index) => index % 2 === 0));
  const replaced = new Map([...(texts.replaced ?? []), ...withoutResampling()]);
  await visit({ ...texts, replaced, serviceWorker: false }, async ({ page }) => {
    await runSamples(page);
    for (const id of ['groups-pending', 'membership-pending', 'panel-worst-case', 'panel-dependence'])
      await page.getByTestId(id).waitFor({ timeout: 60_000 });
    for (const id of ['groups-verdict', 'group-tests', 'membership-verdict'])
      expect(await page.getByTestId(id).count()).toBe(0);
    expect(await page.getByTestId('maximum').locator('path.mean').count()).toBe(1);
    expect(await page.getByTestId('maximum').locator('circle').count()).toBe(0);
    expect(await page.getByTestId('information').locator('rect.raw').count()).toBeGreaterThan(0);
    expect(await page.getByTestId('information').locator('.null').count()).toBe(0);
    const scores = page.getByTestId('membership-scores');
    expect(await scores.locator('[data-score="loss"]').innerText()).toMatch(/[01]\.\d\d …\s+…/);
    for (const [id, told] of [
      ['groups', /P values: to come/],
      ['membership', /interval, 95%: to come.*Blind baseline: to come/],
      ['worst-case', /Dots: to come/],
      ['dependence', /Chance: to come/],
    ] as const)
      expect(await saved(page, `${id}-csv`)).toMatch(told);
    const { violations } = await new AxeBuilder({ page }).include('[data-testid="samples-view"]').analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  });
});

test('samples that begin alike and part: ceilings name both, also after a reload', async () => {
  const start = 'The old harbour master wrote in his book that the ';
  const lines = [
    { prefix: start, suffix: 'tide was late.', seen: 'yes' },
    { prefix: start, suffix: 'tide was late.', seen: 'yes' },
    { prefix: start, suffix: 'ferry sank at noon.', seen: 'no' },
    { prefix: 'One, two, three,', suffix: ' four, five, six.', seen: 'no' },
  ].map((line) => JSON.stringify(line));
  await visit(options(), async ({ page }) => {
    await page.getByTestId('source-own').click();
    await page.getByTestId('samples-paste').fill(lines.join('\n'));
    await page.getByTestId('samples-read').click();
    await expect.poll(() => page.getByTestId('samples-shape').innerText()).toMatch(/(^|\D)4 samples/);
    await page.getByTestId('samples-run').click();
    const check = async (): Promise<void> => {
      await page.getByTestId('ceilings-verdict').waitFor({ timeout: 120_000 });
      expect(await page.getByTestId('ceilings-verdict').innerText()).toMatch(
        /1 sample of 4.*at most 3 of them/s,
      );
      const row = page.getByTestId('ceiling-row');
      expect(await row.getAttribute('data-index')).toBe('2');
      expect(['0', '1']).toContain(await row.getAttribute('data-rival'));
      await row.click();
      expect((await selectedRows(page)).at(-1)).toBe(2);
    };
    await check();
    // Two groups of two are too small to be compared, and so are the classes of the baseline.
    expect(await page.getByTestId('groups-undefined').innerText()).toContain('Not defined');
    expect(await page.getByTestId('member-column').inputValue()).toBe('seen');
    expect(await page.getByTestId('membership-verdict').innerText()).toContain('nothing to hold it against');

    // After a reload the scores are there, the tokens are not: that is said, with the remedy.
    await page.reload();
    await page.getByTestId('ceilings-cut').waitFor({ timeout: 60_000 });
    await page.getByTestId('ceilings-cut-again').click();
    await check();
  });
});

test('another run of the same samples pairs up', async () => {
  await visit(options(), async ({ page }) => {
    await run(page);
    const mean = async () => namedValues(await savedRows(page, 'paired'));
    const withAdapter = await mean();
    await page.getByTestId('samples-subject').selectOption({ index: 1 });
    await run(page);
    const turned = await mean();
    // The base run has no base of its own: what it is compared with is the stored run of the adapter.
    expect(turned['mean N of this run (tokens)']).toBe(withAdapter['mean N of the other run (tokens)']);
    expect(turned['mean N of the other run (tokens)']).toBe(withAdapter['mean N of this run (tokens)']);
    expect(turned['increases']).toBe(withAdapter['decreases']);
    expect(await page.getByTestId('paired-other').innerText()).toContain('planted-1');
    // Names of runs are long; the page is no wider for them.
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await page.getByTestId('paired-other').isVisible()).toBe(true);
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(overflow).toBe(0);
  });
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`comparisons: axe finds nothing serious, nothing scrolls sideways at 360 px: ${colorScheme}`, async () => {
    const viewport = { width: 360, height: 780 };
    await visit(options({ colorScheme, viewport }), async ({ page }) => {
      await run(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      expect(await cutOffTables(page)).toEqual([]);
    });
  });
