/** The statistics worker: whatever takes longer than a frame is computed here, so that the page never blocks. */
import { expose } from 'comlink';
import { decompose } from '../src/core/analyses/decomposition.ts';
import { analyseDependence } from '../src/core/analyses/dependence.ts';
import { accumulate, contrastStructure } from '../src/core/analyses/experiments.ts';
import { analyseMatchLengths } from '../src/core/analyses/matchLengths.ts';
import { redundancy } from '../src/core/analyses/redundancy.ts';
import { analyseSkew, skewIntervals } from '../src/core/analyses/skew.ts';
import { analyseWorstCase } from '../src/core/analyses/worstCase.ts';
import { readSamples } from '../src/core/samples/readSamples.ts';
import { runToEnd } from '../src/core/statistics/bootstrap.ts';
import type { StatisticsApi } from '../src/protocol/statistics.ts';

const statistics: StatisticsApi = {
  readSamples: async (files, options) => readSamples(files, options),
  matchLengths: async (matches) => analyseMatchLengths(matches),
  decompose: async (matches, suffixes, groups) => decompose(matches, suffixes, groups),
  skew: async (n) => analyseSkew(n),
  skewIntervals: async (n, seed) => runToEnd(skewIntervals(n, seed)) ?? [],
  dependence: async (matches, suffixes, seed) => analyseDependence(matches, suffixes, seed),
  worstCase: async (matches, seed) => analyseWorstCase(matches, seed),
  accumulate: async (matches, suffixes, groups) => accumulate(matches, suffixes, groups),
  redundancy: async (samples) => redundancy(samples),
  contrastStructure: async (matches, suffixes, isStructured, stratum, seed) =>
    contrastStructure(matches, suffixes, isStructured, stratum, seed),
};

expose(statistics);
