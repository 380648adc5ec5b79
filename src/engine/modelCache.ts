/** Caches of the service worker that hold more than the page itself. Other sites may share the origin. */
const isOurs = (name: string): boolean =>
  name.startsWith('memoscope-') && !name.startsWith('memoscope-shell-');

/**
 * Deletes the cached models and data. The page's own files stay, so that it still opens offline.
 *
 * @returns the number of such caches that are still there after that: 0.
 */
export async function forgetModels(): Promise<number> {
  // Browsers keep the Cache API from pages over plain http; nothing was cached there.
  if (!('caches' in globalThis)) return 0;
  const names = (await caches.keys()).filter(isOurs);
  await Promise.all(names.map((name) => caches.delete(name)));
  return (await caches.keys()).filter(isOurs).length;
}
