import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { LoadProgress, ModelFile, ModelSource } from '../../src/protocol/scorer.ts';
import type { SelfTestFile } from '../scoring/selfTest.ts';
import { fetchVerified, parseJson, pinned } from './files.ts';

/** What `config.json` tells. */
export interface ModelFacts {
  readonly contextLength: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly startTokenId: number | null;
}

/** The graph and the weight files it refers to, by the names that it uses. */
export interface GraphFiles {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly external: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

const SMALL_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'selftest.json'];
const isGraph = (path: string): boolean => path.endsWith('.onnx');
const isWeights = (path: string): boolean => /\.onnx_data(_\d+)?$/.test(path);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Larger graphs are fetched again (from the HTTP cache) if another device needs them, not kept. */
const MOST_KEPT_BYTES = 64 * 2 ** 20;
/** Least time between two reports, ms: a report crosses to the page. */
const REPORT_INTERVAL = 50;

type Report = (progress: LoadProgress) => void;
type Contents = Map<string, Uint8Array<ArrayBuffer>>;

/** The files of one model. */
export class ModelFiles {
  private readonly source: ModelSource;
  private readonly graphFile: ModelFile;
  private readonly contents: Contents;

  private constructor(source: ModelSource, graphFile: ModelFile, contents: Contents) {
    this.source = source;
    this.graphFile = graphFile;
    this.contents = contents;
  }

  /** Fetches and verifies what scoring needs. @throws {MemoscopeError} `ModelUnavailable`, `ModelCorrupt`. */
  static async fetch(source: ModelSource, onProgress: Report, signal: AbortSignal): Promise<ModelFiles> {
    const graphFile = source.files.find(({ path }) => isGraph(path));
    if (!graphFile) throw new MemoscopeError('ModelUnavailable', `Model ${source.id} lists no ONNX graph.`);
    const wanted = source.files.filter(
      ({ path }) => path === graphFile.path || isWeights(path) || SMALL_FILES.includes(path),
    );
    return new ModelFiles(source, graphFile, await fetchAll(source, wanted, onProgress, signal));
  }

  get graphHash(): string {
    return this.graphFile.sha256;
  }

  /** The graph with its weights, fetched again if they were given up. */
  async graph(signal: AbortSignal): Promise<GraphFiles> {
    const { path } = this.graphFile;
    const large = this.source.files.filter((file) => file.path === path || isWeights(file.path));
    const held = large.every((file) => this.contents.has(file.path))
      ? new Map(this.contents)
      : await fetchAll(this.source, large, () => undefined, signal);
    const keep = large.reduce((sum, { bytes }) => sum + bytes, 0) <= MOST_KEPT_BYTES;
    for (const file of large) if (!keep) this.contents.delete(file.path);
    const bytes = held.get(path);
    if (!bytes) throw new MemoscopeError('ModelUnavailable', `Model file ${path} is missing.`);
    const external = [...held].filter(([name]) => isWeights(name));
    return { bytes, external: new Map(external.map(([name, data]) => [nameOf(name), data])) };
  }

  /** A JSON file of the model; empty if the model does not have it. */
  json(path: string): Record<string, unknown> {
    const bytes = this.contents.get(path);
    return bytes ? parseJson(path, bytes) : {};
  }

  selfTest(): SelfTestFile | null {
    return this.contents.has('selftest.json')
      ? (this.json('selftest.json') as unknown as SelfTestFile)
      : null;
  }

  /** @throws {MemoscopeError} `ModelCorrupt` if `config.json` lacks the context length. */
  facts(): ModelFacts {
    const config = this.json('config.json');
    const number = (...keys: string[]): number | null => {
      for (const key of keys) {
        const value: unknown = config[key];
        const first: unknown = Array.isArray(value) ? value[0] : value;
        if (typeof first === 'number') return first;
      }
      return null;
    };
    const contextLength = number('max_position_embeddings', 'n_positions', 'n_ctx');
    if (contextLength === null)
      throw new MemoscopeError('ModelCorrupt', 'Model file config.json: it states no context length.');
    return {
      contextLength,
      layers: number('num_hidden_layers', 'n_layer') ?? 0,
      hiddenSize: number('hidden_size', 'n_embd') ?? 0,
      startTokenId: number('bos_token_id', 'eos_token_id'),
    };
  }
}

async function fetchAll(
  { baseUrl }: ModelSource,
  files: readonly ModelFile[],
  onProgress: Report,
  signal: AbortSignal,
): Promise<Contents> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  let reported = 0;
  const onBytes = (count: number): void => {
    done += count;
    if (done < total && performance.now() - reported < REPORT_INTERVAL) return;
    reported = performance.now();
    onProgress({ stage: done < total ? 'downloading' : 'verifying', done, total });
  };
  const fetched = await Promise.all(
    files.map(async (file) => {
      const url = pinned(file.path, baseUrl, file.sha256);
      return [file.path, await fetchVerified({ ...file, url }, onBytes, signal)] as const;
    }),
  );
  return new Map(fetched);
}
