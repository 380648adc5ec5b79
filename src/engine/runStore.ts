/**
 * Results in IndexedDB. A run is a header, its text, and one record for each stretch of tokens that the engine
 * finished, so that a text of any length is written as it is scored and a closed tab loses nothing scored.
 * Every method rejects with what the browser says if it refuses.
 */
import type { Run } from '../core/run.ts';
import { emptyRecords, writeRecords } from '../core/tokenRecords.ts';
import {
  FEW_ALTERNATIVES,
  headerOf,
  isRunText,
  isStretch,
  readHeader,
  topKInMemory,
  withTopK,
  type RunHeader,
  type RunText,
  type StoredStretch,
} from './storedRun.ts';
import { openShelf, type OpenShelf, type Shelf } from './shelf.ts';
import { Vocabulary } from './vocabulary.ts';

/** What the storage panel lists. */
export type StoredRunInfo = Pick<RunHeader, 'key' | 'title' | 'tokens' | 'bytes' | 'savedAt'>;

/** What was found under a key, or why nothing was. */
export type Found =
  | {
      readonly kind: 'found';
      readonly run: Run;
      /** True if a stretch could not be read: the run is scored only up to there. */
      readonly isDamaged: boolean;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'newer' }
  | { readonly kind: 'damaged' };

export class RunStore {
  private readonly headers: Shelf;
  private readonly texts: Shelf;
  /** A series for each run, by the first token. */
  private readonly stretches: Shelf;
  private readonly vocabularies: Shelf;

  constructor(open: OpenShelf = openShelf) {
    this.headers = open('runs');
    this.texts = open('texts');
    this.stretches = open('records');
    this.vocabularies = open('vocabularies');
  }

  /** Begins a run: whatever was stored under its key is replaced. */
  async begin(run: Run): Promise<void> {
    const { key, text, ids, byteStarts } = run;
    await this.stretches.deleteAllOf(key);
    await this.texts.set(key, { text, ids, byteStarts } satisfies RunText);
    // The header comes last: what it names is there.
    await this.update(run);
  }

  /** Brings a run's header up to date. */
  async update(run: Run): Promise<void> {
    await this.headers.set(run.key, headerOf(run));
  }

  /** Writes a finished stretch. */
  async append(key: string, stretch: StoredStretch): Promise<void> {
    await this.stretches.set([key, stretch.start], stretch);
  }

  /** Reads a run back, as far as it was scored. */
  async read(key: string): Promise<Found> {
    const stored = await this.headers.get(key);
    if (stored === undefined) return { kind: 'none' };
    const read = readHeader(stored);
    if (read.kind !== 'header') return read;
    const text = await this.texts.get(key);
    return isRunText(text) ? this.assemble(read.header, text) : { kind: 'damaged' };
  }

  /** The stored stretch that holds a token, with all its alternatives; null if there is none. */
  async stretchOf(key: string, token: number): Promise<StoredStretch | null> {
    const stored = await this.stretches.lastOf(key, token);
    if (!isStretch(stored, Infinity)) return null;
    return token < stored.start + stored.target.length ? stored : null;
  }

  /** Keeps a model's vocabulary of tokens 0, 1, 2, ..., so that stored runs can be read without the model. */
  async writeVocabulary(modelHash: string, { bytes, starts }: Vocabulary): Promise<void> {
    await this.vocabularies.set(modelHash, { bytes, starts });
  }

  async readVocabulary(modelHash: string): Promise<Vocabulary | null> {
    const stored = (await this.vocabularies.get(modelHash)) as Partial<Vocabulary> | undefined;
    const { bytes, starts } = stored ?? {};
    const isWhole = bytes instanceof Uint8Array && starts instanceof Uint32Array;
    return isWhole ? new Vocabulary(bytes, starts) : null;
  }

  /** Stored runs, the latest first; what cannot be read is not listed. */
  async list(): Promise<StoredRunInfo[]> {
    const all = await this.headers.values();
    return all
      .flatMap((stored) => {
        const read = readHeader(stored);
        return read.kind === 'header' ? [read.header] : [];
      })
      .map(({ key, title, tokens, bytes, savedAt }) => ({ key, title, tokens, bytes, savedAt }))
      .sort((a, b) => b.savedAt.localeCompare(a.savedAt));
  }

  /** Deletes one run. */
  async forget(key: string): Promise<void> {
    await this.headers.delete(key);
    await this.texts.delete(key);
    await this.stretches.deleteAllOf(key);
  }

  /** Deletes all runs. @returns the number of records that are still there after that: 0. */
  async forgetAll(): Promise<number> {
    const shelves: readonly Shelf[] = [this.headers, this.texts, this.stretches, this.vocabularies];
    await Promise.all(shelves.map((shelf) => shelf.clear()));
    const left = await Promise.all(shelves.map((shelf) => shelf.keys()));
    return left.flat().length;
  }

  private async assemble(header: RunHeader, { text, ids, byteStarts }: RunText): Promise<Found> {
    const { key, title, settings, origin } = header;
    const topK = topKInMemory(settings.topK, ids.length);
    const target = emptyRecords(ids.length, topK);
    const base = settings.hasReference ? emptyRecords(ids.length, FEW_ALTERNATIVES) : null;
    const fits = (stored: unknown): stored is StoredStretch =>
      isStretch(stored, ids.length) &&
      stored.target.topK >= topK &&
      (base === null || (stored.base?.topK ?? 0) >= base.topK);
    let scored = 0;
    let isDamaged = false;
    for await (const stretch of this.stretches.valuesOf(key)) {
      isDamaged = !fits(stretch);
      // A gap ends what can be shown: positions after it are scored again.
      if (!fits(stretch) || stretch.start > scored) break;
      writeRecords(target, withTopK(stretch.target, topK), stretch.start);
      if (base && stretch.base) writeRecords(base, withTopK(stretch.base, base.topK), stretch.start);
      scored = Math.max(scored, stretch.start + stretch.target.length);
    }
    const run = { key, title, text, ids, byteStarts, settings, origin, target, base, scored };
    return { kind: 'found', run, isDamaged };
  }
}
