/**
 * Results in IndexedDB. A run is one header and one record for each stretch of tokens that the engine finished,
 * so that a text of any length is written as it is scored and nothing scored is lost with a closed tab.
 */
import { clear, createStore, del, delMany, get, keys, set, setMany, values, type UseStore } from 'idb-keyval';
import type { Run, RunOrigin, RunSettings } from '../core/run.ts';
import type { TokenRecords } from '../core/tokenRecords.ts';
import { emptyRecords, writeRecords } from '../core/tokenRecords.ts';
import { MemoscopeError } from '../protocol/errors.ts';

/** Raised when the shape of a stored record changes; older shapes are migrated by {@link migrate}. */
export const RUN_SCHEMA = 1;

interface StoredRun {
  readonly schema: number;
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly ids: Uint32Array;
  readonly byteStarts: Uint32Array;
  readonly settings: RunSettings;
  readonly origin: RunOrigin;
  readonly savedAt: string;
}

/** One stretch of a stored run. */
export interface StoredStretch {
  readonly start: number;
  readonly target: TokenRecords;
  readonly base: TokenRecords | null;
}

/** What the storage panel lists. */
export interface StoredRunInfo {
  readonly key: string;
  readonly title: string;
  readonly tokens: number;
  readonly savedAt: string;
}

/** What was found under a key, or why nothing was. */
export type Found =
  | { readonly kind: 'found'; readonly run: Run }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Alternatives kept in memory for texts over {@link LONG_TEXT} tokens; the rest is read when a card opens. */
export const LONG_TEXT_TOP_K = 5;
export const LONG_TEXT = 20_000;

/** Alternatives a token that are held in memory for a text of `tokens` tokens. */
export const topKInMemory = (topK: number, tokens: number): number =>
  tokens > LONG_TEXT ? Math.min(topK, LONG_TEXT_TOP_K) : topK;

/** Records with only the first `topK` alternatives. */
export function withTopK(records: TokenRecords, topK: number): TokenRecords {
  if (topK >= records.topK) return records;
  const slim = <A extends Uint32Array | Float32Array>(all: A, into: A): A => {
    for (let row = 0; row < records.length; row++)
      into.set(all.subarray(row * records.topK, row * records.topK + topK), row * topK);
    return into;
  };
  return {
    ...records,
    topK,
    topIds: slim(records.topIds, new Uint32Array(records.length * topK)),
    topLogprobs: slim(records.topLogprobs, new Float32Array(records.length * topK)),
  };
}

const refused = (cause: unknown): MemoscopeError =>
  new MemoscopeError(
    'StorageUnavailable',
    `The browser refused to store results (${cause instanceof Error ? cause.message : String(cause)}). ` +
      'They stay in memory until the page is closed.',
    { cause },
  );

/** Brings a header of an older shape to the present one; null if that is impossible. */
function migrate(stored: unknown): StoredRun | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { schema, ids, byteStarts, text } = stored as Partial<StoredRun>;
  const isWhole = ids instanceof Uint32Array && byteStarts instanceof Uint32Array && typeof text === 'string';
  return schema === RUN_SCHEMA && isWhole && byteStarts.length === ids.length + 1
    ? (stored as StoredRun)
    : null;
}

const stretchKey = (key: string, start: number): string => `${key}/${String(start).padStart(9, '0')}`;

export class RunStore {
  private readonly headers: UseStore;
  private readonly stretches: UseStore;

  constructor() {
    // Two databases: idb-keyval keeps one store in each. The header is what lists and starts; it stays small.
    this.headers = createStore('memoscope-runs', 'headers');
    this.stretches = createStore('memoscope-records', 'stretches');
  }

  /** Writes the header of a run. @throws {MemoscopeError} `StorageUnavailable`. */
  async begin(run: Run): Promise<void> {
    const { key, title, text, ids, byteStarts, settings, origin } = run;
    const savedAt = new Date().toISOString();
    const header = { schema: RUN_SCHEMA, key, title, text, ids, byteStarts, settings, origin, savedAt };
    await this.attempt(() => set(key, header satisfies StoredRun, this.headers));
  }

  /** Writes a finished stretch. @throws {MemoscopeError} `StorageUnavailable`. */
  async append(key: string, stretch: StoredStretch): Promise<void> {
    await this.attempt(() => set(stretchKey(key, stretch.start), stretch, this.stretches));
  }

  /** Writes several stretches at once. @throws {MemoscopeError} `StorageUnavailable`. */
  async appendAll(key: string, all: readonly StoredStretch[]): Promise<void> {
    await this.attempt(() =>
      setMany(
        all.map((stretch) => [stretchKey(key, stretch.start), stretch]),
        this.stretches,
      ),
    );
  }

  /** Reads a run back, as far as it was scored. @throws {MemoscopeError} `StorageUnavailable`. */
  async read(key: string): Promise<Found> {
    const stored: unknown = await this.attempt(() => get(key, this.headers));
    if (stored === undefined) return { kind: 'none' };
    const header = migrate(stored);
    if (!header)
      return {
        kind: 'unreadable',
        reason: 'A stored result is damaged or of another version; it was left out.',
      };
    return { kind: 'found', run: await this.assemble(header) };
  }

  /** All alternatives of one token, from the stretch that holds it; null if it is not stored. */
  async stretchOf(key: string, token: number): Promise<StoredStretch | null> {
    const all = await this.stretchKeys(key);
    const holding = all.filter((name) => startOf(name) <= token).at(-1);
    const stretch = holding && (await this.attempt(() => get<StoredStretch>(holding, this.stretches)));
    return stretch && token < stretch.start + stretch.target.length ? stretch : null;
  }

  /** Stored runs, the latest first; what cannot be read is not listed. @throws {MemoscopeError} `StorageUnavailable`. */
  async list(): Promise<StoredRunInfo[]> {
    const all = await this.attempt(() => values<unknown>(this.headers));
    return all
      .flatMap((stored) => {
        const run = migrate(stored);
        return run ? [{ key: run.key, title: run.title, tokens: run.ids.length, savedAt: run.savedAt }] : [];
      })
      .sort((a, b) => b.savedAt.localeCompare(a.savedAt));
  }

  /** Deletes one run. @throws {MemoscopeError} `StorageUnavailable`. */
  async forget(key: string): Promise<void> {
    const stretches = await this.stretchKeys(key);
    await this.attempt(async () => {
      await del(key, this.headers);
      await delMany(stretches, this.stretches);
    });
  }

  /** Deletes all runs and reads back that nothing is left. @throws {MemoscopeError} `StorageUnavailable`. */
  async forgetAll(): Promise<void> {
    await this.attempt(async () => {
      await clear(this.headers);
      await clear(this.stretches);
      const left = [...(await keys(this.headers)), ...(await keys(this.stretches))];
      if (left.length > 0) throw new Error(`${left.length} records could not be deleted`);
    });
  }

  private async assemble(header: StoredRun): Promise<Run> {
    const { ids, settings } = header;
    const topK = topKInMemory(settings.topK, ids.length);
    const target = emptyRecords(ids.length, topK);
    const base = settings.hasReference ? emptyRecords(ids.length, LONG_TEXT_TOP_K) : null;
    let scored = 0;
    for (const name of await this.stretchKeys(header.key)) {
      const stretch = await this.attempt(() => get<StoredStretch>(name, this.stretches));
      // A gap ends what can be shown: positions after it are scored again.
      if (!stretch || stretch.start > scored) break;
      writeRecords(target, withTopK(stretch.target, topK), stretch.start);
      if (base && stretch.base) writeRecords(base, withTopK(stretch.base, base.topK), stretch.start);
      scored = Math.max(scored, stretch.start + stretch.target.length);
    }
    const { key, title, text, byteStarts, origin } = header;
    return { key, title, text, ids, byteStarts, settings, origin, target, base, scored };
  }

  /** Keys of a run's stretches, in order. */
  private async stretchKeys(key: string): Promise<string[]> {
    const all = await this.attempt(() => keys<string>(this.stretches));
    return all.filter((name) => name.startsWith(`${key}/`)).sort();
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof MemoscopeError ? cause : refused(cause);
    }
  }
}

const startOf = (name: string): number => Number(name.slice(name.lastIndexOf('/') + 1));
