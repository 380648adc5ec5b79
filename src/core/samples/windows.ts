import type { Span } from '../span.ts';

/**
 * Windows of `length` tokens, one every `stride`. Only whole windows: a rest shorter than `length` gives none, but a
 * text shorter than one window is one window of its own length, so that it does not vanish.
 *
 * @throws {RangeError} if length or stride is not a positive integer.
 */
export function tokenWindows(tokens: number, length: number, stride: number): Span[] {
  if (!(Number.isInteger(length) && Number.isInteger(stride) && length > 0 && stride > 0))
    throw new RangeError(`windows of ${length} tokens every ${stride}`);
  if (tokens < length) return tokens > 0 ? [{ start: 0, end: tokens }] : [];
  const count = Math.floor((tokens - length) / stride) + 1;
  return Array.from({ length: count }, (_, window) => ({
    start: window * stride,
    end: window * stride + length,
  }));
}
