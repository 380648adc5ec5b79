import { afterEach, describe, expect, it } from 'vitest';
import { encode } from '../../src/app/samples/encode.ts';
import { Experiments } from '../../src/app/samples/experiments.svelte.ts';
import { readExperiments } from '../../src/app/samples/filedExperiments.ts';
import { redundancy } from '../../src/core/analyses/redundancy.ts';
import { localSimilarity, spacesOf } from '../../src/core/analyses/similarity.ts';
import { compareSubsets, type ComparedText } from '../../src/core/analyses/subsetSimilarity.ts';
import { findDuplicates } from '../../src/core/similarity/duplicates.ts';
import { dequantize, rowsWithDirection, type QuantizedVectors } from '../../src/core/similarity/quantized.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';
import type { StoredBlock } from '../../src/engine/sampleStore.ts';
import { closeLabs, openLab, similarityOf, statisticsOf, type Given } from './samplePage.ts';

afterEach(closeLabs);

function ended<T>(steps: Generator<number, T>): T {
  const result = runToEnd(steps);
  if (result === null) throw new Error('stopped');
  return result;
}

/** Eight texts of 60 bytes, which are tokens here; the first two were never trained on. */
const PASSAGES = Array.from({ length: 8 }, (_, index) => ({
  id: `${index}`,
  kind: index % 2 === 0 ? 'prose' : 'code',
  title: 'T',
  text: `${index} `.padEnd(60, 'abcdefgh'.slice(index)),
  copies: index < 2 ? 0 : 8,
}));

/** The experiments of a page, with what their similarity worker was given. */
function open(given: Given = {}) {
  const page = openLab(given);
  page.files.set('planted/planted.json', JSON.stringify({ passages: PASSAGES }));
  const asked: { vectors: QuantizedVectors; texts: readonly ComparedText[]; seed: number }[] = [];
  let opened: readonly [QuantizedVectors, QuantizedVectors] | null = null;
  const similarity = similarityOf({
    findDuplicates: async (rows) => findDuplicates(rows),
    open: async (prefixes, fulls) => {
      opened = [prefixes, fulls];
      return rowsWithDirection(prefixes, fulls);
    },
    compareSubsets: async (texts, seed) => {
      if (!opened) throw new Error('nothing is open');
      const [prefixes, fulls] = opened;
      asked.push({ vectors: fulls, texts, seed });
      const rows = rowsWithDirection(prefixes, fulls);
      const spaces = spacesOf({ prefixes: dequantize(prefixes, rows), fulls: dequantize(fulls, rows) });
      const local = {
        raw: ended(localSimilarity(spaces.raw)),
        centred: ended(localSimilarity(spaces.centred)),
      };
      return ended(compareSubsets(spaces, local, texts, seed));
    },
  });
  const statistics = statisticsOf({ redundancy: async (samples) => redundancy(samples) });
  return { ...page, asked, experiments: new Experiments(page.session, statistics, similarity) };
}

describe('memorization against similarity', () => {
  it('compares the base model’s embeddings of the texts that were trained on, and no others', async () => {
    const { experiments, asked } = open();
    await experiments.run('similarity');
    expect(experiments.problem).toBeNull();
    const { dataSet, results, embeddings } = experiments.target;
    const trained = [2, 3, 4, 5, 6, 7];
    expect(dataSet?.samples).toHaveLength(PASSAGES.length);
    expect(asked).toMatchObject([
      {
        seed: 20_250_203,
        texts: trained.map((index) => ({
          kind: PASSAGES[index]?.kind,
          copies: 8,
          matchLength: results[index]?.scored.matchLength,
          baseMatchLength: results[index]?.scored.baseMatchLength,
        })),
      },
    ]);
    const known = embeddings.known();
    expect(known?.samples).toHaveLength(PASSAGES.length);
    const [d, given] = [known?.fulls.d ?? 0, asked[0]?.vectors.steps];
    expect(given).toEqual(known?.fulls.steps.subarray(2 * d));
    expect(experiments.known.similarity?.result.subsets.texts).toBe(trained.length);
    expect(experiments.known.similarity?.result.layer).toMatch(/last layer/);
  });

  it('comes back from JSON to the last bit, what is undefined included', async () => {
    const { experiments } = open();
    await experiments.run('similarity');
    const json = JSON.stringify(encode(experiments.known));
    expect(json).toContain('"NaN"');
    expect(readExperiments(JSON.parse(json))).toStrictEqual(experiments.known);
  });

  it('scores a run again that an earlier version stored without embeddings', async () => {
    const first = open();
    await first.experiments.run('similarity');
    for (const key of first.disk.keys('sample-scores')) {
      const { indices, samples } = (await first.disk.open('sample-scores').get(key)) as StoredBlock;
      await first.disk.open('sample-scores').set(key, { indices, samples });
    }
    const second = open({ disk: first.disk });
    await second.experiments.run('similarity');
    expect(second.experiments.problem).toBeNull();
    expect(second.engine.scored.length).toBeGreaterThan(0);
    expect(second.experiments.known.similarity?.result).toEqual(first.experiments.known.similarity?.result);
    // With embeddings it is not.
    const third = open({ disk: first.disk });
    await third.experiments.run('similarity');
    expect(third.engine.scored).toEqual([]);
    expect(third.experiments.known.similarity?.result).toEqual(first.experiments.known.similarity?.result);
  });
});
