import type {} from '../../src/app/api.ts';
import { expect, test } from 'vitest';
import { planted, tokens, visit } from './visit.ts';

/** About `count` characters of planted and held-out text. */
const longText = (count: number): string => {
  const pieces = planted().map((text) => text.text);
  let text = '';
  for (let index = 0; text.length < count; index++) text += `${pieces[index % pieces.length] ?? ''}\n\n`;
  return text;
};

test('stop keeps what is scored, resume finishes it with the numbers of an uninterrupted run', async () => {
  const text = longText(14_000);
  await visit({ webgpu: false }, async ({ page }) => {
    await page.getByTestId('input').fill(text);
    await page.getByTestId('input').press('Control+Enter');
    await expect
      .poll(() => page.getByTestId('token').count(), { timeout: 60_000, interval: 50 })
      .toBeGreaterThan(10);
    await expect
      .poll(() => page.getByTestId('progress').getAttribute('data-done'), { timeout: 30_000, interval: 20 })
      .not.toBe('0');
    await page.getByTestId('stop').click();
    await page.getByTestId('resume').waitFor({ timeout: 20_000 });
    expect(await page.getByTestId('verdict').getAttribute('data-state')).toBe('stopped');
    // The cut is among what is scored.
    expect(await page.getByTestId('match').innerText()).toMatch(/^(≥ )?\d+ of \d+$/);
    await page.getByTestId('resume').click();
    await expect
      .poll(() => page.getByTestId('verdict').getAttribute('data-state'), { timeout: 90_000 })
      .toBe('done');
    const whole = await page.evaluate((value) => window.memoscope.score(value), text);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('export-json').click(),
    ]);
    const json = (await (await download.createReadStream()).setEncoding('utf8').toArray()).join('');
    const exported = JSON.parse(json) as { tokens: { logprob: number | null; rank: number | null }[] };
    expect(exported.tokens.length).toBe(whole.tokens.length);
    const difference = exported.tokens.map((token, index) =>
      Math.abs((token.logprob ?? NaN) - (whole.tokens[index]?.logprob ?? NaN)),
    );
    expect(Math.max(...difference)).toBeLessThan(1e-3);
  });
});

test('a run that a closed tab cut short goes on where it was', async () => {
  const text = longText(16_000);
  await visit({ webgpu: false }, async ({ page, context, server }) => {
    await page.getByTestId('input').fill(text);
    await page.getByTestId('input').press('Control+Enter');
    await expect
      .poll(() => page.getByTestId('progress').getAttribute('data-done'), { timeout: 60_000, interval: 50 })
      .not.toBe('0');
    await page.waitForTimeout(1500);
    await page.close();
    const again = await context.newPage();
    await again.goto(server.url);
    await again.getByTestId('resume').waitFor({ timeout: 20_000 });
    expect(await tokens(again).count()).toBeGreaterThan(10);
    await again.getByTestId('resume').click();
    await expect
      .poll(() => again.getByTestId('verdict').getAttribute('data-state'), { timeout: 90_000 })
      .toBe('done');
  });
});
