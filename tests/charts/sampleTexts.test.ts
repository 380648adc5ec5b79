import { describe, expect, test } from 'vitest';
import { cutSentences } from '../../src/app/samples/cutTotals.ts';
import { endOf, startOf } from '../../src/app/samples/excerpt.ts';
import { soFarText, summarySentence } from '../../src/app/samples/summaryText.ts';
import { leftOutText } from '../../src/app/samples/unscorable.ts';
import type { MatchSummary } from '../../src/core/statistics/matchLength.ts';
import {
  bandText,
  decompositionTable,
  decompositionText,
  endBeforeZero,
  formatMean,
  logRankText,
} from '../../src/app/samples/decompositionText.ts';
import { conditionalFacts, dependenceTable, dependenceText } from '../../src/app/samples/dependenceText.ts';
import { groupColumns, groupsBy, hasOwnSplit, type DataSet } from '../../src/app/samples/dataSet.ts';
import { groupTip } from '../../src/app/samples/groupText.ts';
import { matchLengthTip, matchLengthVerdict } from '../../src/app/samples/matchLengthText.ts';
import { formatDrawnP, formatP } from '../../src/app/samples/panelText.ts';
import { skewName, topFacts, topText } from '../../src/app/samples/skewText.ts';
import { decompose } from '../../src/core/analyses/decomposition.ts';
import { netChance, type Dependence } from '../../src/core/analyses/dependence.ts';
import { estimateGroups } from '../../src/core/analyses/groups.ts';
import { analyseMatchLengths } from '../../src/core/analyses/matchLengths.ts';
import { kaplanMeier } from '../../src/core/statistics/survival.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function dataSet(rows: readonly object[]): DataSet {
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  return { name: 'test', ...readSamples([{ name: 'a.jsonl', bytes: bytes(text) }]) };
}

test('a p-value is never 0', () => {
  expect([0, 1e-7, 0.0021, 0.5, NaN].map(formatP)).toEqual([
    'p < 0.0001',
    'p < 0.0001',
    'p = 0.0021',
    'p = 0.500',
    'p n/a',
  ]);
});

describe('the tip of the match lengths', () => {
  const analysis = analyseMatchLengths({ n: [0, 0, 1, 4, 4, 4], length: [4, 4, 4, 4, 4, 4] });
  test('says that the fits expect misses, and nothing of ends where no suffix ends', () => {
    const lines = matchLengthTip(analysis, 1);
    expect(lines.slice(0, 2)).toEqual(['N = 1 token', '1 missed; misses expected:']);
    expect(lines).toHaveLength(4);
  });
  test('where suffixes end it has the expected number that is recited to the end', () => {
    const lines = matchLengthTip(analysis, 4);
    const { p } = analysis.geometric;
    expect(lines.slice(1, 6)).toEqual([
      '0 missed; misses expected:',
      '0.0 geometric',
      '0.0 beta-geometric',
      '3 to the end; expected:',
      `${(6 * p ** 4).toFixed(1)} geometric`,
    ]);
  });
});

test('a p-value that no draws could make smaller is an upper end', () => {
  expect([1 / 500, 2 / 500].map((p) => formatDrawnP(p, 499))).toEqual(['p ≤ 0.0020', 'p = 0.0040']);
  expect([16 / 400, 17 / 400, 0.001].map((p) => formatDrawnP(p, 399, 16))).toEqual([
    'p ≤ 0.040',
    'p = 0.043',
    'p ≤ 0.0010',
  ]);
  expect(formatDrawnP(NaN, 399)).toBe('p n/a');
});

describe('groups', () => {
  test('values in their order, the smallest groups together', () => {
    const many = dataSet(
      Array.from({ length: 60 }, (_, index) => ({ text: `t ${index}`, level: (index * index) % 11 })),
    );
    const few = dataSet([10, 2, 10, 2, 1, 1].map((copies) => ({ text: `t ${copies}`, copies })));
    expect(groupsBy(few.samples, 'copies')).toEqual({
      names: ['1', '2', '10'],
      of: Int16Array.of(2, 1, 2, 1, 0, 0),
    });
    const cut = groupsBy(many.samples, 'level');
    expect(cut.names.length).toBeLessThanOrEqual(8);
    expect([...cut.of].every((group) => group >= 0 && group < cut.names.length)).toBe(true);
  });
  test('columns that tell nothing apart are no groups', () => {
    const same = dataSet(
      [1, 2, 3, 4].map((index) => ({ text: `t ${index}`, same: 'x', kind: index % 2 ? 'a' : 'b' })),
    );
    expect(groupColumns(same).map(({ name }) => name)).toEqual(['kind']);
    expect(hasOwnSplit(same)).toBe(false);
  });
});

test('a top share says how many samples it is of', () => {
  expect(skewName('top10', 16).hint).toBe('2 of 16 samples; share of all matched tokens');
  expect(skewName('top1', 504).hint).toBe('6 of 504 samples; share of all matched tokens');
  expect(skewName('top1', 16).hint).toBe('1% of 16 samples is less than one');
  expect(topFacts(504)).toBe('Top 1%, 5%, 10%: 6, 26, 51 of 504 samples, rounded up.');
  expect(topFacts(16)).toBe('Top 1%, 5%, 10%: n/a, n/a, 2 of 16 samples, rounded up.');
  expect(topText(16, 0.9)).toBe('top 2 of 16 samples (12.5%)');
});

test('a mean is shown with its interval, or alone', () => {
  expect(formatMean({ mean: 1.25, se: 1.08, low: 0.1676, high: 3.8108 })).toBe('1.3 (0.2 to 3.8)');
  expect(formatMean({ mean: 4, se: 0, low: NaN, high: NaN })).toBe('4.0');
});

test('the tip of a group says how many of the samples at an N are only known to be at least that', () => {
  const matches = { n: Float64Array.of(1, 3, 3, 3), length: Float64Array.of(3, 3, 3, 4) };
  const [group] = estimateGroups(matches, { names: ['a'], of: new Int16Array(4) }).groups;
  expect(group && [1, 2, 3].map((n) => groupTip(group, n))).toEqual([
    'a: 1 of 4',
    'a: 0 of 4',
    'a: 3 of 4, 2 to the end',
  ]);
});

test('a fit of few samples, or on its boundary, is no finding', () => {
  const verdict = (n: number[], length: number) =>
    matchLengthVerdict(
      analyseMatchLengths({ n: Float64Array.from(n), length: new Float64Array(n.length).fill(length) }),
    );
  expect(verdict([0, 0, 0, 0, 0, 30], 30)).toMatch(/^6 samples are too few/);
  expect(verdict([...Array<number>(20).fill(0), ...Array<number>(5).fill(30)], 30)).toMatch(
    /lies on its boundary/,
  );
  expect(verdict([0, 0, 0, 0, 1, 1, 2, 3, 12, 20, 28, 30, 30, 30], 30)).toMatch(/^Samples differ/);
});

describe('the decomposition in words', () => {
  const n = Float64Array.of(0, 0, 0, 1, 1, 2, 3, 3, 5, 8, 12, 20);
  const length = Float64Array.of(10, 10, 12, 10, 8, 10, 10, 3, 10, 8, 20, 20);
  const offsets = Uint32Array.from({ length: 13 }, (_, index) => index);
  const suffixes = { values: new Float32Array(12).fill(-0.5), correct: new Uint8Array(12), offsets };
  const groups = { names: ['a', 'b'], of: Int16Array.from(n, (_, index) => Number(index >= 6)) };
  test('says that groups differ when they do', () => {
    const analysis = decompose({ n, length }, suffixes, groups);
    expect(decompositionText(analysis).join(' ')).toMatch(/do not share one curve \(log-rank p = 0\.0005\)/);
    expect(logRankText(analysis)).toMatch(/χ² = 12\.1, 1 d\.f\./);
    expect(logRankText(decompose({ n, length }, suffixes, null))).toBe('');
  });
  test('says that there is no curve where every sample misses its first token', () => {
    const none = decompose({ n: new Float64Array(12), length }, suffixes, null);
    expect(decompositionText(none)[0]).toMatch(/P\(N ≥ 1\) is 0, and there is no curve/);
  });
  test('says which bands are drawn, and where a curve falls to 0', () => {
    expect(bandText(2)).toBe('Bands: 95% intervals, drawn for up to 2 groups; all are in the CSV.');
    expect(bandText(7)).toMatch(/here for the one whose name is clicked; all are in the CSV/);
    const end = (lengths: number[], suffix: number) => {
      const of = { n: Float64Array.from(lengths), length: new Float64Array(lengths.length).fill(suffix) };
      return endBeforeZero(kaplanMeier(of));
    };
    // S = 1, 1/2, 1/2, 0.
    expect(end([1, 3], 9)).toEqual({ n: 3, survival: 0.5 });
    expect(end([0, 0], 9)).toEqual({ n: 0, survival: 1 });
    expect(end([1, 9], 9)).toBeNull();
  });
  test('the table has every point of every curve', () => {
    const { header, rows } = decompositionTable(decompose({ n, length }, suffixes, groups));
    expect(rows.filter(([name]) => name === 'all samples')).toHaveLength(20);
    expect(rows.every((row) => row.length === header.length)).toBe(true);
    expect(rows[0]?.slice(0, 7)).toEqual(['all samples', 1, 12, 3, 0.75, 0.25, 0.75]);
  });
});

describe('the dependence in words', () => {
  const bits = (count: number): number => count * Math.LN2;
  const seen: Dependence = {
    samples: 10,
    lags: [],
    conditional: [],
    conditionalSamples: 10,
    prefix: new Float64Array(0),
    gain: Float64Array.of(0, 3),
    p: 0.01,
    conditionalP: 0.01,
    whole: null,
    mean: bits(0.02),
    conditionalMean: bits(0.01),
  };
  const sentence = (changes: Partial<Dependence>) => dependenceText(seen, { ...seen, ...changes })[0];
  test('what cannot be told from none is not said to be none, and both numbers are there', () => {
    expect(sentence({ p: 0.4 })).toMatch(/cannot be told from none \(p = 0\.400.*0\.0200 bits/);
    expect(sentence({ conditionalP: 0.3 })).toMatch(
      /0\.0200 bits on average.*0\.0100 bits, which cannot be told from none \(p = 0\.300\).*do not tell/,
    );
    expect(sentence({ conditionalMean: bits(-0.003), conditionalP: 0.3 })).toMatch(/−0\.0030 bits/);
    expect(sentence({ conditionalP: NaN })).toMatch(/cannot be told from none \(p n\/a\)/);
  });
  test('a ratio of the two needs 100 samples and both outside their chance bands', () => {
    const point = { lag: 1, pairs: 1, mi: 1, corrected: 0, nullMean: 0, p: 0.001, noVariation: false };
    const lags = [{ ...point, nullHigh: bits(0.002) }];
    const many = { samples: 100, conditionalSamples: 100, lags, conditional: lags };
    expect(sentence(many)).toMatch(/0\.0100 bits, 50\.0% of it, more than chance.*come in runs/);
    expect(sentence({ ...many, conditionalMean: bits(0.0019) })).not.toMatch(/% of it/);
    expect(sentence({ ...many, mean: bits(0.0019) })).not.toMatch(/% of it/);
    expect(sentence({ ...many, samples: 99, conditionalSamples: 99 })).not.toMatch(/% of it/);
    expect(sentence({ ...many, mean: bits(0.2), conditionalMean: bits(0.004) })).toMatch(
      /2\.00% of it, little but more than chance \(p = 0\.010\): it is mostly the samples/,
    );
  });
  test('the gain is a factor, of few samples two numbers', () => {
    const whole = { n: 2, samples: 100, log2Mean: -1, log2Product: -4 };
    const of = (changes: Partial<typeof whole>) =>
      dependenceText({ ...seen, whole: { ...whole, ...changes } }, null)[0];
    expect(of({})).toMatch(/understates .* 8\.0 times/);
    expect(of({ log2Mean: -5 })).toMatch(/overstates .* 2\.0 times/);
    expect(of({ samples: 16 })).toBe(
      'The mean probability of the first 2 tokens is 0.500; the mean probabilities of the tokens multiplied, as independence would have it, give 0.063. 16 samples are too few for a ratio of the two.',
    );
  });
  test('the table is as long as its longest column', () => {
    const { header, rows } = dependenceTable(seen, seen);
    expect(rows).toHaveLength(2);
    expect(rows.every((row) => row.length === header.length)).toBe(true);
  });
  test('a part of the samples is said', () => {
    expect(conditionalFacts(seen)).not.toMatch(/random/);
    expect(conditionalFacts({ ...seen, samples: 5000, conditionalSamples: 2000 })).toMatch(
      /dots and band from a random 2,000 samples/,
    );
  });
  test('both kinds of information have their own chance in the table', () => {
    const point = { lag: 1, pairs: 1, mi: 1, p: 0.5, noVariation: false };
    const lags = [{ ...point, corrected: bits(8), nullMean: bits(1), nullHigh: bits(2) }];
    const conditional = [{ ...point, corrected: bits(7), nullMean: bits(3), nullHigh: bits(5) }];
    const found = { ...seen, lags, conditional };
    const { header, rows } = dependenceTable(found, found);
    const cell = (name: string): unknown => rows[0]?.[header.indexOf(name)];
    expect(cell('chance 95% (bits)')).toBeCloseTo(2, 12);
    expect(cell('given accuracy, chance 95% (bits)')).toBeCloseTo(5, 12);
    expect(conditional.map(netChance)[0]).toBeCloseTo(bits(2), 12);
  });
});

describe('what a run found, in one sentence', () => {
  const of = (samples: number, zeros: number, censored: number): MatchSummary => ({
    samples,
    zeros,
    censored,
    zeroShare: zeros / samples,
    censoredShare: censored / samples,
  });
  test('none, one and all of them are said as one would', () => {
    expect(summarySentence(of(0, 0, 0), null)).toBeNull();
    expect(summarySentence(of(504, 12, 40), 'a')).toBe(
      'The fine-tuned model recites 40 of 504 suffixes to their end, and not a token of 12.',
    );
    expect(summarySentence(of(9, 0, 0), null)).toBe(
      'The base model recites none of 9 suffixes to its end, and at least a token of each.',
    );
    expect(summarySentence(of(9, 1, 1), null)).toMatch(
      /recites 1 of 9 suffixes to its end, and not a token of 1\.$/,
    );
    expect(summarySentence(of(9, 0, 9), null)).toBe('The base model recites all 9 suffixes to their end.');
    expect(summarySentence(of(9, 9, 0), null)).toMatch(/reproduces nothing: of 9 suffixes/);
    expect(summarySentence(of(1, 0, 1), null)).toBe('The base model recites the one suffix to its end.');
    expect(summarySentence(of(1, 1, 0), null)).toMatch(/the one suffix does not begin/);
    expect(summarySentence(of(1, 0, 0), null)).toMatch(/recites the one suffix in part/);
  });
  test('while samples are missing, it is said to be so far', () => {
    expect(summarySentence(of(120, 12, 40), 'a', true)).toMatch(
      /^So far, the fine-tuned model recites 40 of 120/,
    );
    expect(soFarText({ scored: 120, total: 504, isComplete: false })).toBe('So far, 120 of 504 samples.');
    expect(soFarText({ scored: 504, total: 504, isComplete: true })).toBe('');
    expect(soFarText({ scored: 0, total: 504, isComplete: false })).toBe('');
  });
});

test('what is cut off is seen to be, and no character is cut in two', () => {
  expect([startOf('abc', 3), startOf('abcd', 3), endOf('abc', 3), endOf('abcd', 3)]).toEqual([
    'abc',
    'abc…',
    'abc',
    '…bcd',
  ]);
  expect([startOf('ab😀c', 3), endOf('a😀bc', 3)]).toEqual(['ab…', '…bc']);
});

test('sentences made of counts agree with one of them', () => {
  const totals = { cut: 9, moved: 1, shortened: 1, leftOut: 1, shortenedBehind: 2 };
  expect(cutSentences(totals)).toEqual([
    expect.stringMatching(/^In 1 sample a token straddles/),
    expect.stringMatching(/^1 sample did not fit .* 1 prefix token left out/),
    expect.stringMatching(/^2 samples lost the end/),
  ]);
  expect(leftOutText(1, 1, 1)).toBe('1 row of the input gave no sample. 1 of 1 sample cannot be scored.');
  expect(leftOutText(2, 4, 12)).toBe('2 rows of the input gave no sample. 4 of 12 samples cannot be scored.');
  expect(leftOutText(0, 0, 3)).toBe('');
});
