import { describe, expect, test } from 'vitest';
import {
  evaluateBlind,
  evaluateScores,
  FALSE_POSITIVE_RATES,
  membershipIntervals,
  withoutModel,
} from '../../../src/core/analyses/membership.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { runToEnd } from '../../../src/core/statistics/bootstrap.ts';
import { aurocBootstrap } from '../../../src/core/statistics/membershipEvaluation.ts';
import { textFeatures } from '../../../src/core/textFeatures.ts';

// metrics: members 2 3 5 8, non-members 1 2 2 4 6: AUROC .7 over all 20 pairs.
const MEMBERS = [2, 3, 5, 8];
const OTHERS = [1, 2, 2, 4, 6];
const SCORES = Float64Array.of(...MEMBERS, ...OTHERS, NaN);
const MEMBER = Int8Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, -1);
const plain = (count: number) => {
  const texts = Array.from({ length: count }, (_, index) => `text number ${index}`);
  return textFeatures(
    texts,
    texts.map(() => 20),
  );
};

describe('evaluation', () => {
  const found = {
    ...evaluateScores([SCORES, SCORES.map((value) => -value)], MEMBER),
    ...evaluateBlind(plain(10), MEMBER, 1),
  };
  test('AUROC, and its mirror image', () => {
    expect(found.scores[0]?.auroc.auroc).toBeCloseTo(0.7, 12);
    expect(found.scores[1]?.auroc.auroc).toBeCloseTo(0.3, 12);
    expect([found.members, found.nonMembers]).toEqual([4, 5]);
  });
  test('rates that five non-members cannot support are refused, with the number needed', () => {
    expect(FALSE_POSITIVE_RATES).toEqual([0.1, 0.01, 0.001]);
    expect(found.scores[0]?.tpr).toEqual(
      [10, 100, 1000].map((needed) => ({ refused: 'tooFewNonMembers', nonMembers: 5, needed })),
    );
  });
  test('no baseline of four members', () => {
    expect(found.blind).toBeNull();
    expect(found.blindScores.every(Number.isNaN)).toBe(true);
  });
  test('no baseline without texts, and nothing above it', () => {
    const bare = { ...evaluateScores([SCORES], MEMBER), ...evaluateBlind(null, MEMBER, 1) };
    expect(bare).toMatchObject({ members: 4, nonMembers: 5, blind: null, blindFeatures: [] });
    expect(bare.scores[0]?.auroc.auroc).toBeCloseTo(0.7, 12);
    const intervals = runToEnd(membershipIntervals([SCORES], bare.blindScores, MEMBER, 1));
    expect(intervals?.excess).toEqual([{ low: NaN, high: NaN }]);
    expect(intervals?.blind).toEqual({ low: NaN, high: NaN });
  });
});

test('a long curve is thinned to some hundred points that lie on it, its ends and low rates among them', () => {
  const random = seededRandom(3);
  const member = Int8Array.from({ length: 8000 }, (_, index) => index % 2);
  const scores = Float64Array.from(member, (own) => own * 0.8 + random() + random());
  const roc = evaluateScores([scores], member).scores[0]?.roc;
  expect(roc?.fpr.length).toBeLessThan(410);
  expect([roc?.fpr[0], roc?.fpr.at(-1), roc?.tpr.at(-1)]).toEqual([0, 1, 1]);
  roc?.threshold.forEach((threshold, place) => {
    const share = (own: number): number =>
      scores.reduce((sum, score, index) => sum + Number(member[index] === own && score >= threshold), 0) /
      4000;
    expect(roc.fpr[place]).toBeCloseTo(share(0), 12);
    expect(roc.tpr[place]).toBeCloseTo(share(1), 12);
  });
  expect(roc?.fpr.filter((rate) => rate > 0 && rate < 0.01).length).toBeGreaterThan(10);
});

describe('intervals', () => {
  const random = seededRandom(9);
  const member = Int8Array.from({ length: 120 }, (_, index) => Number(index < 50));
  const noise = () => random() + random() + random() - 1.5;
  const good = Float64Array.from(member, (own) => Math.round(4 * (own * 0.7 + noise())) / 4);
  const same = good.slice();
  const blind = Float64Array.from(member, () => noise());
  const found = runToEnd(membershipIntervals([good, same], blind, member, 2));
  test('agree with the bootstrap of one AUROC on its own', () => {
    const members = good.filter((_, index) => member[index] === 1);
    const others = good.filter((_, index) => member[index] === 0);
    const alone = runToEnd(aurocBootstrap(members, others, { seed: 77 }));
    expect(found?.replicates).toBe(2000);
    expect(Math.abs((found?.aurocs[0]?.low ?? NaN) - (alone?.low ?? NaN))).toBeLessThan(0.012);
    expect(Math.abs((found?.aurocs[0]?.high ?? NaN) - (alone?.high ?? NaN))).toBeLessThan(0.012);
  });
  test('two scores alike have one interval; the excess of the baseline over itself has no width', () => {
    expect(found?.aurocs[1]).toEqual(found?.aurocs[0]);
    const self = runToEnd(membershipIntervals([good], good, member, 2));
    expect(self?.excess[0]?.low).toBeNaN();
    expect(found?.excess[0]?.low).toBeGreaterThan(0);
  });
  test('a baseline below chance gives no room: the excess is over one half then', () => {
    const inverse = Float64Array.from(member, (own) => -own + 0.01 * noise());
    const over = runToEnd(membershipIntervals([good], inverse, member, 2));
    const bounds = over?.aurocs.flatMap(({ low, high }) => [low - 0.5, high - 0.5]);
    expect(over?.blind.high).toBeNaN();
    over?.excess
      .flatMap(({ low, high }) => [low, high])
      .forEach((bound, place) => {
        expect(bound).toBeCloseTo(bounds?.[place] ?? NaN, 12);
      });
    expect([withoutModel(0.3), withoutModel(0.8)]).toEqual([0.5, 0.8]);
    expect(withoutModel(NaN)).toBeNaN();
  });
  test('of many samples by the limit, near what resampling gives', () => {
    const many = Int8Array.from({ length: 10_400 }, (_, index) => Number(index % 26 === 0));
    const own = Float64Array.from(many, (is) => is * 0.3 + noise());
    const texts = Float64Array.from(many, (is) => is * 0.1 + noise());
    const limit = runToEnd(membershipIntervals([own], texts, many, 2));
    const few = { members: own.filter((_, i) => many[i] === 1), others: own.filter((_, i) => many[i] === 0) };
    const alone = runToEnd(aurocBootstrap(few.members, few.others, { seed: 5, replicates: 500 }));
    expect(limit?.replicates).toBe(0);
    const bounds = limit?.aurocs.flatMap(({ low, high }) => [low, high]);
    bounds?.forEach((bound, place) => {
      expect(bound).toBeCloseTo([alone?.low, alone?.high][place] ?? NaN, 1.9);
    });
    expect(bounds).toHaveLength(2);
    expect(limit?.excess[0]?.low).toBeLessThan(bounds?.[0] ?? NaN);
  });
  test('a perfect score has no interval', () => {
    const perfect = Float64Array.from(member, (own) => own);
    expect(runToEnd(membershipIntervals([perfect], blind, member, 2))?.aurocs[0]?.low).toBeNaN();
  });
});
