import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type {} from '../../src/app/api.ts';
import { visitWith } from './samplesVisit.ts';
import { planted, visit, type VisitOptions } from './visit.ts';

const FEW = planted().slice(0, 4);

const options = (more: VisitOptions = {}): VisitOptions => visitWith(FEW, more);

const shape = (page: Page) => page.getByTestId('samples-shape').innerText();
const progress = (page: Page) => page.getByTestId('samples-progress');
const scored = async (page: Page) => Number(await progress(page).getAttribute('data-scored'));

async function ownSamples(page: Page): Promise<void> {
  await page.getByTestId('samples-shape').waitFor();
  await page.getByTestId('source-own').click();
}

const chat = (question: string, answer: string) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  });

/** One file of each kind; together 13 samples and one bad row. */
const FILES: Readonly<Record<string, string>> = {
  'lines.txt': 'The first line of text.\nThe second one.\n',
  'notes.md': '# A heading\n\nA paragraph of Markdown.\n',
  'pairs.tsv': 'prompt\tcompletion\tscore\nOne and\t one is two\t3\nTwo and\t two is four\t4\n',
  'asked.csv': 'question,answer\n"Who, then?",Nobody.\n',
  'told.json': JSON.stringify([
    { instruction: 'Count.', output: 'One, two.' },
    { instruction: 'Add.', input: '1 and 1', output: 'Two.' },
  ]),
  'chats.jsonl': `${chat('Hello?', 'Good day.')}\nno json\n${chat('And?', 'Nothing.')}\n`,
  'parts.jsonl': `${JSON.stringify({ prefix: 'To be or', suffix: ' not to be', topic: 'a' })}\n`,
  'texts.ndjson': `${JSON.stringify({ text: 'A text alone.' })}\n`,
};

const upload = (name: string, content: string | Buffer) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

test('each kind of file: several at once, gzipped, as a folder, dropped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'samples-'));
  try {
    mkdirSync(join(folder, 'deeper'));
    for (const [name, content] of Object.entries(FILES))
      writeFileSync(join(folder, name.endsWith('jsonl') ? 'deeper' : '.', name), content);
    writeFileSync(join(folder, 'picture.png'), Buffer.of(0, 1, 2));
    await visit(options(), async ({ page, context }) => {
      await ownSamples(page);
      const isRead = async (): Promise<void> => {
        await expect.poll(() => shape(page)).toMatch(/(^|\D)13 samples/);
        expect(await page.getByTestId('samples-problems').getAttribute('data-count')).toBe('1');
        const columns = page.getByTestId('samples-table').locator('thead');
        expect(await columns.innerText()).toMatch(/score[\s\S]*topic|topic[\s\S]*score/);
      };
      const files = Object.entries(FILES).map(([name, content]) => upload(name, content));
      await page.getByTestId('samples-file').setInputFiles(files);
      await isRead();
      await page.getByTestId('samples-file').setInputFiles([upload('one.txt', 'one line')]);
      await expect.poll(() => shape(page)).toContain('1 sample,');
      const zipped = Object.entries(FILES).map(([name, text]) => upload(`${name}.gz`, gzipSync(text)));
      await page.getByTestId('samples-file').setInputFiles(zipped);
      await isRead();
      await page.getByTestId('samples-file').setInputFiles([upload('one.txt', 'one line')]);
      await expect.poll(() => shape(page)).toContain('1 sample,');
      await page.getByLabel('Folder of samples').setInputFiles(folder);
      await isRead();
      await page.getByTestId('samples-problems').locator('summary').click();
      expect(await page.getByTestId('samples-problems').innerText()).toContain('chats.jsonl:2');
      const transfer = await page.evaluateHandle((contents) => {
        const data = new DataTransfer();
        for (const [name, text] of Object.entries(contents)) data.items.add(new File([text], name));
        return data;
      }, FILES);
      await page.getByTestId('samples-file').setInputFiles([upload('one.txt', 'one line')]);
      await expect.poll(() => shape(page)).toContain('1 sample,');
      await page.getByTestId('samples-input').dispatchEvent('drop', { dataTransfer: transfer });
      await isRead();

      // A folder can be dropped by the browser alone: no script makes an entry of a directory.
      await page.getByTestId('samples-file').setInputFiles([upload('one.txt', 'one line')]);
      await expect.poll(() => shape(page)).toContain('1 sample,');
      const session = await context.newCDPSession(page);
      const drop = async (path: string): Promise<void> => {
        await page.getByTestId('samples-input').scrollIntoViewIfNeeded();
        const box = await page.getByTestId('samples-input').boundingBox();
        if (!box) throw new Error('no place to drop on');
        const place = { x: box.x + box.width / 2, y: box.y + 40 };
        const data = { items: [], files: [path], dragOperationsMask: 1 };
        for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
          await session.send('Input.dispatchDragEvent', { type, ...place, data });
      };
      await drop(folder);
      await isRead();
      // The picture in it is no file of samples, and where a row came from is told with its folder.
      expect(await shape(page)).toContain(`${Object.keys(FILES).length} files`);
      if (!(await page.getByTestId('samples-problems').locator('details[open]').count()))
        await page.getByTestId('samples-problems').locator('summary').click();
      expect(await page.getByTestId('samples-problems').innerText()).toMatch(/deeper\/chats\.jsonl:2/);

      // A folder without samples changes nothing and says why.
      mkdirSync(join(folder, 'pictures'));
      writeFileSync(join(folder, 'pictures', 'one.png'), Buffer.of(0, 1, 2));
      writeFileSync(join(folder, 'pictures', 'two.png'), Buffer.of(0, 1, 2));
      await drop(join(folder, 'pictures'));
      await expect
        .poll(() => page.getByTestId('samples-input').getByRole('alert').allInnerTexts())
        .toEqual([expect.stringMatching(/None of these 2 files .*jsonl/)]);
      await isRead();
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('unknown columns are shown, mapped, and seen in tokens; moved cuts are said in total', async () => {
  await visit(options(), async ({ page }) => {
    await ownSamples(page);
    // The join of the first row falls into a word.
    const rows = 'a,b,kind\nThe capi,tal of France is Paris.,x\nIt is, late in the day.,y\n';
    await page.getByTestId('samples-file').setInputFiles([upload('odd.csv', rows)]);
    expect(await page.getByTestId('first-raw-rows').innerText()).toContain('tal of France');
    await page.getByTestId('map-prefix').selectOption('a');
    await page.getByTestId('map-suffix').selectOption('b');
    await expect.poll(() => shape(page)).toMatch(/(^|\D)2 samples/);
    await page.getByTestId('first-rows-tokens').click();
    const tokens = page.getByTestId('first-rows').locator('[data-part]');
    await expect.poll(() => tokens.count(), { timeout: 60_000 }).toBeGreaterThan(8);
    const parts = await tokens.evaluateAll((all) =>
      all.map((token) => (token as HTMLElement).dataset['part']),
    );
    expect(new Set(parts)).toEqual(new Set(['prefix', 'suffix']));
    const whole = await page.getByTestId('first-rows').locator('.text').first().textContent();
    expect(whole?.trim()).toBe('The capital of France is Paris.');
    await page.getByTestId('samples-run').click();
    await expect.poll(() => progress(page).getAttribute('data-state'), { timeout: 90_000 }).toBe('done');
    const cuts = page.getByTestId('samples-cuts');
    expect(Number(await cuts.getAttribute('data-moved'))).toBeGreaterThan(0);
    expect(await cuts.innerText()).toContain('a token straddles the place');
  });
});

test('a text of any length in sliding windows', async () => {
  const text = planted()
    .slice(0, 12)
    .map((passage) => passage.text)
    .join('\n\n');
  await visit(options(), async ({ page }) => {
    await ownSamples(page);
    await page.getByTestId('samples-file').setInputFiles([upload('book.txt', text)]);
    await expect.poll(() => shape(page)).toContain('book.txt');
    await page.getByTestId('samples-unit').selectOption('window');
    await expect
      .poll(() => shape(page), { timeout: 90_000 })
      .toContain('windows of 100 tokens, one every 50');
    const countOf = async () => Number(/([\d,]+) samples/.exec(await shape(page))?.[1]?.replace(',', ''));
    const many = await countOf();
    expect(many).toBeGreaterThan(10);
    await page.getByTestId('window-stride').fill('100');
    await page.getByTestId('window-stride').press('Tab');
    await expect.poll(() => shape(page)).toContain('one every 100');
    expect(Math.abs((await countOf()) - many / 2)).toBeLessThanOrEqual(1);
    const tokens = page.getByTestId('first-rows').locator('.text').first().locator('[data-part]');
    // 14 tokens before the cut at 50, 26 behind it.
    await expect.poll(() => tokens.count()).toBe(40);
    expect(await page.getByTestId('samples-table').locator('thead').innerText()).toContain('token');
    await page.getByTestId('mode-screening').click();
    await page.getByTestId('samples-run').click();
    await expect.poll(() => progress(page).getAttribute('data-state'), { timeout: 120_000 }).toBe('done');
    expect(await scored(page)).toBe(await countOf());
  });
});

test('rows of the table: filtered by a column, selected with Ctrl, Shift and the keyboard', async () => {
  await visit(options({ replaced: new Map() }), async ({ page }) => {
    await page.getByTestId('sample-row').first().waitFor();
    const row = (place: number) => page.locator(`[data-testid="sample-row"][data-place="${place}"]`);
    const selected = () => page.locator('[data-testid="sample-row"][aria-selected="true"]').count();
    await row(1).locator('.sample').click();
    await row(3)
      .locator('.sample')
      .click({ modifiers: ['Control'] });
    expect(await selected()).toBe(2);
    await row(6)
      .locator('.sample')
      .click({ modifiers: ['Shift'] });
    expect(await selected()).toBe(4);
    await row(2).locator('.sample').click();
    for (let step = 0; step < 3; step++) await page.keyboard.press('Shift+ArrowDown');
    expect(await selected()).toBe(4);
    await page.keyboard.press('Shift+ArrowUp');
    expect(await selected()).toBe(3);
    await page.getByTestId('column-filter-column').selectOption({ label: 'copies' });
    await page.getByTestId('column-filter-from').fill('32');
    const shown = page.getByTestId('samples-table').locator('h2 .faint');
    const wanted = planted().filter(({ copies }) => copies >= 32).length;
    await expect.poll(() => shown.innerText()).toContain(`${wanted} of 504`);
    await page.getByTestId('column-filter-column').selectOption({ label: 'kind' });
    await page.getByTestId('column-filter-value').selectOption('prose');
    const prose = planted().filter(({ kind }) => kind === 'prose').length;
    await expect.poll(() => shown.innerText()).toContain(`${prose} of 504`);
    await row(0).focus();
    await page.keyboard.press('Control+a');
    await expect.poll(() => shown.innerText()).toContain(`${prose} selected`);
  });
});

test('ten thousand samples with bad lines: read, stopped, closed, resumed', async () => {
  const samples = Array.from(
    { length: 10_000 },
    (_, index) => `${index} sheep went over the hill and ${index} came back again`,
  );
  const bad = new Map([
    [17, 'no json at all'],
    [4000, '{"text": 5}'],
    [4001, '{"body": "no text"}'],
    [9998, '{"text": ""}'],
  ]);
  const lines = samples.map(
    (text, index) => bad.get(index) ?? JSON.stringify({ text, flock: index % 3 ? 'a' : 'b' }),
  );
  await visit(options(), async ({ page, server, context }) => {
    await ownSamples(page);
    await page.getByTestId('samples-file').setInputFiles([upload('sheep.jsonl', lines.join('\n'))]);
    await expect.poll(() => shape(page), { timeout: 60_000 }).toContain('9,996 samples');
    const problems = page.getByTestId('samples-problems');
    expect(await problems.getAttribute('data-count')).toBe('4');
    await problems.locator('summary').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      problems.getByRole('button', { name: 'Save the list' }).click(),
    ]);
    const list = (await (await download.createReadStream()).setEncoding('utf8').toArray()).join('');
    for (const line of bad.keys()) expect(list).toContain(`sheep.jsonl,${line + 1},`);

    await page.getByTestId('split-own').click();
    await page.getByTestId('split-prefix').fill('8');
    await page.getByTestId('split-prefix').press('Tab');
    await page.getByTestId('split-suffix').fill('6');
    await page.getByTestId('split-suffix').press('Tab');
    await page.getByTestId('samples-run').click();
    await expect.poll(() => scored(page), { timeout: 120_000, interval: 500 }).toBeGreaterThan(300);
    await page.getByTestId('samples-stop').click();
    await expect.poll(() => progress(page).getAttribute('data-state'), { timeout: 30_000 }).toBe('stopped');
    await page.close();

    const again = await context.newPage();
    await again.goto(`${server.url}#samples`);
    await expect.poll(() => shape(again), { timeout: 60_000 }).toContain('9,996 samples');
    await expect.poll(() => scored(again), { timeout: 60_000 }).toBeGreaterThan(0);
    const before = await scored(again);
    expect(await again.getByTestId('samples-run').innerText()).toContain('Resume');
    await again.getByTestId('samples-run').click();
    await expect.poll(() => scored(again), { timeout: 120_000, interval: 500 }).toBeGreaterThan(before + 200);
    await again.getByTestId('samples-stop').click();
    await expect.poll(() => progress(again).getAttribute('data-state'), { timeout: 30_000 }).toBe('stopped');

    // Of both parts of the run, the numbers of a run of those samples alone.
    const [csv] = await Promise.all([
      again.waitForEvent('download'),
      again.getByTestId('samples-csv').click(),
    ]);
    const table = (await (await csv.createReadStream()).setEncoding('utf8').toArray())
      .join('')
      .trim()
      .split('\r\n');
    const names = table[0]?.split(',') ?? [];
    const n = names.indexOf('N (tokens)');
    const known = table
      .slice(1)
      .map((line) => line.split(','))
      .filter((cells) => cells[n] !== '');
    expect(known.length).toBeGreaterThan(before);
    const some = known.filter((_, index) => index % 40 === 0);
    const texts = some.map((cells) => samples[Number(cells[names.indexOf('line')]) - 1] ?? '');
    const lengths = await again.evaluate(
      async (given) =>
        (await window.memoscope.scoreSamples(given, { split: { prefix: 8, suffix: 6 } })).samples.map(
          ({ matchLength }) => matchLength,
        ),
      texts,
    );
    expect(some.map((cells) => Number(cells[n]))).toEqual(lengths);
  });
});
