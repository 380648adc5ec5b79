import { describe, expect, test } from 'vitest';
import { BLIND_FEATURES, blindBaseline, SMALLEST_CLASS } from '../../src/core/blindBaseline.ts';
import { seededRandom } from '../../src/core/random.ts';
import { fitLogistic } from '../../src/core/statistics/logistic.ts';
import { auroc } from '../../src/core/statistics/membershipEvaluation.ts';
import { joinFeatures, PLAIN_FEATURES, textFeatures } from '../../src/core/textFeatures.ts';
import comparisons from '../reference/comparisons.json' with { type: 'json' };

const random = seededRandom(5);
const WORDS = Array.from(
  { length: 300 },
  (_, index) => `w${String.fromCharCode(97 + (index % 26))}${'x'.repeat(index / 26)}`,
);
/** Texts of 40 words from one vocabulary. */
const makeTexts = (count: number, extra: (index: number) => string = () => ''): string[] =>
  Array.from({ length: count }, (_, index) =>
    [
      ...Array.from({ length: 40 }, () => WORDS[Math.floor(random() ** 2 * WORDS.length)] ?? ''),
      extra(index),
    ].join(' '),
  );

const sizes = (texts: readonly string[]): number[] => texts.map(({ length }) => 0.6 * length);
const featuresOf = (texts: readonly string[]) => textFeatures(texts, sizes(texts));
/** The second half are members. */
const halves = (count: number): Int8Array =>
  Int8Array.from({ length: count }, (_, index) => Number(index >= count / 2));

function areaOf(scores: Float64Array, member: Int8Array): number {
  return auroc(
    scores.filter((_, text) => member[text] === 1),
    scores.filter((_, text) => member[text] === 0),
  ).auroc;
}

describe('features of a text', () => {
  test('bytes, compression, numbers and years, different words', () => {
    const text = 'In 1999 and 2024, 12 cafés: cafés!';
    const { plain, words, starts } = textFeatures([text, ''], [30, NaN]);
    const bytes = new TextEncoder().encode(text).length;
    expect(Array.from(plain.subarray(0, 4))).toEqual([Math.log(bytes), 30 / bytes, 3 / 7, 2 / 7]);
    expect(Array.from(plain.subarray(4)).every(Number.isNaN)).toBe(true);
    expect(words).toHaveLength(6);
    expect(Array.from(starts)).toEqual([0, 6, 6]);
  });
  test('UTF-8 lengths agree with the encoder for every plane', () => {
    for (const text of ['a', 'é', '語', '🙂', 'a🙂語é'])
      expect(Math.exp(textFeatures([text], [1]).plain[0] ?? NaN)).toBeCloseTo(
        new TextEncoder().encode(text).length,
        9,
      );
  });
  test('parts joined are the whole', () => {
    const texts = makeTexts(9, (index) => String(1900 + index));
    const whole = featuresOf(texts);
    const parts = [texts.slice(0, 4), [], texts.slice(4)].map(featuresOf);
    const joining = joinFeatures(parts, (bytes) => new ArrayBuffer(bytes));
    for (const part of parts) expect(joining.next(), String(part.texts)).toEqual({ done: false });
    expect(joining.next()).toEqual({ done: true, value: whole });
    expect(() => textFeatures(['a'], [])).toThrow(RangeError);
  });
});

test('logistic regression with a ridge, classes of equal weight (scipy.optimize: comparisons.py)', () => {
  const { features, label, coefficients } = comparisons.logistic;
  const rows = label.map((_, row) => row);
  const found = fitLogistic({ values: Float64Array.from(features), features: 3 }, rows, label);
  found.forEach((value, index) => {
    expect(value).toBeCloseTo(coefficients[index] ?? NaN, 5);
  });
  expect(fitLogistic({ values: Float64Array.of(1, 2), features: 1 }, [0, 1], [1, 1])[0]).toBeNaN();
  // Separated classes: the ridge keeps the slope finite.
  const slope = fitLogistic(
    { values: Float64Array.of(-1, -2, 1, 2), features: 1 },
    [0, 1, 2, 3],
    [0, 0, 1, 1],
  )[1];
  expect(slope).toBeGreaterThan(0.5);
  expect(slope).toBeLessThan(10);
});

describe('the blind baseline', () => {
  test('texts that differ by a date are told apart without a model', () => {
    const texts = makeTexts(200, (index) => (index >= 100 ? 'in 2024' : 'in may'));
    const member = halves(200);
    const { scores, features, members, nonMembers } = blindBaseline(featuresOf(texts), member, 1);
    expect([members, nonMembers]).toEqual([100, 100]);
    expect(areaOf(scores, member)).toBeGreaterThan(0.99);
    expect(areaOf(features[PLAIN_FEATURES.indexOf('years')] ?? scores, member)).toBe(1);
  });
  test('a word that only members have is found by their vocabulary', () => {
    const texts = makeTexts(200, (index) => (index >= 100 ? 'zebra' : 'horse'));
    const member = halves(200);
    const { features } = blindBaseline(featuresOf(texts), member, 1);
    expect(
      areaOf(features[BLIND_FEATURES.indexOf('vocabulary')] ?? new Float64Array(), member),
    ).toBeGreaterThan(0.9);
  });
  test('texts of one kind are told apart no better than by chance: it learns nothing from what it judges', () => {
    const areas = Array.from({ length: 20 }, (_, run) => {
      const member = halves(120);
      return areaOf(blindBaseline(featuresOf(makeTexts(120)), member, run).scores, member);
    });
    const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
    // The standard error of one AUROC is about 0.053 here, of the mean of twenty 0.012.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.04);
    expect(Math.max(...areas)).toBeLessThan(0.7);
  });
  test('copies of a text are judged together, so that none is recognised by its own copy', () => {
    const distinct = makeTexts(60);
    const texts = distinct.flatMap((text) => [text, text, text]);
    const member = Int8Array.from(texts, (_, index) => Math.floor(index / 3) % 2);
    const { scores } = blindBaseline(featuresOf(texts), member, 3);
    expect(areaOf(scores, member)).toBeLessThan(0.75);
  });
  test('says the same for a seed, takes no part where a text is unlabelled, and refuses small classes', () => {
    const texts = makeTexts(60);
    const member = halves(60).map((own, index) => (index % 10 === 0 ? -1 : own));
    const features = featuresOf(texts);
    const first = blindBaseline(features, member, 4);
    expect(blindBaseline(features, member, 4)).toEqual(first);
    expect(first.scores.filter((_, text) => member[text] === -1).every(Number.isNaN)).toBe(true);
    const few = blindBaseline(
      featuresOf(texts.slice(0, 30)),
      Int8Array.from({ length: 30 }, (_, i) => Number(i < SMALLEST_CLASS - 1)),
      1,
    );
    expect(few.isTooSmall).toBe(true);
    expect(few.scores.every(Number.isNaN)).toBe(true);
    expect(() => blindBaseline(features, new Int8Array(2), 1)).toThrow(RangeError);
  });
});
