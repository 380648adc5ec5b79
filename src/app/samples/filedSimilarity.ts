/** Copies and embeddings of the samples as they are in a saved analysis. Little-endian, as every browser’s machine. */
import type { Duplicates } from '../../core/similarity/duplicates.ts';
import { emptyQuantized, type QuantizedVectors } from '../../core/similarity/quantized.ts';
import type { BlockEmbeddings } from '../../engine/sampleStore.ts';
import { toBase64 } from './base64.ts';
import { bytesOfText, check, invalid, isObject, shown, type Fields } from './fileChecks.ts';
import { SampleEmbeddings, type KnownEmbeddings } from './sampleEmbeddings.ts';

/** Copies: only what has any is written. */
export interface FiledDuplicates {
  /** Indices of samples with the same tokens, ascending, a list for each text that occurs twice and more. */
  readonly exact: readonly (readonly number[])[];
  /** The same of clusters of near and exact duplicates. */
  readonly near: readonly (readonly number[])[];
  /** Samples that could not be cut: they were compared with none. */
  readonly uncut: readonly number[];
  readonly verified: number;
  readonly skipped: number;
  readonly missProbability: number;
}

/** What the embeddings of a file are; they stand beside the samples. */
export interface FiledEmbeddings {
  readonly layer: string;
  /** Dimensions. */
  readonly d: number;
}

/** Members of each group of two and more. */
function groupLists(group: Uint32Array, count: Uint32Array): number[][] {
  const lists = new Map<number, number[]>();
  count.forEach((size, index) => {
    if (size < 2) return;
    const first = group[index] ?? index;
    const list = lists.get(first);
    if (list) list.push(index);
    else lists.set(first, [index]);
  });
  return [...lists.values()];
}

export const fileDuplicates = (found: Duplicates): FiledDuplicates => ({
  exact: groupLists(found.exactGroup, found.exactCount),
  near: groupLists(found.nearGroup, found.nearCount),
  uncut: Array.from(found.exactCount.keys()).filter((index) => found.exactCount[index] === 0),
  verified: found.verified,
  skipped: found.skipped,
  missProbability: found.missProbability,
});

/** @throws {MemoscopeError} `InvalidInput` unless it is a list of samples in ascending order. */
function readIndices(list: unknown, where: string, samples: number): readonly number[] {
  const isList = (value: unknown): value is number[] =>
    Array.isArray(value) &&
    value.every(
      (index, place) =>
        Number.isInteger(index) && index < samples && index > (place > 0 ? Number(value[place - 1]) : -1),
    );
  if (!isList(list)) throw invalid(`${where} is ${shown(list)}, and it must be a list of samples`);
  return list;
}

/** @throws {MemoscopeError} `InvalidInput`. */
export function readDuplicates(fields: unknown, samples: number): Duplicates | null {
  if (fields === null) return null;
  if (!isObject(fields)) throw invalid(`duplicates is ${shown(fields)}, and it must be an object or null`);
  check(fields, 'duplicates.', {
    exact: 'list',
    near: 'list',
    uncut: 'list',
    verified: 'count',
    skipped: 'count',
    missProbability: 'number',
  });
  const uncut = readIndices(fields['uncut'], 'duplicates.uncut', samples);
  const { verified, skipped, missProbability } = fields as unknown as FiledDuplicates;
  const groupsOf = (name: 'exact' | 'near'): [group: Uint32Array, count: Uint32Array] => {
    const group = Uint32Array.from({ length: samples }, (_, index) => index);
    const count = new Uint32Array(samples).fill(1);
    for (const index of uncut) count[index] = 0;
    for (const [place, list] of (fields[name] as readonly unknown[]).entries()) {
      const members = readIndices(list, `duplicates.${name}[${place}]`, samples);
      for (const index of members) {
        group[index] = members[0] ?? index;
        count[index] = members.length;
      }
    }
    return [group, count];
  };
  const [exactGroup, exactCount] = groupsOf('exact');
  const [nearGroup, nearCount] = groupsOf('near');
  return { exactGroup, exactCount, nearGroup, nearCount, verified, skipped, missProbability };
}

/** Bytes in front of the steps: the two scales. */
const SCALES = 8;

/** Characters of one sample’s embeddings in a file. */
export const embeddingSize = (d: number): number => 4 * Math.ceil((SCALES + 4 * d) / 3);

/** Reads a sample’s embeddings off, as text; null for a sample that has none. Samples are asked for in order. */
export function embeddingTexts(known: KnownEmbeddings | null): (index: number) => string | null {
  let place = 0;
  return (index) => {
    if (known?.samples[place] !== index) return null;
    const { prefixes, fulls } = known;
    const { d } = fulls;
    const bytes = new Uint8Array(SCALES + 4 * d);
    new Float32Array(bytes.buffer, 0, 2).set([prefixes.scales[place] ?? NaN, fulls.scales[place] ?? NaN]);
    const steps = new Int16Array(bytes.buffer, SCALES);
    [prefixes, fulls].forEach((vectors, set) => {
      steps.set(vectors.steps.subarray(place * d, (place + 1) * d), set * d);
    });
    place++;
    return toBase64(bytes);
  };
}

/** @throws {MemoscopeError} `InvalidInput`. */
export function readEmbeddingsHead(fields: unknown): FiledEmbeddings | null {
  if (fields === null) return null;
  if (!isObject(fields)) throw invalid(`embeddings is ${shown(fields)}, and it must be an object or null`);
  check(fields, 'embeddings.', { layer: 'text', d: 'count' });
  return fields as Fields & FiledEmbeddings;
}

/** @throws {MemoscopeError} `InvalidInput`. */
function readVectors(text: string, { layer, d }: FiledEmbeddings, where: string): BlockEmbeddings {
  const bytes = bytesOfText(text, `${where}.embedding`);
  if (bytes.length !== SCALES + 4 * d)
    throw invalid(`${where}.embedding has ${bytes.length} bytes, and ${SCALES + 4 * d} are needed`);
  const scales = new Float32Array(bytes.buffer, 0, 2);
  const steps = new Int16Array(bytes.buffer, SCALES);
  const vectorOf = (set: number): QuantizedVectors => {
    const vector = emptyQuantized(1, d);
    vector.scales.set(scales.subarray(set, set + 1));
    vector.steps.set(steps.subarray(set * d, (set + 1) * d));
    return vector;
  };
  return { layer, prefixes: vectorOf(0), fulls: vectorOf(1) };
}

/** Collects the embeddings of a file’s samples. */
export class EmbeddingReader {
  private readonly head: FiledEmbeddings | null;
  private readonly found: { readonly index: number; readonly vectors: BlockEmbeddings }[] = [];

  constructor(head: FiledEmbeddings | null) {
    this.head = head;
  }

  /** Takes a sample’s in. @throws {MemoscopeError} `InvalidInput` unless they are as the head of the file says. */
  add(text: unknown, index: number): void {
    if (!this.head || text === null) return;
    if (typeof text !== 'string')
      throw invalid(`samples[${index}].embedding is ${shown(text)}, and it must be a text or null`);
    this.found.push({ index, vectors: readVectors(text, this.head, `samples[${index}]`) });
  }

  end(samples: number): SampleEmbeddings {
    const embeddings = new SampleEmbeddings(samples);
    for (const { index, vectors } of this.found) embeddings.add(Uint32Array.of(index), vectors);
    return embeddings;
  }
}
