/**
 * The programming interface on the page: `window.memoscope`. Scripts, notebooks and tests use it; it never
 * touches what the page shows.
 *
 * ```js
 * await memoscope.ready;
 * const { tokens } = await memoscope.score('To be or not to be', { adapter: null });
 * const { samples } = await memoscope.scoreSamples([{ prefix: 'To be or', suffix: ' not to be' }]);
 * ```
 */
import { rankOf, isScored, type TokenRecords } from '../core/tokenRecords.ts';
import type { Run, RunOrigin, RunSettings } from '../core/run.ts';
import type { AdapterEntry, ModelEntry } from '../engine/modelCatalog.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import { printable } from '../engine/vocabulary.ts';
import { MemoscopeError } from '../protocol/errors.ts';
import type { DeviceReport, DeviceRequest, OpenedModel, WindowSettings } from '../protocol/scorer.ts';
import { despiteOneDeath } from './despiteOneDeath.ts';
import { problemOfText } from './draft.ts';
import type { ModelLink } from './modelLink.svelte.ts';
import { logFrom } from './originLog.ts';
import {
  readSampleInputs,
  scoreSamplesWith,
  type SampleInput,
  type ScoredSamples,
  type ScoreSamplesOptions,
} from './samples/samplesApi.ts';
import { blankRun, continueRun, DEFAULT_TOP_K, keyOfRun, settingsOf, type RunChoice } from './scoreText.ts';

export interface ScoreOptions {
  /** Id of a model that `models()` lists; left out: the one that the page uses. */
  readonly model?: string;
  /** Id of an adapter, null for the base model; left out: the adapter that the page shows. */
  readonly adapter?: string | null;
  readonly device?: DeviceRequest['device'];
  readonly threads?: DeviceRequest['threads'];
  /** Alternatives for each token, at most 64; left out: 40. */
  readonly topK?: number;
  readonly windows?: WindowSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: (scored: number, total: number) => void;
}

/** Numbers of one model at one token; null where the token has no score. */
export interface TokenNumbers {
  /** Nats. */
  readonly logprob: number | null;
  /** 1-based, ties to the lowest id. */
  readonly rank: number | null;
}

export interface ScoredToken extends TokenNumbers {
  /** Text of the token; bytes that are only part of a character as `<F0 9F>`. */
  readonly text: string;
  readonly id: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Nats. */
  readonly entropy: number | null;
  /** Nats squared. */
  readonly variance: number | null;
  /** Difference of the two best logits. */
  readonly margin: number | null;
  readonly greater: number | null;
  readonly equalLower: number | null;
  readonly equal: number | null;
  /** Tokens that the model saw before this one. */
  readonly context: number;
  readonly top: readonly { readonly id: number; readonly text: string; readonly logprob: number }[];
  /** The model without the adapter; null if none was scored. */
  readonly base: TokenNumbers | null;
}

export interface ScoredText {
  readonly settings: RunSettings;
  readonly origin: RunOrigin;
  readonly tokens: readonly ScoredToken[];
}

export interface ModelListing {
  readonly id: string;
  readonly title: string;
  readonly bytes: number;
  readonly adapters: readonly { readonly id: string; readonly title: string; readonly bytes: number }[];
}

export interface MemoscopeApi {
  readonly version: string;
  /** Resolves when the page is set up; no model is loaded for it. */
  readonly ready: Promise<void>;
  /** Scores a text; loads the model first if need be. @throws {MemoscopeError} as `ScorerApi`. */
  score(text: string, options?: ScoreOptions): Promise<ScoredText>;
  /**
   * Scores a data set: match length N, p_z and membership scores of every sample, in the order given. Samples that
   * are too short for a suffix are listed in `problems`. @throws {MemoscopeError} as `ScorerApi`; `Cancelled`.
   */
  scoreSamples(samples: readonly SampleInput[], options?: ScoreSamplesOptions): Promise<ScoredSamples>;
  models(): Promise<ModelListing[]>;
  /** The device in use; null before the first use. */
  device(): DeviceReport | null;
}

declare global {
  interface Window {
    memoscope: MemoscopeApi;
  }
}

const known = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

const numbersOf = (records: TokenRecords, token: number): TokenNumbers => ({
  logprob: known(records.logprob[token]),
  rank: known(rankOf(records, token)),
});

function tokenOf(run: Run, bytes: Uint8Array, vocabulary: Vocabulary | null, token: number): ScoredToken {
  const { target, base, ids, byteStarts } = run;
  const byteStart = byteStarts[token] ?? 0;
  const byteEnd = byteStarts[token + 1] ?? 0;
  const count = (column: Uint32Array) => (isScored(target, token) ? (column[token] ?? null) : null);
  const top = Array.from({ length: isScored(target, token) ? target.topK : 0 }, (_, index) => {
    const id = target.topIds[token * target.topK + index] ?? 0;
    const logprob = target.topLogprobs[token * target.topK + index] ?? NaN;
    return { id, text: vocabulary?.textOf(id) ?? '', logprob };
  });
  return {
    text: printable(bytes.subarray(byteStart, byteEnd)),
    id: ids[token] ?? 0,
    byteStart,
    byteEnd,
    ...numbersOf(target, token),
    entropy: known(target.entropy[token]),
    variance: known(target.variance[token]),
    margin: known(target.margin[token]),
    greater: count(target.greater),
    equalLower: count(target.equalLower),
    equal: count(target.equal),
    context: target.context[token] ?? 0,
    top,
    base: base && numbersOf(base, token),
  };
}

const listing = ({ source, title, bytes, adapters }: ModelEntry): ModelListing => ({
  id: source.id,
  title,
  bytes,
  adapters: adapters.map((adapter) => ({
    id: adapter.source.id,
    title: adapter.title,
    bytes: adapter.source.bytes,
  })),
});

/** Puts the interface on the page. */
export function exposeApi(link: ModelLink, ready: Promise<void>): void {
  window.memoscope = {
    version: __APP_VERSION__,
    ready,
    device: () => link.device,
    models: async () => {
      await link.entry();
      return link.catalog?.models.map(listing) ?? [];
    },
    score: (text, options = {}) => score(link, text, options),
    scoreSamples: (samples, options = {}) => scoreSamples(link, samples, options),
  };
}

/** What the options ask for, checked. @throws {MemoscopeError} `InvalidInput`. */
function choiceOf(entry: ModelEntry, options: ScoreOptions): RunChoice {
  const { model = entry.source.id, topK = DEFAULT_TOP_K, windows } = options;
  if (model !== entry.source.id)
    throw new MemoscopeError('InvalidInput', `model ${model}: the page has ${entry.source.id} only`);
  return {
    adapter: adapterFor(entry, options.adapter),
    windowLength: windows?.length ?? null,
    windowStride: windows?.stride ?? null,
    topK,
  };
}

/** @throws {MemoscopeError} `InvalidInput` if the model has no adapter of that name. */
function adapterFor({ source, adapters }: ModelEntry, id: string | null | undefined): AdapterEntry | null {
  if (id === null) return null;
  const found = id === undefined ? adapters[0] : adapters.find((adapter) => adapter.source.id === id);
  if (id !== undefined && !found)
    throw new MemoscopeError('InvalidInput', `adapter ${id}: ${source.id} has none of that name`);
  return found ?? null;
}

async function score(link: ModelLink, text: string, options: ScoreOptions): Promise<ScoredText> {
  const problem = problemOfText(text);
  if (problem !== null) throw new MemoscopeError('InvalidInput', problem);
  const { device = 'auto', threads = 'auto' } = options;
  const signal = options.signal ?? new AbortController().signal;
  const entry = await link.entry();
  const choice = choiceOf(entry, options);
  const identity = { key: await keyOfRun(text, entry, choice), title: '', text };
  return link.use({ request: { device, threads }, signal }, (opened) =>
    scoreWith(link, opened, { identity, choice, signal, onProgress: options.onProgress }),
  );
}

async function scoreSamples(
  link: ModelLink,
  inputs: readonly SampleInput[],
  {
    adapter: adapterId,
    split,
    mode = 'full',
    signal = new AbortController().signal,
    onProgress,
  }: ScoreSamplesOptions,
): Promise<ScoredSamples> {
  const { samples, split: settings } = readSampleInputs(inputs, split);
  const adapter = adapterFor(await link.entry(), adapterId);
  const question = { samples, split: settings, adapter, mode, signal, onProgress };
  return link.use({ request: { device: 'auto', threads: 'auto' }, signal }, (opened) =>
    scoreSamplesWith(link, opened, question),
  );
}

interface Question {
  readonly identity: Pick<Run, 'key' | 'title' | 'text'>;
  readonly choice: RunChoice;
  readonly signal: AbortSignal;
  readonly onProgress: ScoreOptions['onProgress'];
}

/** @throws {MemoscopeError} as `ScorerApi.score`; `Cancelled` if it was stopped before the end. */
async function scoreWith(link: ModelLink, opened: OpenedModel, question: Question): Promise<ScoredText> {
  const { identity, choice, signal, onProgress } = question;
  const tokens = await link.scorer.tokenize(identity.text, { signal });
  const log = logFrom(null, opened.device);
  const run = blankRun(identity, tokens, settingsOf(opened, choice), log.origin);
  let done = 0;
  const onStretch = (_stretch: unknown, scored: number): void => {
    done = scored;
    onProgress?.(scored, run.ids.length);
  };
  const scoring = { scorer: log.watch(link.scorer), adapter: choice.adapter, signal, onStretch };
  const summary = await despiteOneDeath(signal, () => continueRun({ ...run, scored: done }, scoring));
  link.device = summary.device;
  if (summary.end < run.ids.length)
    throw new MemoscopeError('Cancelled', `stopped after ${summary.end} tokens`);
  const bytes = new TextEncoder().encode(identity.text);
  const vocabulary = link.vocabularyOf(opened.hash);
  return {
    settings: run.settings,
    origin: { ...log.origin, elapsedMs: summary.elapsedMs },
    tokens: Array.from(run.ids, (_, token) => tokenOf(run, bytes, vocabulary, token)),
  };
}
