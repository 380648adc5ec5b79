/** The statistics worker: whatever takes longer than a frame is computed here, so that the page never blocks. */
import { expose, releaseProxy } from 'comlink';
import { decompose } from '../src/core/analyses/decomposition.ts';
import { analyseDependence, estimateDependence } from '../src/core/analyses/dependence.ts';
import { analyseCeilings } from '../src/core/analyses/ceilings.ts';
import { accumulate, contrastStructure } from '../src/core/analyses/experiments.ts';
import { estimateGroups, testGroups } from '../src/core/analyses/groups.ts';
import { analyseMatchLengths } from '../src/core/analyses/matchLengths.ts';
import { evaluateBlind, evaluateScores, membershipIntervals } from '../src/core/analyses/membership.ts';
import { comparePaired } from '../src/core/analyses/paired.ts';
import { redundancy } from '../src/core/analyses/redundancy.ts';
import { analyseSkew, skewIntervals } from '../src/core/analyses/skew.ts';
import { analyseWorstCase, simulateMaxima } from '../src/core/analyses/worstCase.ts';
import { readInBatches, type ImportBatch, type SourceFile } from '../src/core/samples/readSamples.ts';
import { tailIntervals } from '../src/core/statistics/tailIndex.ts';
import { textFeatures } from '../src/core/textFeatures.ts';
import { registerCancellation } from '../src/protocol/cancellation.ts';
import { asMemoscopeError, MemoscopeError } from '../src/protocol/errors.ts';
import type { InputFile, StatisticsApi } from '../src/protocol/statistics.ts';

/** The bytes of a file. @throws {MemoscopeError} `InvalidInput` if it is gone or was changed. */
async function withBytes({ name, bytes, blob }: InputFile): Promise<SourceFile> {
  if (!blob) return { name, bytes };
  try {
    return { name, bytes: new Uint8Array(await blob.arrayBuffer()) };
  } catch (thrown) {
    throw new MemoscopeError(
      'InvalidInput',
      `${name} cannot be read any more. Was it changed or moved? Open it again.`,
      { cause: thrown },
    );
  }
}

/** Reads files; waits after each batch until the page has taken it, so that a cancellation can arrive. */
const readSamples: StatisticsApi['readSamples'] = async (files, options, onBatch, { signal }) => {
  // The page's callback is remote: it returns a promise.
  const deliver: (batch: ImportBatch) => unknown = onBatch;
  try {
    const reading = readInBatches(await Promise.all(files.map(withBytes)), options);
    let step = reading.next();
    for (; !step.done; step = reading.next()) {
      await deliver(step.value);
      signal.throwIfAborted();
    }
    return { samples: [], problems: [], ...step.value };
  } catch (thrown) {
    throw asMemoscopeError(thrown);
  } finally {
    (onBatch as { [releaseProxy]?: () => void })[releaseProxy]?.();
  }
};

/** Runs a resampling to its end: nothing here stops it. */
function finish<T>(steps: Generator<number, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

const statistics: StatisticsApi = {
  readSamples,
  matchLengths: async (matches) => analyseMatchLengths(matches),
  decompose: async (matches, suffixes, groups) => decompose(matches, suffixes, groups),
  skew: async (n) => analyseSkew(n),
  skewIntervals: async (n, seed) => finish(skewIntervals(n, seed)),
  tailIntervals: async (matches, seed) => finish(tailIntervals(matches, { seed })),
  estimateDependence: async (matches, suffixes) => estimateDependence(matches, suffixes),
  dependence: async (matches, suffixes, seed) => analyseDependence(matches, suffixes, seed),
  worstCase: async (matches) => analyseWorstCase(matches),
  simulateMaxima: async (n, seed) => finish(simulateMaxima(n, seed)),
  estimateGroups: async (matches, groups) => estimateGroups(matches, groups),
  testGroups: async (matches, groups, seed) => testGroups(matches, groups, seed),
  ceilings: async (rows, suffixStarts, n) => analyseCeilings(rows, suffixStarts, n),
  comparePaired: async (before, after) => comparePaired(before, after),
  textFeatures: async (texts, zlibBytes) => textFeatures(texts, zlibBytes),
  membership: async (scores, member) => evaluateScores(scores, member),
  blindMembership: async (features, member, seed) => evaluateBlind(features, member, seed),
  membershipIntervals: async (scores, blindScores, member, seed) =>
    finish(membershipIntervals(scores, blindScores, member, seed)),
  accumulate: async (matches, suffixes, groups) => accumulate(matches, suffixes, groups),
  redundancy: async (samples) => redundancy(samples),
  contrastStructure: async (matches, suffixes, isStructured, stratum, seed) =>
    contrastStructure(matches, suffixes, isStructured, stratum, seed),
};

registerCancellation();
expose(statistics);
