/**
 * Times of what compares samples pair by pair, on invented embeddings of 384 dimensions and texts of 100 tokens, in
 * one thread: `node tests/tools/run.mjs tests/bench/pairwise.ts [SAMPLES]`, 10,000 if left out. Processor time stands
 * beside wall time, so that a busy machine shows.
 */
import {
  associateLocal,
  localSimilarity,
  similarityFigures,
  similarityMap,
  similaritySpectra,
  spacesOf,
} from '../../src/core/analyses/similarity.ts';
import { seededRandom } from '../../src/core/random.ts';
import { findDuplicates } from '../../src/core/similarity/duplicates.ts';
import { gapIntervals } from '../../src/core/similarity/gapIntervals.ts';
import type { Vectors } from '../../src/core/similarity/vectors.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';
import { tokenRows } from '../../src/core/tokenRows.ts';
import { umapLayout } from '../../workers/similarityMap.ts';
import { clock } from './clock.ts';

const samples = Number(process.argv[2] ?? 10_000);
const DIMENSIONS = 384;
const CLUSTERS = 20;
const random = seededRandom(1);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const centres = Array.from({ length: CLUSTERS }, () => Float32Array.from({ length: DIMENSIONS }, normal));

/** Clusters that are shifted together, as hidden states are. */
function embeddings(noise: number): Vectors {
  const values = new Float32Array(samples * DIMENSIONS);
  for (let row = 0; row < samples; row++)
    for (let at = 0; at < DIMENSIONS; at++)
      values[row * DIMENSIONS + at] = 1 + (centres[row % CLUSTERS]?.[at] ?? 0) + noise * normal();
  return { n: samples, d: DIMENSIONS, values };
}

/** One text in ten is another one with a token changed. */
function texts(): Uint32Array[] {
  const all: Uint32Array[] = [];
  for (let row = 0; row < samples; row++) {
    const copied = row % 10 === 9 ? all[row - 9] : undefined;
    const text = copied?.slice() ?? Uint32Array.from({ length: 100 }, () => Math.floor(8192 * random() ** 2));
    if (copied) text[Math.floor(100 * random())] = 1;
    all.push(text);
  }
  return all;
}

const columnOf = (value: () => number): Float64Array => Float64Array.from({ length: samples }, value);

function run(): void {
  const timing = clock(`${samples} samples, ${DIMENSIONS} dimensions`);
  const rows = tokenRows(texts());
  const found = timing.time('exact and near duplicates', () => findDuplicates(rows));
  process.stdout.write(`  ${found.verified} pairs verified, ${found.skipped} skipped\n`);
  const spaces = timing.time('centring (embeddings made too)', () =>
    spacesOf({ prefixes: embeddings(1), fulls: embeddings(0.7) }),
  );
  timing.time('S_input, S_full, gap, background', () => similarityFigures(spaces, null, 1));
  const map = timing.time('map by PCA', () => similarityMap(spaces));
  timing.time('four spectra', () => similaritySpectra(spaces, map.spectrum, 1));
  timing.time('intervals', () => runToEnd(gapIntervals(spaces.raw.prefixes, spaces.raw.fulls, { seed: 1 })));
  const local = timing.time('all pairs, prefixes and full texts', () =>
    runToEnd(localSimilarity(spaces.raw)),
  );
  if (!local) throw new Error('stopped');
  const [n, copies] = [
    columnOf(() => Math.floor(50 * random() ** 3)),
    columnOf(() => Math.floor(3 * random())),
  ];
  timing.time('rank correlation, permutations', () => runToEnd(associateLocal(local.gap, n, copies, 1)));
  timing.time('neighbour map by UMAP', () =>
    runToEnd(umapLayout(local.neighbours, map.components.scores, 1)),
  );
}

run();
