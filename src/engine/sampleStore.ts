/**
 * Data sets in IndexedDB: the samples that were put in last, and what was scored of every run. A run is a header
 * and one record for each block, with what is finished of it. Every method rejects with what the browser says if it
 * refuses.
 */
import type { RunOrigin } from '../core/run.ts';
import type { ScoredSample } from '../core/sampleScores.ts';
import type { Duplicates } from '../core/similarity/duplicates.ts';
import type { QuantizedVectors } from '../core/similarity/quantized.ts';
import type { ScoreMode } from '../core/screening.ts';
import { openShelf, type OpenShelf, type Shelf, type ShelfKey } from './shelf.ts';

const SCHEMA = 1;

/** Where a sample was cut. */
export interface SampleCut {
  /** Characters of the sample's text: where the scored part starts, where the suffix starts, where it ends. */
  readonly from: number;
  readonly cut: number;
  readonly to: number;
  /** True if the wanted cut fell into a token and was moved to the token's boundary. */
  readonly isMoved: boolean;
  /** Tokens at the beginning of the prefix that the model's context has no room for. */
  readonly leftOut: number;
  /** Tokens at the end of the suffix that it has no room for. */
  readonly leftOutBehind: number;
}

/** One finished sample as it is stored. */
export interface StoredSample {
  readonly scored: ScoredSample;
  readonly cut: SampleCut;
}

/** Mean hidden states of a block's samples, in its order. */
export interface BlockEmbeddings {
  /** Which hidden states they are. */
  readonly layer: string;
  /** Over the tokens of the prefix. */
  readonly prefixes: QuantizedVectors;
  /** Over all tokens but the last, which no state was computed of. */
  readonly fulls: QuantizedVectors;
}

/** Finished samples by their index in the data set. */
export interface StoredBlock {
  readonly indices: Uint32Array;
  readonly samples: readonly StoredSample[];
  /** Null where the model does not show its hidden states, and in runs that were stored without them. */
  readonly embeddings: BlockEmbeddings | null;
}

/** All that decides the numbers of a data set's run. */
export interface SampleRunSettings {
  readonly modelId: string;
  /** SHA-256 of the model's graph. */
  readonly modelHash: string;
  readonly adapterId: string | null;
  readonly adapterHash: string | null;
  readonly hasReference: boolean;
  readonly mode: ScoreMode;
  /** How samples were cut, in words. */
  readonly split: string;
}

/** Why a sample has no score. */
export interface StoredReason {
  readonly index: number;
  readonly reason: string;
}

export interface SampleRunHeader {
  readonly schema: number;
  readonly key: string;
  readonly name: string;
  readonly samples: number;
  /** Hash of the samples' content and order, whatever the model and the cut; runs of early versions have none. */
  readonly content?: string;
  readonly settings: SampleRunSettings;
  readonly origin: RunOrigin;
  /** Samples that are stored; runs of early versions do not say. */
  readonly scored?: number;
  /** Samples that cannot be scored; runs of early versions do not say. */
  readonly unscorable?: readonly StoredReason[];
  /** ISO 8601, UTC. */
  readonly savedAt: string;
}

/** A header as a run begins with it. */
export type NewRunHeader = Omit<SampleRunHeader, 'schema' | 'savedAt' | 'scored'>;

/** How far a run is. Small, since it is written again and again. */
interface RunProgress {
  readonly key: string;
  readonly scored: number;
  readonly origin: RunOrigin;
  /** ISO 8601, UTC. */
  readonly savedAt: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function isHeader(stored: unknown): stored is SampleRunHeader {
  if (!isObject(stored) || stored['schema'] !== SCHEMA) return false;
  const { key, name, samples, settings, origin, savedAt } = stored;
  const areTexts = [key, name, savedAt].every((field) => typeof field === 'string');
  return areTexts && typeof samples === 'number' && isObject(settings) && isObject(origin);
}

function isProgress(stored: unknown): stored is RunProgress {
  if (!isObject(stored)) return false;
  const { key, scored, origin, savedAt } = stored;
  return (
    [key, savedAt].every((field) => typeof field === 'string') && Number.isInteger(scored) && isObject(origin)
  );
}

const isReason = (stored: unknown): stored is StoredReason =>
  isObject(stored) && typeof stored['index'] === 'number' && typeof stored['reason'] === 'string';

function isStoredSample(stored: unknown): stored is StoredSample {
  if (!isObject(stored)) return false;
  const { scored, cut } = stored;
  if (!isObject(scored) || !isObject(cut)) return false;
  const { correct, logprobs, matchLength } = scored;
  return correct instanceof Uint8Array && logprobs instanceof Float32Array && typeof matchLength === 'number';
}

const areVectors = (stored: unknown, n: number): stored is QuantizedVectors =>
  isObject(stored) &&
  stored['n'] === n &&
  typeof stored['d'] === 'number' &&
  stored['steps'] instanceof Int16Array &&
  stored['steps'].length === n * stored['d'] &&
  stored['scales'] instanceof Float32Array;

/** The embeddings of a stored block; older versions stored none. */
function embeddingsOf(stored: unknown, n: number): BlockEmbeddings | null {
  if (!isObject(stored)) return null;
  const { layer, prefixes, fulls } = stored;
  const isWhole = typeof layer === 'string' && areVectors(prefixes, n) && areVectors(fulls, n);
  return isWhole && prefixes.d === fulls.d ? { layer, prefixes, fulls } : null;
}

function isDuplicates(stored: unknown): stored is Duplicates {
  if (!isObject(stored)) return false;
  const { exactGroup, exactCount, nearGroup, nearCount, verified, skipped, missProbability } = stored;
  return (
    [exactGroup, exactCount, nearGroup, nearCount].every((column) => column instanceof Uint32Array) &&
    [verified, skipped, missProbability].every((value) => typeof value === 'number')
  );
}

function isBlock(stored: unknown): stored is Omit<StoredBlock, 'embeddings'> & { embeddings?: unknown } {
  if (!isObject(stored)) return false;
  const { indices, samples } = stored;
  return (
    indices instanceof Uint32Array &&
    Array.isArray(samples) &&
    samples.length === indices.length &&
    samples.every(isStoredSample)
  );
}

/**
 * Lays what a block's samples hold of each token into two arrays, of which they keep views: two buffers of its own for
 * each of a hundred thousand samples would keep the collector of garbage busy.
 */
function packTokens(samples: readonly StoredSample[]): void {
  const logprobs = new Float32Array(samples.reduce((sum, { scored }) => sum + scored.logprobs.length, 0));
  const correct = new Uint8Array(samples.reduce((sum, { scored }) => sum + scored.correct.length, 0));
  let [value, flag] = [0, 0];
  for (const { scored } of samples) {
    const [values, flags] = [value + scored.logprobs.length, flag + scored.correct.length];
    logprobs.set(scored.logprobs, value);
    correct.set(scored.correct, flag);
    Object.assign(scored, {
      logprobs: logprobs.subarray(value, values),
      correct: correct.subarray(flag, flags),
    });
    [value, flag] = [values, flags];
  }
}

/** A stored header as this version has it, with how far the run is. */
function readable(stored: SampleRunHeader, progress: unknown): SampleRunHeader {
  // Runs from before there was screening do not say it.
  const settings = { ...{ mode: 'full' as const }, ...stored.settings };
  const { unscorable = [] } = stored;
  const reasons = Array.isArray(unscorable) ? unscorable.filter(isReason) : [];
  return { ...stored, ...(isProgress(progress) ? progress : {}), settings, unscorable: reasons };
}

export class SampleStore {
  private readonly headers: Shelf;
  /** By the run's key, as are the duplicates. */
  private readonly progress: Shelf;
  /** A series for each run, by the block's number. */
  private readonly blocks: Shelf;
  private readonly inputs: Shelf;
  private readonly duplicates: Shelf;

  /** Keys of runs that were forgotten: what is still scored of them stays in memory. */
  private readonly forgotten = new Set<ShelfKey>();

  constructor(open: OpenShelf = openShelf) {
    this.headers = open('sample-runs');
    this.progress = open('sample-progress');
    this.blocks = open('sample-scores');
    this.inputs = open('sample-inputs');
    this.duplicates = open('sample-duplicates');
  }

  /** Writes a run's header: with the first one the run exists. */
  async writeHeader(header: NewRunHeader): Promise<void> {
    this.forgotten.delete(header.key);
    const savedAt = new Date().toISOString();
    await this.headers.set(header.key, { ...header, schema: SCHEMA, savedAt } satisfies SampleRunHeader);
  }

  /** Brings up to date how far a run is. */
  async writeProgress(progress: Omit<RunProgress, 'savedAt'>): Promise<void> {
    if (this.forgotten.has(progress.key)) return;
    const savedAt = new Date().toISOString();
    await this.progress.set(progress.key, { ...progress, savedAt } satisfies RunProgress);
  }

  /** The header of a run; null if there is none that this version reads. */
  async readHeader(key: string): Promise<SampleRunHeader | null> {
    const stored = await this.headers.get(key);
    if (!isHeader(stored)) return null;
    return readable(stored, await this.progress.get(key));
  }

  /** Keeps a block; what is not the whole of one only if no more of it is stored. */
  async append(key: string, number: number, block: StoredBlock, isWhole = true): Promise<void> {
    if (this.forgotten.has(key)) return;
    if (isWhole) await this.blocks.set([key, number], block);
    else
      await this.blocks.update([key, number], (stored) =>
        isBlock(stored) && stored.samples.length >= block.samples.length ? stored : block,
      );
  }

  /** Blocks of a run, finished or in part, one at a time; what cannot be read is left out and scored again. */
  async *read(key: string): AsyncGenerator<StoredBlock> {
    for await (const stored of this.blocks.valuesOf(key)) {
      if (!isBlock(stored)) continue;
      const { indices, samples, embeddings } = stored;
      packTokens(samples);
      yield { indices, samples, embeddings: embeddingsOf(embeddings, indices.length) };
    }
  }

  async writeDuplicates(key: string, duplicates: Duplicates): Promise<void> {
    if (!this.forgotten.has(key)) await this.duplicates.set(key, duplicates);
  }

  /** Duplicates among the samples of a run; null if they are not stored. */
  async readDuplicates(key: string): Promise<Duplicates | null> {
    const stored = await this.duplicates.get(key);
    return isDuplicates(stored) ? stored : null;
  }

  /** Keeps what was put in last, so that a closed tab opens on it. */
  async writeInput(input: unknown): Promise<void> {
    await this.inputs.set('last', input);
  }

  async readInput(): Promise<unknown> {
    return this.inputs.get('last');
  }

  async forgetInput(): Promise<void> {
    await this.inputs.delete('last');
  }

  /** Stored runs, the latest first. */
  async list(): Promise<SampleRunHeader[]> {
    const [headers, progress] = await Promise.all([this.headers.values(), this.progress.values()]);
    const byKey = new Map(progress.filter(isProgress).map((record) => [record.key, record]));
    return headers
      .filter(isHeader)
      .map((header) => readable(header, byKey.get(header.key)))
      .sort((a, b) => b.savedAt.localeCompare(a.savedAt));
  }

  async forget(key: string): Promise<void> {
    this.forgotten.add(key);
    await this.headers.delete(key);
    await this.progress.delete(key);
    await this.blocks.deleteAllOf(key);
    await this.duplicates.delete(key);
  }

  /** Deletes everything. @returns the number of records that are still there after that: 0. */
  async forgetAll(): Promise<number> {
    for (const key of await this.headers.keys()) this.forgotten.add(key);
    const shelves: readonly Shelf[] = [
      this.headers,
      this.progress,
      this.blocks,
      this.inputs,
      this.duplicates,
    ];
    await Promise.all(shelves.map((shelf) => shelf.clear()));
    const left = await Promise.all(shelves.map((shelf) => shelf.keys()));
    return left.flat().length;
  }
}
