/**
 * Tokens of a data set in a saved analysis: what compares samples token by token, and names tokens, then needs no
 * tokenizer. Of the vocabulary only what the samples have is written. All little-endian, as every browser’s machine.
 */
import { Vocabulary } from '../../engine/vocabulary.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import { toBase64 } from './base64.ts';
import { bytesOfText, check, invalid, isObject, shown, type Fields } from './fileChecks.ts';
import type { PreparedSample } from './prepare.ts';

/** What stands before the samples; base64. */
export interface FiledTokens {
  /** Bytes of one id: 2, or 4 for large vocabularies. */
  readonly idBytes: number;
  /** Ids whose bytes are known, uint32; '' if none is. */
  readonly ids: string;
  /** UTF-8 of their tokens, end to end. */
  readonly bytes: string;
  /** `[ids + 1]` uint32: where each starts. */
  readonly starts: string;
}

/** Tokens as they are in a file, each sample’s and what stands before them. */
export interface TokensToWrite {
  readonly head: FiledTokens;
  readonly textOf: (index: number) => string | null;
}

/** The tokens of a run, and their names; the latter null where the model was never loaded. */
export interface KnownTokens {
  readonly prepared: readonly (PreparedSample | null)[];
  readonly vocabulary: Vocabulary | null;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Uint16Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export function tokensToWrite({ prepared, vocabulary }: KnownTokens): TokensToWrite {
  const all = new Set<number>();
  for (const sample of prepared) for (const id of sample?.ids ?? []) all.add(id);
  const ids = Uint32Array.from(all).sort();
  const starts = new Uint32Array(ids.length + 1);
  const pieces = Array.from(vocabulary ? ids : [], (id) => vocabulary?.bytesOf(id) ?? new Uint8Array());
  pieces.forEach((piece, row) => (starts[row + 1] = (starts[row] ?? 0) + piece.length));
  const bytes = new Uint8Array(starts.at(-1) ?? 0);
  pieces.forEach((piece, row) => {
    bytes.set(piece, starts[row]);
  });
  const idBytes = (ids.at(-1) ?? 0) < 2 ** 16 ? 2 : 4;
  return {
    head: {
      idBytes,
      ids: vocabulary ? toBase64(bytesOf(ids)) : '',
      bytes: toBase64(bytes),
      starts: vocabulary ? toBase64(bytesOf(starts)) : '',
    },
    textOf: (index) => {
      const sample = prepared[index];
      return sample ? toBase64(bytesOf(idBytes === 2 ? Uint16Array.from(sample.ids) : sample.ids)) : null;
    },
  };
}

/** @throws {MemoscopeError} `InvalidInput` unless it is base64 of whole numbers of `size` bytes. */
function readBytes(base64: string, size: number, where: string): Uint8Array<ArrayBuffer> {
  const bytes = bytesOfText(base64, where);
  if (bytes.length % size !== 0)
    throw invalid(`${where} has ${bytes.length} bytes, and numbers of ${size} bytes are needed`);
  return bytes;
}

/** @throws {MemoscopeError} `InvalidInput`. */
export function readTokensHead(fields: unknown): FiledTokens | null {
  if (fields === null) return null;
  if (!isObject(fields)) throw invalid(`tokens is ${shown(fields)}, and it must be an object or null`);
  check(fields, 'tokens.', { idBytes: 'count', ids: 'text', bytes: 'text', starts: 'text' });
  const head = fields as Fields & FiledTokens;
  if (head.idBytes !== 2 && head.idBytes !== 4)
    throw invalid(`tokens.idBytes is ${head.idBytes}, and it must be 2 or 4`);
  return head;
}

/** @throws {MemoscopeError} `InvalidInput`. */
function readVocabulary({ ids, bytes, starts }: FiledTokens): Vocabulary | null {
  if (ids === '') return null;
  const known = new Uint32Array(readBytes(ids, 4, 'tokens.ids').buffer);
  const from = new Uint32Array(readBytes(starts, 4, 'tokens.starts').buffer);
  const all = readBytes(bytes, 1, 'tokens.bytes');
  const isInOrder = from.every((start, row) => start >= (from[row - 1] ?? 0));
  if (from.length !== known.length + 1 || !isInOrder || from.at(-1) !== all.length)
    throw invalid('tokens.starts does not fit its ids and bytes');
  return new Vocabulary(all, from, known);
}

/** Collects the tokens of a file’s samples. */
export class TokenReader {
  private readonly head: FiledTokens | null;
  private readonly prepared: (PreparedSample | null)[] = [];

  constructor(head: FiledTokens | null) {
    this.head = head;
  }

  /** Takes the next sample’s in. @throws {MemoscopeError} `InvalidInput` unless they are those that were scored. */
  add(text: unknown, result: StoredSample | null): void {
    const { head, prepared } = this;
    if (!head) return;
    const where = `samples[${prepared.length}].tokens`;
    if (text === null || !result) {
      prepared.push(null);
      return;
    }
    if (typeof text !== 'string') throw invalid(`${where} is ${shown(text)}, and it must be a text or null`);
    const { buffer } = readBytes(text, head.idBytes, where);
    const ids = head.idBytes === 2 ? Uint32Array.from(new Uint16Array(buffer)) : new Uint32Array(buffer);
    const { prefixTokens, suffixTokens } = result.scored;
    if (ids.length !== prefixTokens + suffixTokens)
      throw invalid(`${where} has ${ids.length} tokens, and ${prefixTokens + suffixTokens} were scored`);
    prepared.push({ ids, prefixTokens, cut: result.cut });
  }

  /** @throws {MemoscopeError} `InvalidInput`. */
  end(): KnownTokens {
    return { prepared: this.prepared, vocabulary: this.head && readVocabulary(this.head) };
  }
}
