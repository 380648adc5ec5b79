/** A map on which near neighbours stay near: UMAP (McInnes, Healy and Melville 2018, arXiv 1802.03426). */
import { UMAP } from 'umap-js';
import { MAP_NEIGHBOURS } from '../src/core/analyses/similarity.ts';
import { seededRandom } from '../src/core/random.ts';
import type { Neighbours } from '../src/core/similarity/neighbours.ts';

/** Half the width of the map that the layout starts from, as in the library. */
const HALF_WIDTH = 10;

/** The sample itself first, as UMAP wants it, then its neighbours with 1 - cosine as the distance. */
function neighbourLists({ k, index, cosine }: Neighbours): { indices: number[][]; distances: number[][] } {
  const n = index.length / Math.max(1, k);
  const row = <T>(values: ArrayLike<T>, at: number): T[] =>
    Array.from({ length: k }, (_, place) => values[at * k + place] as T);
  return {
    indices: Array.from({ length: n }, (_, at) => [at, ...row(index, at)]),
    distances: Array.from({ length: n }, (_, at) => [
      0,
      // Twins have distance 0 like the sample itself; rounding must not take them below.
      ...row(cosine, at).map((value) => Math.max(0, 1 - value)),
    ]),
  };
}

/**
 * Lays samples out. It starts from `start`, so that far parts of the map stay where principal components have them.
 *
 * @param neighbours of every sample, {@link MAP_NEIGHBOURS} each unless there are fewer samples.
 * @param start `[n * 2]`
 * @yields the share done, 0 .. 1, after each of its passes.
 * @returns `[n * 2]`
 */
export function* umapLayout(
  neighbours: Neighbours,
  start: Float64Array,
  seed: number,
): Generator<number, Float32Array> {
  const { indices, distances } = neighbourLists(neighbours);
  const umap = new UMAP({
    nNeighbors: Math.min(MAP_NEIGHBOURS, neighbours.k) + 1,
    minDist: 0.1,
    random: seededRandom(seed),
  });
  umap.setPrecomputedKNN(indices, distances);
  // With the neighbours given, the library only counts the vectors.
  const epochs = umap.initializeFit(indices.map((_, at) => [at]));
  const places = umap.getEmbedding();
  const widest = start.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  places.forEach((place, at) => {
    for (const axis of [0, 1]) place[axis] = (HALF_WIDTH * (start[2 * at + axis] ?? 0)) / (widest || 1);
  });
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    yield (epoch + 1) / epochs;
  }
  return Float32Array.from(umap.getEmbedding().flat());
}
