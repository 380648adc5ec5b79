/** The models that ship with the page, read from their manifests. */
import { MemoscopeError } from '../protocol/errors.ts';
import type { AdapterSource, ModelFile, ModelSource } from '../protocol/scorer.ts';

/** An adapter with what a reader should know of it. */
export interface AdapterEntry {
  readonly source: AdapterSource;
  readonly title: string;
  readonly description: string;
}

export interface ModelEntry {
  readonly source: ModelSource;
  readonly title: string;
  readonly adapters: readonly AdapterEntry[];
  /** Bytes to fetch before the model can run without an adapter. */
  readonly bytes: number;
  /** The manifest as it is, for the model card. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

export interface Catalog {
  /** At least one; the first is the one that the page uses. */
  readonly models: readonly [ModelEntry, ...ModelEntry[]];
}

interface ManifestAdapter extends ModelFile {
  readonly id: string;
  readonly title?: string;
  readonly description?: string;
}

interface Manifest {
  readonly id: string;
  readonly title?: string;
  readonly files: readonly ModelFile[];
  readonly adapters?: readonly ManifestAdapter[];
}

const SHIPPED = ['memoscope-14m'] as const;

/** Only what the engine reads is fetched; the model card and the like are not. */
const isRunFile = ({ path }: ModelFile): boolean => /\.(onnx|onnx_data|json)$/.test(path);

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { id, files } = value as Partial<Manifest>;
  return typeof id === 'string' && Array.isArray(files);
}

async function fetchManifest(url: URL): Promise<Manifest> {
  const unavailable = (why: string, cause?: unknown) =>
    new MemoscopeError('ModelUnavailable', `Model file manifest.json: ${why}`, { cause });
  let content: unknown;
  try {
    const response = await fetch(url);
    if (!response.ok) throw unavailable(`the server answered ${response.status}.`);
    content = await response.json();
  } catch (thrown) {
    if (thrown instanceof MemoscopeError) throw thrown;
    throw unavailable('could not be fetched or is no JSON. Check the connection, then try again.', thrown);
  }
  if (!isManifest(content)) throw unavailable('it lists no files.');
  return content;
}

/** A URL that changes with the file's content, so that it may be cached for good. */
function pinned(base: URL, { path, sha256 }: ModelFile): string {
  const url = new URL(path, base);
  url.searchParams.set('sha256', sha256.slice(0, 16));
  return url.href;
}

async function loadModel(id: string): Promise<ModelEntry> {
  const base = new URL(`models/${id}/`, document.baseURI);
  const manifest = await fetchManifest(new URL('manifest.json', base));
  const files = manifest.files.filter(isRunFile);
  const adapters = (manifest.adapters ?? []).map((adapter) => ({
    source: { id: adapter.id, url: pinned(base, adapter), bytes: adapter.bytes, sha256: adapter.sha256 },
    title: adapter.title ?? adapter.id,
    description: adapter.description ?? '',
  }));
  return {
    source: { id: manifest.id, baseUrl: base.href, files },
    title: manifest.title ?? manifest.id,
    adapters,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    manifest: { ...manifest },
  };
}

/**
 * Reads the manifests of the shipped models.
 *
 * @throws {MemoscopeError} `ModelUnavailable` if one cannot be read.
 */
export async function loadCatalog(): Promise<Catalog> {
  const [first, ...others] = await Promise.all(SHIPPED.map(loadModel));
  if (!first) throw new MemoscopeError('ModelUnavailable', 'No model ships with this page.');
  return { models: [first, ...others] };
}
