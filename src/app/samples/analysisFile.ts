/**
 * A whole analysis as one JSON file and back: data, settings, results of every sample, problems, and the numbers of
 * every panel. One line for each sample, so that it is written and read in pieces; a file that another program laid
 * out in another way is read as well.
 */
import type { Cell } from '../../core/csv.ts';
import type { RunOrigin } from '../../core/run.ts';
import type { NamedTable } from '../../core/samples/compareResults.ts';
import type { SampleCut, SampleRunSettings, StoredSample } from '../../engine/sampleStore.ts';
import { sha256OfText } from '../../engine/hashing.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import type { DataSet, Problem, Sample } from './dataSet.ts';
import type { SplitSettings } from './prepare.ts';
import { Slices } from './slices.ts';

const FORMAT = 'memoscope-analysis';
const SCHEMA = 1;

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
}

/** SHA-256, lower-case hexadecimal; of many lines, the last of a chain (see {@link chain}). */
export interface AnalysisHashes {
  /** Of prefix, suffix and text of every sample. */
  readonly data: string;
  /** Of columns and results of every sample as they are in the file. */
  readonly results: string;
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
}

/** An analysis with how it is to be written. */
export interface AnalysisToWrite extends Omit<Analysis, 'head'> {
  readonly head: Omit<AnalysisHead, 'data'> & {
    readonly data: Pick<DataSet, 'name' | 'shape' | 'columns'>;
  };
  /** False: neither texts nor excerpts, nor columns of free text. */
  readonly hasTexts: boolean;
}

/** Samples that are hashed and written at once. */
const PIECE = 500;

/** h_k = SHA-256(h_(k - 1) + the next {@link PIECE} lines), h_0 empty. */
class Chain {
  private last = '';
  private lines: string[] = [];

  async add(line: string): Promise<void> {
    this.lines.push(line);
    if (this.lines.length === PIECE) await this.fold();
  }

  async end(): Promise<string> {
    if (this.lines.length > 0 || this.last === '') await this.fold();
    return this.last;
  }

  private async fold(): Promise<void> {
    this.last = await sha256OfText(this.last + this.lines.join('\n'));
    this.lines = [];
  }
}

/** A number as JSON can hold it: null stands for NaN, texts for infinities. */
const plainNumber = (value: number): number | string | null => {
  if (Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : String(value);
};

/** A cell of a panel as it is in a file. */
export const plainCell = (cell: Cell): Cell => (typeof cell === 'number' ? plainNumber(cell) : cell);

const toBase64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

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

const textLine = ({ prefix, suffix, text }: Pick<Sample, 'prefix' | 'suffix' | 'text'>): string =>
  JSON.stringify([prefix, suffix, text]);

/** Texts of a sample; the whole is left out where it is prefix and suffix. */
const textFields = ({ prefix, suffix, text }: Sample) =>
  prefix !== null && suffix !== null && prefix + suffix === text
    ? { prefix, suffix }
    : { prefix, suffix, text };

/** {@link AnalysisHashes.data} of samples. @throws {MemoscopeError} `ModelUnavailable` on pages without hash functions. */
export async function hashOfData(samples: readonly Sample[]): Promise<string> {
  const slices = new Slices();
  const chain = new Chain();
  for (const sample of samples) {
    await chain.add(textLine(sample));
    await slices.pause();
  }
  return chain.end();
}

const withoutExcerpt = (problem: Problem): Problem => ({ ...problem, excerpt: '' });

/** The head as it is written. */
function headOf({ head, samples, hasTexts }: AnalysisToWrite): AnalysisHead {
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
  };
}

/**
 * The file, in parts. Gives way to the page between two pieces of work.
 *
 * @throws {MemoscopeError} `ModelUnavailable` on pages without hash functions.
 */
export async function writeAnalysis(analysis: AnalysisToWrite): Promise<string[]> {
  const { samples, results, hasTexts } = analysis;
  const slices = new Slices();
  const head = headOf(analysis);
  const headJson = JSON.stringify({ format: FORMAT, schema: SCHEMA, ...head });
  const kept = new Set(head.data.columns.map(({ name }) => name));
  const [data, numbers] = [new Chain(), new Chain()];
  const parts = [`${headJson.slice(0, -1)},"samples":[`];
  for (const [index, sample] of samples.entries()) {
    const { id, source, line } = sample;
    const columns = hasTexts
      ? sample.columns
      : Object.fromEntries(Object.entries(sample.columns).filter(([name]) => kept.has(name)));
    const result = results[index] ?? null;
    const row = { id, source, line, columns, result: result && encodeResult(result) };
    await data.add(textLine(sample));
    await numbers.add(JSON.stringify(row));
    parts.push(
      `${index > 0 ? ',' : ''}\n${JSON.stringify(hasTexts ? { ...row, ...textFields(sample) } : row)}`,
    );
    await slices.pause();
  }
  const { modelHash, adapterHash } = head.settings;
  const hashes: AnalysisHashes = {
    data: await data.end(),
    results: await numbers.end(),
    head: await sha256OfText(headJson),
    model: modelHash,
    adapter: adapterHash,
  };
  parts.push(`\n],"hashes":${JSON.stringify(hashes)}}\n`);
  return parts;
}

const invalid = (why: string): MemoscopeError =>
  new MemoscopeError('InvalidInput', `This analysis cannot be opened: ${why}.`);

/** A value in a message: short, whatever it is. */
const shown = (value: unknown): string => {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Kinds of values, with their names in messages. */
const KINDS = {
  text: ['a text', (value: unknown) => typeof value === 'string'],
  'text or null': ['a text or null', (value: unknown) => value === null || typeof value === 'string'],
  flag: ['true or false', (value: unknown) => typeof value === 'boolean'],
  count: ['a whole number from 0 on', (value: unknown) => Number.isInteger(value) && Number(value) >= 0],
  number: ['a number', (value: unknown) => typeof value === 'number'],
  'number or null': [
    'a number or null',
    (value: unknown) =>
      value === null || typeof value === 'number' || value === 'Infinity' || value === '-Infinity',
  ],
  list: ['a list', (value: unknown) => Array.isArray(value)],
  object: ['an object', isObject],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

type Kind = keyof typeof KINDS;

/** @throws {MemoscopeError} naming the first field that is missing or of another kind. */
function check(fields: Fields, where: string, wanted: Readonly<Record<string, Kind>>): void {
  for (const [name, kind] of Object.entries(wanted)) {
    const [what, isRight] = KINDS[kind];
    if (!isRight(fields[name]))
      throw invalid(`${where}${name} is ${shown(fields[name])}, and it must be ${what}`);
  }
}

const SCORES = {
  matchLength: 'number or null',
  suffixTokens: 'count',
  prefixTokens: 'count',
  censored: 'flag',
  fragile: 'flag',
  logPz: 'number or null',
  expectedLength: 'number or null',
  meanLogprob: 'number or null',
  accuracy: 'number or null',
  baseMatchLength: 'number or null',
  baseLogPz: 'number or null',
  loss: 'number or null',
  zlib: 'number or null',
  minK: 'number or null',
  minKPlusPlus: 'number or null',
  gapK: 'number or null',
  surp: 'number or null',
  reference: 'number or null',
  correct: 'text',
  logprobs: 'text',
} as const satisfies Record<string, Kind>;

const CUT = {
  from: 'count',
  cut: 'count',
  to: 'count',
  isMoved: 'flag',
  leftOut: 'count',
  leftOutBehind: 'count',
} as const satisfies Record<keyof SampleCut, Kind>;

function decodeFloats(base64: string, where: string): Float32Array {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  } catch (cause) {
    throw invalid(`${where}logprobs is no base64 of float32 (${String(cause)})`);
  }
}

const numberOf = (value: unknown): unknown => {
  if (value === null) return NaN;
  return value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
};

/** @throws {MemoscopeError} `InvalidInput`. */
function decodeResult(result: unknown, place: string): StoredSample | null {
  if (result === null) return null;
  const where = `${place}.result.`;
  if (!isObject(result))
    throw invalid(`${place}.result is ${shown(result)}, and it must be an object or null`);
  check(result, where, { scored: 'object', cut: 'object' });
  const { scored, cut } = result as { scored: Fields; cut: Fields };
  check(scored, `${where}scored.`, SCORES);
  check(cut, `${where}cut.`, CUT);
  const correct = Uint8Array.from(String(scored['correct']), (digit) => parseInt(digit, 36));
  const logprobs = decodeFloats(String(scored['logprobs']), `${where}scored.`);
  const scores = Object.fromEntries(Object.entries(scored).map(([name, value]) => [name, numberOf(value)]));
  const whole = { ...scores, correct, logprobs } as unknown as StoredSample['scored'];
  const { matchLength, suffixTokens } = whole;
  const isCount = Number.isNaN(matchLength) || (Number.isInteger(matchLength) && matchLength >= 0);
  if (!isCount || matchLength > suffixTokens)
    throw invalid(`${where}scored.matchLength is ${matchLength} of ${suffixTokens} suffix tokens`);
  if (correct.length !== logprobs.length || logprobs.length > suffixTokens)
    throw invalid(
      `${where}scored has ${correct.length} flags and ${logprobs.length} logprobs for ${suffixTokens} suffix tokens`,
    );
  return { scored: whole, cut: cut as unknown as SampleCut };
}

const isCell = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** A row of the file as sample and result. @throws {MemoscopeError} `InvalidInput`. */
function readRow(
  row: unknown,
  index: number,
  hasTexts: boolean,
): { sample: Sample; result: StoredSample | null; numbers: string } {
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
  if (!hasTexts)
    return { sample: { ...beside, prefix: null, suffix: null, text: '' }, result: stored, numbers };
  check(row, `${place}.`, { prefix: 'text or null', suffix: 'text or null' });
  const { prefix, suffix } = row as { prefix: string | null; suffix: string | null };
  const text = row['text'] ?? (prefix ?? '') + (suffix ?? '');
  if (typeof text !== 'string') throw invalid(`${place}.text is ${shown(text)}, and it must be a text`);
  const { cut } = stored ?? {};
  if (cut && !(cut.from <= cut.cut && cut.cut <= cut.to && cut.to <= text.length))
    throw invalid(`${place}.result.cut does not lie within its text of ${text.length} characters`);
  return { sample: { ...beside, prefix, suffix, text }, result: stored, numbers };
}

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
} as const satisfies Record<keyof AnalysisHead, Kind>;

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
  if (schema !== SCHEMA) throw invalid(`its schema is ${shown(schema)}, and this page reads ${SCHEMA}`);
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
  check(origin, 'origin.', { device: 'text', deviceName: 'text', appVersion: 'text', startedAt: 'text' });
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
  return fields as unknown as AnalysisHead;
}

function checkAll(list: unknown, where: string, wanted: Readonly<Record<string, Kind>>): void {
  for (const [index, fields] of (list as readonly unknown[]).entries()) {
    if (!isObject(fields)) throw invalid(`${where}[${index}] is ${shown(fields)}, and it must be an object`);
    check(fields, `${where}[${index}].`, wanted);
  }
}

/** What stands before the samples, the samples one by one, and what stands behind them. */
interface OpenFile {
  readonly head: Fields;
  readonly rows: Iterable<unknown>;
  /** Read after the rows. */
  readonly tail: () => Fields;
}

const cutOff = (where: string): MemoscopeError =>
  invalid(`it ends in the middle (${where}): it was cut off. Copy or download it again`);

function parse(json: string, where: string, isEnd: () => boolean): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw isEnd()
      ? cutOff(where)
      : invalid(`${where} is no JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

const OPENING = ',"samples":[';

/** A file in the layout that {@link writeAnalysis} gives it, line by line. */
function openLines(text: string, firstBreak: number): OpenFile {
  const isWhole = text.trimEnd().endsWith('}');
  const first = text.slice(0, firstBreak);
  const head = parse(`${first.slice(0, -OPENING.length)}}`, 'its first line', () => false) as Fields;
  let at = firstBreak + 1;
  const next = (): string | null => {
    if (at >= text.length) return null;
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? undefined : end);
    at = end < 0 ? text.length : end + 1;
    return line;
  };
  let last = '';
  function* rows(): Generator<unknown> {
    for (let index = 0; ; index++) {
      const line = next();
      if (line === null) throw cutOff(`after ${index} samples`);
      if (line.startsWith(']')) {
        last = line;
        return;
      }
      const isLast = at >= text.length && !isWhole;
      yield parse(line.replace(/,\s*$/, ''), `samples[${index}]`, () => isLast);
    }
  }
  return {
    head,
    rows: rows(),
    tail: () => parse(`{${last.slice(2)}`, 'its last line', () => !isWhole) as Fields,
  };
}

function openWhole(text: string): OpenFile {
  const content = parse(text, 'the file', () => !text.trimEnd().endsWith('}'));
  if (!isObject(content)) throw invalid(`it holds ${shown(content)}, and an object is needed`);
  const { samples, hashes, ...head } = content;
  check(content, '', { samples: 'list' });
  return { head, rows: samples as readonly unknown[], tail: () => ({ hashes }) };
}

/**
 * Reads what {@link writeAnalysis} wrote. Gives way to the page between two pieces of work.
 *
 * @throws {MemoscopeError} `InvalidInput`, saying what is wrong with the file and where.
 */
export async function readAnalysis(text: string): Promise<Analysis> {
  const slices = new Slices();
  const firstBreak = text.indexOf('\n');
  const isOurs = firstBreak > 0 && text.slice(0, firstBreak).endsWith(OPENING);
  const file = isOurs ? openLines(text, firstBreak) : openWhole(text);
  const head = readHead(file.head);
  const { hasTexts } = head.data;
  const samples: Sample[] = [];
  const results: (StoredSample | null)[] = [];
  const [data, numbers] = [new Chain(), new Chain()];
  for (const row of file.rows) {
    const read = readRow(row, samples.length, hasTexts);
    samples.push(read.sample);
    results.push(read.result);
    await data.add(textLine(read.sample));
    await numbers.add(read.numbers);
    await slices.pause();
  }
  if (samples.length !== head.data.samples)
    throw invalid(`it has ${samples.length} samples and says that it has ${head.data.samples}`);
  const { hashes } = file.tail();
  if (!isObject(hashes)) throw invalid(`hashes is ${shown(hashes)}, and it must be an object`);
  check(hashes, 'hashes.', { data: 'text', results: 'text', head: 'text' });
  const { format, schema, ...fields } = file.head;
  const altered = [
    ['its results or columns', hashes['results'] === (await numbers.end())],
    ['its texts', !hasTexts || hashes['data'] === (await data.end())],
    [
      'its settings or panels',
      hashes['head'] === (await sha256OfText(JSON.stringify({ format, schema, ...fields }))),
    ],
  ].flatMap(([what, isSame]) => (isSame === true ? [] : [what]));
  if (altered.length > 0)
    throw invalid(`${altered.join(' and ')} were altered after it was saved: they do not fit their hash`);
  return { head, samples, results };
}
