import { expect, test } from 'vitest';
import { moreBeyond } from '../../src/ui/scrollEdges.ts';

test('an edge is marked exactly where something is hidden behind it', () => {
  const at = (scrollLeft: number, scrollWidth = 500) =>
    moreBeyond({ scrollLeft, clientWidth: 400, scrollWidth });
  expect([at(0), at(50), at(100)]).toEqual(['end', 'start end', 'start']);
  expect([at(0, 400), at(0.5, 401), at(99.5)]).toEqual(['', '', 'start']);
  // From right to left the place is negative.
  expect([at(-50), at(-100)]).toEqual(['start end', 'start']);
});
