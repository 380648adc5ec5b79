/** The similarity worker: compares samples pair by pair. Long work yields, so that it can report and be stopped. */
import { expose, releaseProxy, transfer } from 'comlink';
import {
  associateLocal,
  embeddingsAt,
  localSimilarity,
  nearestTo,
  similarityFigures,
  similarityMap,
  similaritySpectra,
  spacesOf,
  type LocalSimilarity,
  type SimilarityMap,
  type Space,
  type Spaces,
} from '../src/core/analyses/similarity.ts';
import { compareSubsets } from '../src/core/analyses/subsetSimilarity.ts';
import { findDuplicates } from '../src/core/similarity/duplicates.ts';
import { gapIntervals, gapReplicates } from '../src/core/similarity/gapIntervals.ts';
import type { Neighbours } from '../src/core/similarity/neighbours.ts';
import { dequantize, rowsWithDirection } from '../src/core/similarity/quantized.ts';
import { registerCancellation } from '../src/protocol/cancellation.ts';
import { asMemoscopeError, MemoscopeError } from '../src/protocol/errors.ts';
import type { SimilarityApi } from '../src/protocol/similarity.ts';
import { yieldTask } from './scoring/tasks.ts';
import { umapLayout } from './similarityMap.ts';

type Local = LocalSimilarity & { readonly neighbours: Neighbours };

let spaces: Spaces | null = null;
let map: SimilarityMap | null = null;
const local = new Map<Space, Local>();

function openSpaces(): Spaces {
  if (!spaces) throw new MemoscopeError('InvalidInput', 'No embeddings are open. Open some first.');
  return spaces;
}

function foundLocal(space: Space): Local {
  const found = local.get(space);
  if (!found) throw new MemoscopeError('InvalidInput', 'Neighbours are not known. Ask for them first.');
  return found;
}

/** Frees the page's callback after a call: without that, its port lives on. */
function release(callback: unknown): void {
  if (callback !== undefined) (callback as { [releaseProxy]?: () => void })[releaseProxy]?.();
}

/** Between two looks at the messages that wait, and between two reports, ms. */
const SLICE = 40;
const REPORT = 250;

/** Runs a generator to its end, reporting a few times a second. @throws {MemoscopeError} `Cancelled`. */
async function steadily<T>(
  steps: Generator<number, T>,
  signal: AbortSignal,
  onProgress?: (done: number) => unknown,
): Promise<T> {
  try {
    let lookedAt = performance.now();
    let reportedAt = lookedAt;
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (performance.now() - lookedAt < SLICE) continue;
      if (performance.now() - reportedAt >= REPORT) {
        await onProgress?.(step.value);
        reportedAt = performance.now();
      }
      await yieldTask();
      if (signal.aborted) throw new MemoscopeError('Cancelled', 'stopped');
      lookedAt = performance.now();
    }
  } catch (thrown) {
    throw asMemoscopeError(thrown);
  } finally {
    release(onProgress);
  }
}

const embeddingsOf = (space: Space) => openSpaces()[space];

function knownMap(): SimilarityMap {
  return (map ??= similarityMap(openSpaces()));
}

async function findLocal(
  space: Space,
  signal: AbortSignal,
  onProgress?: (done: number) => unknown,
): Promise<Local> {
  const found = await steadily(localSimilarity(embeddingsOf(space)), signal, onProgress);
  local.set(space, found);
  return found;
}

const similarity: SimilarityApi = {
  findDuplicates: async (rows) => findDuplicates(rows),

  open: async (prefixes, fulls) => {
    const rows = rowsWithDirection(prefixes, fulls);
    spaces = spacesOf({ prefixes: dequantize(prefixes, rows), fulls: dequantize(fulls, rows) });
    map = null;
    local.clear();
    return rows;
  },

  figures: async (groups, seed) => similarityFigures(openSpaces(), groups, seed),
  components: async () => knownMap().components,
  spectra: async (seed) => similaritySpectra(openSpaces(), knownMap().spectrum, seed),

  intervals: async (space, rows, seed, onProgress, { signal }) => {
    const all = embeddingsOf(space);
    const { prefixes, fulls } = rows ? embeddingsAt(all, rows) : all;
    // As many for a group as for all samples, so that all groups together take no longer than these.
    const replicates = gapReplicates(all.prefixes);
    return steadily(gapIntervals(prefixes, fulls, { seed, replicates }), signal, onProgress);
  },

  local: async (space, onProgress, { signal }) => {
    const { gap, redundancy, closeShare } = await findLocal(space, signal, onProgress);
    return { gap, redundancy, closeShare };
  },

  compareSubsets: async (texts, seed, { signal }) => {
    const found = { raw: await findLocal('raw', signal), centred: await findLocal('centred', signal) };
    return steadily(compareSubsets(openSpaces(), found, texts, seed), signal);
  },

  associate: async (space, measure, n, covariate, seed, { signal }) =>
    steadily(associateLocal(foundLocal(space)[measure], n, covariate, seed), signal),

  nearest: async (space, row, by, k) => nearestTo(embeddingsOf(space), row, by, k),

  layOut: async (space, seed, onProgress, { signal }) => {
    const { neighbours } = foundLocal(space);
    const places = await steadily(
      umapLayout(neighbours, knownMap().components.scores, seed),
      signal,
      onProgress,
    );
    return transfer(places, [places.buffer as ArrayBuffer]);
  },
};

registerCancellation();
expose(similarity);
