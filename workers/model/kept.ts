/**
 * True if an earlier visit left a file in this browser, so that it needs no network. False where the browser has no
 * caches (insecure pages) or refuses them (storage that is blocked).
 */
export async function isKept(url: string): Promise<boolean> {
  if (!('caches' in globalThis)) return false;
  try {
    return (await caches.match(url)) !== undefined;
  } catch {
    return false;
  }
}
