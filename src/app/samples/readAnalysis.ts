/** Reads an analysis that was saved as JSON: see `analysisFile`. */
import type { StoredSample } from '../../engine/sampleStore.ts';
import { sha256OfText } from '../../engine/hashing.ts';
import { counted } from '../../ui/format.ts';
import { FORMAT, OLDEST_SCHEMA, SCHEMA, textLine, type Analysis, type AnalysisHead } from './analysisFile.ts';
import { openAnalysisFile } from './analysisLines.ts';
import { Chain } from './chain.ts';
import type { Sample } from './dataSet.ts';
import { decodeResult } from './decodeResult.ts';
import { readExperiments } from './filedExperiments.ts';
import { check, checkAll, invalid, isObject, shown, type Fields, type Kind } from './fileChecks.ts';
import { EmbeddingReader, readDuplicates, readEmbeddingsHead } from './filedSimilarity.ts';
import { readTokensHead, TokenReader } from './filedTokens.ts';
import { readView } from './readView.ts';
import { Slices } from './slices.ts';

const isCell = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

interface ReadRow {
  readonly sample: Sample;
  readonly result: StoredSample | null;
  /** What of it the hash of the results is of. */
  readonly numbers: string;
  readonly embedding: unknown;
  readonly tokens: unknown;
}

/** A row of the file as sample and result. @throws {MemoscopeError} `InvalidInput`. */
function readRow(row: unknown, index: number, hasTexts: boolean): ReadRow {
  const place = `samples[${index}]`;
  if (!isObject(row)) throw invalid(`${place} is ${shown(row)}, and it must be an object`);
  check(row, `${place}.`, { id: 'count', source: 'text', line: 'count', columns: 'object' });
  const { id, source, line, columns, result } = row as Fields & { columns: Fields };
  for (const [name, value] of Object.entries(columns))
    if (!isCell(value))
      throw invalid(`${place}.columns["${name}"] is ${shown(value)}, and it must be a cell`);
  const numbers = JSON.stringify({ id, source, line, columns, result });
  const stored = decodeResult(result, place);
  const beside = { id, source, line, columns } as Pick<Sample, 'id' | 'source' | 'line' | 'columns'>;
  const texts = hasTexts ? readTexts(row, place, stored) : { prefix: null, suffix: null, text: '' };
  const { embedding = null, tokens = null } = row;
  return { sample: { ...beside, ...texts }, result: stored, numbers, embedding, tokens };
}

/** @throws {MemoscopeError} `InvalidInput`. */
function readTexts(
  row: Fields,
  place: string,
  stored: StoredSample | null,
): Pick<Sample, 'prefix' | 'suffix' | 'text'> {
  check(row, `${place}.`, { prefix: 'text or null', suffix: 'text or null' });
  const { prefix, suffix } = row as { prefix: string | null; suffix: string | null };
  const text = row['text'] ?? (prefix ?? '') + (suffix ?? '');
  if (typeof text !== 'string') throw invalid(`${place}.text is ${shown(text)}, and it must be a text`);
  const { cut } = stored ?? {};
  if (cut && !(cut.from <= cut.cut && cut.cut <= cut.to && cut.to <= text.length))
    throw invalid(`${place}.result.cut does not lie within its text of ${text.length} characters`);
  return { prefix, suffix, text };
}

/** Of every version; what later ones added has checks of its own. */
const HEAD = {
  appVersion: 'text',
  savedAt: 'text',
  data: 'object',
  settings: 'object',
  origin: 'object',
  split: 'object',
  subject: 'text or null',
  group: 'text or null',
  seed: 'number',
  problems: 'list',
  unscorable: 'list',
  panels: 'list',
} as const satisfies Record<
  Exclude<keyof AnalysisHead, 'experiments' | 'view' | 'duplicates' | 'embeddings' | 'tokens'>,
  Kind
>;

/** @throws {MemoscopeError} `InvalidInput`. */
function readHead(fields: Fields): AnalysisHead {
  const { format, schema } = fields;
  if (format === 'memoscope-run')
    throw invalid('it is the result of one text, which the view “Text” opens: drop it there');
  if (format !== FORMAT) throw invalid(`it says "format": ${shown(format)}, and "${FORMAT}" is needed`);
  if (typeof schema === 'number' && schema > SCHEMA)
    throw invalid(
      `it was written by a newer version of Memoscope (schema ${schema}; this page reads ${SCHEMA}). Reload the page to get the newest one`,
    );
  if (!(Number.isInteger(schema) && Number(schema) >= OLDEST_SCHEMA))
    throw invalid(`its schema is ${shown(schema)}, and this page reads ${OLDEST_SCHEMA} to ${SCHEMA}`);
  check(fields, '', HEAD);
  const { data, settings, origin, split, problems, unscorable, panels } = fields as unknown as {
    [Name in keyof AnalysisHead]: Fields;
  };
  check(data, 'data.', { name: 'text', shape: 'text', columns: 'list', samples: 'count', hasTexts: 'flag' });
  check(settings, 'settings.', {
    modelId: 'text',
    modelHash: 'text',
    adapterId: 'text or null',
    split: 'text',
  });
  check(origin, 'origin.', {
    device: 'text',
    deviceName: 'text',
    earlierDevices: 'texts or left out',
    appVersion: 'text',
    startedAt: 'text',
  });
  check(split, 'split.', { rule: 'object', keepsOwn: 'flag' });
  checkAll(data['columns'], 'data.columns', { name: 'text', kind: 'text', distinct: 'count' });
  const problem = { source: 'text', line: 'count', reason: 'text', excerpt: 'text' } as const;
  checkAll(problems, 'problems', problem);
  checkAll(unscorable, 'unscorable', problem);
  checkAll(panels, 'panels', {
    id: 'text',
    title: 'text',
    shows: 'text',
    facts: 'text',
    header: 'list',
    rows: 'list',
  });
  for (const { id, rows } of panels as unknown as readonly { id: string; rows: readonly unknown[] }[])
    for (const [row, cells] of rows.entries())
      if (!Array.isArray(cells) || !cells.every(isCell))
        throw invalid(`row ${row} of the panel "${id}" is ${shown(cells)}, and it must be a list of cells`);
  // What files of earlier schemas do not have.
  const more = { experiments: null, view: null, duplicates: null, embeddings: null, tokens: null };
  return { ...more, ...fields } as unknown as AnalysisHead;
}

const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the hashes of a file are of. */
class Digests {
  private readonly chains = {
    data: new Chain(),
    results: new Chain(),
    embeddings: new Chain(),
    tokens: new Chain(),
  };

  async add({ sample, numbers, embedding, tokens }: ReadRow): Promise<void> {
    const { chains } = this;
    await chains.data.add(textLine(sample));
    await chains.results.add(numbers);
    await chains.embeddings.add(textOr(embedding));
    await chains.tokens.add(textOr(tokens));
  }

  /** @throws {MemoscopeError} `InvalidInput` if any hash is another one. */
  async check(fields: Fields, { data, embeddings, tokens }: AnalysisHead, hashes: unknown): Promise<void> {
    if (!isObject(hashes)) throw invalid(`hashes is ${shown(hashes)}, and it must be an object`);
    check(hashes, 'hashes.', { data: 'text', results: 'text', head: 'text' });
    const { format, schema, ...rest } = fields;
    const headJson = JSON.stringify({ format, schema, ...rest });
    const { chains } = this;
    const altered = [
      ['its results or columns', hashes['results'] === (await chains.results.end())],
      ['its texts', !data.hasTexts || hashes['data'] === (await chains.data.end())],
      ['its embeddings', !embeddings || hashes['embeddings'] === (await chains.embeddings.end())],
      ['its tokens', !tokens || hashes['tokens'] === (await chains.tokens.end())],
      [
        'its settings, panels, view, experiments or copies',
        hashes['head'] === (await sha256OfText(headJson)),
      ],
    ].flatMap(([what, isSame]) => (isSame === true ? [] : [what]));
    if (altered.length > 0)
      throw invalid(`${altered.join(' and ')} were altered after it was saved: they do not fit their hash`);
  }
}

/**
 * Reads what `writeAnalysis` wrote. Gives way to the page between two pieces of work.
 *
 * @throws {MemoscopeError} `InvalidInput`, saying what is wrong with the file and where.
 */
export async function readAnalysis(content: Blob): Promise<Analysis> {
  const pauses = new Slices();
  const file = await openAnalysisFile(content);
  const head = readHead(file.head);
  const samples: Sample[] = [];
  const results: (StoredSample | null)[] = [];
  const digests = new Digests();
  const embeddings = new EmbeddingReader(readEmbeddingsHead(head.embeddings));
  const tokens = new TokenReader(readTokensHead(head.tokens));
  for await (const row of file.rows) {
    const read = readRow(row, samples.length, head.data.hasTexts);
    embeddings.add(read.embedding, samples.length);
    tokens.add(read.tokens, read.result);
    samples.push(read.sample);
    results.push(read.result);
    await digests.add(read);
    await pauses.pause();
  }
  if (samples.length !== head.data.samples)
    throw invalid(`it has ${counted(samples.length, 'sample')} and says that it has ${head.data.samples}`);
  await digests.check(file.head, head, file.tail()['hashes']);
  return {
    head,
    samples,
    results,
    experiments: head.experiments && readExperiments(head.experiments),
    view: head.view && readView(head.view, samples.length),
    duplicates: readDuplicates(head.duplicates, samples.length),
    embeddings: embeddings.end(samples.length),
    tokens: tokens.end(),
  };
}
