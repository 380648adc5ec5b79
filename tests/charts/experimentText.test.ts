import { describe, expect, test } from 'vitest';
import {
  lengthTable,
  lengthText,
  similarityTable,
  similarityText,
  structureTable,
  structureText,
} from '../../src/app/samples/experimentText.ts';
import type { Dependence } from '../../src/core/analyses/dependence.ts';
import type { Redundancy } from '../../src/core/analyses/redundancy.ts';
import type {
  Accumulation,
  AccumulationPoint,
  StructureContrast,
} from '../../src/core/analyses/experiments.ts';

const point = (n: number, product: number, empirical: number): AccumulationPoint => ({
  n,
  samples: 100,
  accuracy: 0.9,
  product,
  grouped: product,
  empirical,
  low: empirical * 0.8,
  high: empirical * 1.2,
});

const accumulation = (changes: Partial<Accumulation> = {}): Accumulation => ({
  points: [point(1, 0.9, 0.9), point(2, 0.05, 0.4)],
  failsAt: 2,
  groupedFailsAt: null,
  last: 2,
  errorBits: 3,
  groupedErrorBits: 0.3,
  ...changes,
});

const holds = accumulation({
  points: [point(1, 0.9, 0.9), point(2, 0.8, 0.81)],
  failsAt: null,
  errorBits: 0.018,
  groupedErrorBits: 0,
});

describe('experiment a: the conclusion follows from the numbers', () => {
  test('independence that fails by groups', () => {
    const text = lengthText({ target: accumulation(), base: holds }).join(' ');
    expect(text).toMatch(/Fine-tuned model: independence fails from n = 2 on/);
    expect(text).toMatch(/P\(N ≥ 2\) = 5\.00%; it is 40\.0%, 8\.0 times as much/);
    expect(text).toMatch(
      /90\.0% of the error \(in bits\) is gone, and the product stays within the interval/,
    );
    expect(text).toMatch(
      /Base model: nothing speaks against independence up to n = 2, where too few samples go on/,
    );
    expect(text).toMatch(/is not supported by these data/);
  });
  test('independence that holds supports the claim', () => {
    const text = lengthText({ target: holds, base: holds }).join(' ');
    expect(text).toMatch(/is supported by these data/);
    expect(text).not.toMatch(/not supported/);
    expect(text).toMatch(/about the same/);
  });
  test('groups that do not explain it, an overstatement, and nothing to judge', () => {
    const worse = accumulation({ groupedFailsAt: 2, groupedErrorBits: 2.9, errorBits: -3 });
    const nothing = accumulation({
      points: [],
      failsAt: null,
      last: 0,
      errorBits: NaN,
      groupedErrorBits: NaN,
    });
    const text = lengthText({ target: worse, base: nothing }).join(' ');
    expect(text).toMatch(/8\.0 times less/);
    expect(text).toMatch(/from n = 2 on it is still outside/);
    expect(text).toMatch(/Base model: too few samples/);
    expect(lengthTable({ target: worse, base: nothing }).rows).toHaveLength(2);
  });
});

describe('experiment b', () => {
  const redundancy = (r: number, p: number): Redundancy => ({
    sets: [
      {
        name: 'code',
        samples: 9,
        prefixSimilarity: 0.3,
        fullSimilarity: 0.2,
        gap: -0.1,
        meanLength: 3,
        baseMeanLength: 1,
      },
      {
        name: 'prose',
        samples: 9,
        prefixSimilarity: 0.01,
        fullSimilarity: 0.02,
        gap: 0.01,
        meanLength: 9,
        baseMeanLength: 0.5,
      },
    ],
    gapWithLength: { r, p, n: 18 },
    prefixWithLength: { r: -0.5, p: 0.01, n: 18 },
    samples: 18,
  });
  test('supports, refutes or leaves open', () => {
    expect(similarityText(redundancy(0.4, 0.01)).join(' ')).toMatch(/as the paper has it/);
    expect(similarityText(redundancy(-0.4, 0.01)).join(' ')).toMatch(/opposite.*do not support the claim/);
    expect(similarityText(redundancy(0.4, 0.2)).join(' ')).toMatch(/neither supported nor refuted/);
    expect(similarityText(redundancy(NaN, NaN)).join(' ')).toMatch(
      /no correlation can be computed.*neither supported nor refuted/,
    );
  });
  test('names the extremes, says what kind of similarity it is', () => {
    const text = similarityText(redundancy(0.4, 0.01)).join(' ');
    expect(text).toMatch(/most redundant sub-set, code \(S_full = 0\.200\), has a mean N of 3\.0/);
    expect(text).toMatch(/least redundant, prose \(0\.020\), 9\.0/);
    expect(text).toMatch(/lexical here/);
    expect(similarityTable(redundancy(0, 1)).rows[0]).toEqual(['code', 9, 0.3, 0.2, -0.1, 3, 1]);
  });
});

describe('experiment c', () => {
  const dependence = (corrected: number, p: number, conditionalP: number): Dependence => ({
    samples: 144,
    lags: [
      { lag: 1, pairs: 49, mi: corrected, corrected, nullMean: 0, nullHigh: 0.01, p, noVariation: false },
    ],
    conditional: [],
    conditionalSamples: 144,
    prefix: new Float64Array(0),
    gain: new Float64Array(0),
    p,
    conditionalP,
    shareLeft: NaN,
  });
  const contrast = (difference: number, p: number): StructureContrast => ({
    structured: dependence(0.1 * Math.LN2, 0.01, 0.5),
    prose: dependence(0.05 * Math.LN2, 0.01, 0.01),
    difference: difference * Math.LN2,
    p,
  });
  test('more, less or no difference', () => {
    const of = (difference: number, p: number) =>
      structureText({ target: contrast(difference, p), base: contrast(0, 0.9) }).join(' ');
    expect(of(0.05, 0.002)).toMatch(/0\.050 bits more.*So structure does bind/);
    expect(of(-0.05, 0.002)).toMatch(/0\.050 bits less.*is not supported by these data/);
    expect(of(0.05, 0.3)).toMatch(/could be chance.*do not show that structured reasoning/);
    expect(of(NaN, NaN)).toMatch(/cannot be compared.*do not show/);
    expect(of(0.05, 0.3)).toMatch(/0\.100 bits between two tokens/);
    expect(of(0, 0.9)).toMatch(/difference of under 0\.001 bits could be chance/);
    expect(of(0.05, 0.3)).toMatch(/no puzzles/);
  });
  test('the published finding of low dependence is judged by its own test', () => {
    const none = { ...contrast(0, 0.9), structured: dependence(0, 0.8, 0.8), prose: dependence(0, 0.7, 0.8) };
    expect(structureText({ target: none, base: none }).join(' ')).toMatch(/is low is supported here/);
    expect(structureText({ target: contrast(0, 1), base: none }).join(' ')).toMatch(
      /is low is not supported here: it is there even among texts of equal accuracy/,
    );
    const differing = { ...contrast(0, 1), prose: dependence(0.1, 0.01, 0.6) };
    expect(structureText({ target: differing, base: none }).join(' ')).toMatch(
      /not supported as it stands.*because texts differ/,
    );
    expect(structureTable({ target: none, base: none }).rows).toHaveLength(4);
  });
});
