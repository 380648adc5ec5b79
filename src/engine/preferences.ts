/** The draft and the settings, kept over visits unless the visitor wants nothing kept. */
import { clear, createStore, get, set, type UseStore } from 'idb-keyval';
import type { DeviceKind } from '../protocol/scorer.ts';

/** What a visitor chose. */
export interface Preferences {
  readonly ephemeral: boolean;
  readonly device: DeviceKind | 'auto';
  readonly threads: number | 'auto';
  readonly windowLength: number | null;
  readonly windowStride: number | null;
  /** Key of the run that was shown last. */
  readonly lastRun: string | null;
}

export const DEFAULT_PREFERENCES: Preferences = {
  ephemeral: false,
  device: 'auto',
  threads: 'auto',
  windowLength: null,
  windowStride: null,
  lastRun: null,
};

export class PreferenceStore {
  private readonly store: UseStore = createStore('memoscope-preferences', 'values');

  /** Stored preferences, with defaults for what is missing. Rejects if the browser refuses storage. */
  async read(): Promise<Preferences> {
    const stored = await get<Partial<Preferences>>('preferences', this.store);
    return { ...DEFAULT_PREFERENCES, ...stored };
  }

  async write(preferences: Preferences): Promise<void> {
    await set('preferences', preferences, this.store);
  }

  async readDraft(): Promise<string | null> {
    return (await get<string>('draft', this.store)) ?? null;
  }

  async writeDraft(draft: string): Promise<void> {
    await set('draft', draft, this.store);
  }

  /** Leaves nothing but, if the visitor chose it, the wish that nothing be kept. */
  async forget(keepEphemeral: boolean): Promise<void> {
    await clear(this.store);
    if (keepEphemeral) await this.write({ ...DEFAULT_PREFERENCES, ephemeral: true });
  }
}
