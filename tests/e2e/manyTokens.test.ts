import { type Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { manyTokens, tinyModelFiles } from '../engine/tinyFiles.ts';
import { tokens, visit } from './visit.ts';

/** What a view and its surroundings may hold, whatever the length of the text; the rest of the page is some 500. */
const MOST_TOKENS_DRAWN = 5000;

const drawn = (page: Page): Promise<number> => tokens(page).count();

/** Scrolls the text in steps of a share of its length, a frame each. @returns most tokens drawn on the way. */
const scrollThrough = (page: Page, steps: number): Promise<number> =>
  page.locator('.heat-scroll').evaluate(async (scroller, count) => {
    let most = 0;
    for (let step = 0; step <= count; step++) {
      scroller.scrollTop = (scroller.scrollHeight * step) / count;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      most = Math.max(most, scroller.querySelectorAll('[data-i]').length);
    }
    return most;
  }, steps);

test('a long text of which the box holds the beginning is written over as a whole', async () => {
  const text = manyTokens(30_000);
  await visit({ webgpu: false, replaced: tinyModelFiles() }, async ({ page }) => {
    const box = page.getByTestId('input');
    await box.fill(text);
    await box.blur();
    await page.reload();
    await page.getByTestId('box-part').waitFor();
    await box.fill('A new text.');
    expect(await box.inputValue()).toBe('A new text.');
    // A caret writes where it is, and nothing else is lost.
    await box.fill(text);
    await page.reload();
    await page.getByTestId('box-part').waitFor();
    await box.pressSequentially('!');
    expect(await box.inputValue()).toHaveLength(text.length + 1);
  });
});

test('100,000 tokens are all there, but only those near the view are drawn', async () => {
  const text = manyTokens(105_000);
  const isShown = (page: Page) =>
    expect
      .poll(
        () =>
          page.getByTestId('shown-text').evaluate((element, whole) => element.textContent === whole, text),
        {
          timeout: 60_000,
        },
      )
      .toBe(true);
  await visit({ webgpu: false, replaced: tinyModelFiles() }, async ({ page }) => {
    await page.getByTestId('input').fill(text);
    await page.getByTestId('input').press('Control+Enter');
    await isShown(page);
    await expect
      .poll(() => page.getByTestId('verdict').getAttribute('data-state'), { timeout: 120_000 })
      .toBe('done');
    expect(await drawn(page)).toBeLessThan(MOST_TOKENS_DRAWN);

    await page.reload();
    await isShown(page);
    expect(await page.getByTestId('verdict').getAttribute('data-state')).toBe('done');
    // The box holds the beginning, and says so, until somebody goes into it.
    const box = page.getByTestId('input');
    const part = await box.inputValue();
    expect(text.startsWith(part)).toBe(true);
    expect(await page.getByTestId('box-part').textContent()).toMatch(/first [\d,]+ of 105,0\d\d characters/);
    await box.focus();
    expect(await box.inputValue()).toBe(text);
    await expect.poll(() => page.getByTestId('box-part').count()).toBe(0);
    expect(await scrollThrough(page, 80)).toBeLessThan(MOST_TOKENS_DRAWN);
    // At rest, the end of the text is drawn and coloured, and its beginning is plain again.
    const last = page.locator('.heat-text .block').last();
    await expect.poll(() => last.locator('[data-i][class]').count()).toBeGreaterThan(10);
    await expect.poll(() => drawn(page)).toBeLessThan(MOST_TOKENS_DRAWN / 2);
    await isShown(page);

    // The keyboard still finds its way: the strip brings the beginning back, whose first token is the tab stop.
    await page.getByTestId('minimap').press('Home');
    await page.locator('[data-testid="token"][data-i="0"]').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-i'))).toBe('1');
  });
});
