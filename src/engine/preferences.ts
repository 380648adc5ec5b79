/** The draft and the settings, kept over visits unless the visitor wants nothing kept. */
import type { DeviceKind } from '../protocol/scorer.ts';
import { openShelf, type OpenShelf, type Shelf } from './shelf.ts';

/** What a visitor chose. */
export interface Preferences {
  readonly ephemeral: boolean;
  readonly device: DeviceKind | 'auto';
  readonly threads: number | 'auto';
  /** Tokens; null for the model's own. */
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

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;

/** What each preference may be. */
const ALLOWED: Readonly<Record<keyof Preferences, (value: unknown) => boolean>> = {
  ephemeral: (value) => typeof value === 'boolean',
  device: (value) => value === 'auto' || value === 'webgpu' || value === 'wasm',
  threads: (value) => value === 'auto' || isCount(value),
  windowLength: (value) => value === null || isCount(value),
  windowStride: (value) => value === null || isCount(value),
  lastRun: (value) => value === null || typeof value === 'string',
};

/** Stored preferences, with the default for each that is missing or impossible. */
export function readPreferences(stored: unknown): Preferences {
  if (typeof stored !== 'object' || stored === null) return DEFAULT_PREFERENCES;
  const known = Object.entries(stored).filter(
    ([name, value]) => name in ALLOWED && ALLOWED[name as keyof Preferences](value),
  );
  return { ...DEFAULT_PREFERENCES, ...(Object.fromEntries(known) as Partial<Preferences>) };
}

/** Every method rejects with what the browser says if it refuses storage. */
export class PreferenceStore {
  private readonly shelf: Shelf;

  constructor(open: OpenShelf = openShelf) {
    this.shelf = open('preferences');
  }

  async read(): Promise<Preferences> {
    return readPreferences(await this.shelf.get('preferences'));
  }

  async write(preferences: Preferences): Promise<void> {
    await this.shelf.set('preferences', preferences);
  }

  async readDraft(): Promise<string | null> {
    const draft = await this.shelf.get('draft');
    return typeof draft === 'string' ? draft : null;
  }

  async writeDraft(draft: string): Promise<void> {
    await this.shelf.set('draft', draft);
  }

  /**
   * Leaves nothing but, if the visitor chose it, the wish that nothing be kept.
   *
   * @returns the number of values that are still there beside that wish: 0.
   */
  async forget(keepEphemeral: boolean): Promise<number> {
    await this.shelf.clear();
    const left = (await this.shelf.keys()).length;
    if (keepEphemeral) await this.write({ ...DEFAULT_PREFERENCES, ephemeral: true });
    return left;
  }
}
