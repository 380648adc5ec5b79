import type { Run } from '../core/run.ts';
import { forgetModels } from '../engine/modelCache.ts';
import { DEFAULT_PREFERENCES, PreferenceStore, type Preferences } from '../engine/preferences.ts';
import { RunStore, type Found, type StoredRunInfo } from '../engine/runStore.ts';
import { SampleStore, type SampleRunHeader } from '../engine/sampleStore.ts';
import type { OpenShelf } from '../engine/shelf.ts';
import type { StoredStretch } from '../engine/storedRun.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import { MemoscopeError } from '../protocol/errors.ts';
import { storageProblem, UNREADABLE_TEXTS } from './errorText.ts';

/** While somebody types, the draft is stored once in so many ms. */
const DRAFT_PAUSE = 400;

/**
 * What the browser keeps: results, the draft, preferences. Every failure ends here as a sentence in `problem`;
 * the page goes on from memory. In ephemeral mode nothing is written at all, not even a hash.
 */
export class Archive {
  ephemeral = $state(false);
  entries = $state.raw<readonly StoredRunInfo[]>([]);
  /** Bytes this site uses and may use, as the browser estimates them; NaN if it does not say. */
  usageBytes = $state(NaN);
  quotaBytes = $state(NaN);
  problem = $state<string | null>(null);
  preferences = $state.raw<Preferences>(DEFAULT_PREFERENCES);
  /** Stored runs of data sets. */
  sampleRuns = $state.raw<readonly SampleRunHeader[]>([]);
  private readonly samples: SampleStore;
  private readonly runs: RunStore;
  private readonly values: PreferenceStore;
  /** Keys of the runs that are stored and may grow there; one that was forgotten grows in memory only. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing on screen depends on it
  private readonly kept = new Set<string>();
  private draftTimer: ReturnType<typeof setTimeout> | undefined;
  /** The draft that waits for the end of the pause. */
  private lateDraft: string | null = null;

  /** @param open tests put memory in the place of IndexedDB. */
  constructor(open?: OpenShelf) {
    this.runs = new RunStore(open);
    this.samples = new SampleStore(open);
    this.values = new PreferenceStore(open);
  }

  /** Reads the preferences. */
  async open(): Promise<void> {
    this.preferences = await this.attempt(() => this.values.read(), DEFAULT_PREFERENCES);
    this.ephemeral = this.preferences.ephemeral;
  }

  readDraft(): Promise<string | null> {
    return this.attempt(() => this.values.readDraft(), null);
  }

  /** Stores the draft: at once, so that a reload that follows has it, or else when the pause after the last is over. */
  keepDraft(draft: string): void {
    if (this.ephemeral) return;
    this.lateDraft = draft;
    if (this.draftTimer === undefined) this.storeDraft();
  }

  /** Stores a draft that waits, since the page may be going. */
  readonly hurryDraft = (): void => {
    if (this.lateDraft !== null) this.storeDraft();
  };

  private storeDraft(): void {
    clearTimeout(this.draftTimer);
    const draft = this.lateDraft;
    this.lateDraft = null;
    this.draftTimer = undefined;
    if (draft === null || this.ephemeral) return;
    void this.attempt(() => this.values.writeDraft(draft), undefined);
    this.draftTimer = setTimeout(() => {
      this.storeDraft();
    }, DRAFT_PAUSE);
  }

  /** Nothing waits to be stored any more. */
  private dropDraft(): void {
    clearTimeout(this.draftTimer);
    this.draftTimer = undefined;
    this.lateDraft = null;
  }

  async prefer(changes: Partial<Preferences>): Promise<void> {
    this.preferences = { ...this.preferences, ...changes };
    if (!this.ephemeral) await this.attempt(() => this.values.write(this.preferences), undefined);
  }

  /** A stored run; what is there but cannot be read is reported in `problem`. */
  async read(key: string): Promise<Found> {
    const found = await this.attempt<Found>(() => this.runs.read(key), { kind: 'none' });
    if (found.kind === 'found') {
      if (!this.ephemeral) this.kept.add(key);
      if (found.isDamaged) this.problem = UNREADABLE_TEXTS.partly;
    } else if (found.kind !== 'none') this.problem = UNREADABLE_TEXTS[found.kind];
    return found;
  }

  /** Begins to store a run and makes it the one that the page opens on. */
  async begin(run: Run): Promise<void> {
    if (this.ephemeral) return;
    const isBegun = await this.attempt(() => this.runs.begin(run).then(() => true), false);
    if (isBegun) this.kept.add(run.key);
    await this.remember(run.key);
  }

  async append(key: string, stretch: StoredStretch): Promise<void> {
    if (this.isKept(key)) await this.attempt(() => this.runs.append(key, stretch), undefined);
  }

  /** Brings the stored facts of a run up to date. */
  async update(run: Run): Promise<void> {
    if (this.isKept(run.key)) await this.attempt(() => this.runs.update(run), undefined);
  }

  /** Makes a stored run the one that the page opens on. */
  async remember(key: string): Promise<void> {
    if (this.isKept(key)) await this.prefer({ lastRun: key });
  }

  /** The stored stretch that holds a token, with all its alternatives; null if it is not stored. */
  stretchOf(key: string, token: number): Promise<StoredStretch | null> {
    if (!this.kept.has(key)) return Promise.resolve(null);
    return this.attempt(() => this.runs.stretchOf(key, token), null);
  }

  async keepVocabulary(modelHash: string, vocabulary: Vocabulary): Promise<void> {
    if (this.ephemeral) return;
    await this.attempt(() => this.runs.writeVocabulary(modelHash, vocabulary), undefined);
  }

  /** The vocabulary of the model that made a stored run; null if it is not stored. */
  readVocabulary(modelHash: string): Promise<Vocabulary | null> {
    return this.attempt(() => this.runs.readVocabulary(modelHash), null);
  }

  /** Works with the stored data sets; in ephemeral mode, or if the browser refuses, the answer is `otherwise`. */
  async withSamples<T>(work: (store: SampleStore) => Promise<T>, otherwise: T): Promise<T> {
    return this.ephemeral ? otherwise : this.attempt(() => work(this.samples), otherwise);
  }

  /** Deletes a stored run of a data set. */
  async forgetSampleRun(key: string): Promise<void> {
    await this.attempt(() => this.samples.forget(key), undefined);
    await this.refresh();
  }

  /** Brings `entries` and the sizes up to date. */
  async refresh(): Promise<void> {
    this.entries = await this.attempt(() => this.runs.list(), []);
    this.sampleRuns = await this.attempt(() => this.samples.list(), []);
    // Browsers keep the estimate from pages over plain http.
    if (!('storage' in navigator)) return;
    const { usage = NaN, quota = NaN } = await this.attempt(() => navigator.storage.estimate(), {});
    this.usageBytes = usage;
    this.quotaBytes = quota;
  }

  async forget(key: string): Promise<void> {
    // An older draft may be the text that is forgotten.
    this.hurryDraft();
    await this.erase(key);
    await this.refresh();
  }

  /** Deletes results, draft, preferences and cached models, and reads back that they are gone. */
  async forgetEverything(): Promise<void> {
    this.dropDraft();
    this.kept.clear();
    this.problem = null;
    this.preferences = { ...DEFAULT_PREFERENCES, ephemeral: this.ephemeral };
    await this.attempt(async () => {
      const left =
        (await this.runs.forgetAll()) +
        (await this.samples.forgetAll()) +
        (await this.values.forget(this.ephemeral)) +
        (await forgetModels());
      if (left > 0)
        throw new MemoscopeError('StorageUnavailable', `${left} stored records could not be deleted.`);
    }, undefined);
    await this.refresh();
  }

  /**
   * Turned on, nothing more is written, and what was stored of the text at hand goes: its draft, its result and
   * the note that it was the last. Other stored results stay until they are deleted. All that remains of the
   * visit is the wish itself, so that the next one is ephemeral as well.
   */
  async setEphemeral(ephemeral: boolean): Promise<void> {
    this.ephemeral = ephemeral;
    if (ephemeral) {
      this.dropDraft();
      const { lastRun } = this.preferences;
      if (lastRun !== null) await this.erase(lastRun);
      this.kept.clear();
      this.preferences = { ...this.preferences, ephemeral, lastRun: null };
      await this.attempt(() => this.values.forget(true), 0);
      await this.attempt(() => this.samples.forgetInput(), undefined);
    } else await this.prefer({ ephemeral });
    await this.refresh();
  }

  private isKept(key: string): boolean {
    return !this.ephemeral && this.kept.has(key);
  }

  private async erase(key: string): Promise<void> {
    this.kept.delete(key);
    await this.attempt(() => this.runs.forget(key), undefined);
    if (this.preferences.lastRun === key) await this.prefer({ lastRun: null });
  }

  private async attempt<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      this.problem = storageProblem(thrown);
      return otherwise;
    }
  }
}
