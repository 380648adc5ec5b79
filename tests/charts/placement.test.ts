import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeBelow } from '../../src/ui/placement.ts';

const VIEWPORT = { width: 1000, height: 600 };
const BOX = { width: 300, height: 200 };

test('a box hangs under its anchor', () => {
  expect(placeBelow({ left: 100, top: 80, bottom: 100 }, BOX, VIEWPORT)).toEqual({ x: 100, y: 108 });
});

test('a box stands above an anchor near the bottom', () => {
  expect(placeBelow({ left: 100, top: 500, bottom: 520 }, BOX, VIEWPORT)).toEqual({ x: 100, y: 292 });
});

test('a box that fits is never cut by the viewport', () => {
  const edge = fc.integer({ min: -50, max: 1050 });
  fc.assert(
    fc.property(edge, edge, (left, top) => {
      const { x, y } = placeBelow({ left, top, bottom: top + 20 }, BOX, VIEWPORT);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + BOX.width).toBeLessThanOrEqual(VIEWPORT.width);
      expect(y + BOX.height).toBeLessThanOrEqual(VIEWPORT.height);
    }),
  );
});
