import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadLabels } from '../../src/charts/labels.ts';

test('a name alone stays, at a side it moves in', () => {
  expect(spreadLabels([{ text: 'abcd', x: 50, y: 10 }], 100)).toEqual([{ text: 'abcd', x: 50, y: 10 }]);
  expect(spreadLabels([{ text: 'abcd', x: 2, y: 10 }], 100)).toEqual([{ text: 'abcd', x: 14, y: 10 }]);
});

test('of two that cover each other the upper moves up; the order is kept', () => {
  expect(
    spreadLabels(
      [
        { text: 'upper', x: 50, y: 100 },
        { text: 'lower', x: 55, y: 103 },
      ],
      200,
    ),
  ).toEqual([
    { text: 'upper', x: 50, y: 92 },
    { text: 'lower', x: 55, y: 103 },
  ]);
});

test('no two names cover each other, none moves down, all lie within', () => {
  const label = fc.record({
    text: fc.string({ minLength: 1, maxLength: 12 }),
    x: fc.integer({ min: 0, max: 400 }),
    y: fc.integer({ min: 0, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 12 }), (labels) => {
      const spread = spreadLabels(labels, 400);
      expect(spread.map(({ text }) => text)).toEqual(labels.map(({ text }) => text));
      spread.forEach((one, index) => {
        const half = (6 * one.text.length + 4) / 2;
        expect(one.y).toBeLessThanOrEqual(labels[index]?.y ?? NaN);
        expect(one.x).toBeGreaterThanOrEqual(half);
        expect(one.x).toBeLessThanOrEqual(400 - half);
        for (const other of spread.slice(index + 1)) {
          const apart = Math.abs(one.x - other.x) >= half + (6 * other.text.length + 4) / 2;
          expect(apart || Math.abs(one.y - other.y) >= 11).toBe(true);
        }
      });
    }),
  );
});
