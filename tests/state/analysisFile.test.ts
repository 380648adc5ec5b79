import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { isSavedResult } from '../../src/app/samples/analysisFile.ts';
import { readDuplicates } from '../../src/app/samples/filedSimilarity.ts';
import { NO_EXPERIMENTS } from '../../src/app/samples/experimentResults.ts';
import { readExperiments } from '../../src/app/samples/filedExperiments.ts';
import { readTokensHead, TokenReader, tokensToWrite } from '../../src/app/samples/filedTokens.ts';
import { readView } from '../../src/app/samples/readView.ts';
import { readAnalysis } from '../../src/app/samples/readAnalysis.ts';
import { DUPLICATE_GROUPS, duplicateColumns } from '../../src/app/samples/duplicates.ts';
import type { SampleLab } from '../../src/app/samples/sampleLab.svelte.ts';
import { analyseMatchLengths } from '../../src/core/analyses/matchLengths.ts';
import { accumulate, contrastStructure } from '../../src/core/analyses/experiments.ts';
import { evaluateBlind, evaluateScores } from '../../src/core/analyses/membership.ts';
import { textFeatures, type TextFeatures } from '../../src/core/textFeatures.ts';
import { readSamples } from '../../src/core/samples/readSamples.ts';
import { findDuplicates } from '../../src/core/similarity/duplicates.ts';
import type { QuantizedVectors } from '../../src/core/similarity/quantized.ts';
import type { StoredSample } from '../../src/engine/sampleStore.ts';
import type { StatisticsClient } from '../../src/engine/statisticsClient.ts';
import type { StatisticsApi } from '../../src/protocol/statistics.ts';
import { closeLabs, openLab, similarityOf, statisticsOf, type Given } from './samplePage.ts';

/** What the blind baselines were asked with. */
const features: (TextFeatures | null)[] = [];

function statistics(): StatisticsClient {
  const api: Partial<StatisticsApi> = {
    readSamples: async (files, options) => readSamples(files, options),
    matchLengths: async (matches) => analyseMatchLengths(matches),
    accumulate: async (...given) => accumulate(...given),
    contrastStructure: async (...given) => contrastStructure(...given),
    textFeatures: async (texts, sizes) => textFeatures(texts, sizes),
    membership: async (scores, member) => evaluateScores(scores, member),
    blindMembership: async (known, member, seed) => {
      features.push(known);
      return evaluateBlind(known, member, seed);
    },
  };
  return statisticsOf(api);
}

/** What the similarity worker was opened with. */
const vectors: (readonly [prefixes: QuantizedVectors, fulls: QuantizedVectors])[] = [];

function open(given: Given = {}) {
  const similarity = similarityOf({
    findDuplicates: async (rows) => findDuplicates(rows),
    open: async (prefixes, fulls) => {
      vectors.push([prefixes, fulls]);
      return new Uint32Array();
    },
  });
  return openLab(given, statistics(), similarity);
}

afterEach(() => {
  closeLabs();
  vectors.length = 0;
});

/** Own columns, a row that is no sample, one that has no suffix; texts with quotes, breaks and other scripts. */
const ROWS = [
  {
    text: 'A first text, long enough to be cut "here" and scored.',
    topic: 'a',
    level: 1,
    note: 'secret note',
  },
  {
    text: 'Zweiter Text,\nmit Umbruch und Größe – und 𝄞 dazu, lang genug.',
    topic: 'b',
    level: 2.5,
    note: 'n2',
  },
  { text: 'short', topic: 'a', level: 3, note: 'n3' },
  { text: 'The fourth of them is again a text that is long enough.', topic: 'b', level: null, note: 'n4' },
];
const INPUT = [...ROWS.map((row) => JSON.stringify(row)), '{"broken', '{"topic":"private excerpt"}'].join(
  '\n',
);
const SPLIT = { rule: { mode: 'count', prefix: 8, suffix: 30 }, keepsOwn: true } as const;
const PANEL = {
  id: 'test',
  title: 'Test',
  shows: 'shows',
  facts: 'facts',
  soFar: '',
  table: {
    header: ['a', 'b'],
    rows: [
      [1, NaN],
      [Infinity, 'x'],
    ],
  },
  legend: [],
  holdsTexts: false,
  body: undefined,
};

async function scored() {
  const page = open();
  await page.lab.openPasted(INPUT);
  await page.lab.change({ split: SPLIT });
  await page.lab.run.run();
  page.lab.panels.add(PANEL);
  page.lab.panels.add({ ...PANEL, id: 'private', holdsTexts: true });
  return page;
}

const saved = async (lab: SampleLab, hasTexts = true, hasEmbeddings = true) =>
  (await lab.analysisFile({ hasTexts, hasEmbeddings })).join('');
/** Two with the same text, and one that is too short to be scored. */
async function copied() {
  const page = open();
  const [first, second] = ROWS;
  await page.lab.openPasted(
    [first, second, first, { text: 'short' }, { text: 'Another one, which is long enough too, to its end.' }]
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  await page.lab.change({ split: SPLIT });
  await page.lab.run.run();
  return page;
}

const file = (json: string, name = 'analysis.json') => new File([json], name);

/** A file of a run that was restored, whose samples were not cut in that visit. */
async function withoutTokens(): Promise<string> {
  const { disk } = await scored();
  const { lab } = open({ disk });
  await lab.openPasted(INPUT);
  await lab.change({ split: SPLIT });
  expect(lab.run.isComplete).toBe(true);
  return saved(lab);
}

async function reopened(json: string) {
  const page = open();
  await page.lab.openFiles([file(json)]);
  return page;
}

describe('a whole analysis as one file', () => {
  it('is JSON with schema, hashes, settings, seeds, problems and the numbers of every panel', async () => {
    const { lab } = await scored();
    const content = JSON.parse(await saved(lab)) as Record<string, unknown>;
    expect(content).toMatchObject({
      format: 'memoscope-analysis',
      schema: 3,
      seed: 20_250_203,
      subject: 'planted-1',
      group: 'topic',
      split: SPLIT,
      settings: { modelHash: 'a'.repeat(64), adapterHash: 'b'.repeat(64) },
      origin: { device: 'wasm' },
      hashes: { model: 'a'.repeat(64), adapter: 'b'.repeat(64) },
      panels: [
        {
          id: 'test',
          rows: [
            [1, null],
            ['Infinity', 'x'],
          ],
        },
        { id: 'private' },
      ],
    });
    expect(content['samples']).toHaveLength(4);
    expect(content['problems']).toHaveLength(2);
    expect(content['unscorable']).toHaveLength(1);
    const hashes = content['hashes'] as Record<string, string>;
    for (const name of ['data', 'results', 'head']) expect(hashes[name]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('restores the page without a model: samples, results, problems, cut, groups', async () => {
    const { lab } = await scored();
    const again = await reopened(await saved(lab));
    expect(again.lab.inputProblem).toBeNull();
    expect(again.lab.run.dataSet?.samples).toEqual(lab.run.dataSet?.samples);
    expect(again.lab.run.dataSet?.columns).toEqual(lab.run.dataSet?.columns);
    expect(again.lab.run.results).toEqual(lab.run.results);
    expect(again.lab.run.problems).toEqual(lab.run.problems);
    expect(again.lab.run.settings).toEqual(lab.run.settings);
    expect(again.lab.run.origin).toEqual(lab.run.origin);
    expect(again.lab.run.split).toEqual(SPLIT);
    expect(again.lab.run.status.kind).toBe('done');
    expect(again.lab.group).toBe('topic');
    expect(again.lab.matches).toEqual(lab.matches);
    expect(again.lab.filed.file?.panels).toHaveLength(2);
    expect(again.engine.workers).toBe(0);
    // Nothing foreign becomes a result of this browser, and nothing is added to it.
    expect(again.disk.keys('sample-scores')).toEqual([]);
    await again.lab.run.run();
    expect(again.engine.workers).toBe(0);
    // Saved again it is the same file but for the time.
    const second = JSON.parse(await saved(again.lab)) as { hashes: { results: string; data: string } };
    const first = JSON.parse(await saved(lab)) as typeof second;
    expect(second.hashes.results).toBe(first.hashes.results);
    expect(second.hashes.data).toBe(first.hashes.data);
  });

  it('brings copies and embeddings back: columns, groups, and what the similarity worker is asked with', async () => {
    const { lab } = await copied();
    lab.group = DUPLICATE_GROUPS;
    const { found } = lab.run.copies;
    expect(found?.exactCount).toEqual(Uint32Array.of(2, 1, 2, 0, 1));
    const again = await reopened(await saved(lab));
    expect(again.lab.inputProblem).toBeNull();
    expect(again.lab.run.copies.found).toEqual(found);
    const cells = (of: SampleLab) =>
      duplicateColumns(of.run.copies.found).map(({ id, value }) =>
        of.run.dataSet?.samples.map((sample, index) => [id, value(sample, null, index)]),
      );
    expect(cells(again.lab)).toEqual(cells(lab));
    expect(again.lab.group).toBe(DUPLICATE_GROUPS);
    expect(again.lab.groupOf).toEqual(lab.groupOf);
    expect(again.lab.groupOf?.names).toEqual(['alone', 'exact duplicates']);
    expect(again.engine.workers).toBe(0);

    expect(again.lab.run.embeddings.known()).toEqual(lab.run.embeddings.known());
    for (const { run, matches, similarity } of [lab, again.lab]) {
      const known = run.embeddings.known();
      if (!known) throw new Error('no embeddings');
      await similarity.open(known, { n: matches.n, groups: null, covariate: null });
    }
    const [before, after] = vectors;
    expect(before?.[0].steps.some((step) => step !== 0)).toBe(true);
    expect(after).toEqual(before);
    // Saved again it still has both.
    const hashes = (json: string) => (JSON.parse(json) as { hashes: Record<string, string> }).hashes;
    const second = hashes(await saved(again.lab));
    expect(second['embeddings']).toMatch(/^[0-9a-f]{64}$/);
    expect(second['embeddings']).toBe(hashes(await saved(lab))['embeddings']);
  });

  it('leaves embeddings out if asked, and always with the texts, which they tell of', async () => {
    const { lab } = await scored();
    for (const json of [await saved(lab, true, false), await saved(lab, false)]) {
      expect(json.includes(`"embedding":`)).toBe(false);
      expect(JSON.parse(json)).toMatchObject({ embeddings: null, hashes: { embeddings: null } });
      const again = await reopened(json);
      expect(again.lab.inputProblem).toBeNull();
      expect(again.lab.run.embeddings.known()).toBeNull();
      expect(again.lab.run.copies.found).toEqual(lab.run.copies.found);
    }
  });

  it('opens a file of the first schema, which has neither copies nor embeddings', async () => {
    const old = readFileSync('tests/state/analysis-schema-1.json', 'utf8');
    expect(old).toContain('"schema":1,');
    const { lab } = await scored();
    const again = await reopened(old);
    expect(again.lab.inputProblem).toBeNull();
    expect(again.lab.run.results).toEqual(lab.run.results);
    expect(again.lab.run.dataSet?.samples).toEqual(lab.run.dataSet?.samples);
    expect(again.lab.filed.file).toMatchObject({ duplicates: null, embeddings: null });
    expect(again.lab.run.copies.found).toBeNull();
    expect(again.lab.run.embeddings.known()).toBeNull();
    const altered = await reopened(old.replace(/"accuracy":[^,]+/, '"accuracy":0.123'));
    expect(altered.lab.inputProblem).toMatch(/results or columns were altered/);
  });

  it('opens a file of the second schema, whose experiments are numbers of panels', async () => {
    const old = readFileSync('tests/state/analysis-schema-2.json', 'utf8');
    expect(old).toContain('"schema":2,');
    const { lab } = await copied();
    const again = await reopened(old);
    expect(again.lab.inputProblem).toBeNull();
    expect(again.lab.run.results).toEqual(lab.run.results);
    expect(again.lab.run.copies.found).toEqual(lab.run.copies.found);
    expect(again.lab.run.embeddings.known()).toEqual(lab.run.embeddings.known());
    expect(again.lab.group).toBe(DUPLICATE_GROUPS);
    expect(again.lab.filed.file?.experiments).toBeNull();
    expect(again.lab.experiments.known).toEqual(NO_EXPERIMENTS);
    // Saved again it is a file of this schema.
    expect(JSON.parse(await saved(again.lab))).toMatchObject({ schema: 3, experiments: NO_EXPERIMENTS });
  });

  it('opens a file that another program laid out in another way', async () => {
    const { lab } = await scored();
    const pretty = JSON.stringify(JSON.parse(await saved(lab)), null, 2);
    const again = await reopened(pretty);
    expect(again.lab.inputProblem).toBeNull();
    expect(again.lab.run.results).toEqual(lab.run.results);
  });

  it('leaves texts, excerpts and columns of free text out if asked, and says so when it is opened', async () => {
    const { lab } = await scored();
    const json = await saved(lab, false);
    for (const secret of ['first text', 'Umbruch', 'short', 'private excerpt', 'secret note', 'broken'])
      expect(json).not.toContain(secret);
    expect(JSON.parse(json)).toMatchObject({ panels: [{ id: 'test' }] });
    const again = await reopened(json);
    expect(again.lab.inputProblem).toBeNull();
    expect(again.lab.run.dataSet?.hasTexts).toBe(false);
    expect(again.lab.filed.file?.data.hasTexts).toBe(false);
    expect(again.lab.matches).toEqual(lab.matches);
    expect(again.lab.run.problems).toHaveLength(3);
    await again.lab.runAgain();
    await again.lab.change({ subject: null });
    expect(again.lab.inputProblem).toMatch(/cannot be cut in another way/);
    expect(again.lab.run.isComplete).toBe(true);
    expect(again.engine.workers).toBe(0);
    expect(again.lab.filed.baseline).toBeNull();
  });

  it('is not kept as the input of the next visit, and the planted set comes back after it', async () => {
    const { lab } = await scored();
    const again = await reopened(await saved(lab));
    await again.lab.change({ split: { ...SPLIT, rule: { ...SPLIT.rule, prefix: 6 } } });
    expect(again.lab.filed.file).toBeNull();
    expect(again.disk.keys('sample-inputs')).toEqual([]);
    expect(again.lab.isFromFile).toBe(true);
    await again.lab.openPlanted();
    expect(again.lab.isFromFile).toBe(false);
    expect(again.lab.run.isForeign).toBe(false);
    expect(again.disk.keys('sample-inputs')).toEqual(['last']);
  });

  it('is sent to its own view when it is put into the other', async () => {
    const { lab, session } = await scored();
    const before = session.draft;
    await session.openFile(file(await saved(lab)));
    expect(session.draftProblem).toMatch(/view “Samples”/);
    expect(session.draft).toBe(before);
  });

  it('is told from data by its beginning', async () => {
    const { lab } = await scored();
    expect(isSavedResult((await saved(lab)).slice(0, 512))).toBe(true);
    expect(isSavedResult('{"text":"the \\"format\\": \\"memoscope-analysis\\""}')).toBe(false);
    expect(isSavedResult('[{"format":"memoscope-analysis"}]')).toBe(false);
    expect(isSavedResult('text')).toBe(false);
  });
});

describe('experiments in a file', () => {
  const PLANTED = JSON.stringify({
    passages: Array.from({ length: 8 }, (_, index) => ({
      id: `${index}`,
      kind: index % 2 === 0 ? 'prose' : 'code',
      title: 'T',
      text: `${index} `.padEnd(60, 'abcdefgh'.slice(index)),
      copies: index < 2 ? 0 : 8,
    })),
  });
  const withExperiments = async () => {
    const page = await scored();
    page.files.set('planted/planted.json', PLANTED);
    await page.lab.experiments.run('length');
    await page.lab.experiments.run('structure');
    expect(page.lab.experiments.problem).toBeNull();
    return page;
  };

  it('are shown again without a model, with the run that they are from, also without texts', async () => {
    const { lab } = await withExperiments();
    const { known } = lab.experiments;
    expect(known.length?.run).toMatchObject({
      dataSet: { name: 'Planted set' },
      scored: 8,
      isComplete: true,
    });
    for (const hasTexts of [true, false]) {
      const again = await reopened(await saved(lab, hasTexts));
      expect(again.lab.inputProblem).toBeNull();
      expect(again.lab.experiments.known).toEqual(known);
      expect(again.lab.experiments.areFiled).toBe(true);
      expect(again.engine.workers).toBe(0);
      // Saved again they are the same.
      const twice = await reopened(await saved(again.lab, hasTexts));
      expect(twice.lab.experiments.known).toEqual(known);
    }
  });

  it('go with the file; what was run here stays', async () => {
    const { lab } = await withExperiments();
    const again = await reopened(await saved(lab));
    again.files.set('planted/planted.json', PLANTED);
    await again.lab.experiments.run('length');
    const own = again.lab.experiments.known.length;
    await again.lab.openPasted('Another text that is long enough to be scored.');
    expect(again.lab.experiments.known).toEqual({ ...NO_EXPERIMENTS, length: own });
    expect(again.lab.experiments.areFiled).toBe(false);
    // A file without any shows none.
    const bare = await scored();
    await again.lab.openFiles([file(await saved(bare.lab))]);
    expect(again.lab.experiments.known).toEqual(NO_EXPERIMENTS);
  });

  it('are scored and measured anew by “Run again and compare”', async () => {
    const { lab } = await withExperiments();
    const again = await reopened(await saved(lab));
    again.files.set('planted/planted.json', PLANTED);
    const { known } = again.lab.experiments;
    await again.lab.runAgain();
    const main = again.engine.scored.length;
    await again.lab.filed.compareAgain(again.lab.run, again.lab.experiments);
    const { experiments } = again.lab;
    expect(experiments.problem).toBeNull();
    expect(experiments.areFiled).toBe(false);
    expect(again.engine.scored.length).toBeGreaterThan(main);
    for (const name of ['length', 'structure'] as const) {
      expect(experiments.known[name]).not.toBe(known[name]);
      expect(experiments.known[name]?.result).toEqual(known[name]?.result);
    }
    expect(experiments.known.similarity).toBeNull();
    // Nothing is read from what is stored: a block each of the samples, the planted texts and their base.
    const before = again.engine.scored.length;
    await again.lab.runAgain();
    await again.lab.filed.compareAgain(again.lab.run, again.lab.experiments);
    expect(again.engine.scored.length - before).toBe(3);
  });

  it('are not scored twice where the run at hand is theirs', async () => {
    const page = open();
    page.files.set('planted/planted.json', PLANTED);
    await page.lab.openPlanted();
    await page.lab.run.run();
    await page.lab.experiments.run('length');
    const { scored: all } = page.engine;
    const before = all.length;
    await page.lab.runAgain();
    await page.lab.filed.compareAgain(page.lab.run, page.lab.experiments);
    // The run, and the base beside it.
    expect(page.engine.scored.length).toBe(2 * before);
    expect(page.lab.experiments.known.length).not.toBeNull();
  });

  it.each([
    [
      'a number that is none',
      /"accuracy":[^,]+/,
      '"accuracy":"high"',
      /experiments\.length\.result\.target\.points\[0\]\.accuracy is "high".*a number/,
    ],
    ['a place that is none', /"failsAt":[^,]+/, '"failsAt":1.5', /failsAt is 1\.5.*whole number/],
    ['a list that is none', /"points":\[[^\]]*\]/, '"points":{}', /points is \{\}.*a list/],
    ['a field too few', /"errorBits":[^,]+,/, '', /errorBits is missing/],
    [
      'another device',
      /"device":"wasm"(?=[^]*"isComplete")/,
      '"device":"abacus"',
      /origin\.device is "abacus".*one of webgpu, wasm/,
    ],
  ])('are refused with the reason: %s', async (_, what, instead, message) => {
    const { lab } = await withExperiments();
    const { experiments } = JSON.parse(await saved(lab)) as { experiments: unknown };
    const before = JSON.stringify(experiments);
    const after = before.replace(what, instead);
    expect(after).not.toBe(before);
    expect(() => readExperiments(JSON.parse(after))).toThrow(message);
    // In the file, the hash tells first or the check does.
    const changed = (await saved(lab)).replace(before, after);
    const { lab: other } = await reopened(changed);
    expect(other.run.scored).toBe(0);
    expect(other.inputProblem).toMatch(/cannot be opened/);
  });
});

describe('what needs texts or tokens', () => {
  const input = (lab: SampleLab) => {
    lab.comparisons.chooseMembers({ kind: 'values', column: 'topic', members: ['a'] });
    lab.comparisons.update(lab.comparisons.input());
  };

  it('judges no membership by texts that were left out: the baseline is missing, not blind', async () => {
    const { lab } = await scored();
    for (const [hasTexts, asked] of [
      [true, true],
      [false, false],
    ] as const) {
      const again = await reopened(await saved(lab, hasTexts));
      features.length = 0;
      input(again.lab);
      await expect.poll(() => features.length).toBe(1);
      expect(features[0] !== null).toBe(asked);
    }
  });

  it('does not cut samples without texts, nor those of another model', async () => {
    const { lab } = await scored();
    const bare = await reopened(await saved(lab, false));
    await bare.lab.comparisons.cutAgain();
    expect(bare.lab.comparisons.cutProblem).toBeNull();
    expect(bare.lab.run.hasTokens).toBe(false);
    expect(bare.engine.workers).toBe(0);

    const json = await withoutTokens();
    expect(JSON.parse(json)).toMatchObject({ tokens: null, hashes: { tokens: null } });
    const whole = await reopened(json);
    expect(whole.lab.run.hasTokens).toBe(false);
    await whole.lab.comparisons.cutAgain();
    expect(whole.lab.run.hasTokens).toBe(true);

    const other = await reopened(json);
    other.engine.modelHash = 'c'.repeat(64);
    await other.lab.comparisons.cutAgain();
    expect(other.lab.comparisons.cutProblem).toMatch(/another model \(aaaaaaaa\).*\(cccccccc\).*Run again/);
    expect(other.lab.run.hasTokens).toBe(false);
  });
});

describe('tokens in a file', () => {
  it('come back with their names, so that nothing is cut again', async () => {
    const { lab } = await scored();
    const again = await reopened(await saved(lab));
    expect(again.lab.run.prepared).toEqual(lab.run.prepared);
    expect(again.lab.run.prepared[2]).toBeNull();
    expect(again.lab.suffixTokens(1)?.length).toBe(30);
    expect(again.lab.suffixTokens(1)).toEqual(lab.suffixTokens(1));
    expect(again.engine.workers).toBe(0);
    const twice = await reopened(await saved(again.lab));
    expect(twice.lab.suffixTokens(1)).toEqual(lab.suffixTokens(1));
    // Other samples have no names of this file.
    await again.lab.openPasted('Another text that is long enough to be scored.');
    expect(again.lab.vocabulary).toBeNull();
  });

  it('take four bytes each where ids are large', () => {
    const cut = { from: 0, cut: 1, to: 2, isMoved: false, leftOut: 0, leftOutBehind: 0 };
    for (const [idBytes, id] of [
      [2, 65_535],
      [4, 65_536],
    ] as const) {
      const prepared = [{ ids: Uint32Array.of(id, 7), prefixTokens: 1, cut }, null];
      const { head, textOf } = tokensToWrite({ prepared, vocabulary: null });
      expect(head.idBytes).toBe(idBytes);
      const reader = new TokenReader(readTokensHead(JSON.parse(JSON.stringify(head))));
      const scored = { prefixTokens: 1, suffixTokens: 1 } as StoredSample['scored'];
      reader.add(textOf(0), { scored, cut });
      reader.add(textOf(1), null);
      expect(reader.end()).toEqual({ prepared, vocabulary: null });
    }
  });

  it.each([
    ['altered ids', /"tokens":"\w{4}/, '"tokens":"AAAA', /its tokens were altered/],
    ['ids that are no base64', /"tokens":"[^"]*"/, '"tokens":"*"', /samples\[0\]\.tokens is no base64/],
    ['ids of another kind', /"tokens":"[^"]*"/, '"tokens":7', /tokens is 7.*text or null/],
    ['ids that are too few', /"tokens":"\w{8}/, '"tokens":"', /tokens has 35 tokens, and 38 were scored/],
    ['half an id', /"tokens":"\w{4}/, '"tokens":"', /has 73 bytes, and numbers of 2 bytes/],
    ['another width', /"idBytes":2/, '"idBytes":3', /idBytes is 3, and it must be 2 or 4/],
    ['names that do not fit', /"idBytes":2,"ids":"\w{8}\w{8}/, '"idBytes":2,"ids":"', /were altered/],
  ])('are refused with the reason: %s', async (_, what, instead, message) => {
    const { lab } = await scored();
    const before = await saved(lab);
    const after = before.replace(what, instead);
    expect(after).not.toBe(before);
    const { lab: other } = await reopened(after);
    expect(other.inputProblem).toMatch(message);
  });
});

describe('what was looked at, in a file', () => {
  const look = (lab: SampleLab) => {
    lab.selection.choose([3, 0]);
    lab.opened = 1;
    lab.table.search = 'text';
    lab.table.filter = 'partly';
    lab.table.columnFilter = { column: 'column:level', from: 1, to: NaN, text: '' };
    lab.table.sorting = { column: 'logPz', isDescending: false };
    lab.table.isWide = true;
    lab.similarity.space = 'centred';
    lab.comparisons.chooseMembers({ kind: 'values', column: 'topic', members: ['b'] });
    Object.assign(lab.choices, { adjustment: 'bh', rocScore: 'minK', survivalFocus: 'a', worstOf: 3 });
  };
  const viewed = ({ selection, opened, table, similarity, comparisons, choices, single }: SampleLab) => ({
    selection: [...selection.indices],
    opened,
    single,
    rows: [...table.rows],
    table: [table.search, table.filter, table.columnFilter, table.sorting, table.isWide],
    space: similarity.space,
    members: comparisons.memberRule,
    choices: { ...choices },
  });

  it('comes back: selection, table, members, choices of the panels', async () => {
    const { lab } = await scored();
    look(lab);
    const again = await reopened(await saved(lab));
    expect(again.lab.inputProblem).toBeNull();
    expect(viewed(again.lab)).toEqual(viewed(lab));
    expect(viewed(again.lab)).toMatchObject({ selection: [3, 0], members: { members: ['b'] } });
  });

  it('comes back where nobody is said to be a member', async () => {
    const { lab } = await scored();
    lab.comparisons.chooseMembers(null);
    expect((await reopened(await saved(lab))).lab.comparisons.memberRule).toBeNull();
  });

  it('goes with other samples, and a file without it shows the first look', async () => {
    const { lab } = await scored();
    const first = viewed((await reopened(await saved(lab))).lab);
    const again = await reopened(await saved(lab));
    look(again.lab);
    const old = readFileSync('tests/state/analysis-schema-1.json', 'utf8');
    await again.lab.openFiles([file(old)]);
    again.lab.table.isWide = false;
    again.lab.similarity.space = 'raw';
    expect(viewed(again.lab)).toEqual(first);
  });

  it('keeps nothing that was looked for in texts, if these are left out', async () => {
    const { lab } = await scored();
    look(lab);
    lab.table.search = 'first text';
    lab.table.columnFilter = { column: 'column:note', from: NaN, to: NaN, text: 'secret' };
    const json = await saved(lab, false);
    expect(json).not.toMatch(/first text|secret/);
    const again = await reopened(json);
    expect(again.lab.table.columnFilter).toBeNull();
    expect([...again.lab.selection.indices]).toEqual([3, 0]);
  });

  it.each([
    ['a sample that is none', { selection: [4] }, /view\.selection\[0\] is 4, and there are 4 samples/],
    ['a choice that is none', { choices: { adjustment: 'none' } }, /adjustment is "none".*one of holm, bh/],
    ['a rule that is none', { members: { kind: 'below' } }, /members\.kind is "below".*one of values/],
    ['rows that are none', { table: { filter: 'some' } }, /table\.(search is missing|filter is "some")/],
  ])('is refused with the reason: %s', async (_, change, message) => {
    const { lab } = await scored();
    const { view } = JSON.parse(await saved(lab)) as { view: Record<string, unknown> };
    expect(readView(view, 4)).toMatchObject({ selection: [], opened: null });
    expect(() => readView({ ...view, ...change }, 4)).toThrow(message);
  });
});

describe('a file that is not right', () => {
  const refusal = async (change: (json: string) => string): Promise<string> => {
    const { lab } = await scored();
    const before = await saved(lab);
    const after = change(before);
    expect(after).not.toBe(before);
    const { lab: other } = await reopened(after);
    expect(other.run.scored).toBe(0);
    return other.inputProblem ?? '';
  };
  it.each([
    [
      'another format',
      /"format":"memoscope-analysis"/,
      '"format":"memoscope-other"',
      /memoscope-other.*is needed/,
    ],
    ['the result of one text', /"format":"memoscope-analysis"/, '"format":"memoscope-run"', /view “Text”/],
    ['a newer version', /"schema":3/, '"schema":4', /newer version.*schema 4.*Reload/],
    ['no version', /"schema":3,/, '', /schema is missing/],
    ['a missing field', /"seed":\d+,/, '', /seed is missing.*a number/],
    [
      'a number that is a text',
      /"logPz":[^,]+/,
      '"logPz":"low"',
      /samples\[0\]\.result\.scored\.logPz is "low".*number or null/,
    ],
    ['a flag that is a number', /"censored":(true|false)/, '"censored":1', /censored is 1.*true or false/],
    ['a match longer than its suffix', /"matchLength":\d+/, '"matchLength":99', /matchLength is 99 of 30/],
    ['tokens that are gone', /"correct":"\d/, '"correct":"', /29 flags and 30 logprobs/],
    ['an altered number', /"accuracy":[^,]+/, '"accuracy":0.123', /results or columns were altered/],
    ['an altered text', /A first text/, 'A first test', /its texts were altered/],
    [
      'an altered panel',
      /"rows":\[\[1,/,
      '"rows":[[2,',
      /settings, panels, view, experiments or copies were altered/,
    ],
    ['a panel without cells', /"rows":\[\[1,null\]/, '"rows":[7', /row 0 of the panel "test" is 7/],
    ['a cut outside the text', /"to":\d+/, '"to":4000', /cut does not lie within its text/],
    ['a sample too few', /"samples":4/, '"samples":5', /has 4 samples and says that it has 5/],
    ['no result', /"result":\{"scored"/, '"result":{"score"', /result\.scored is missing/],
  ])('says so: %s', async (_, what, instead, message) => {
    expect(await refusal((json) => json.replace(what, instead))).toMatch(message);
  });

  it.each([
    ['an altered embedding', /"embedding":"(\w)/, '"embedding":"z', /its embeddings were altered/],
    [
      'half an embedding',
      /"embedding":"\w{8}/,
      '"embedding":"',
      /samples\[0\]\.embedding has 18 bytes, and 24/,
    ],
    ['an embedding that is none', /"embedding":"[^"]*"/, '"embedding":"*"', /embedding is no base64/],
    ['an embedding of another kind', /"embedding":"[^"]*"/, '"embedding":7', /embedding is 7.*text or null/],
    ['dimensions that are none', /"d":4/, '"d":"4"', /embeddings\.d is "4".*whole number/],
    ['altered copies', /"exact":\[\[0,2\]\]/, '"exact":[[0,1]]', /experiments or copies were altered/],
  ])('says so of copies and embeddings: %s', async (_, what, instead, message) => {
    const { lab } = await copied();
    const before = await saved(lab);
    const after = before.replace(what, instead);
    expect(after).not.toBe(before);
    expect((await reopened(after)).lab.inputProblem).toMatch(message);
  });

  it('refuses copies that are no samples of it, whatever the hash', () => {
    const known = { exact: [], near: [], uncut: [], verified: 0, skipped: 0, missProbability: 0 };
    expect(readDuplicates(known, 3)?.exactCount).toEqual(Uint32Array.of(1, 1, 1));
    for (const list of [[0, 3], [1, 0], [1, 1], [-1, 2], ['0'], 'all'])
      expect(() => readDuplicates({ ...known, near: [list] }, 3)).toThrow(/near\[0\].*list of samples/);
  });

  it('says where it was cut off, wherever that is', async () => {
    const { lab } = await scored();
    const json = await saved(lab);
    for (let share = 0.2; share < 0.995; share += 0.01) {
      const cut = json.slice(0, Math.floor(share * json.length));
      await expect(readAnalysis(file(cut))).rejects.toThrow(/ends in the middle|cut off/);
    }
    await expect(readAnalysis(file(json.replace('"id":1', '"id":')))).rejects.toThrow(
      /samples\[1\] is no JSON/,
    );
  });

  it('leaves what is shown as it was', async () => {
    const { lab } = await scored();
    const json = await saved(lab);
    await lab.openFiles([file(json.replace('"schema":3', '"schema":7'))]);
    expect(lab.inputProblem).toMatch(/newer/);
    expect(lab.run.isComplete).toBe(true);
    expect(lab.filed.file).toBeNull();
  });
});

describe('run again and compare', () => {
  it('scores every sample anew and finds the same numbers', async () => {
    const { lab, engine } = await scored();
    const before = engine.scored.length;
    await lab.runAgain();
    expect(engine.scored.length).toBe(2 * before);
    await lab.filed.compareAgain(lab.run, lab.experiments);
    expect(lab.filed.comparison).toMatchObject({ samples: 4, facts: [] });
    expect(lab.filed.comparison?.columns.length).toBeGreaterThan(18);
    for (const { differ, largest } of lab.filed.comparison?.columns ?? []) {
      expect(differ).toBe(0);
      expect(largest === 0 || Number.isNaN(largest)).toBe(true);
    }
    // A panel of one sample is another one with each selection.
    expect(lab.filed.baseline?.panels).toHaveLength(1);
  });

  it('states every number and every setting that differs from a file of another model', async () => {
    const { lab } = await scored();
    const again = await reopened(await saved(lab));
    again.engine.modelHash = 'c'.repeat(64);
    const { run, filed } = again.lab;
    const { results } = run;
    await again.lab.runAgain();
    // As another device would have it: one logprob a little, one match length by a token.
    const [first, second] = run.results;
    if (!first || !second) throw new Error('no results');
    first.scored.logprobs.set([(first.scored.logprobs[0] ?? 0) + 0.25]);
    run.results[1] = { ...second, scored: { ...second.scored, matchLength: second.scored.matchLength + 1 } };
    await filed.compareAgain(run, again.lab.experiments);
    expect(results).not.toBe(run.results);
    expect(filed.comparison?.facts).toMatchObject([
      { name: 'model’s SHA-256', before: 'a'.repeat(64), after: 'c'.repeat(64) },
    ]);
    const differing = filed.comparison?.columns.filter(({ differ }) => differ > 0);
    expect(differing).toMatchObject([
      { name: 'N', differ: 1, beyond: 1, largest: 1, at: 1, tolerance: 0 },
      { name: 'ln p by token', differ: 1, beyond: 1, largest: 0.25, at: 0 },
    ]);
  });

  it('compares nothing any more once other samples are opened', async () => {
    const { lab } = await scored();
    await lab.runAgain();
    await lab.openPasted('Another text that is long enough to be scored.');
    expect(lab.filed.baseline).toBeNull();
    expect(lab.filed.file).toBeNull();
  });

  it('refuses an adapter that this page does not have', async () => {
    const { lab } = await scored();
    const json = await saved(lab);
    const { lab: other, engine } = await reopened(json);
    other.run.subject = 'elsewhere';
    await other.runAgain();
    expect(other.inputProblem).toMatch(/adapter “elsewhere” does not come with this page/);
    expect(engine.workers).toBe(0);
    expect(other.run.isComplete).toBe(true);
  });
});
