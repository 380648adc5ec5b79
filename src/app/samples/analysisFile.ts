/**
 * A whole analysis as one JSON file and back: data, settings, results of every sample, problems, and the numbers of
 * every panel. One line for each sample, so that it is written and read in pieces; a file that another program laid
 * out in another way is read as well.
 */
import type { Cell } from '../../core/csv.ts';
import type { RunOrigin } from '../../core/run.ts';
import type { NamedTable } from '../../core/samples/compareResults.ts';
import type { SampleCut, SampleRunSettings, StoredSample } from '../../engine/sampleStore.ts';
import type { Duplicates } from '../../core/similarity/duplicates.ts';
import { sha256OfText } from '../../engine/hashing.ts';
import { OPENING } from './analysisLines.ts';
import { toBase64 } from './base64.ts';
import { Beside, Chain } from './chain.ts';
import type { DataSet, Problem, Sample } from './dataSet.ts';
import type { FiledExperiments, KnownExperiments } from './experimentResults.ts';
import {
  embeddingTexts,
  fileDuplicates,
  type FiledDuplicates,
  type FiledEmbeddings,
} from './filedSimilarity.ts';
import { tokensToWrite, type FiledTokens, type KnownTokens, type TokensToWrite } from './filedTokens.ts';
import type { FiledView } from './filedView.ts';
import type { SplitSettings } from './prepare.ts';
import type { KnownEmbeddings, SampleEmbeddings } from './sampleEmbeddings.ts';
import { Slices } from './slices.ts';

export const FORMAT = 'memoscope-analysis';
export const SCHEMA = 3;
/**
 * Files from this one on are read: the first has no copies and no embeddings, the first two no experiments, no view and
 * no tokens.
 */
export const OLDEST_SCHEMA = 1;

/** True if a file that begins like this was written by this page, whatever for. */
export const isSavedResult = (beginning: string): boolean =>
  /^\s*\{[^[{]*"format"\s*:\s*"memoscope-/.test(beginning);

/** A panel as it was shown. */
export interface PanelNumbers extends NamedTable {
  readonly shows: string;
  readonly facts: string;
}

/** Everything but the samples. */
export interface AnalysisHead {
  readonly appVersion: string;
  /** ISO 8601, UTC. */
  readonly savedAt: string;
  readonly data: Pick<DataSet, 'name' | 'shape' | 'columns'> & {
    readonly samples: number;
    /** False if the file has numbers only. */
    readonly hasTexts: boolean;
  };
  readonly settings: SampleRunSettings;
  readonly origin: RunOrigin;
  readonly split: SplitSettings;
  readonly subject: string | null;
  readonly group: string | null;
  /** Seed of every resampling. */
  readonly seed: number;
  readonly problems: readonly Problem[];
  /** Samples that could not be scored. */
  readonly unscorable: readonly Problem[];
  readonly panels: readonly PanelNumbers[];
  /** Null in files of earlier versions, as is `view`. */
  readonly experiments: FiledExperiments | null;
  readonly view: FiledView | null;
  readonly duplicates: FiledDuplicates | null;
  /** Null if the samples have none in the file. */
  readonly embeddings: FiledEmbeddings | null;
  readonly tokens: FiledTokens | null;
}

/** SHA-256, lower-case hexadecimal; of many lines, the last of a chain (see {@link chain}). */
export interface AnalysisHashes {
  /** Of prefix, suffix and text of every sample. */
  readonly data: string;
  /** Of columns and results of every sample as they are in the file. */
  readonly results: string;
  /** Of the samples’ embeddings; null without. */
  readonly embeddings: string | null;
  /** Of the samples’ tokens; null without. */
  readonly tokens: string | null;
  /** Of everything before the samples. */
  readonly head: string;
  readonly model: string;
  readonly adapter: string | null;
}

/** What a file holds. */
export interface Analysis {
  readonly head: AnalysisHead;
  readonly samples: readonly Sample[];
  readonly results: readonly (StoredSample | null)[];
  /** Null in files of earlier versions, as is `view`. */
  readonly experiments: KnownExperiments | null;
  readonly view: FiledView | null;
  readonly duplicates: Duplicates | null;
  readonly embeddings: SampleEmbeddings;
  /** Empty if the samples have none in the file. */
  readonly tokens: KnownTokens;
}

/** What of the samples goes into a file beside their numbers. */
export interface FileContent {
  /** False: neither texts nor excerpts, nor columns of free text, nor embeddings, which tell of the texts. */
  readonly hasTexts: boolean;
  readonly hasEmbeddings: boolean;
}

/** An analysis with how it is to be written. */
export interface AnalysisToWrite extends Omit<
  Analysis,
  'head' | 'experiments' | 'view' | 'embeddings' | 'tokens'
> {
  readonly head: Omit<AnalysisHead, 'data' | 'duplicates' | 'embeddings' | 'tokens'> & {
    readonly data: Pick<DataSet, 'name' | 'shape' | 'columns'>;
  };
  readonly embeddings: KnownEmbeddings | null;
  readonly tokens: KnownTokens | null;
  readonly hasTexts: boolean;
}

/** A number as JSON can hold it: null stands for NaN, texts for infinities. */
const plainNumber = (value: number): number | string | null => {
  if (Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : String(value);
};

/** A cell of a panel as it is in a file. */
export const plainCell = (cell: Cell): Cell => (typeof cell === 'number' ? plainNumber(cell) : cell);

/** Little-endian, as every machine that runs a browser is. */
const encodeFloats = (values: Float32Array): string =>
  toBase64(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

const encodeFlags = (flags: Uint8Array): string => Array.from(flags, (flag) => flag.toString(36)).join('');

type PlainScored = Readonly<Record<string, unknown>>;

function encodeResult({ scored, cut }: StoredSample): { scored: PlainScored; cut: SampleCut } {
  const { correct, logprobs, ...scores } = scored;
  const plain = Object.entries(scores).map(([name, value]) => [
    name,
    typeof value === 'number' ? plainNumber(value) : value,
  ]);
  return {
    scored: {
      ...(Object.fromEntries(plain) as PlainScored),
      correct: encodeFlags(correct),
      logprobs: encodeFloats(logprobs),
    },
    cut,
  };
}

export const textLine = ({ prefix, suffix, text }: Pick<Sample, 'prefix' | 'suffix' | 'text'>): string =>
  JSON.stringify([prefix, suffix, text]);

/** Texts of a sample; the whole is left out where it is prefix and suffix. */
const textFields = ({ prefix, suffix, text }: Sample) =>
  prefix !== null && suffix !== null && prefix + suffix === text
    ? { prefix, suffix }
    : { prefix, suffix, text };

/** {@link AnalysisHashes.data} of samples. @throws {MemoscopeError} `ModelUnavailable` on pages without hash functions. */
export async function hashOfData(samples: readonly Sample[]): Promise<string> {
  const pauses = new Slices();
  const chain = new Chain();
  for (const sample of samples) {
    await chain.add(textLine(sample));
    await pauses.pause();
  }
  return chain.end();
}

const withoutExcerpt = (problem: Problem): Problem => ({ ...problem, excerpt: '' });

/** The head as it is written. */
function headOf(
  { head, samples, hasTexts, duplicates, embeddings }: AnalysisToWrite,
  tokens: FiledTokens | null,
): AnalysisHead {
  const { problems, unscorable, data, panels } = head;
  const { name, shape, columns } = data;
  const tidy = (list: readonly Problem[]) => (hasTexts ? list : list.map(withoutExcerpt));
  return {
    ...head,
    data: {
      name,
      shape,
      columns: hasTexts ? columns : columns.filter(({ kind }) => kind !== 'text'),
      samples: samples.length,
      hasTexts,
    },
    problems: tidy(problems),
    unscorable: tidy(unscorable),
    panels: panels.map((panel) => ({ ...panel, rows: panel.rows.map((row) => row.map(plainCell)) })),
    duplicates: duplicates && fileDuplicates(duplicates),
    embeddings: hasTexts && embeddings ? { layer: embeddings.layer, d: embeddings.fulls.d } : null,
    tokens,
  };
}

/** A sample without its texts as it is hashed. @param kept columns that are written; null for all. */
function plainRow(
  { id, source, line, columns }: Sample,
  result: StoredSample | null,
  kept: ReadonlySet<string> | null,
) {
  const cells = kept
    ? Object.fromEntries(Object.entries(columns).filter(([name]) => kept.has(name)))
    : columns;
  return { id, source, line, columns: cells, result: result && encodeResult(result) };
}

/** Null for none: they are the texts. */
const tokensOf = ({ hasTexts, tokens }: AnalysisToWrite): TokensToWrite | null =>
  hasTexts && tokens ? tokensToWrite(tokens) : null;

async function fieldsOf(all: readonly (Beside | null)[], index: number): Promise<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const beside of all) if (beside) Object.assign(fields, await beside.field(index));
  return fields;
}

/**
 * The file, in parts. Gives way to the page between two pieces of work.
 *
 * @throws {MemoscopeError} `ModelUnavailable` on pages without hash functions.
 */
export async function writeAnalysis(analysis: AnalysisToWrite): Promise<string[]> {
  const { samples, results, hasTexts } = analysis;
  const pauses = new Slices();
  const tokens = tokensOf(analysis);
  const head = headOf(analysis, tokens?.head ?? null);
  const headJson = JSON.stringify({ format: FORMAT, schema: SCHEMA, ...head });
  const kept = hasTexts ? null : new Set(head.data.columns.map(({ name }) => name));
  const [data, numbers] = [new Chain(), new Chain()];
  const embeddings = head.embeddings && new Beside('embedding', embeddingTexts(analysis.embeddings));
  const ids = tokens && new Beside('tokens', tokens.textOf);
  const parts = [`${headJson.slice(0, -1)}${OPENING}`];
  for (const [index, sample] of samples.entries()) {
    const row = plainRow(sample, results[index] ?? null, kept);
    await data.add(textLine(sample));
    await numbers.add(JSON.stringify(row));
    const beside = await fieldsOf([embeddings, ids], index);
    const written = { ...row, ...(hasTexts && textFields(sample)), ...beside };
    parts.push(`${index > 0 ? ',' : ''}\n${JSON.stringify(written)}`);
    await pauses.pause();
  }
  const { modelHash, adapterHash } = head.settings;
  const hashes: AnalysisHashes = {
    data: await data.end(),
    results: await numbers.end(),
    embeddings: embeddings && (await embeddings.end()),
    tokens: ids && (await ids.end()),
    head: await sha256OfText(headJson),
    model: modelHash,
    adapter: adapterHash,
  };
  parts.push(`\n],"hashes":${JSON.stringify(hashes)}}\n`);
  return parts;
}
