/** Puts tiny models on a test's site. */
import { createHash } from 'node:crypto';
import type { AdapterSource, ModelSource } from '../../src/protocol/scorer.ts';
import { referenceRecords } from './reference.ts';
import {
  TINY,
  type TinyOptions,
  type TinyShape,
  tinyAdapter,
  tinyOnnx,
  tinySafetensors,
  tinyWeights,
} from './tinyModel.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Characters of the byte-level alphabet, in the order of the bytes. */
const ALPHABET: readonly string[] = (() => {
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(isPrintable ? byte : 256 + others++);
  });
})();

/** A byte-level tokenizer with the 256 bytes, three merges and a special token at the end of the vocabulary. */
function tokenizerFile({ vocabulary }: TinyShape): string {
  const merges = [
    ['t', 'h'],
    ['th', 'e'],
    ['Ġ', 'the'],
  ] as const;
  const words = [...ALPHABET, ...merges.map(([a, b]) => a + b)];
  const special = { id: vocabulary - 1, content: '<|endoftext|>', special: true };
  return JSON.stringify({
    version: '1.0',
    added_tokens: [{ ...special, single_word: false, lstrip: false, rstrip: false, normalized: false }],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: { ...Object.fromEntries(words.map((word, id) => [word, id])), [special.content]: special.id },
      merges: merges.map(([a, b]) => `${a} ${b}`),
    },
  });
}

/** The first token of every text is scored against the last entry of the vocabulary. */
export const startTokenOf = ({ vocabulary }: TinyShape): number => vocabulary - 1;

export interface TinySiteOptions extends TinyOptions {
  readonly shape?: TinyShape;
  readonly withStartToken?: boolean;
  /** Error put into the stored self-test, nats. */
  readonly selfTestError?: number;
}

/** Whatever takes files and serves them under an address that ends in a slash. */
export interface FileHost {
  readonly server: { readonly url: string };
  write(path: string, content: Uint8Array | string): void;
}

/** Writes a model's files and describes them. */
export function publishTinyModel(site: FileHost, id: string, options: TinySiteOptions = {}): ModelSource {
  const { shape = TINY, withStartToken = true, selfTestError = 0 } = options;
  const weights = tinyWeights(shape);
  const start = startTokenOf(shape);
  const ids = Array.from({ length: Math.min(64, shape.context) - 1 }, (_, i) => (i * 37 + 20) % 250);
  const expected = referenceRecords([start, ...ids.slice(0, -1)], ids, weights, shape);
  const config = {
    model_type: 'tiny',
    vocab_size: shape.vocabulary,
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers,
    max_position_embeddings: shape.context,
    ...(withStartToken && { bos_token_id: start }),
  };
  const logprobs = expected.map(({ logprob }, i) => logprob + (i === 5 ? selfTestError : 0));
  const files = new Map<string, Uint8Array | string>([
    ['config.json', JSON.stringify(config)],
    ['tokenizer.json', tokenizerFile(shape)],
    ['tokenizer_config.json', JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast' })],
    ['onnx/model.onnx', tinyOnnx(weights, shape, options)],
  ]);
  if (withStartToken) files.set('selftest.json', JSON.stringify({ ids, logprobs }));
  for (const [path, content] of files) site.write(`models/${id}/${path}`, content);
  return {
    id,
    baseUrl: `${site.server.url}models/${id}/`,
    files: Array.from(files, ([path, content]) => ({
      path,
      bytes: Buffer.byteLength(content),
      sha256: sha256(content),
    })),
  };
}

export function publishTinyAdapter(site: FileHost): AdapterSource {
  const content = tinySafetensors(tinyAdapter());
  site.write('models/adapter.safetensors', content);
  return {
    id: 'adapter',
    url: `${site.server.url}models/adapter.safetensors`,
    bytes: content.length,
    sha256: sha256(content),
  };
}
