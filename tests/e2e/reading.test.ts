import { expect, test } from 'vitest';
import type {} from '../../src/app/api.ts';
import { analyse, finished, plantedText, visit } from './visit.ts';

const popover = 'popover';

test('hover, focus and click open the same card for a token', async () => {
  await visit({}, async ({ page }) => {
    await analyse(page, plantedText('prose', 64));
    const fifth = page.locator('[data-testid="token"][data-i="5"]');
    await fifth.hover();
    const byHover = await page.getByTestId(popover).innerText();
    await page.mouse.move(2, 2);
    await fifth.click();
    expect(await page.getByTestId(popover).innerText()).toBe(byHover);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByTestId(popover).isVisible()).toBe(false);
    expect(byHover).toMatch(/rank/i);
    expect(byHover).toMatch(/entropy/i);
    expect(byHover).toMatch(/nats/i);
  });
});

test('the numbers of the card are those of the programming interface', async () => {
  const text = plantedText('qa', 8);
  await visit({}, async ({ page }) => {
    await analyse(page, text);
    const scored = await page.evaluate((value) => window.memoscope.score(value), text);
    const token = scored.tokens[7];
    if (!token) throw new Error('too short');
    await page.locator('[data-testid="token"][data-i="7"]').click();
    const card = await page.getByTestId(popover).innerText();
    expect(card).toContain(`${token.rank}`);
    expect(card.replace('−', '-')).toContain((token.logprob ?? NaN).toFixed(3));
  });
});

test('a text that is edited beside its verdict: the verdict is said to be of the earlier one', async () => {
  const text = plantedText('qa', 8);
  await visit({}, async ({ page }) => {
    const notice = page.getByTestId('outdated');
    const box = page.getByTestId('input');
    await analyse(page, text);
    expect(await notice.innerText()).toBe('');
    await box.press('End');
    await box.pressSequentially('!');
    await expect.poll(() => notice.innerText()).toMatch(/changed since: this is the result of the earlier/);
    expect(await notice.getAttribute('role')).toBe('status');
    // Once it is there it stays where it is, whatever is typed.
    const place = await page.getByTestId('verdict').boundingBox();
    await box.pressSequentially(' And more of it.');
    expect(await page.getByTestId('verdict').boundingBox()).toEqual(place);
    await page.reload();
    await expect.poll(() => notice.innerText()).toMatch(/earlier one/);
    expect(await page.getByTestId('progress').getAttribute('data-state')).toBe('done');
    await box.press('Control+Enter');
    await expect.poll(() => notice.innerText()).toBe('');
    await finished(page, text);
    await box.fill('');
    expect(await notice.innerText()).toBe('');
  });
});

test('every mode colours by its own fixed scale and shows that scale as its legend', async () => {
  await visit({}, async ({ page }) => {
    await analyse(page, plantedText('code', 32));
    const legends = new Set<string>();
    for (const mode of ['verdict', 'probability', 'rank', 'excess']) {
      await page.getByTestId(`mode-${mode}`).click();
      legends.add(await page.getByTestId('legend').innerText());
    }
    expect(legends.size).toBe(4);
    await page.getByTestId('mode-rank').click();
    expect(await page.getByTestId('legend').innerText()).toMatch(/11.*100[\s\S]*1,?000/);
  });
});

test('the pieces on screen are the text, byte for byte, whatever the script', async () => {
  const text =
    'Naïve café \u{1F469}\u200D\u{1F469}\u200D\u{1F467} e\u0301 中文字符 مرحبا بالعالم\r\n\ttab <b>&amp;</b>\u0000 end';
  await visit({}, async ({ page }) => {
    await page.getByTestId('input').fill(text);
    await page.getByTestId('input').press('Control+Enter');
    await expect
      .poll(() => page.getByTestId('verdict').getAttribute('data-state'), { timeout: 60_000 })
      .toBe('done');
    const typed = await page.getByTestId('input').inputValue();
    const { tokens } = await page.evaluate((value) => window.memoscope.score(value), typed);
    expect(tokens.map(({ byteStart }) => byteStart)).toEqual([
      0,
      ...tokens.slice(0, -1).map(({ byteEnd }) => byteEnd),
    ]);
    expect(tokens.at(-1)?.byteEnd).toBe(new TextEncoder().encode(typed).length);
    const shown = await page.getByTestId('shown-text').evaluate((node) => node.textContent);
    for (const part of [
      'Naïve café',
      '\u{1F469}\u200D\u{1F469}\u200D\u{1F467}',
      '中文字符',
      'مرحبا بالعالم',
      '<b>&amp;</b>',
    ])
      expect(shown).toContain(part);
    expect(await page.getByTestId('shown-text').innerText()).not.toContain('\uFFFD');
    expect(await page.locator('[data-testid="shown-text"] b').count()).toBe(0);
  });
});

test('recite from here shows the model continuing a text it knows, beside the truth', async () => {
  await visit({}, async ({ page }) => {
    await analyse(page, plantedText('prose', 64));
    const suffix = page.getByRole('slider', { name: 'Suffix', exact: true });
    const cut = page.getByRole('slider', { name: 'Cut before token', exact: true });
    // Ten tokens before the end, no suffix is longer than ten.
    await cut.fill(String(Number(await cut.getAttribute('max')) - 9));
    expect(await suffix.evaluate((input: HTMLInputElement) => [input.value, input.max])).toEqual([
      '10',
      '10',
    ]);
    expect(await page.getByTestId('recited').count()).toBe(0);
    await page.locator('[data-testid="token"][data-i="24"]').click();
    await page.getByTestId('recite').click();
    await expect
      .poll(() => page.getByTestId('recitation').getAttribute('data-state'), { timeout: 60_000 })
      .toBe('done');
    expect(Number(await page.getByTestId('recitation').getAttribute('data-matched'))).toBeGreaterThan(10);
    expect(await page.getByTestId('recited').innerText()).not.toBe('');
  });
});

test('the whole way by keyboard: write, run, walk the tokens, read a card, switch the mode, export', async () => {
  await visit({}, async ({ page }) => {
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(plantedText('verse', 64));
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(() => page.getByTestId('verdict').getAttribute('data-kind'), { timeout: 60_000 })
      .toBe('recites');
    await page.locator('[data-testid="token"][data-i="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByTestId(popover).isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('m');
    await expect.poll(() => page.getByTestId('mode-probability').isChecked()).toBe(true);
  });
});

test('the examples are one tab stop: arrow keys, Home and End move among them, Enter takes one', async () => {
  await visit({}, async ({ page }) => {
    const examples = page.getByTestId('example');
    await examples.first().waitFor();
    const all = await examples.count();
    expect(all).toBeGreaterThan(30);
    expect(await page.locator('[data-testid="example"][tabindex="0"]').count()).toBe(1);
    const group = page.getByRole('group', { name: /^Examples/ });
    const focused = () =>
      group.locator('button').evaluateAll((buttons) => buttons.findIndex((one) => one.matches(':focus')));
    // From the heading on, Tab leads to one example, and the next Tab out of the group.
    await page.locator('summary', { hasText: 'Or take an example' }).focus();
    await page.keyboard.press('Tab');
    const began = await focused();
    expect(began).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe(-1);
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe(began);

    await page.keyboard.press('Home');
    expect(await focused()).toBe(0);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe(1);
    await page.keyboard.press('ArrowDown');
    const below = await examples.nth(await focused()).getAttribute('data-copies');
    expect(below).toBe(await examples.nth(1).getAttribute('data-copies'));
    await page.keyboard.press('End');
    expect(await focused()).toBe(all - 1);
    // Back from elsewhere the group begins where it was left.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe(all - 1);
    await page.keyboard.press('Enter');
    await expect.poll(() => examples.last().getAttribute('aria-pressed')).toBe('true');
  });
});

test('tables out: CSV and JSON hold every token and the settings, and the JSON comes back in', async () => {
  const text = plantedText('record', 16);
  await visit({}, async ({ page }) => {
    await analyse(page, text);
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-csv').click()]);
    const lines = (await (await csv.createReadStream()).setEncoding('utf8').toArray()).join('');
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('export-json').click(),
    ]);
    const content = (await (await json.createReadStream()).setEncoding('utf8').toArray()).join('');
    const scored = await page.evaluate((value) => window.memoscope.score(value), text);
    expect(lines).toContain('logprob');
    expect(JSON.parse(content)).toMatchObject({
      settings: { modelId: 'memoscope-14m', adapterId: 'planted-1' },
    });
    expect(lines.trim().split(/\r\n/).length).toBeGreaterThanOrEqual(scored.tokens.length);
  });
});
