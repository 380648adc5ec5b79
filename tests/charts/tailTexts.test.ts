import { describe, expect, test } from 'vitest';
import { boundedPoints, tailTable, tailText, type BoundedTailPoint } from '../../src/app/samples/tailText.ts';
import { nameOf, waterfallBars, waterfallTable, waterfallText } from '../../src/app/samples/waterfallText.ts';

const point = (k: number, alpha: number, low: number, high: number): BoundedTailPoint => ({
  threshold: 100 - k,
  k,
  exact: k,
  alpha,
  low,
  high,
});

describe('the Hill plot in words', () => {
  test('one exponent, none, or too little to tell', () => {
    expect(tailText([point(5, 2, 1, 3), point(9, 1.8, 1.2, 2.4)]).join()).toMatch(
      /between 1\.20 and 2\.40 lies within every interval/,
    );
    expect(tailText([point(5, 4, 3, 5), point(50, 1, 0.8, 1.2)]).join()).toMatch(
      /No single exponent.*from 1\.00 to 4\.00 over k = 5 to 50/,
    );
    expect(tailText([point(2, 4, NaN, NaN), point(50, 1, 0.8, 1.2)]).join()).toMatch(/Too few/);
    expect(tailTable([point(5, 2, 1, 3)]).rows).toEqual([[95, 5, 5, 0, 2, 1, 3]]);
  });
  test('a point has the interval that was found for it, or none', () => {
    const interval = { low: 1, high: 3, method: 'bca', replicates: 9, bias: 0, acceleration: 0 } as const;
    const points = [point(2, 4, 0, 0), point(5, 2, 0, 0), point(9, 2, 0, 0)];
    const ends = (of: BoundedTailPoint[]) => of.map(({ low, high }) => [low, high]);
    expect(
      ends(
        boundedPoints(points, [null, { estimate: 2, ...interval }, { estimate: 2, refused: 'undefined' }]),
      ),
    ).toEqual([
      [NaN, NaN],
      [1, 3],
      [NaN, NaN],
    ]);
    expect(ends(boundedPoints(points.slice(0, 1), null))).toEqual([[NaN, NaN]]);
  });
});

describe('the waterfall', () => {
  // Fixture A of the tests of the core: p of its six targets, shares checked by fixtureA.py.
  const logprobs = Float32Array.from([0.7, 0.6, 0.25, 0.8, 0.3, 0.9], Math.log);
  const correct = Uint8Array.of(1, 1, 0, 1, 0, 1);
  const bars = waterfallBars({ logprobs, correct }, ['a', ' b', 'c\n', 'd', 'e', 'f']);
  test('adds up to ln p_z, marks the first miss, and gives the shares of the fixture', () => {
    expect(bars.at(-1)?.after).toBeCloseTo(-3.786272, 5);
    bars.slice(1).forEach((bar, place) => {
      expect(bar.before).toBe(bars[place]?.after);
    });
    expect(bars.map(({ isFirstMiss }) => isFirstMiss)).toEqual([false, false, true, false, false, false]);
    expect(bars.map(({ isFirstChoice }) => Number(isFirstChoice))).toEqual([...correct]);
    const shares = [0.094202, 0.134915, 0.366137, 0.058935, 0.317984, 0.027827];
    bars.forEach(({ share }, place) => {
      expect(share).toBeCloseTo(shares[place] ?? NaN, 5);
    });
  });
  test('says where N ends, how improbable the suffix is, and in how many tokens that sits', () => {
    const text = waterfallText(bars, { logPz: -3.786272, matchLength: 2, censored: false }).join(' ');
    expect(text).toMatch(/misses first at token 3, “c↵”: N = 2\. That token holds 36\.6%/);
    expect(text).toMatch(/probability 0\.023/);
    expect(text).toMatch(/as many tokens as 4\.4 equal ones/);
    expect(bars[1] && nameOf(bars[1])).toBe('“␣b”');
    expect(waterfallTable(bars).rows[2]?.slice(0, 2)).toEqual([3, 'c\n']);
  });
  test('names tokens by their place without a vocabulary, and says what cannot come', () => {
    const cut = waterfallBars(
      { logprobs: Float32Array.of(-1, -Infinity, -1), correct: Uint8Array.of(1, 0, 1) },
      null,
    );
    const text = waterfallText(cut, { logPz: -Infinity, matchLength: 1, censored: false }).join(' ');
    expect(text).toMatch(/Token 2 cannot come at all: p_z is 0/);
    const whole = waterfallBars({ logprobs: Float32Array.of(0, 0), correct: Uint8Array.of(1, 1) }, null);
    expect(whole.map(({ share }) => share)).toEqual([NaN, NaN]);
    expect(waterfallText(whole, { logPz: 0, matchLength: 2, censored: true }).join(' ')).toMatch(
      /recites all 2 tokens/,
    );
  });
});
