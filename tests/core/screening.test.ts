import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scoreSample } from '../../src/core/sampleScores.ts';
import {
  chunkEnds,
  chunkMatch,
  FIRST_CHUNK,
  screenedSample,
  screenedTokens,
  screeningCost,
} from '../../src/core/screening.ts';
import { recordsFrom } from './fixtures.ts';

const sizes = fc.record({ prefix: fc.nat(600), length: fc.integer({ min: 1, max: 600 }) });

/** Screens a pattern of signs chunk by chunk, as it is done with a model's records. */
function screen(prefix: string, suffix: string) {
  let matchLength = 0;
  let fragile = false;
  let from = 0;
  for (const end of chunkEnds(prefix.length, suffix.length)) {
    const match = chunkMatch(recordsFrom(suffix.slice(from, end)));
    matchLength = match.isFailed ? NaN : matchLength + match.length;
    fragile ||= match.fragile;
    if (matchLength !== end) break;
    from = end;
  }
  const lengths = { prefixTokens: prefix.length, suffixTokens: suffix.length };
  return screenedSample({ ...lengths, matchLength, fragile });
}

describe('the chunks', () => {
  test('what is read at least doubles: 50 and 50 in two steps, long suffixes in few', () => {
    expect(chunkEnds(50, 50)).toEqual([8, 50]);
    expect(chunkEnds(0, 64)).toEqual([8, 16, 32, 64]);
    expect(chunkEnds(50, 500)).toHaveLength(4);
    // Read 58 tokens to be spared 62? Not worth it.
    expect(chunkEnds(50, 12)).toEqual([12]);
  });
  test('they rise to the end, and even a sample that never misses costs at most twice its tokens', () => {
    fc.assert(
      fc.property(sizes, ({ prefix, length }) => {
        const ends = chunkEnds(prefix, length);
        expect(ends.at(-1)).toBe(length);
        expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
        const most = screenedTokens({ matchLength: length, prefixTokens: prefix, suffixTokens: length });
        expect(most).toBeLessThanOrEqual(2 * (prefix + length));
      }),
    );
  });
});

describe('the match length', () => {
  const signs = fc.string({ unit: fc.constantFrom('+', '+', '+', '+', '+', '~', '-'), maxLength: 90 });
  test('is that of a full scan, with its censoring and its fragility', () => {
    fc.assert(
      fc.property(signs, signs, (prefix, rest) => {
        const suffix = `${rest}-`;
        for (const whole of [suffix, '+'.repeat(suffix.length)]) {
          const span = { start: prefix.length, end: prefix.length + whole.length };
          const full = scoreSample(recordsFrom(prefix + whole), null, span, 1);
          const { matchLength, censored, fragile, suffixTokens, prefixTokens } = screen(prefix, whole);
          expect({ matchLength, censored, fragile, suffixTokens, prefixTokens }).toEqual({
            matchLength: full.matchLength,
            censored: full.censored,
            fragile: full.fragile,
            suffixTokens: full.suffixTokens,
            prefixTokens: full.prefixTokens,
          });
        }
      }),
      { numRuns: 60 },
    );
  });
  test('is not known if a token before the first miss has no score', () => {
    expect(screen('++', '+++.++').matchLength).toBeNaN();
    expect(screen('++', '+-+.++').matchLength).toBe(1);
  });
  test('leaves everything else open', () => {
    const { matchLength, suffixTokens, prefixTokens, censored, fragile, correct, logprobs, ...open } = screen(
      '++',
      '++-+',
    );
    expect({ matchLength, suffixTokens, prefixTokens, censored, fragile }).toEqual({
      matchLength: 2,
      suffixTokens: 4,
      prefixTokens: 2,
      censored: false,
      fragile: false,
    });
    expect(correct.length + logprobs.length).toBe(0);
    expect(new Set(Object.values(open))).toEqual(new Set([NaN]));
  });
});

describe('the cost', () => {
  /** P(N >= n) of the worked example in the reference on screening: 30% weak decay, 70% fast. */
  const survival = (n: number): number => 0.3 * 0.95 ** n + 0.7 * 0.3 ** n;
  const L = 64;
  const M = 20_000;
  /** Samples with that survival, by inversion at the mid-quantiles. */
  const lengths = Array.from({ length: M }, (_, sample) => {
    const u = (sample + 0.5) / M;
    let n = 0;
    while (n < L && survival(n + 1) > u) n++;
    return n;
  });

  test('is the sum over the chunks of what is read times the share that is still there', () => {
    const samples = lengths.map((matchLength) => ({ matchLength, prefixTokens: 0, suffixTokens: L }));
    const cost = screeningCost(samples, 1);
    const expected = (8 + 16 * survival(8) + 32 * survival(16) + 64 * survival(32)) / L;
    expect(cost.share).toBeCloseTo(expected, 3);
    expect(cost).toMatchObject({ samples: M, full: M * L });
    // The published 19.5% read no token twice: eight chunks of 8.
    const unread = [0, 8, 16, 24, 32, 40, 48, 56].reduce((sum, start) => sum + 8 * survival(start), 0) / L;
    expect(unread).toBeCloseTo(0.195, 3);
    expect(cost.share).toBeGreaterThan(unread);
  });
  test('counts the base of a full run, and samples that are not scored not at all', () => {
    const sample = { matchLength: 3, prefixTokens: 50, suffixTokens: 50 };
    expect(screeningCost([sample, null], 2)).toEqual({ samples: 1, read: 58, full: 200, share: 0.29 });
    expect(screenedTokens({ ...sample, matchLength: FIRST_CHUNK })).toBe(158);
    expect(screenedTokens({ ...sample, matchLength: NaN })).toBe(58);
    expect(screeningCost([], 2).share).toBeNaN();
  });
});
