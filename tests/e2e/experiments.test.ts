import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { rowsOf, saved, settled, visitWith } from './samplesVisit.ts';
import { planted, visit, type VisitOptions } from './visit.ts';

/** Every kind with 0 and with 64 copies, two texts each. */
const FEW = [0, 64].flatMap((copies) =>
  [...new Set(planted().map(({ kind }) => kind))].flatMap((kind) =>
    planted()
      .filter((text) => text.kind === kind && text.copies === copies)
      .slice(0, 2),
  ),
);

const options = (more: VisitOptions = {}): VisitOptions => visitWith(FEW, more);

/** Experiment (b): seven kinds and mixtures of them, trained texts only; embeddings, not words. */
async function expectSubsets(page: Page): Promise<void> {
  const sets = rowsOf(await saved(page, 'experiment-similarity-csv'));
  const kinds = sets.filter((row) => row['sub-sets by'] === 'Kinds');
  expect(kinds.map((row) => Number(row['texts']))).toEqual([2, 2, 2, 2, 2, 2, 2]);
  for (const set of sets.filter((row) => row['sub-sets by'] !== 'correlation'))
    expect(Number(set['gap'])).toBeCloseTo(Number(set['S_full']) - Number(set['S_input']), 8);
  const mixed = sets.filter((row) => row['sub-sets by'] === 'Mixtures');
  expect(mixed).toHaveLength(18);
  const words = await page.getByTestId('panel-experiment-similarity').innerText();
  const related = sets.find((row) => row['sub-set'] === 'gap, raw, within equal copies and kind');
  expect(Number(related?.['texts'])).toBe(14);
  expect(words).toMatch(/hidden state of the base model, last layer/);
  expect(words).toContain(
    `of equal copies and kind ρ = ${Number(related?.['rho with N']).toFixed(2).replace('-', '−')}`,
  );
  expect(words).toMatch(/Remark 2\.7/);
  await page.getByTestId('subsets-mix').click();
  expect(await page.getByTestId('subset-text').innerText()).toMatch(/seed 20250203/);
}

test('three experiments, one click each: numbers out, a conclusion that fits them, all in the report', async () => {
  await visit(options(), async ({ page }) => {
    await page.getByTestId('samples-shape').waitFor();
    for (const name of ['length', 'similarity', 'structure']) {
      await page.getByTestId(`experiment-run-${name}`).click();
      await page.getByTestId(`panel-experiment-${name}`).waitFor({ timeout: 150_000 });
    }
    const words = (name: string) => page.getByTestId(`panel-experiment-${name}`).innerText();

    // (a) The product is what its column says, and the sentence names where it leaves the interval.
    const rows = rowsOf(await saved(page, 'experiment-length-csv')).filter(
      ({ model }) => model === 'Fine-tuned model',
    );
    let product = 1;
    let failsAt: string | null = null;
    for (const row of rows) {
      product *= Number(row['right at n']);
      expect(Number(row['product'])).toBeCloseTo(product, 7);
      const isOutside = product < Number(row['low 95%']) - 1e-9 || product > Number(row['high 95%']) + 1e-9;
      const isJudged = Number(row['samples']) >= 20 && Number(row['P(N >= n)']) > 0;
      if (isJudged && isOutside && row['low 95%'] !== '') failsAt ??= row['n'] ?? null;
    }
    expect(await words('length')).toContain(
      failsAt === null
        ? 'Fine-tuned model: nothing speaks against independence'
        : `independence fails from n = ${failsAt} on`,
    );

    await expectSubsets(page);

    // (c) Both models, both sides.
    const lags = rowsOf(await saved(page, 'experiment-structure-csv'));
    expect(new Set(lags.map((row) => `${row['model']} ${row['texts']}`)).size).toBe(4);
    expect(await words('structure')).toMatch(/no puzzles/);

    const { violations } = await new AxeBuilder({ page }).include('[data-testid="samples-view"]').analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);

    // The page’s own run of the same question has nothing left to score; the report has the experiments too.
    await page.reload();
    await page.getByTestId('panel-dependence').waitFor({ timeout: 60_000 });
    await page.getByTestId('experiment-run-length').click();
    await page.getByTestId('panel-experiment-length').waitFor({ timeout: 60_000 });
    const html = await saved(page, 'analysis-report');
    expect(html).toContain('<section id="experiment-length">');
  });
});

/** The waterfall's file has the logprobs that the interface for scripts gives for the same text. */
async function expectTokensOf(page: Page, text: string): Promise<void> {
  const bars = rowsOf((await saved(page, 'waterfall-csv')).replaceAll(/"[^"\r\n]*"/g, 'text'));
  const api = await page.evaluate((text) => window.memoscope.scoreSamples([text]), text);
  const [sample] = api.samples;
  if (!sample) throw new Error('the text was not scored');
  expect(bars).toHaveLength(sample.suffixTokens ?? NaN);
  bars.forEach((bar, index) => {
    // Alone, the text is padded to another length than beside others: the last digits of a float differ.
    expect(Number(bar['ln p (nats)'])).toBeCloseTo(sample.logprobs[index] ?? NaN, 4);
  });
  expect(Number(bars.at(-1)?.['ln p_z so far (nats)'])).toBeCloseTo(sample.logPz ?? NaN, 4);
  const misses = bars.filter((bar) => bar['first miss'] === 'true').map((bar) => Number(bar['n']));
  expect(misses).toEqual(sample.censored === true ? [] : [(sample.matchLength ?? NaN) + 1]);
}

test('one sample’s waterfall by mouse and keyboard, and the tail', async () => {
  await visit(options({ viewport: { width: 360, height: 780 } }), async ({ page }) => {
    await page.getByTestId('samples-run').click();
    await settled(page, 150_000);
    expect(await page.getByTestId('panel-waterfall').count()).toBe(0);

    // Selected by keyboard: the first row, then its tokens one by one.
    await page.locator('[data-testid="sample-row"][data-place="0"]').focus();
    await page.keyboard.press('Space');
    await page.getByTestId('panel-waterfall').waitFor();
    await expectTokensOf(page, FEW[0]?.text ?? '');
    await page.getByTestId('waterfall').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByTestId('waterfall').locator('.tip').innerText()).toMatch(/^token 2: /);

    // Two samples are no single one.
    await page.locator('[data-testid="sample-row"][data-place="1"]').focus();
    await page.keyboard.press('Space');
    await page.getByTestId('panel-waterfall').waitFor({ state: 'detached' });

    const tail = rowsOf(await saved(page, 'tail-csv'));
    for (const row of tail) expect(Number(row['exact']) + Number(row['censored'])).toBe(Number(row['k']));
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });
});
