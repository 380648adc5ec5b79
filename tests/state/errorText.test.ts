import { describe, expect, it } from 'vitest';
import { ERROR_TEXTS, storageProblem } from '../../src/app/errorText.ts';
import { sha256OfText } from '../../src/engine/hashing.ts';
import { zlibBytes } from '../../src/engine/compression.ts';
import { ERROR_KINDS, MemoscopeError } from '../../src/protocol/errors.ts';

describe('sentences for failures', () => {
  it.each(ERROR_KINDS)('%s has a cause and a remedy, as sentences', (kind) => {
    const { cause, remedy } = ERROR_TEXTS[kind];
    for (const sentence of [cause, remedy]) expect(sentence).toMatch(/^[A-Z].*[.]$/);
  });

  it('a refusal to store names what the browser said and what to do', () => {
    expect(storageProblem('because')).toMatch(/because.*Save it as a file/);
    expect(storageProblem(new MemoscopeError('StorageUnavailable', 'As it is.'))).toBe('As it is.');
  });
});

describe('what decides a key and a ratio', () => {
  it('is the SHA-256 of the UTF-8', async () => {
    expect(await sha256OfText('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('is the length of zlib at level 6, headers included', () => {
    expect(zlibBytes('')).toBe(8);
    expect(zlibBytes('a'.repeat(1000))).toBeLessThan(24);
  });
});
