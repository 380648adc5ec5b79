import { expect, test } from 'vitest';
import { BoxText } from '../../src/app/boxText.svelte.ts';

/** A box of a page that has this text. */
function boxOf(text: string) {
  const page = { draft: text };
  return { page, box: new BoxText(page) };
}

/** What the box is asked for when somebody goes into it. */
function boxElement(box: BoxText, selectionStart: number, selectionEnd: number) {
  const selected: string[] = [];
  const select = (): void => void selected.push(box.shown);
  return { element: { value: box.shown, selectionStart, selectionEnd, select }, selected };
}

const LINES = 'a line of some words\n'.repeat(5000);

test('a short text is in the box as a whole', () => {
  const { box } = boxOf('short '.repeat(3000));
  expect(box.shown).toHaveLength(18_000);
  expect(box.left).toBe(0);
});

test('a long text begins in the box, up to the end of a line, and is whole once somebody is in it', async () => {
  const { box } = boxOf(LINES);
  expect(box.shown.endsWith('words\n')).toBe(true);
  expect(LINES.startsWith(box.shown)).toBe(true);
  expect(box.shown.length).toBeLessThan(10_001);
  expect(box.left).toBe(LINES.length - box.shown.length);
  const { element, selected } = boxElement(box, 0, 0);
  await box.enter(element);
  expect(box.shown).toBe(LINES);
  expect(selected).toEqual([]);
  box.leave();
  expect(box.shown).toBe(LINES);
  expect(box.left).toBe(0);
});

test('where the whole beginning is selected, the whole text is once it is in the box', async () => {
  const { box } = boxOf(LINES);
  const { element, selected } = boxElement(box, 0, box.shown.length);
  await box.enter(element);
  expect(selected).toEqual([LINES]);
  box.leave();
  await box.enter(element);
  expect(selected).toHaveLength(1);
});

test('where a part of the beginning is selected, nothing else is', async () => {
  const { box } = boxOf(LINES);
  const { element, selected } = boxElement(box, 0, box.shown.length - 1);
  await box.enter(element);
  expect(selected).toEqual([]);
});

test('a long text that somebody puts into the box stays whole', async () => {
  const { box, page } = boxOf('');
  await box.enter(boxElement(box, 0, 0).element);
  box.shown = LINES;
  box.leave();
  expect(page.draft).toBe(LINES);
  expect(box.shown).toBe(LINES);
});

test('a change of the beginning loses nothing of the rest', () => {
  const { box, page } = boxOf(LINES);
  box.shown = `first ${box.shown}`;
  expect(page.draft).toBe(`first ${LINES}`);
  expect(box.shown).toBe(page.draft);
});

test('the beginning ends within no character', () => {
  const faces = '😀'.repeat(20_000);
  for (const text of [faces, `x${faces}`]) {
    const { shown } = boxOf(text).box;
    expect(shown.isWellFormed()).toBe(true);
    expect(shown.length).toBeGreaterThan(9000);
  }
});
