/**
 * The contract between the page and the scoring worker. The worker implements {@link ScorerApi}; the page holds
 * it behind comlink. Typed arrays are transferred in both directions.
 *
 * A text, a set of samples and a corpus are the same thing here: token ids of one or more sequences laid end
 * to end, with the offsets between them. Positions in requests and chunks count in that flat space.
 */
import type { TokenRecords } from '../core/tokenRecords.ts';
import type { Cancellation } from './cancellation.ts';

/** Where a model's files are, in the hub's layout, and what they must hash to. */
export interface ModelSource {
  readonly id: string;
  /** Absolute URL of the folder that holds `config.json`, ending in a slash. */
  readonly baseUrl: string;
  readonly files: readonly ModelFile[];
}

export interface ModelFile {
  /** Path inside the model's folder, e.g. `onnx/model.onnx`. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** A low-rank adapter: a safetensors file beside its base model. */
export interface AdapterSource {
  readonly id: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type DeviceKind = 'webgpu' | 'wasm';

export interface DeviceRequest {
  /** `auto` prefers a WebGPU adapter that passes the self-test. */
  readonly device: DeviceKind | 'auto';
  /** Threads of WebAssembly; `auto` leaves one core to the page. */
  readonly threads: number | 'auto';
}

/** Which device runs, and why: shown on screen and stored with every result. */
export interface DeviceReport {
  readonly kind: DeviceKind;
  /** Threads used on WebAssembly, 0 on WebGPU. */
  readonly threads: number;
  /** Vendor and architecture of the adapter, or the kind of WebAssembly build. */
  readonly name: string;
  /** One sentence: why this device and not another. */
  readonly reason: string;
  /** Largest absolute difference of the 64-token self-test, nats; null if the model ships no self-test. */
  readonly selfTestError: number | null;
}

/** `waiting`: another job of the page has the model. */
export type LoadStage = 'waiting' | 'downloading' | 'verifying' | 'compiling' | 'self-test';

export interface LoadProgress {
  readonly stage: LoadStage;
  /** Bytes; 0 of 0 where the stage has no measure. */
  readonly done: number;
  readonly total: number;
}

export interface OpenedModel {
  readonly id: string;
  /** SHA-256 of the graph's file. */
  readonly hash: string;
  readonly vocabularySize: number;
  /** Longest window the model was trained for, tokens, a start token included. */
  readonly contextLength: number;
  readonly layers: number;
  readonly hiddenSize: number;
  /** Token put before the first one so that it has a score; null if the model has none. */
  readonly startTokenId: number | null;
  readonly acceptsAdapters: boolean;
  readonly device: DeviceReport;
}

/** Tokens of one text. Token t covers the bytes from `byteStarts[t]` to `byteStarts[t + 1]` of its UTF-8. */
export interface TokenizedText {
  readonly ids: Uint32Array;
  /** `[tokens + 1]` */
  readonly byteStarts: Uint32Array;
}

export interface WindowSettings {
  /** Tokens of one window, start token included; at most the model's context length. */
  readonly length: number;
  /** Tokens by which windows advance; every window after the first conditions on `length - stride` tokens. */
  readonly stride: number;
}

export interface ScoreRequest {
  /** Token ids of all sequences, end to end. */
  readonly ids: Uint32Array;
  /** `[sequences + 1]` where each sequence starts; the last entry is `ids.length`. */
  readonly offsets: Uint32Array;
  /**
   * `[sequences]` flat position from which the records of each sequence are wanted: what is before it is read as
   * context alone. Left out: all records.
   */
  readonly starts?: Uint32Array;
  readonly windows: WindowSettings;
  /** One pass for each entry, in this order: an adapter, or null for the model without one. */
  readonly passes: readonly ScorePass[];
  /** First flat position to score, for a run that goes on where it stopped. */
  readonly from: number;
  /** `[sequences]` tokens at the beginning of each whose hidden states are summed apart as well; left out: none. */
  readonly prefixes?: Uint32Array;
}

export interface ScorePass {
  readonly adapter: AdapterSource | null;
  /** Alternatives to keep for each token; at most the engine's limit (64). */
  readonly topK: number;
}

/** A finished stretch of tokens of one sequence; chunks come in order, without gaps but those of `starts`. */
export interface ScoreChunk {
  /** The device that computed this chunk; left out where it is that of the chunk before it. */
  readonly device?: DeviceReport;
  /** Index of the sequence. */
  readonly sequence: number;
  /** Flat position of the first record. */
  readonly start: number;
  /** For each pass, the records of the positions `start .. start + length`. */
  readonly records: readonly TokenRecords[];
  /** For each pass, `[hiddenSize]` sum of the hidden states at the scored positions but the sequence's first. */
  readonly hiddenSums: readonly Float32Array[];
  /** Number of positions in each of those sums. */
  readonly hiddenCount: number;
  /**
   * For each pass, the part of `hiddenSums` that comes from the inputs within the sequence's prefix; empty unless
   * the request has prefixes. A causal model sees nothing of the suffix there.
   */
  readonly prefixSums: readonly Float32Array[];
  /** Number of positions in each of those sums. */
  readonly prefixCount: number;
}

export interface ScoreSummary {
  /** Flat position after the last scored one: `ids.length` unless the run was cancelled. */
  readonly end: number;
  readonly elapsedMs: number;
  /** Bytes of output tensors that came from the device to JavaScript. */
  readonly bytesToJs: number;
  /** Records, counted over all passes, that are unscored because the model returned logits that are no numbers. */
  readonly failed: number;
  /** The device that finished the run: another one than it began with if that was lost. */
  readonly device: DeviceReport;
}

export interface GenerateRequest {
  /** Prefix, without a start token. */
  readonly ids: Uint32Array;
  readonly adapter: AdapterSource | null;
  readonly maxTokens: number;
  /** True if the prefix begins the text, so that a start token goes before it. */
  readonly atStart: boolean;
}

/** Greedy continuation. */
export interface Generation {
  readonly ids: Uint32Array;
  /** `[tokens]` nats. */
  readonly logprobs: Float32Array;
  /** `[tokens]` difference of the two largest logits. */
  readonly margins: Float32Array;
}

/** What the worker offers. One call runs at a time; others wait in order. */
export interface ScorerApi {
  /**
   * Loads a model, chooses a device, runs the self-test. A model that is open already is kept.
   *
   * @throws {MemoscopeError} `ModelUnavailable`, `ModelCorrupt`, `DeviceUnavailable`, `OutOfMemory`, `Cancelled`.
   */
  open(
    source: ModelSource,
    request: DeviceRequest,
    onProgress: (progress: LoadProgress) => void,
    cancellation: Cancellation,
  ): Promise<OpenedModel>;

  /** Fetches, verifies and uploads an adapter ahead of its first use. @throws as `open`. */
  openAdapter(adapter: AdapterSource, cancellation: Cancellation): Promise<void>;

  /** Tokens of a text; no special token is added and none is read out of the text. */
  tokenize(text: string): Promise<TokenizedText>;

  /** {@link tokenize} for many texts at once, so that a data set does not take a message a text. */
  tokenizeAll(texts: readonly string[]): Promise<TokenizedText[]>;

  /** UTF-8 bytes of each token, end to end, and where each starts: `[ids + 1]`. Unknown entries have none. */
  tokenBytes(ids: Uint32Array): Promise<{ bytes: Uint8Array; starts: Uint32Array }>;

  /**
   * Scores every position from `request.from` on and streams the records. Cancelling keeps what was streamed.
   *
   * @throws {MemoscopeError} `InvalidInput`, `DeviceLost` (if no other device could take over), `OutOfMemory`.
   */
  score(
    request: ScoreRequest,
    onChunk: (chunk: ScoreChunk) => void,
    cancellation: Cancellation,
  ): Promise<ScoreSummary>;

  /** Greedy decoding with a key-value cache where the graph has one. */
  generate(
    request: GenerateRequest,
    onToken: (id: number) => void,
    cancellation: Cancellation,
  ): Promise<Generation>;

  /** Releases the model. */
  close(): Promise<void>;
}
