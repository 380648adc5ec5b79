/** How long a visit waits for the service worker to take over the page, ms. */
const TAKEOVER_PATIENCE = 3000;

/**
 * What the first fetch of the model waits for: that the service worker sees it, to keep it. A page that has a
 * service worker already waits for nothing: looking for a newer one may take for ever on a network that hangs. A
 * page that was reloaded past every cache is left alone by it, and waits a few seconds in vain.
 *
 * @param registered must not reject.
 */
export function untilKept(registered: Promise<void>): Promise<void> {
  if ('serviceWorker' in navigator && navigator.serviceWorker.controller) return Promise.resolve();
  return Promise.race([
    registered,
    new Promise<void>((resolve) => {
      setTimeout(resolve, TAKEOVER_PATIENCE);
    }),
  ]);
}

/**
 * Registers the service worker, which keeps the page working offline and, on hosts that set no headers, gives the
 * isolation that WebAssembly threads need. There the page is reloaded once, as only a new load is isolated.
 *
 * @returns when the worker sees the page's requests, so that it can keep what is fetched from then on. That may be
 *   never: see {@link untilKept}.
 */
export async function registerOffline(): Promise<void> {
  if (!('serviceWorker' in navigator) || !globalThis.isSecureContext) return;
  const { serviceWorker } = navigator;
  await serviceWorker.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' });
  if (globalThis.crossOriginIsolated) {
    await takeover(serviceWorker);
    return;
  }
  await serviceWorker.ready;
  const RELOADED = 'memoscope-reloaded-for-isolation';
  if (sessionStorage.getItem(RELOADED) !== null) return;
  sessionStorage.setItem(RELOADED, 'yes');
  location.reload();
}

function takeover(serviceWorker: ServiceWorkerContainer): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      resolve();
    };
    if (serviceWorker.controller) end();
    serviceWorker.addEventListener('controllerchange', end, { once: true });
  });
}
