/**
 * For every token the largest value among the windows that cover it: the heat of a strip of window values.
 * A monotone deque, O(n). Windows are suffixes: the tokens before a window, its prompt, are not coloured by it
 * (contrast the figures of Cooper et al. 2025, arXiv 2505.12546).
 *
 * out[t] = max of values[w] over w with w <= t < w + length
 *
 * @param values `[n - length + 1]` one value for each window, by its first token; NaN windows are passed over.
 * @param length tokens of a window.
 * @returns `[n]`; NaN where no window with a value covers the token.
 * @throws {RangeError} if `length` is not a positive integer.
 */
export function maxOverWindows(values: Float64Array, length: number): Float64Array {
  if (!Number.isInteger(length) || length < 1) throw new RangeError(`window length ${length}`);
  const tokens = values.length === 0 ? 0 : values.length + length - 1;
  const result = new Float64Array(tokens).fill(NaN);
  const valueOf = (start: number | undefined): number => values[start ?? values.length] ?? NaN;
  // Starts of windows, ascending, whose values descend; the one at `head` is the maximum.
  const starts: number[] = [];
  let head = 0;
  for (let token = 0; token < tokens; token++) {
    const value = valueOf(token);
    while (starts.length > head && valueOf(starts.at(-1)) <= value) starts.pop();
    if (!Number.isNaN(value)) starts.push(token);
    if ((starts[head] ?? token) <= token - length) head++;
    result[token] = valueOf(starts[head]);
  }
  return result;
}
