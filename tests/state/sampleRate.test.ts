import { expect, it } from 'vitest';
import type { PreparedSample } from '../../src/app/samples/prepare.ts';
import { SampleRate } from '../../src/app/samples/sampleRate.ts';
import type { StoredSample } from '../../src/engine/sampleStore.ts';

const prepared = Array.from({ length: 8 }, () => ({ ids: new Uint32Array(100) }) as PreparedSample);
const sample = {} as StoredSample;

it('takes the rate from the second batch on: before the first one the device makes itself ready', () => {
  let now = 0;
  const rate = new SampleRate('full', prepared, () => now);
  rate.plan([Uint32Array.of(0, 1, 2, 3), Uint32Array.of(4, 5, 6, 7)]);
  // Twenty seconds until the first two are there, then 100 tokens a second.
  now = 20_000;
  rate.count(0, sample);
  now += 1;
  rate.count(1, sample);
  expect(rate.figures).toEqual({ tokensPerSecond: NaN, secondsLeft: NaN });
  now = 22_001;
  rate.count(2, sample);
  rate.count(3, sample);
  expect(rate.figures.tokensPerSecond).toBeCloseTo(100);
  expect(rate.figures.secondsLeft).toBeCloseTo(4);
});

it('counts what is scored once more as left', () => {
  let now = 0;
  const rate = new SampleRate('full', prepared, () => now);
  // Of this block, all but one sample may be known already: the run scores it as a whole.
  rate.plan([Uint32Array.of(0, 1, 2, 3)]);
  rate.count(0, sample);
  now = 1000;
  rate.count(1, sample);
  expect(rate.figures.secondsLeft).toBeCloseTo(2);
});
