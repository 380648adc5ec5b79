import { describe, expect, test } from 'vitest';
import {
  lengthTable,
  lengthText,
  structureTable,
  structureText,
} from '../../src/app/samples/experimentText.ts';
import type { SimilarityResult } from '../../src/app/samples/experimentResults.ts';
import { claimText, familyText, similarityText, subsetTable } from '../../src/app/samples/subsetText.ts';
import type { Dependence } from '../../src/core/analyses/dependence.ts';
import type {
  Accumulation,
  AccumulationPoint,
  StructureContrast,
} from '../../src/core/analyses/experiments.ts';
import type { GivenCopies, SubsetSimilarity } from '../../src/core/analyses/subsetSimilarity.ts';
import type { Family } from '../../src/core/analyses/subsets.ts';
import type { Correlation } from '../../src/core/statistics/association.ts';

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
  const NONE = { r: 0.02, p: 0.7, n: 441 };
  const given = (copies: Correlation, copiesAndKind: Correlation): GivenCopies => ({
    plain: NONE,
    copies,
    copiesAndKind,
  });
  const more = { r: 0.3, p: 0.001, n: 441 };
  const less = { r: -0.3, p: 0.001, n: 441 };
  const undefinedYet = { r: NaN, p: NaN, n: 441 };

  test('supports, refutes or leaves open, and never takes kinds for similarity', () => {
    expect(claimText(given(more, more))).toMatch(/^These data support the published claim.*of one kind/);
    expect(claimText(given(more, NONE))).toMatch(/do not support.*while kinds are mixed.*nothing of it/);
    expect(claimText(given(more, less))).toMatch(/do not support.*while kinds are mixed.*the opposite/);
    expect(claimText(given(less, NONE))).toMatch(/do not support.*recited further here/);
    expect(claimText(given(less, less))).toMatch(/do not support.*recited further here/);
    expect(claimText(given(NONE, more))).toMatch(/Among texts of one kind.*in part only/);
    expect(claimText(given(less, more))).toMatch(/Among texts of one kind.*in part only/);
    expect(claimText(given(NONE, less))).toMatch(/do not support.*among texts of one kind the opposite/);
    // 2.8 / sqrt 441
    expect(claimText(given(NONE, NONE))).toMatch(
      /do not support.*do not refute.*441 texts a ρ under about 0\.13/,
    );
    expect(claimText(given(undefinedYet, undefinedYet))).toMatch(/do not test the published claim/);
  });

  const set = (family: Family, name: string, full: number, meanLength: number): SubsetSimilarity => ({
    family,
    name,
    samples: 63,
    redundancy: full + 0.1,
    raw: { input: full - 0.05, full, gap: 0.05 },
    centred: { input: 0, full: 0.1, gap: 0.1 },
    intervals: null,
    meanLength,
    baseMeanLength: 0.5,
  });
  const result: SimilarityResult = {
    layer: 'last layer',
    subsets: {
      texts: 441,
      sets: [
        set('kind', 'code', 0.8, 3),
        set('kind', 'prose', 0.6, 9),
        set('mix', '2 kinds, draw 1', 0.55, 5),
        set('mix', '7 kinds, draw 1', 0.5, 6),
        set('crowding', 'sparsest third', 0.5, 6),
        set('crowding', 'middle third', 0.55, 6.5),
        set('crowding', 'most crowded third', 0.6, 7),
      ],
      gap: { raw: given(more, more), centred: given(NONE, NONE) },
      redundancy: { raw: given(less, less), centred: given(less, less) },
      overSets: { r: -0.25, p: 0.5, n: 4 },
      background: { prefix: 0.4, full: 0.5 },
    },
    lexical: {
      sets: [
        {
          name: 'code',
          samples: 63,
          prefixSimilarity: 0.3,
          fullSimilarity: 0.2,
          gap: -0.1,
          meanLength: 3,
          baseMeanLength: 0.5,
        },
      ],
      gapWithLength: { r: 0.11, p: 0.02, n: 441 },
      prefixWithLength: NONE,
      samples: 441,
    },
  };
  test('says the conclusion first, what it rests on, and where the centred cosines differ', () => {
    const [first, ...rest] = similarityText(result);
    expect(first).toBe(claimText(given(more, more)));
    const text = rest.join(' ');
    expect(text).toMatch(/of equal copies and kind ρ = 0\.30, p = 0\.0010/);
    expect(text).toMatch(/less the mean of all texts \(ρ = 0\.02, p = 0\.700.*do not support/);
    expect(text).toMatch(/shared pairs of words.*ρ = 0\.11/);
    expect(text).toMatch(/trained together/);
  });
  test('describes each way of making sub-sets', () => {
    expect(familyText(result, 'kind')).toMatch(
      /code \(S_full = 0\.800\), has a mean N of 3\.0 tokens \(base 0\.5\); the least redundant, prose \(0\.600\)/,
    );
    expect(familyText(result, 'mix')).toMatch(/seed 20250203.*0\.500 to 0\.550.*ρ = −0\.25.*no p/);
    expect(familyText(result, 'crowding')).toMatch(
      /most crowded places .*0\.700\).*mean N of 7\.0.*0\.600\)/,
    );
    expect(familyText(result, 'copies')).toBeNull();
    const copies = [set('copies', '1×', 0.66, 0.5), set('copies', '64×', 0.65, 40)];
    expect(familyText({ ...result, subsets: { ...result.subsets, sets: copies } }, 'copies')).toMatch(
      /from 0\.5 to 40\.0 tokens, while S_full lies between 0\.650 and 0\.660/,
    );
  });
  test('its table has every sub-set and every correlation', () => {
    const { header, rows } = subsetTable(result);
    expect(rows).toHaveLength(7 + 12);
    expect(rows.every(({ length }) => length === header.length)).toBe(true);
    const cell = (row: number, name: string) => rows[row]?.[header.indexOf(name)];
    expect([cell(0, 'S_full (Jaccard)'), cell(1, 'S_full (Jaccard)')]).toEqual([0.2, null]);
    expect(rows[9]).toEqual(
      expect.arrayContaining(['gap, raw, within equal copies and kind', 441, 0.3, 0.001]),
    );
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
    whole: null,
    mean: corrected,
    conditionalMean: NaN,
  });
  const contrast = (difference: number, p: number): StructureContrast => ({
    structured: dependence(0.1 * Math.LN2, 0.01, 0.5),
    prose: dependence(0.05 * Math.LN2, 0.01, 0.01),
    means: { structured: 0.1 * Math.LN2, prose: (0.1 - difference) * Math.LN2 },
    bounds: { structured: 0.8 * Math.LN2, prose: 0.9 * Math.LN2 },
    difference: difference * Math.LN2,
    p,
  });
  const of = (difference: number, p: number, base = contrast(0, 0.9)) =>
    structureText({ target: contrast(difference, p), base }).join(' ');
  test('more, less or no difference', () => {
    expect(of(0.05, 0.004)).toMatch(/0\.050 bits more \(p = 0\.0040\).*model: structure binds/);
    expect(of(-0.05, 0.002)).toMatch(/0\.050 bits less.*prose whose tokens bind more.*is not supported/);
    expect(of(0.05, 0.3)).toMatch(/could be chance.*do not show that structured reasoning/);
    expect(of(NaN, NaN)).toMatch(/cannot be compared.*do not show/);
    expect(of(0, 0.9)).toMatch(/difference of under 0\.001 bits could be chance/);
    expect(of(0.05, 0.3)).toMatch(/no puzzles/);
  });
  test('the difference is that of the two numbers beside it, over the same distances', () => {
    expect(of(0.05, 0.3)).toMatch(
      /mean over distances 1 to 8\. Code and records .*0\.100 bits .* of at most 0\.800.*0\.050 bits .* of at most 0\.900.*difference of 0\.050 bits/,
    );
  });
  test('both models have their own conclusion', () => {
    const text = of(0.05, 0.3, contrast(0.02, 0.004));
    expect(text).toMatch(/Fine-tuned model: the data do not show/);
    expect(text).toMatch(/Base model: structure binds the tokens more/);
  });
  test('a p at the floor of the shuffles is an upper end', () => {
    expect(of(0.05, 1 / 500)).toMatch(/0\.050 bits more \(p ≤ 0\.0020\)/);
  });
  test('whether dependence is low is a matter of its size, not of its p', () => {
    const little = { ...contrast(0, 0.9), means: { structured: 0.01 * Math.LN2, prose: 0.009 * Math.LN2 } };
    const text = structureText({ target: little, base: contrast(0, 1) }).join(' ');
    // Tiny, but surely there.
    expect(text).toMatch(
      /Fine-tuned model: low, 1\.25% in code and records, 1\.00% in prose and verse; more than chance in code and records and in prose and verse, and in prose and verse among texts of equal accuracy too/,
    );
    expect(text).toMatch(/Base model: not low, 12\.5% in code and records/);
    const none = {
      ...little,
      structured: dependence(0, 0.8, 0.8),
      prose: dependence(0, 0.7, 0.8),
    };
    expect(structureText({ target: none, base: none }).join(' ')).toMatch(
      /low, .*it cannot be told from none/,
    );
    const differing = { ...none, prose: dependence(0.1, 0.01, 0.6) };
    expect(structureText({ target: differing, base: none }).join(' ')).toMatch(
      /more than chance in prose and verse, but among texts of equal accuracy it cannot be told from none/,
    );
    const constant = { ...none, means: { structured: NaN, prose: NaN } };
    expect(structureText({ target: constant, base: none }).join(' ')).toMatch(
      /not defined, as nothing varies/,
    );
    expect(structureTable({ target: none, base: none }).rows).toHaveLength(4);
  });
});
