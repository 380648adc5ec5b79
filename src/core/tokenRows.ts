/** Many token sequences end to end: two arrays, however many rows. */
export interface TokenRows {
  /** Token ids of all rows. */
  readonly ids: Uint32Array;
  /** `[n + 1]` where each row begins; the last is the number of tokens. */
  readonly starts: Uint32Array;
}

/** Packs token sequences. */
export function tokenRows(rows: readonly ArrayLike<number>[]): TokenRows {
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach((row, index) => (starts[index + 1] = (starts[index] ?? 0) + row.length));
  const ids = new Uint32Array(starts[rows.length] ?? 0);
  rows.forEach((row, index) => {
    ids.set(row, starts[index]);
  });
  return { ids, starts };
}

export const rowCount = ({ starts }: TokenRows): number => Math.max(0, starts.length - 1);

/** Tokens of one row, a view. */
export const rowTokens = ({ ids, starts }: TokenRows, row: number): Uint32Array =>
  ids.subarray(starts[row], starts[row + 1]);

export const rowLength = ({ starts }: TokenRows, row: number): number =>
  (starts[row + 1] ?? 0) - (starts[row] ?? 0);

/** Number of tokens from `from` on in which two rows agree. */
export function commonLength({ ids, starts }: TokenRows, a: number, b: number, from = 0): number {
  const [startA = 0, startB = 0, endA = 0, endB = 0] = [starts[a], starts[b], starts[a + 1], starts[b + 1]];
  let at = from;
  while (startA + at < endA && startB + at < endB && ids[startA + at] === ids[startB + at]) at++;
  return at - from;
}

/** Order of two rows by their token ids, a row before its own continuations. */
export function compareRows(rows: TokenRows, a: number, b: number): number {
  const { ids, starts } = rows;
  const at = commonLength(rows, a, b);
  const lengths = rowLength(rows, a) - rowLength(rows, b);
  const isEnd = at === rowLength(rows, a) || at === rowLength(rows, b);
  return isEnd ? lengths : (ids[(starts[a] ?? 0) + at] ?? 0) - (ids[(starts[b] ?? 0) + at] ?? 0);
}
