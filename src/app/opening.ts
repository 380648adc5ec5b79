import { pageUrl } from './pageUrl.ts';

/** A finished run that ships with the page. */
const OPENING = 'examples/opening.json';

/** The result that the page opens on, as it would be saved; null if it is not there or not reachable. */
export async function fetchOpening(): Promise<string | null> {
  try {
    const response = await fetch(pageUrl(OPENING));
    // Some hosts answer a missing file with the page itself.
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return response.ok && isJson ? await response.text() : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
