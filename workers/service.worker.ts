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

/** Keeps the worker alive until a task is done that no answer waits for. */
type Wait = (task: Promise<void>) => void;

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

/** How long the network may keep the page waiting for what is known already, ms. */
const PATIENCE = 3000;

/** What is kept of an address; the build's own files before what was met on the way, so that they fit together. */
async function knownAnswer(request: Request): Promise<Response | undefined> {
  const shellCache = await caches.open(SHELL_CACHE);
  if (request.mode === 'navigate')
    return (await shellCache.match(request, { ignoreSearch: true })) ?? (await shellCache.match('./'));
  return (await shellCache.match(request)) ?? (await (await caches.open(ASSET_CACHE)).match(request));
}

/**
 * The page and unhashed data: the network's word, else what is known. A network that hangs or a host that fails
 * counts as none. Pages are not kept here: only the build that they came with has their files.
 */
async function networkFirst(request: Request, wait: Wait): Promise<Response> {
  const fresh = fetch(request).then((response) => {
    if (response.ok && request.mode !== 'navigate') wait(keep(request, response.clone()));
    return response;
  });
  const known = await knownAnswer(request);
  if (!known) return fresh;
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null));
  const answered = await Promise.race([fresh.catch(() => null), late]);
  return answered && answered.status < 500 ? answered : known;
}

/** Files whose URL changes with their content. */
async function cacheFirst(request: Request, wait: Wait): Promise<Response> {
  const known = await caches.match(request);
  if (known) return known;
  const response = await fetch(request);
  if (response.ok) wait(keep(request, response.clone()));
  return response;
}

/** A full disk must not fail the request that the cache was only a help for. */
async function keep(request: Request, response: Response): Promise<void> {
  const cache = await caches.open(ASSET_CACHE);
  try {
    await cache.put(request, response);
  } catch {
    await cache.delete(request);
  }
}

const isImmutable = (url: URL): boolean =>
  /\/assets\/[^/]+-[\w-]{8,}\.\w+$/.test(url.pathname) || url.searchParams.has('sha256');

async function answer(request: Request, wait: Wait): Promise<Response> {
  const isFixed = isImmutable(new URL(request.url));
  return isolated(await (isFixed ? cacheFirst(request, wait) : networkFirst(request, wait)));
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
  event.respondWith(
    answer(request, (task) => {
      event.waitUntil(task);
    }),
  );
});

export {};
