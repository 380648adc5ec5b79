/** From prepared samples to their scores, block by block. Knows no view and no rune. */
import { filled } from '../../core/filled.ts';
import { BLOCK_TOKENS, planBlocks } from '../../core/sampleBlocks.ts';
import { scoreSample, type ScoredSample } from '../../core/sampleScores.ts';
import { emptyQuantized, writeQuantized } from '../../core/similarity/quantized.ts';
import { FIRST_CHUNK, type ScoreMode } from '../../core/screening.ts';
import { rowTokens, tokenRows } from '../../core/tokenRows.ts';
import { zlibBytes } from '../../engine/compression.ts';
import { sha256OfText } from '../../engine/hashing.ts';
import type { AdapterEntry, ModelEntry } from '../../engine/modelCatalog.ts';
import type { BlockEmbeddings, SampleRunSettings } from '../../engine/sampleStore.ts';
import type { ScorerClient } from '../../engine/scorerClient.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import type { OpenedModel, ScoreChunk, TokenizedText } from '../../protocol/scorer.ts';
import { nextTask } from '../nextTask.ts';
import { despiteOneDeath } from '../despiteOneDeath.ts';
import { type BlockJob, BlockPart } from './blockJob.ts';
import type { Sample } from './dataSet.ts';
import { describeSplit, prepareSample, type PreparedSample, type SplitSettings } from './prepare.ts';
import { screenBlock } from './screenBlock.ts';
import { Slices } from './slices.ts';
import { unscorableOf, type Unscorable } from './unscorable.ts';

/** Texts that are tokenized in one call: cutting them is one task of the page. */
const TOKENIZE_AT_ONCE = 64;

/** Samples that are hashed in one go, so that a large data set does not block the page. */
const HASHED_AT_ONCE = 500;

/** What decides the numbers of a run, before a model is loaded. */
export interface SampleQuestion {
  readonly samples: readonly Sample[];
  readonly split: SplitSettings;
  readonly adapter: AdapterEntry | null;
  readonly mode: ScoreMode;
}

/**
 * Key under which a run is stored: SHA-256 over the samples' content, the cut, model, adapter
 * and, if it is a screening, how that begins and which samples it takes together.
 *
 * @throws {MemoscopeError} `ModelUnavailable` on insecure pages.
 */
export async function keyOfSamples(
  { samples, split, adapter, mode }: SampleQuestion,
  { source }: ModelEntry,
): Promise<string> {
  const content: string[] = [];
  const slices = new Slices();
  if (samples.length > HASHED_AT_ONCE) await slices.rest();
  for (let from = 0; from < samples.length; from += HASHED_AT_ONCE) {
    const some = samples.slice(from, from + HASHED_AT_ONCE);
    const parts = some.map(({ prefix, suffix, text, tokens }) => [prefix, suffix, text, tokens?.ids.length]);
    content.push(await sha256OfText(JSON.stringify(parts)));
    // Browsers digest little data at once: without this, all of it is one task.
    if (slices.isOver) await slices.rest();
  }
  const files = source.files.map(({ sha256 }) => sha256);
  const screening = mode === 'screening' ? ['screening', FIRST_CHUNK, BLOCK_TOKENS] : [];
  return sha256OfText(
    JSON.stringify([content, split, source.id, files, adapter?.source.sha256 ?? null, ...screening]),
  );
}

export const sampleSettings = (
  opened: OpenedModel,
  { samples, adapter, split, mode }: SampleQuestion,
): SampleRunSettings => ({
  modelId: opened.id,
  modelHash: opened.hash,
  adapterId: adapter?.source.id ?? null,
  adapterHash: adapter?.source.sha256 ?? null,
  hasReference: adapter !== null && mode === 'full',
  mode,
  split: describeSplit(split, samples),
});

/** Every sample tokenized and cut; null where it cannot be scored, with the reason among the problems. */
export interface PreparedSet {
  readonly prepared: readonly (PreparedSample | null)[];
  readonly problems: readonly Unscorable[];
}

/** Tokens of some samples; those of windows are known already. */
export async function tokensOf(
  samples: readonly Sample[],
  scorer: Pick<ScorerClient, 'tokenizeAll'>,
  signal: AbortSignal,
): Promise<(TokenizedText | undefined)[]> {
  const texts = samples.filter(({ tokens }) => !tokens).map(({ text }) => text);
  const found = texts.length > 0 ? await scorer.tokenizeAll(texts, { signal }) : [];
  let next = 0;
  return samples.map(({ tokens }) => tokens ?? found[next++]);
}

/**
 * Tokenizes and cuts all samples. The tokens of a call lie in one array: one of its own for each of a hundred thousand
 * samples would keep the collector of garbage busy.
 *
 * @throws {MemoscopeError} `Cancelled`.
 */
export async function prepareAll(
  { samples, split }: SampleQuestion,
  scorer: Pick<ScorerClient, 'tokenizeAll'>,
  longest: number,
  signal: AbortSignal,
): Promise<PreparedSet> {
  const prepared: (PreparedSample | null)[] = [];
  const problems: Unscorable[] = [];
  for (let from = 0; from < samples.length; from += TOKENIZE_AT_ONCE) {
    signal.throwIfAborted();
    const some = samples.slice(from, from + TOKENIZE_AT_ONCE);
    const tokens = await tokensOf(some, scorer, signal);
    const cut = some.map((sample, place) => {
      const its = tokens[place];
      return its ? prepareSample(sample, its, split, longest) : 'no tokens came';
    });
    const packed = tokenRows(cut.map((found) => (typeof found === 'object' ? found.ids : [])));
    some.forEach((sample, place) => {
      const found = cut[place];
      if (typeof found === 'object') prepared.push({ ...found, ids: rowTokens(packed, place) });
      else {
        prepared.push(null);
        problems.push(unscorableOf(sample, from + place, found ?? 'no tokens came'));
      }
    });
  }
  return { prepared, problems };
}

/**
 * Scores all blocks that are not done. A worker that dies is replaced once a block.
 *
 * @throws {MemoscopeError} as `ScorerApi.score`; finished blocks were told.
 */
export async function scoreBlocks(
  prepared: readonly (PreparedSample | null)[],
  job: BlockJob,
): Promise<void> {
  // A pass over a large set is a task of its own.
  await nextTask();
  const lengths = filled(new Uint32Array(prepared.length), (index) => prepared[index]?.ids.length ?? 0);
  await nextTask();
  const left = [...planBlocks(lengths).entries()].filter(([, indices]) => !job.isDone(indices));
  job.onPlan(left.map(([, indices]) => indices));
  const score = job.mode === 'screening' ? screenBlock : scoreBlock;
  for (const [number, indices] of left) {
    job.signal.throwIfAborted();
    await despiteOneDeath(job.signal, () => score(number, indices, prepared, job));
  }
}

async function scoreBlock(
  number: number,
  indices: Uint32Array,
  prepared: readonly (PreparedSample | null)[],
  job: BlockJob,
): Promise<void> {
  const { scorer, adapter, longest, signal, texts } = job;
  const block = Array.from(indices, (index) => prepared[index]).filter((sample) => sample != null);
  const offsets = offsetsOf(block);
  const ids = new Uint32Array(offsets.at(-1) ?? 0);
  block.forEach((sample, place) => {
    ids.set(sample.ids, offsets[place]);
  });
  const part = new BlockPart(number, indices, job);
  const receive = (chunk: ScoreChunk): void => {
    const index = indices[chunk.sequence] ?? 0;
    const sample = block[chunk.sequence];
    if (!sample) throw new MemoscopeError('Internal', `records of sample ${chunk.sequence}: none was sent`);
    const text = texts(index).slice(sample.cut.from, sample.cut.to);
    part.embeddings = withEmbedding(part.embeddings, block.length, chunk);
    part.add(chunk.sequence, { scored: reduce(chunk, sample, text), cut: sample.cut });
  };
  const passes = [{ adapter: adapter?.source ?? null, topK: 1 }];
  if (adapter) passes.push({ adapter: null, topK: 1 });
  const prefixes = Uint32Array.from(block, ({ prefixTokens }) => prefixTokens);
  const request = { ids, offsets, windows: { length: longest, stride: longest }, passes, from: 0, prefixes };
  await part.fill(async () => {
    const { end } = await scorer.score(request, { signal, onProgress: receive });
    if (end !== ids.length)
      throw new MemoscopeError('Cancelled', `stopped after ${end} of ${ids.length} tokens of a block`);
  });
}

/** Which hidden states the engine sums. */
const LAYER = 'last layer, after the final norm';

/**
 * Adds the mean hidden states of a chunk, which is a whole sample, to those of its block. They are of the last pass,
 * the model without the adapter: an embedding by the fine-tuned model would already show what it memorized.
 */
function withEmbedding(
  known: BlockEmbeddings | null,
  samples: number,
  { sequence, hiddenSums, hiddenCount, prefixSums, prefixCount }: ScoreChunk,
): BlockEmbeddings | null {
  const [full, prefix] = [hiddenSums.at(-1), prefixSums.at(-1)];
  if (!full || !prefix || full.length === 0) return known;
  const empty = () => emptyQuantized(samples, full.length);
  const embeddings = known ?? { layer: LAYER, prefixes: empty(), fulls: empty() };
  writeQuantized(embeddings.prefixes, sequence, prefix, prefixCount);
  writeQuantized(embeddings.fulls, sequence, full, hiddenCount);
  return embeddings;
}

function offsetsOf(block: readonly PreparedSample[]): Uint32Array {
  const offsets = new Uint32Array(block.length + 1);
  block.forEach(({ ids }, place) => {
    offsets[place + 1] = (offsets[place] ?? 0) + ids.length;
  });
  return offsets;
}

/** @throws {MemoscopeError} `Internal` if the chunk is not the whole sample. */
function reduce({ records: [target, base] }: ScoreChunk, sample: PreparedSample, text: string): ScoredSample {
  const tokens = sample.ids.length;
  if (target?.length !== tokens)
    throw new MemoscopeError(
      'Internal',
      `a sample of ${tokens} tokens came with ${target?.length ?? 0} records`,
    );
  return scoreSample(target, base ?? null, { start: sample.prefixTokens, end: tokens }, zlibBytes(text));
}
