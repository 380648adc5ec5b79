import { env, PreTrainedTokenizer } from '@huggingface/transformers';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { TokenizedText } from '../../src/protocol/scorer.ts';
import { piecesOf } from './pieces.ts';

// The library is used for its tokenizers alone: it must neither fetch nor store anything.
env.allowRemoteModels = false;
env.useBrowserCache = false;
env.useWasmCache = false;

/**
 * Character of each byte in byte-level vocabularies: printable Latin-1 stands for itself, the other bytes for
 * U+0100 and up, in order.
 *
 * @see GPT-2, `bytes_to_unicode` in https://github.com/openai/gpt-2/blob/master/src/encoder.py
 */
function byteOfCharacter(): ReadonlyMap<string, number> {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [
      String.fromCharCode(isPrintable(byte) ? byte : 0x100 + others++),
      byte,
    ]),
  );
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** The parts of `tokenizer.json` that are read here. */
interface TokenizerFile {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
  readonly added_tokens?: readonly AddedToken[];
}

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();

/** Turns text into tokens and tokens into bytes. Special tokens are never read out of a text. */
export class Tokenizer {
  private readonly library: PreTrainedTokenizer;
  /** UTF-8 bytes of each token; special tokens are their own spelling. */
  private readonly bytesOfToken: Uint8Array[] = [];

  /**
   * @param file `tokenizer.json`, @param config `tokenizer_config.json`.
   * @throws {MemoscopeError} `ModelUnavailable` unless the vocabulary is byte-level.
   */
  constructor(file: Record<string, unknown>, config: Record<string, unknown>) {
    if (!JSON.stringify([file.pre_tokenizer, file.decoder]).includes('"ByteLevel"'))
      throw new MemoscopeError('ModelUnavailable', 'The tokenizer is not byte-level; use a model whose is.');
    const { model, added_tokens: added = [] } = file as unknown as TokenizerFile;
    this.library = new PreTrainedTokenizer(
      // A text that spells a special token must be tokenized like any other text, and nothing is added to it.
      { ...file, added_tokens: added.filter(({ special }) => !special), post_processor: null },
      { ...config, additional_special_tokens: [] },
    );
    const byteOf = byteOfCharacter();
    for (const [token, id] of Object.entries(model.vocab)) {
      const bytes = Array.from(token, (character) => byteOf.get(character));
      this.bytesOfToken[id] = bytes.every((byte) => byte !== undefined)
        ? Uint8Array.from(bytes)
        : encoder.encode(token);
    }
    for (const { id, content } of added) this.bytesOfToken[id] = encoder.encode(content);
  }

  /**
   * Tokens of a text.
   *
   * @throws {MemoscopeError} `InvalidInput` if the text has lone surrogates.
   */
  tokenize(text: string): TokenizedText {
    if (!text.isWellFormed())
      throw new MemoscopeError(
        'InvalidInput',
        'The text holds half a character (a lone surrogate). Copy it again from its source.',
      );
    const chunks = piecesOf(text).map((piece) =>
      Uint32Array.from(this.library.encode(piece, { add_special_tokens: false })),
    );
    const ids = new Uint32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      ids.set(chunk, at);
      at += chunk.length;
    }
    return { ids, byteStarts: this.startsOf(ids) };
  }

  /** UTF-8 bytes of tokens, end to end, and where each starts: `[ids + 1]`. */
  bytes(ids: Uint32Array): { bytes: Uint8Array; starts: Uint32Array } {
    const starts = this.startsOf(ids);
    const bytes = new Uint8Array(starts[ids.length] ?? 0);
    ids.forEach((id, token) => {
      bytes.set(this.bytesOf(id), starts[token]);
    });
    return { bytes, starts };
  }

  /** Many models round their vocabulary up: the entries that no text can become have no bytes. */
  private bytesOf(id: number): Uint8Array {
    return this.bytesOfToken[id] ?? NO_BYTES;
  }

  private startsOf(ids: Uint32Array): Uint32Array {
    const starts = new Uint32Array(ids.length + 1);
    let at = 0;
    ids.forEach((id, token) => {
      at += this.bytesOf(id).length;
      starts[token + 1] = at;
    });
    return starts;
  }
}
