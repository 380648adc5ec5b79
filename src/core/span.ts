/** The tokens `start`, `start + 1`, .. `end - 1` of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** @throws {RangeError} if the span does not lie within a text of `length` tokens. */
export function assertSpan({ start, end }: Span, length: number): void {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > length)
    throw new RangeError(`span ${start}..${end} of ${length} tokens`);
}
