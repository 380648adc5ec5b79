/** The statistics worker: whatever takes longer than a frame is computed here, so that the page never blocks. */
import { expose } from 'comlink';
import { decompose } from '../src/core/analyses/decomposition.ts';
import { analyseDependence } from '../src/core/analyses/dependence.ts';
import { analyseCeilings } from '../src/core/analyses/ceilings.ts';
import { compareGroups } from '../src/core/analyses/groups.ts';
import { analyseMatchLengths } from '../src/core/analyses/matchLengths.ts';
import { analyseMembership, membershipIntervals } from '../src/core/analyses/membership.ts';
import { comparePaired } from '../src/core/analyses/paired.ts';
import { analyseSkew, skewIntervals } from '../src/core/analyses/skew.ts';
import { analyseWorstCase } from '../src/core/analyses/worstCase.ts';
import { readSamples } from '../src/core/samples/readSamples.ts';
import { runToEnd } from '../src/core/statistics/bootstrap.ts';
import { textFeatures } from '../src/core/textFeatures.ts';
import type { StatisticsApi } from '../src/protocol/statistics.ts';

/** Runs a resampling to its end: nothing here stops it. */
function finish<T>(steps: Generator<number, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

const statistics: StatisticsApi = {
  readSamples: async (files, options) => readSamples(files, options),
  matchLengths: async (matches) => analyseMatchLengths(matches),
  decompose: async (matches, suffixes, groups) => decompose(matches, suffixes, groups),
  skew: async (n) => analyseSkew(n),
  skewIntervals: async (n, seed) => runToEnd(skewIntervals(n, seed)) ?? [],
  dependence: async (matches, suffixes, seed) => analyseDependence(matches, suffixes, seed),
  worstCase: async (matches, seed) => analyseWorstCase(matches, seed),
  compareGroups: async (matches, groups, seed) => compareGroups(matches, groups, seed),
  ceilings: async (rows, suffixStarts, n) => analyseCeilings(rows, suffixStarts, n),
  comparePaired: async (before, after) => comparePaired(before, after),
  textFeatures: async (texts, zlibBytes) => textFeatures(texts, zlibBytes),
  membership: async (scores, member, features, seed) => analyseMembership(scores, member, features, seed),
  membershipIntervals: async (scores, blindScores, member, seed) =>
    finish(membershipIntervals(scores, blindScores, member, seed)),
};

expose(statistics);
