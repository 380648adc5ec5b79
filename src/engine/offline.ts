/**
 * Registers the service worker, which keeps the page working offline and, on hosts that set no headers, gives the
 * isolation that WebAssembly threads need. There the page is reloaded once, as only a new load is isolated.
 */
export async function registerOffline(): Promise<void> {
  if (!('serviceWorker' in navigator) || !globalThis.isSecureContext) return;
  await navigator.serviceWorker.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' });
  if (globalThis.crossOriginIsolated) return;
  await navigator.serviceWorker.ready;
  const RELOADED = 'memoscope-reloaded-for-isolation';
  if (sessionStorage.getItem(RELOADED) !== null) return;
  sessionStorage.setItem(RELOADED, 'yes');
  location.reload();
}
