import { expect, test } from 'vitest';
import { withSpacesShown } from '../../src/charts/whitespace.ts';

test('every space of a token is seen, and long runs are counted', () => {
  expect(withSpacesShown(' the')).toBe('·the');
  expect(withSpacesShown('\t\tif')).toBe('→→if');
  expect(withSpacesShown('a     b')).toBe('a·5b');
  expect(withSpacesShown('\r\n\n')).toBe('↵↵');
});
