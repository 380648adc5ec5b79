import { MemoscopeError } from '../protocol/errors.ts';

/**
 * SHA-256 in lower-case hexadecimal of a text's UTF-8.
 *
 * @throws {MemoscopeError} `ModelUnavailable` on a page that is neither https nor localhost: browsers keep
 * their hash functions from it, and no model can be verified there either.
 */
export async function sha256OfText(text: string): Promise<string> {
  if (!('subtle' in crypto))
    throw new MemoscopeError(
      'ModelUnavailable',
      'This page is open over plain http, where browsers offer no hash functions. Open it over https or on localhost.',
    );
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
