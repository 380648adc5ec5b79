import { expect, test } from 'vitest';
import { actionOf, SHORTCUTS } from '../../src/app/keys.ts';

const press = (key: string, held: { ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean } = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

test('Control+Enter runs from anywhere, also while typing', () => {
  expect(actionOf(press('Enter', { ctrlKey: true }), true)).toBe('run');
  expect(actionOf(press('Enter', { metaKey: true }), false)).toBe('run');
  expect(actionOf(press('Enter'), false)).toBeNull();
});

test('a letter is text while typing and a command elsewhere', () => {
  expect(actionOf(press('m'), true)).toBeNull();
  expect(actionOf(press('m'), false)).toBe('mode');
});

test('the browser keeps its own shortcuts', () => {
  expect(actionOf(press('e', { ctrlKey: true }), false)).toBeNull();
  expect(actionOf(press('[', { altKey: true }), false)).toBeNull();
});

test('every shortcut on the sheet does what the sheet says', () => {
  for (const { keys, action } of SHORTCUTS) {
    if (action === null) continue;
    const [first, last] = [keys[0], keys.at(-1) ?? ''];
    const key = last === 'Esc' ? 'Escape' : last;
    expect(actionOf(press(key, { ctrlKey: first === 'Ctrl' }), false)).toBe(action);
  }
});
