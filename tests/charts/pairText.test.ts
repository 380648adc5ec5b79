import { describe, expect, test } from 'vitest';
import { splitText } from '../../src/app/samples/pairText.ts';
import { comparePaired } from '../../src/core/analyses/paired.ts';

const length = new Float64Array(7).fill(20);
const paired = (before: number[], after: number[]) =>
  comparePaired({ n: Float64Array.from(before), length }, { n: Float64Array.from(after), length });

describe('the pairs by group', () => {
  const analysis = paired([1, 1, 1, 2, 2, 2, NaN], [3, 1, 0, 9, 8, 2, 4]);
  const of = Int16Array.of(0, 0, 0, 1, 1, 1, 1);
  test('each group has its own count, and a text that was never trained on is no recall', () => {
    expect(splitText(analysis, 'copies', { names: ['0', '64'], of }, 'A')).toBe(
      'N is longer under A, by copies: 0: 1 of 3, 64: 2 of 3. A text with 0 copies was never trained on: a longer match of it is not recall, but what texts like it taught.',
    );
  });
  test('of other columns, or without a longer one among them, the counts alone', () => {
    expect(splitText(analysis, 'level', { names: ['0', ''], of }, 'A')).toBe(
      'N is longer under A, by level: 0: 1 of 3, (none): 2 of 3.',
    );
    const shorter = paired([3, 3, 3, 2, 2, 2, 2], [1, 1, 1, 9, 9, 9, 9]);
    expect(splitText(shorter, 'copies', { names: ['0', '64'], of }, 'A')).toMatch(/0: 0 of 3, 64: 4 of 4\.$/);
  });
  test('one group, or groups of other samples, say nothing', () => {
    expect(splitText(analysis, 'copies', { names: ['0'], of: new Int16Array(7) }, 'A')).toBeNull();
    expect(splitText(analysis, 'copies', { names: ['0', '1'], of: new Int16Array(3) }, 'A')).toBeNull();
  });
});
