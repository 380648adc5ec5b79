import { afterEach, describe, expect, it, vi } from 'vitest';
import { exposeApi } from '../../src/app/api.ts';
import type { SampleLab } from '../../src/app/samples/sampleLab.svelte.ts';
import { BLOCK_TOKENS } from '../../src/core/sampleBlocks.ts';
import { tableCsv } from '../../src/app/samples/sampleColumns.ts';
import { screenedTokens, screeningCost } from '../../src/core/screening.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';
import type { StatisticsClient } from '../../src/engine/statisticsClient.ts';
import type { StatisticsApi } from '../../src/protocol/statistics.ts';
import { closeLabs, openLab, statisticsOf, type Given } from './samplePage.ts';

function statistics(): StatisticsClient {
  const api: Partial<StatisticsApi> = { readSamples: async (files, options) => readSamples(files, options) };
  return statisticsOf(api);
}

/** Texts of 60 to 63 bytes, which are tokens here; enough of them for several blocks. */
const LINES = Array.from({ length: 420 }, (_, index) => `${index} `.padEnd(60 + (index % 4), 'abcdefgh'));
const SPLIT = { rule: { mode: 'count', prefix: 11, suffix: 50 }, keepsOwn: true } as const;

async function opened(given: Given = {}) {
  const page = openLab(given, statistics());
  const { lab } = page;
  if (given.disk) await lab.start();
  else {
    await lab.openPasted(LINES.join('\n'));
    await lab.change({ split: SPLIT, mode: 'screening' });
  }
  return page;
}

const scoredOf = ({ run }: SampleLab) => run.results.map((result) => result?.scored);

afterEach(closeLabs);

describe('screening', () => {
  it('finds the N, L, censoring and fragility of a full run, in one pass, and nothing else', async () => {
    const { lab, engine } = await opened();
    await lab.run.run();
    expect(lab.run.status.kind).toBe('done');
    expect(lab.run.settings).toMatchObject({
      mode: 'screening',
      adapterId: 'planted-1',
      hasReference: false,
    });
    expect(engine.scored.every(({ passes }) => passes.length === 1)).toBe(true);
    const screened = scoredOf(lab);
    await lab.change({ mode: 'full' });
    expect(lab.run.scored).toBe(0);
    await lab.run.run();
    expect(lab.run.isScreened).toBe(false);
    scoredOf(lab).forEach((full, index) => {
      const { matchLength, suffixTokens, prefixTokens, censored, fragile } = full ?? {};
      expect(screened[index]).toMatchObject({ matchLength, suffixTokens, prefixTokens, censored, fragile });
      expect(screened[index]?.logPz).toBeNaN();
    });
  });

  it('drops samples at their miss: the tokens asked for are those it says it read', async () => {
    const { lab, engine } = await opened();
    engine.isKnown = (place, first) => place < 11 + ((first * 7) % 60);
    await lab.run.run();
    const asked = engine.scored.reduce((sum, { ids }) => sum + ids.length, 0);
    const said = scoredOf(lab).reduce((sum, scored) => sum + (scored ? screenedTokens(scored) : 0), 0);
    expect(asked).toBe(said);
    const { read, full, share } = screeningCost(
      scoredOf(lab).map((scored) => scored ?? null),
      2,
    );
    expect(read).toBe(said);
    expect(full).toBe(LINES.length * 2 * 61 - 2 * LINES.filter((line) => line.length < 61).length);
    expect(share).toBeLessThan(0.7);
    // Some fell in the first chunk, some in the second, some never.
    const lengths = scoredOf(lab).map((scored) => scored?.matchLength ?? NaN);
    expect(lengths.some((n) => n < 8)).toBe(true);
    expect(lengths.some((n) => n > 8 && n < 49)).toBe(true);
    expect(lengths).toContain(50);
  });

  it('tells the samples of a block together: those that miss early alone would look as if nothing was recited', async () => {
    const { lab, engine } = await opened();
    // Every other sample is known to its end.
    engine.isKnown = (_, first) => first % 2 === 0;
    const seen: number[] = [];
    engine.afterChunk = () => {
      seen.push(lab.run.results.filter(Boolean).length);
      if (engine.scored.length === 4) lab.run.stop();
    };
    await lab.run.run();
    const block = Math.floor(BLOCK_TOKENS / 61);
    expect(seen.filter((count) => count % block > 0)).toEqual([]);
    expect(lab.run.scored).toBeGreaterThan(0);
    expect(lab.run.scored).toBeLessThan(LINES.length);
    expect(lab.run.scored % block).toBe(0);
    const lengths = scoredOf(lab).flatMap((scored) => (scored ? [scored.matchLength] : []));
    expect(lengths.some((n) => n > 40)).toBe(true);
    expect(lengths.some((n) => n < 8)).toBe(true);
  });

  it('goes on in a closed tab with the numbers of an uninterrupted run', async () => {
    const first = await opened();
    first.engine.afterChunk = () => {
      if (first.engine.scored.length === 3) first.lab.run.stop();
    };
    await first.lab.run.run();
    expect(first.lab.run.status.kind).toBe('stopped');
    const second = await opened({ disk: first.disk });
    expect(second.lab.run.mode).toBe('screening');
    expect(second.lab.run.isScreened).toBe(true);
    const stored = second.lab.run.scored;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(LINES.length);
    await second.lab.run.run();
    const whole = await opened();
    await whole.lab.run.run();
    expect(scoredOf(second.lab)).toEqual(scoredOf(whole.lab));
  });

  it('is kept apart from full runs, and says in the table that it is one', async () => {
    const { lab } = await opened();
    await lab.run.run();
    const { dataSet, results, settings } = lab.run;
    if (!dataSet) throw new Error('no data');
    const [header = '', row = ''] = [...tableCsv(dataSet, results, settings?.mode)];
    const cells = row.split(',');
    const names = header.split(',');
    expect(cells[names.indexOf('mode')]).toBe('screening');
    expect(cells[names.indexOf('ln p_z (nats)')]).toBe('');
    expect(cells[names.indexOf('N (tokens)')]).toBe(String(results[0]?.scored.matchLength));
    await lab.change({ mode: 'full' });
    expect(lab.run.scored).toBe(0);
    await lab.change({ mode: 'screening' });
    expect(lab.run.isComplete).toBe(true);
  });

  it('is there for scripts', async () => {
    const page = await opened();
    await page.lab.run.run();
    vi.stubGlobal('window', {});
    exposeApi(page.session.link, Promise.resolve());
    const { samples, settings } = await window.memoscope.scoreSamples(LINES.slice(0, 20), {
      split: { prefix: 11, suffix: 50 },
      mode: 'screening',
    });
    expect(settings.mode).toBe('screening');
    expect(samples.map(({ matchLength }) => matchLength)).toEqual([...page.lab.matches.n.slice(0, 20)]);
    expect(samples[0]).toMatchObject({ logPz: null, accuracy: null, correct: [], logprobs: [] });
  });
});
