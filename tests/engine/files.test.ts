import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../workers/model/pieces.ts';
import { halfToFloat, readSafetensors } from '../../workers/model/safetensors.ts';
import { Queue } from '../../workers/queue.ts';
import { tinyAdapter, tinySafetensors } from './tinyModel.ts';

describe('safetensors', () => {
  it('gives back the matrices that were written, widened to single precision', () => {
    const adapter = tinyAdapter();
    const tensors = readSafetensors(tinySafetensors(adapter));
    expect(tensors.map(({ name }) => name)).toEqual([
      'layers.0.o.a',
      'layers.0.o.b',
      'layers.1.o.a',
      'layers.1.o.b',
    ]);
    expect(tensors[2]?.data).toEqual(adapter[1]?.a);
    expect(tensors[1]?.dims).toEqual([3, 32]);
  });

  it.each([
    ['no header', new Uint8Array(3)],
    ['a header beyond the end', Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 1)],
    ['a header that is no JSON', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 120, 120)],
    ['a body cut short', tinySafetensors(tinyAdapter()).slice(0, -2)],
  ])('refuses a file with %s', (_what, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(/^Adapter: /);
  });

  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x0001, 2 ** -24],
    [0x8000, -0],
    [0x7bff, 65504],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('reads half precision 0x%s as %s', (bits, value) => {
    expect(halfToFloat(bits)).toBe(value);
  });
});

describe('pieces of a long text', () => {
  it('join to the text, and only long runs are cut elsewhere than before a space', () => {
    const words = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), { maxLength: 2000 });
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join(' ');
        const pieces = piecesOf(text);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces.slice(1)) expect(piece).toMatch(/^ /);
        for (const piece of pieces.slice(0, -1)) expect(piece).toMatch(/\S$/);
      }),
      { numRuns: 30 },
    );
  });

  it('never split a character, even where there is no space for very long', () => {
    const pieces = piecesOf('x' + '👩'.repeat(100_000));
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
  });
});

describe('the queue', () => {
  it('runs one task at a time, in order, and goes on after a failure', async () => {
    const queue = new Queue();
    const events: string[] = [];
    const task = (name: string, fails = false) =>
      queue.run(async () => {
        events.push(`${name} begins`);
        await Promise.resolve();
        events.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([task('a'), task('b', true), task('c')]);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
