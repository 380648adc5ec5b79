import { describe, expect, test } from 'vitest';
import { barParts, openWidth } from '../../src/charts/censoredBar.ts';

describe('a bar with a censored part', () => {
  test('one censored sample among many is high enough to be hollow', () => {
    expect(barParts(1, 1, 58, 20)).toEqual({ solid: 0, open: 5 });
  });
  test('heights are in proportion where there is room', () => {
    expect(barParts(10, 6, 10, 20)).toEqual({ solid: 8, open: 12 });
    expect(barParts(3, 0, 6, 20)).toEqual({ solid: 10, open: 0 });
  });
  test('a hollow part that grew takes its room from the solid one', () => {
    const { solid, open } = barParts(100, 1, 100, 20);
    expect(open).toBe(5);
    expect(solid + open).toBe(20);
  });
  test('one miss among many is seen, and nothing where there is no sample', () => {
    expect(barParts(1, 0, 500, 20)).toEqual({ solid: 1, open: 0 });
    expect(barParts(0, 0, 5, 20)).toEqual({ solid: 0, open: 0 });
  });
  test('thin bars are widened until they can be hollow', () => {
    expect(openWidth(1)).toBe(4);
    expect(openWidth(9)).toBe(9);
  });
});
