import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaOf, placeNames, type Area } from '../../src/charts/labels.ts';

const SIZE = { width: 400, height: 200 };

const overlap = (a: Area, b: Area): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

test('a name alone stands above its mark, at a side it moves in', () => {
  expect(placeNames([{ text: 'abcd', x: 50, y: 40 }], SIZE)).toEqual([{ text: 'abcd', x: 50, y: 31 }]);
  expect(placeNames([{ text: 'abcd', x: 2, y: 40 }], SIZE)).toEqual([{ text: 'abcd', x: 13, y: 31 }]);
});

test('a name whose place is another name’s goes below its mark, and the order is kept', () => {
  const [right, left] = placeNames(
    [
      { text: 'right', x: 60, y: 100 },
      { text: 'left', x: 50, y: 100 },
    ],
    SIZE,
  );
  expect(left).toEqual({ text: 'left', x: 50, y: 91 });
  expect(right).toMatchObject({ text: 'right', y: 117 });
  expect(right?.x).toBeGreaterThan(60);
});

test('no name covers a mark that is a little higher than its own', () => {
  const [name] = placeNames(
    [
      { text: 'record', x: 100, y: 100 },
      { text: 'instruction', x: 115, y: 84 },
    ],
    SIZE,
  );
  expect(name && areaOf(name).top).toBeGreaterThan(90);
});

test('of two free places the one without lines is taken', () => {
  const marks = [
    { text: 'a name', x: 100, y: 100 },
    { text: 'above', x: 100, y: 86 },
  ];
  const place = (lines: readonly Area[]) => placeNames(marks, SIZE, lines)[0]?.x ?? NaN;
  expect(place([])).toBeGreaterThan(100);
  expect(place([{ left: 110, right: 111, top: 0, bottom: 200 }])).toBeLessThan(100);
});

test('a name does not stand where it would seem to be that of another mark', () => {
  const [, middle] = placeNames(
    [
      { text: 'the most of all', x: 100, y: 86 },
      { text: 'middle', x: 111, y: 100 },
      { text: 'least', x: 119, y: 100 },
    ],
    SIZE,
  );
  expect(middle && areaOf(middle).right).toBeLessThan(111);
});

test('no name covers a mark or another name, all lie within the sides and above the ground', () => {
  const mark = fc.record({
    text: fc.string({ minLength: 1, maxLength: 12 }),
    x: fc.integer({ min: 0, max: SIZE.width }),
    y: fc.integer({ min: 0, max: SIZE.height }),
  });
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 12 }), (marks) => {
      const labels = placeNames(marks, SIZE);
      expect(labels.map(({ text }) => text)).toEqual(marks.map(({ text }) => text));
      const areas = labels.map(areaOf);
      areas.forEach((area, index) => {
        expect(area.left).toBeGreaterThanOrEqual(0);
        expect(area.right).toBeLessThanOrEqual(SIZE.width);
        expect(area.bottom).toBeLessThanOrEqual(SIZE.height);
        for (const other of areas.slice(index + 1)) expect(overlap(area, other)).toBe(false);
        for (const { x, y } of marks)
          expect(overlap(area, { left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 })).toBe(false);
      });
    }),
  );
});
