/** Model files: fetched with progress, checked against their hash. The service worker caches them. */
import { MemoscopeError } from '../../src/protocol/errors.ts';

/** What a file must be. */
export interface ExpectedFile {
  readonly url: string;
  /** Name to use in messages. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

const unavailable = (path: string, why: string, cause?: unknown): MemoscopeError =>
  new MemoscopeError('ModelUnavailable', `Model file ${path}: ${why}`, { cause });

const corrupt = (path: string, why: string): MemoscopeError =>
  new MemoscopeError('ModelCorrupt', `Model file ${path}: ${why}. Reload the page to fetch it again.`);

async function request(
  { url, path }: ExpectedFile,
  cache: RequestCache,
  signal: AbortSignal,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { cache, signal });
  } catch (thrown) {
    signal.throwIfAborted();
    throw unavailable(path, 'could not be fetched. Check the connection, then try again.', thrown);
  }
  if (!response.ok)
    throw unavailable(path, `the server answered ${response.status}. It may have been moved.`);
  // Hosts of single-page apps answer a missing file with their start page.
  if (response.headers.get('content-type')?.includes('text/html'))
    throw unavailable(path, 'the server sent a web page instead. The file is missing there.');
  return response;
}

function allocate(path: string, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new MemoscopeError(
      'OutOfMemory',
      `Model file ${path}: no memory for its ${bytes} bytes. Close other tabs or use a smaller model.`,
      { cause },
    );
  }
}

/** Reads a body of known length into one buffer. */
async function readBody(
  response: Response,
  { path, bytes }: ExpectedFile,
  onBytes: (count: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = allocate(path, bytes);
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch((thrown: unknown) => {
      signal.throwIfAborted();
      throw unavailable(path, `the connection broke after ${length} of ${bytes} bytes. Try again.`, thrown);
    });
    if (!part || part.done) break;
    if (length + part.value.length > bytes)
      throw corrupt(path, `it is longer than the expected ${bytes} bytes`);
    whole.set(part.value, length);
    length += part.value.length;
    onBytes(part.value.length);
  }
  if (length < bytes) throw corrupt(path, `it ends after ${length} of ${bytes} bytes`);
  return whole;
}

/** SHA-256 in lower-case hexadecimal. @throws {TypeError} outside secure contexts, where browsers have none. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function fetchOnce(
  file: ExpectedFile,
  cache: RequestCache,
  onBytes: (count: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBody(await request(file, cache, signal), file, onBytes, signal);
  if (!globalThis.isSecureContext)
    throw unavailable('(all)', 'cannot be verified on an insecure page. Open it over https or on localhost.');
  if ((await sha256(bytes)) !== file.sha256)
    throw corrupt(file.path, 'its content differs from the published one (SHA-256)');
  return bytes;
}

/** Deletes a file from the caches of the service worker. */
async function forget(url: string): Promise<void> {
  if (!('caches' in globalThis)) return;
  const names = await caches.keys();
  await Promise.all(names.map(async (name) => (await caches.open(name)).delete(url)));
}

/**
 * Fetches a file and verifies it. What is not as expected may be an old or broken copy in a cache, so it is fetched
 * once more past all caches.
 *
 * @param onBytes is told the length of every part as it arrives for the first time.
 * @throws {MemoscopeError} `ModelUnavailable` if it cannot be had, `ModelCorrupt` if it is not what was expected,
 * `OutOfMemory`; the signal's reason if aborted.
 */
export async function fetchVerified(
  file: ExpectedFile,
  onBytes: (count: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await fetchOnce(file, 'default', onBytes, signal);
  } catch (thrown) {
    if (!(thrown instanceof MemoscopeError && thrown.kind === 'ModelCorrupt')) throw thrown;
    await forget(file.url);
    return fetchOnce(file, 'reload', () => undefined, signal);
  }
}

/** URL of a file that changes with its content, so that caches may keep it for good. */
export function pinned(path: string, baseUrl: string, hash: string): string {
  const url = new URL(path, baseUrl);
  if (/^https?:$/.test(url.protocol)) url.searchParams.set('sha256', hash.slice(0, 16));
  return url.href;
}

/** Parses a verified JSON file. */
export function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch (cause) {
    throw new MemoscopeError('ModelCorrupt', `Model file ${path}: it is no JSON.`, { cause });
  }
}
