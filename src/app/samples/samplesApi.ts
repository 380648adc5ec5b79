/** `window.memoscope.scoreSamples`: a data set for scripts. It never touches what the page shows. */
import type { RunOrigin } from '../../core/run.ts';
import type { SampleScores } from '../../core/sampleScores.ts';
import type { ScoreMode } from '../../core/screening.ts';
import type { AdapterEntry } from '../../engine/modelCatalog.ts';
import type { SampleRunSettings, StoredSample } from '../../engine/sampleStore.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import type { OpenedModel } from '../../protocol/scorer.ts';
import type { ModelLink } from '../modelLink.svelte.ts';
import { logFrom } from '../originLog.ts';
import type { Problem, Sample } from './dataSet.ts';
import { DEFAULT_SPLIT, type SplitSettings } from './prepare.ts';
import { prepareAll, sampleSettings, scoreBlocks } from './scoreBlocks.ts';

/** A sample: a text that is cut by token counts, or a prefix and the suffix that follows it without a space. */
export type SampleInput = string | { readonly prefix: string; readonly suffix: string };

export interface ScoreSamplesOptions {
  /** Id of an adapter, null for the base model; left out: the adapter that the page shows. */
  readonly adapter?: string | null;
  /** Tokens of prefix and suffix of samples that are texts; left out: 50 and 50. */
  readonly split?: { readonly prefix: number; readonly suffix: number };
  /** `screening`: the match length alone, at a fraction of the cost; everything else is null. Left out: `full`. */
  readonly mode?: ScoreMode;
  readonly signal?: AbortSignal;
  /** Finished samples, and all. */
  readonly onProgress?: (scored: number, total: number) => void;
}

/** Numbers of one sample; null where one is not defined. */
export type PlainScores = { readonly [Name in keyof SampleScores]: SampleScores[Name] | null };

export interface SampleResult extends PlainScores {
  /** Index in the list that was given. */
  readonly index: number;
  /** Texts as they were scored. */
  readonly prefix: string;
  readonly suffix: string;
  /** True if the wanted cut fell into a token and was moved to the token's boundary. */
  readonly cutMoved: boolean;
  /** Of each suffix token: the model's first choice or not, and its logprob in nats; empty after a screening. */
  readonly correct: readonly boolean[];
  readonly logprobs: readonly number[];
}

export interface ScoredSamples {
  readonly settings: SampleRunSettings;
  readonly origin: RunOrigin;
  readonly samples: readonly SampleResult[];
  /** Samples that could not be scored; `line` is 1 for the first one given. */
  readonly problems: readonly Problem[];
}

function toSample(input: SampleInput, id: number): Sample {
  const place = { id, source: 'script', line: id + 1, columns: {} };
  if (typeof input === 'string') return { ...place, prefix: null, suffix: null, text: input };
  return { ...place, prefix: input.prefix, suffix: input.suffix, text: input.prefix + input.suffix };
}

function assertInputs(inputs: readonly SampleInput[]): void {
  inputs.forEach((input: unknown, index) => {
    const { prefix, suffix } = (typeof input === 'object' && input !== null ? input : {}) as Record<
      string,
      unknown
    >;
    const parts = typeof input === 'string' ? [input] : [prefix, suffix];
    if (parts.some((part) => typeof part !== 'string' || !part.isWellFormed()))
      throw new MemoscopeError(
        'InvalidInput',
        `sample ${index}: give a text, or an object with the texts "prefix" and "suffix"`,
      );
  });
}

function resultOf(sample: Sample, index: number, { scored, cut }: StoredSample): SampleResult {
  const { correct, logprobs, ...scores } = scored;
  const plain = Object.fromEntries(
    Object.entries(scores).map(([name, value]) => [name, Number.isNaN(value) ? null : value]),
  ) as unknown as PlainScores;
  return {
    ...plain,
    index,
    prefix: sample.text.slice(cut.from, cut.cut),
    suffix: sample.text.slice(cut.cut, cut.to),
    cutMoved: cut.isMoved,
    correct: Array.from(correct, Boolean),
    logprobs: Array.from(logprobs),
  };
}

/** What is asked of the model that is open. */
interface Question {
  readonly samples: readonly Sample[];
  readonly split: SplitSettings;
  readonly adapter: AdapterEntry | null;
  readonly mode: ScoreMode;
  readonly signal: AbortSignal;
  readonly onProgress: ScoreSamplesOptions['onProgress'];
}

/** @throws {MemoscopeError} as `ScorerApi.score`; `Cancelled` if it was stopped before the end. */
export async function scoreSamplesWith(
  link: ModelLink,
  opened: OpenedModel,
  question: Question,
): Promise<ScoredSamples> {
  const { samples, adapter, mode, signal, onProgress } = question;
  const log = logFrom(null, opened.device);
  const longest = opened.contextLength;
  const { prepared, problems } = await prepareAll(question, link.scorer, longest, signal);
  const results: (StoredSample | undefined)[] = [];
  let scored = 0;
  await scoreBlocks(prepared, {
    scorer: log.watch(link.scorer),
    adapter,
    mode,
    longest,
    signal,
    texts: (index) => samples[index]?.text ?? '',
    isDone: () => false,
    onPlan: () => undefined,
    onBlock: (_, { indices }, isWhole) => {
      if (!isWhole) return;
      scored += indices.length;
      onProgress?.(scored, samples.length);
    },
    onSample: (index, sample) => {
      results[index] = sample;
    },
  });
  return {
    settings: sampleSettings(opened, question),
    origin: log.origin,
    samples: samples.flatMap((sample, index) => {
      const result = results[index];
      return result ? [resultOf(sample, index, result)] : [];
    }),
    problems,
  };
}

/** Samples and cut of a call. @throws {MemoscopeError} `InvalidInput`. */
export function readSampleInputs(inputs: readonly SampleInput[], split: ScoreSamplesOptions['split']) {
  assertInputs(inputs);
  const { prefix, suffix } = split ?? { prefix: 50, suffix: 50 };
  if (!(Number.isInteger(prefix) && prefix >= 0 && Number.isInteger(suffix) && suffix > 0))
    throw new MemoscopeError(
      'InvalidInput',
      `split into ${prefix} and ${suffix} tokens: give whole numbers, the suffix at least 1`,
    );
  return {
    samples: inputs.map(toSample),
    split: { ...DEFAULT_SPLIT, rule: { mode: 'count' as const, prefix, suffix } },
  };
}
