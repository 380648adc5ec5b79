/** From a text to a run: tokenize, score, write records as they come. Knows no view and no rune. */
import { FEW_ALTERNATIVES, withTopK, type StoredStretch } from '../engine/storedRun.ts';
import type { AdapterEntry, ModelEntry } from '../engine/modelCatalog.ts';
import { sha256OfText } from '../engine/hashing.ts';
import type { ScorerClient } from '../engine/scorerClient.ts';
import type { Run, RunOrigin, RunSettings } from '../core/run.ts';
import { emptyRecords, writeRecords } from '../core/tokenRecords.ts';
import { MemoscopeError } from '../protocol/errors.ts';
import type {
  DeviceReport,
  OpenedModel,
  ScoreChunk,
  ScoreSummary,
  TokenizedText,
} from '../protocol/scorer.ts';

/** Alternatives kept for each token: enough for every top-k that samplers commonly use. */
export const DEFAULT_TOP_K = 40;

/** What the visitor chose for a run; null stands for the model's own. */
export interface RunChoice {
  readonly adapter: AdapterEntry | null;
  readonly windowLength: number | null;
  readonly windowStride: number | null;
  readonly topK: number;
}

/**
 * Key under which a run is stored: SHA-256 over text, model, adapter and settings, so that the same question has
 * the same key before the model is loaded.
 *
 * @throws {MemoscopeError} `ModelUnavailable` on insecure pages.
 */
export function keyOfRun(text: string, { source }: ModelEntry, choice: RunChoice): Promise<string> {
  const { adapter, windowLength, windowStride, topK } = choice;
  const files = source.files.map(({ sha256 }) => sha256);
  return sha256OfText(
    JSON.stringify([
      text,
      source.id,
      files,
      adapter?.source.sha256 ?? null,
      windowLength,
      windowStride,
      topK,
    ]),
  );
}

/** The settings a choice amounts to on a loaded model. */
export function settingsOf(opened: OpenedModel, choice: RunChoice): RunSettings {
  const length = Math.min(choice.windowLength ?? opened.contextLength, opened.contextLength);
  const { adapter } = choice;
  return {
    modelId: opened.id,
    modelHash: opened.hash,
    adapterId: adapter?.source.id ?? null,
    adapterHash: adapter?.source.sha256 ?? null,
    hasReference: adapter !== null,
    startTokenId: opened.startTokenId,
    windowLength: length,
    windowStride: Math.min(choice.windowStride ?? Math.ceil(length / 2), length),
    topK: choice.topK,
  };
}

/**
 * Checks that a run can go on with the model that is open.
 *
 * @throws {MemoscopeError} `InvalidInput` if it was made by another one.
 */
export function assertSameModel({ modelId, modelHash }: RunSettings, opened: OpenedModel): void {
  if (modelHash !== opened.hash)
    throw new MemoscopeError(
      'InvalidInput',
      `This result is of another model than the page has now (${modelId}, ${modelHash.slice(0, 8)}). Press Run to score the text anew.`,
    );
}

/** Now, ISO 8601, UTC. */
export const timestamp = (): string => new Date().toISOString();

/** Where a run's numbers come from. */
export function originOf(device: DeviceReport, startedAt: string, elapsedMs: number): RunOrigin {
  return {
    device: device.kind,
    deviceName: device.name,
    threads: device.threads,
    precomputed: false,
    appVersion: __APP_VERSION__,
    startedAt,
    elapsedMs,
  };
}

/**
 * A run with nothing scored yet.
 *
 * @param topK alternatives to hold in memory for each token.
 */
export function blankRun(
  { key, title, text }: Pick<Run, 'key' | 'title' | 'text'>,
  { ids, byteStarts }: TokenizedText,
  settings: RunSettings,
  origin: RunOrigin,
  topK = settings.topK,
): Run {
  const target = emptyRecords(ids.length, topK);
  const base = settings.hasReference ? emptyRecords(ids.length, FEW_ALTERNATIVES) : null;
  return { key, title, text, ids, byteStarts, settings, origin, target, base, scored: 0 };
}

export interface Scoring {
  readonly scorer: Pick<ScorerClient, 'score'>;
  readonly adapter: AdapterEntry | null;
  /** Told of every stretch after it is in the run's arrays. */
  readonly onStretch: (stretch: StoredStretch, scored: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Scores what a run still lacks, into the run's own arrays.
 *
 * @returns the summary; `end < ids.length` if it was stopped.
 * @throws {MemoscopeError} as `ScorerApi.score`; what was streamed before is in the arrays.
 */
export function continueRun(
  run: Run,
  { scorer, adapter, onStretch, signal }: Scoring,
): Promise<ScoreSummary> {
  const { ids, settings, target, base } = run;
  const receive = (chunk: ScoreChunk): void => {
    const [ofTarget, ofBase = null] = chunk.records;
    if (!ofTarget) throw new MemoscopeError('Internal', `records at ${chunk.start}: none came`);
    writeRecords(target, withTopK(ofTarget, target.topK), chunk.start);
    if (base && ofBase) writeRecords(base, withTopK(ofBase, base.topK), chunk.start);
    onStretch({ start: chunk.start, target: ofTarget, base: ofBase }, chunk.start + ofTarget.length);
  };
  const passes = [{ adapter: adapter?.source ?? null, topK: settings.topK }];
  if (base) passes.push({ adapter: null, topK: FEW_ALTERNATIVES });
  return scorer.score(
    {
      // The request is transferred; the run keeps its own copy.
      ids: ids.slice(),
      offsets: Uint32Array.of(0, ids.length),
      windows: { length: settings.windowLength, stride: settings.windowStride },
      passes,
      from: run.scored,
    },
    { signal, onProgress: receive },
  );
}
