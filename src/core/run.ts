import type { TokenRecords } from './tokenRecords.ts';

/** All that decides a run's numbers; stored, exported and shown with every result. */
export interface RunSettings {
  readonly modelId: string;
  /** SHA-256 of the model's graph. */
  readonly modelHash: string;
  /** Adapter whose memorization is measured; null for the model without one. */
  readonly adapterId: string | null;
  readonly adapterHash: string | null;
  /** True if the same model without the adapter was scored beside it, as the reference for `excess`. */
  readonly hasReference: boolean;
  /** Token put before the first one so that it has a score; null where the first token is unscored. */
  readonly startTokenId: number | null;
  /** Tokens of one window and of the step between windows. */
  readonly windowLength: number;
  readonly windowStride: number;
  /** Alternatives kept for each token. */
  readonly topK: number;
}

/** Where a run's numbers were computed: the last device, and those before it. */
export interface RunOrigin {
  readonly device: 'webgpu' | 'wasm';
  readonly deviceName: string;
  /** Names of the others that computed before it, where a run went on on another device. */
  readonly earlierDevices?: readonly string[];
  readonly threads: number;
  /** True for a result that ships with the page. */
  readonly precomputed: boolean;
  /** Version of Memoscope. */
  readonly appVersion: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
}

/**
 * One analysed text. Records are whole arrays of the text's length; tokens from `scored` on are not scored yet
 * (or were not, when the run was stopped).
 */
export interface Run {
  /** Hash of text and settings: the key under which it is stored. */
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly ids: Uint32Array;
  /** `[tokens + 1]` offsets of the tokens in the UTF-8 of the text. */
  readonly byteStarts: Uint32Array;
  readonly settings: RunSettings;
  readonly origin: RunOrigin;
  readonly target: TokenRecords;
  /** The model without the adapter; null if `settings.hasReference` is false. */
  readonly base: TokenRecords | null;
  /** Number of tokens scored, from the beginning. */
  readonly scored: number;
}

/** True once every token is scored. */
export const isComplete = (run: Run): boolean => run.scored === run.ids.length;
