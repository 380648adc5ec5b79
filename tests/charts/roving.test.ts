import { expect, test } from 'vitest';
import { nextPlace } from '../../src/ui/roving.ts';

/** Two lines of three, one is missing in the second; below them two wide ones. */
const BOXES = [
  { left: 0, top: 0, width: 10, height: 10 },
  { left: 20, top: 0, width: 10, height: 10 },
  { left: 40, top: 0, width: 10, height: 10 },
  { left: 0, top: 12, width: 10, height: 10 },
  { left: 40, top: 12, width: 10, height: 10 },
  { left: 0, top: 40, width: 24, height: 16 },
  { left: 26, top: 40, width: 24, height: 16 },
];
const from = (at: number) => (key: string) => nextPlace(key, at, BOXES);

test('left and right follow the order of the page and stop at its ends', () => {
  expect([from(0)('ArrowRight'), from(2)('ArrowRight'), from(6)('ArrowRight')]).toEqual([1, 3, 6]);
  expect([from(3)('ArrowLeft'), from(0)('ArrowLeft')]).toEqual([2, 0]);
  expect([from(3)('Home'), from(3)('End')]).toEqual([0, 6]);
});

test('up and down go to what is nearest on the next line', () => {
  expect([0, 1, 2, 3, 4, 6].map((at) => from(at)('ArrowDown'))).toEqual([3, 3, 4, 5, 6, 6]);
  expect([6, 5, 4, 3, 1].map((at) => from(at)('ArrowUp'))).toEqual([4, 3, 2, 0, 1]);
});

test('other keys are for others', () => {
  for (const key of ['Enter', ' ', 'Tab', 'a']) expect(from(1)(key)).toBeNull();
});
