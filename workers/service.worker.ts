/**
 * Makes the page work offline after the first visit, and gives cross-origin isolation (which threads need) on
 * hosts that cannot set headers. It answers only for its own origin and scope; it stores only files of the
 * site, never anything the user typed.
 */
declare const self: ServiceWorkerGlobalScope;

interface Shell {
  readonly hash: string;
  readonly files: readonly string[];
}

// Replaced by the build with the list of the page's files.
const shell = JSON.parse('__SHELL__') as Shell;
/** The page itself: replaced as a whole by every build. */
const SHELL_CACHE = `memoscope-shell-${shell.hash}`;
/** WebAssembly, models and data, kept over builds; models are addressed by a hash in their URL. */
const ASSET_CACHE = 'memoscope-assets';

const isolated = (response: Response): Response => {
  if (response.type === 'opaque' || response.type === 'error') return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
};

async function install(): Promise<void> {
  const cache = await caches.open(SHELL_CACHE);
  await cache.addAll(['./', ...shell.files].map((file) => new Request(file, { cache: 'reload' })));
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const outdated = (await caches.keys()).filter(
    (name) => name.startsWith('memoscope-shell-') && name !== SHELL_CACHE,
  );
  await Promise.all(outdated.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The page and unhashed data: the network's word if there is one, else the last known. */
async function networkFirst(request: Request, cacheName: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  try {
    const response = await fetch(request);
    if (response.ok) await keep(cache, request, response.clone());
    return response;
  } catch (offline) {
    const known = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
    if (known) return known;
    throw offline;
  }
}

/** Files whose URL changes with their content. */
async function cacheFirst(request: Request): Promise<Response> {
  const known = (await caches.match(request)) ?? null;
  if (known) return known;
  const response = await fetch(request);
  if (response.ok) await keep(await caches.open(ASSET_CACHE), request, response.clone());
  return response;
}

/** A full disk must not fail the request that the cache was only a help for. */
async function keep(cache: Cache, request: Request, response: Response): Promise<void> {
  try {
    await cache.put(request, response);
  } catch {
    await cache.delete(request);
  }
}

const isImmutable = (url: URL): boolean =>
  /\/assets\/[^/]+-[\w-]{8,}\.\w+$/.test(url.pathname) || url.searchParams.has('sha256');

async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (isImmutable(url)) return isolated(await cacheFirst(request));
  return isolated(await networkFirst(request, request.mode === 'navigate' ? SHELL_CACHE : ASSET_CACHE));
}

self.addEventListener('install', (event) => {
  event.waitUntil(install());
});
self.addEventListener('activate', (event) => {
  event.waitUntil(activate());
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const inScope = request.url.startsWith(self.registration.scope);
  // A ranged request is a probe for sizes; a partial answer cannot be cached.
  if (request.method !== 'GET' || !inScope || request.headers.has('range')) return;
  event.respondWith(answer(request));
});

export {};
