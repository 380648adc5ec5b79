import { DEFAULT_PREFERENCES, PreferenceStore, type Preferences } from '../engine/preferences.ts';
import { RunStore, type Found, type StoredRunInfo, type StoredStretch } from '../engine/runStore.ts';
import type { Run } from '../core/run.ts';
import { asMemoscopeError } from '../protocol/errors.ts';

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
  private readonly runs = new RunStore();
  private readonly values = new PreferenceStore();

  /** Reads the preferences. */
  async open(): Promise<void> {
    const preferences = await this.attempt(() => this.values.read(), DEFAULT_PREFERENCES);
    this.preferences = preferences;
    this.ephemeral = preferences.ephemeral;
  }

  readDraft(): Promise<string | null> {
    return this.attempt(() => this.values.readDraft(), null);
  }

  async writeDraft(draft: string): Promise<void> {
    if (!this.ephemeral) await this.attempt(() => this.values.writeDraft(draft), undefined);
  }

  async prefer(changes: Partial<Preferences>): Promise<void> {
    this.preferences = { ...this.preferences, ...changes };
    if (!this.ephemeral) await this.attempt(() => this.values.write(this.preferences), undefined);
  }

  /** A stored run; `none` if storage fails. */
  async read(key: string): Promise<Found> {
    const found = await this.attempt<Found>(() => this.runs.read(key), { kind: 'none' });
    if (found.kind === 'unreadable') this.problem = found.reason;
    return found;
  }

  /** Writes a run's header and makes it the one to open on. */
  async begin(run: Run): Promise<void> {
    if (this.ephemeral) return;
    await this.attempt(() => this.runs.begin(run), undefined);
    await this.prefer({ lastRun: run.key });
  }

  async append(key: string, stretch: StoredStretch): Promise<void> {
    if (!this.ephemeral) await this.attempt(() => this.runs.append(key, stretch), undefined);
  }

  /** The stored stretch that holds a token, with all its alternatives; null if it is not stored. */
  stretchOf(key: string, token: number): Promise<StoredStretch | null> {
    return this.ephemeral ? Promise.resolve(null) : this.attempt(() => this.runs.stretchOf(key, token), null);
  }

  /** Brings `entries` and the sizes up to date. */
  async refresh(): Promise<void> {
    this.entries = await this.attempt(() => this.runs.list(), []);
    const { usage = NaN, quota = NaN } = await this.attempt(() => navigator.storage.estimate(), {});
    this.usageBytes = usage;
    this.quotaBytes = quota;
  }

  async forget(key: string): Promise<void> {
    await this.attempt(() => this.runs.forget(key), undefined);
    await this.refresh();
  }

  /** Deletes results, draft, preferences and cached models, and reads back that they are gone. */
  async forgetEverything(): Promise<void> {
    await this.attempt(async () => {
      await this.runs.forgetAll();
      await this.values.forget(this.ephemeral);
      // The page's own files stay, so that it still opens offline; models and data go.
      await caches.delete('memoscope-assets');
    }, undefined);
    this.preferences = { ...DEFAULT_PREFERENCES, ephemeral: this.ephemeral };
    await this.refresh();
  }

  /** Turning it on also deletes what was stored before: a promise to keep nothing covers the past as well. */
  async setEphemeral(ephemeral: boolean): Promise<void> {
    this.ephemeral = ephemeral;
    if (ephemeral) {
      await this.attempt(async () => {
        await this.runs.forgetAll();
        await this.values.forget(true);
      }, undefined);
      this.preferences = { ...this.preferences, ephemeral: true, lastRun: null };
    } else await this.prefer({ ephemeral: false });
    await this.refresh();
  }

  private async attempt<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      this.problem = asMemoscopeError(thrown).message;
      return otherwise;
    }
  }
}
