/**
 * What one teacher-forced pass leaves behind for every scored token: the data contract between the engines
 * and all statistics. Structure of arrays, so that it crosses a worker boundary by transfer and rests in
 * IndexedDB as it is. The matrix of logits itself never leaves the engine.
 */
export interface TokenRecords {
  /** Number of tokens, n. */
  readonly length: number;
  /** Alternatives kept for each token, K. */
  readonly topK: number;
  /** `[n]` ln p(token | context), nats, <= 0; NaN where the token was not scored. */
  readonly logprob: Float32Array;
  /** `[n]` entropy of the predictive distribution, nats. */
  readonly entropy: Float32Array;
  /** `[n]` variance of ln p under the predictive distribution, nats squared. */
  readonly variance: Float32Array;
  /** `[n]` number of entries whose logit is greater than the token's. */
  readonly greater: Uint32Array;
  /** `[n]` number of entries with an equal logit and a lower id. */
  readonly equalLower: Uint32Array;
  /** `[n]` number of other entries with an equal logit. */
  readonly equal: Uint32Array;
  /** `[n]` difference between the two largest logits, nats. */
  readonly margin: Float32Array;
  /** `[n]` largest logit: the scale against which `margin` is judged. */
  readonly maxLogit: Float32Array;
  /** `[n]` tokens of context the model saw before this one, a start token included; 0 where not scored. */
  readonly context: Uint32Array;
  /** `[n, K]` ids of the best entries, by logit descending, then id ascending. */
  readonly topIds: Uint32Array;
  /** `[n, K]` their log-probabilities, nats. */
  readonly topLogprobs: Float32Array;
}

/** The columns with one value a token, in the order of {@link TokenRecords}. */
export const SCALAR_COLUMNS = [
  'logprob',
  'entropy',
  'variance',
  'greater',
  'equalLower',
  'equal',
  'margin',
  'maxLogit',
  'context',
] as const;

/** Unscored records: logprob NaN, context 0, every count 0. */
export function emptyRecords(length: number, topK: number): TokenRecords {
  const unscored = () => new Float32Array(length).fill(NaN);
  return {
    length,
    topK,
    logprob: unscored(),
    entropy: unscored(),
    variance: unscored(),
    greater: new Uint32Array(length),
    equalLower: new Uint32Array(length),
    equal: new Uint32Array(length),
    margin: unscored(),
    maxLogit: unscored(),
    context: new Uint32Array(length),
    topIds: new Uint32Array(length * topK),
    topLogprobs: new Float32Array(length * topK).fill(NaN),
  };
}

/**
 * Copies `source` into `target` from row `at` on.
 *
 * @throws {RangeError} if the rows do not fit or the numbers of alternatives differ.
 */
export function writeRecords(target: TokenRecords, source: TokenRecords, at: number): void {
  if (source.topK !== target.topK) throw new RangeError(`topK: ${source.topK} rows into ${target.topK}`);
  if (at < 0 || at + source.length > target.length)
    throw new RangeError(`rows ${at}..${at + source.length} into ${target.length}`);
  for (const column of SCALAR_COLUMNS) target[column].set(source[column], at);
  target.topIds.set(source.topIds, at * target.topK);
  target.topLogprobs.set(source.topLogprobs, at * target.topK);
}

/** The buffers behind the columns, for a transfer list. */
export function recordBuffers(records: TokenRecords): ArrayBufferLike[] {
  return [
    ...SCALAR_COLUMNS.map((column) => records[column].buffer),
    records.topIds.buffer,
    records.topLogprobs.buffer,
  ];
}

/** True where the model gave the token a probability at all. */
export function isScored(records: TokenRecords, index: number): boolean {
  return (records.context[index] ?? 0) > 0;
}

/**
 * Rank of the token under the decoder's tie rule: 1 + greater + equal with a lower id, because argmax takes
 * the lowest id among equals. 1-based; NaN where the token was not scored.
 */
export function rankOf(records: TokenRecords, index: number): number {
  if (!isScored(records, index)) return NaN;
  return 1 + (records.greater[index] ?? 0) + (records.equalLower[index] ?? 0);
}

/**
 * True where rounding could change which entry is the best: the two largest logits lie closer together than
 * 1e-3 * max(1, |largest logit|), or the token ties with another for the first place.
 */
export function isFragile(records: TokenRecords, index: number): boolean {
  if (!isScored(records, index)) return false;
  const scale = Math.max(1, Math.abs(records.maxLogit[index] ?? 0));
  return (records.margin[index] ?? Infinity) < 1e-3 * scale;
}
