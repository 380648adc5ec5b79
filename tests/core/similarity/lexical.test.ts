import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsDivergence, jsLowerBound, klDivergence } from '../../../src/core/similarity/divergence.ts';
import {
  levenshtein,
  levenshteinSimilarity,
  longestCommonSubsequence,
  longestCommonSubstring,
  ngramContainment,
  ngramJaccard,
  rougeL,
} from '../../../src/core/similarity/lexical.ts';
import reference from '../../reference/similarity.json' with { type: 'json' };

test('the worked example: "a b c d e f" against "a b x d e"', () => {
  const ref = 'a b c d e f'.split(' ');
  const hyp = 'a b x d e'.split(' ');
  expect(longestCommonSubsequence(hyp, ref)).toBe(4);
  expect(longestCommonSubstring(hyp, ref)).toBe(2);
  expect(levenshtein(hyp, ref)).toBe(2);
  expect(levenshteinSimilarity(hyp, ref)).toBeCloseTo(0.666667, 6);
  const { precision, recall, f1 } = rougeL(hyp, ref);
  expect(precision).toBeCloseTo(0.8, 12);
  expect(recall).toBeCloseTo(0.666667, 6);
  expect(f1).toBeCloseTo(0.727273, 6);
  expect(ngramJaccard(hyp, ref, 2)).toBeCloseTo(0.285714, 6);
  expect(ngramContainment(hyp, ref, 2)).toBeCloseTo(0.5, 12);
});

test('values of Python sets and difflib (tests/reference/similarity.py)', () => {
  for (const { a, b, substring, jaccard, containment } of reference.lexical) {
    expect(longestCommonSubstring(a, b)).toBe(substring);
    expect(ngramJaccard(a, b, 3)).toBeCloseTo(jaccard, 12);
    expect(ngramContainment(a, b, 3)).toBeCloseTo(containment, 12);
  }
});

test('known distances, empty and short sequences', () => {
  expect(levenshtein('kitten', 'sitting')).toBe(3);
  expect(levenshtein('', 'abc')).toBe(3);
  expect([levenshteinSimilarity('', ''), levenshteinSimilarity('', 'a')]).toEqual([1, 0]);
  expect(rougeL('', '')).toEqual({ precision: 1, recall: 1, f1: 1 });
  expect(rougeL('', 'a').f1).toBe(0);
  expect(rougeL('b', 'a').f1).toBe(0);
  expect([ngramJaccard('ab', 'abc', 3), ngramContainment('ab', 'abc', 3)]).toEqual([NaN, NaN]);
  expect(() => ngramJaccard('ab', 'ab', 0)).toThrow(RangeError);
});

test('properties of distances', () => {
  const word = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(levenshtein(a, b)).toBe(levenshtein(b, a));
      expect(levenshtein(a, c)).toBeLessThanOrEqual(levenshtein(a, b) + levenshtein(b, c));
      const lcs = longestCommonSubsequence(a, b);
      expect(longestCommonSubstring(a, b)).toBeLessThanOrEqual(lcs);
      // Insertions and deletions alone need |a| + |b| - 2 LCS steps; replacements save at most half of them.
      const indel = a.length + b.length - 2 * lcs;
      expect(levenshtein(a, b)).toBeLessThanOrEqual(indel);
      expect(2 * levenshtein(a, b)).toBeGreaterThanOrEqual(indel);
      if (a.length > 1) expect(ngramJaccard(a, a, 2)).toBe(1);
    }),
  );
});

test('divergences: the worked example and SciPy', () => {
  const [p, q] = [
    [0.7, 0.2, 0.1],
    [0.5, 0.3, 0.2],
  ];
  expect(klDivergence(p, q)).toBeCloseTo(0.122806, 6);
  expect(klDivergence(q, p)).toBeCloseTo(0.132775, 6);
  expect(jsDivergence([p, q])).toBeCloseTo(0.031597, 6);
  const { p: rows, js, kl, generalized } = reference.distributions;
  const [first = [], second = []] = rows;
  expect(jsDivergence([first, second])).toBeCloseTo(js, 10);
  expect(klDivergence(first, second)).toBeCloseTo(kl, 10);
  expect(jsDivergence(rows)).toBeCloseTo(generalized, 10);
  expect(
    jsDivergence([
      [1, 0],
      [0, 1],
    ]),
  ).toBe(1);
  expect(klDivergence([1, 0], [0, 1])).toBe(Infinity);
  expect(jsDivergence([])).toBeNaN();
  expect(() => jsDivergence([[1], [0, 1]])).toThrow(RangeError);
});

test('the bound from the likeliest tokens never exceeds the divergence and reaches it with all tokens', () => {
  const rows = reference.distributions.p;
  const top = (p: readonly number[], k: number) => {
    const ids = p
      .map((_, id) => id)
      .sort((a, b) => (p[b] ?? 0) - (p[a] ?? 0))
      .slice(0, k);
    return { ids, probabilities: ids.map((id) => p[id] ?? NaN) };
  };
  const [a = [], b = []] = rows;
  const exact = jsDivergence([a, b]);
  for (let k = 0; k <= 12; k++)
    expect(jsLowerBound([top(a, k), top(b, k)])).toBeLessThanOrEqual(exact + 1e-12);
  expect(jsLowerBound([top(a, 12), top(b, 12)])).toBeCloseTo(exact, 12);
  // A token that one list lacks is not one of probability 0: equal distributions with other lists may be equal.
  expect(
    jsLowerBound([
      { ids: [0], probabilities: [0.5] },
      { ids: [1], probabilities: [0.5] },
    ]),
  ).toBe(0);
});
