/** The minimap: a whole text in one row of pixels. */

/**
 * The strongest level in each pixel column, so that one memorized token in a thousand still shows.
 *
 * column[x] = max of levels[t] over the tokens t that column x covers; where there are fewer tokens than
 * columns a token covers several.
 *
 * @param levels `[tokens]` 0 where there is nothing to show.
 * @param width Number of columns, pixels of the device.
 * @returns `[width]`
 */
export function stripColumns(levels: Uint8Array, width: number): Uint8Array {
  const columns = new Uint8Array(width);
  for (let x = 0; x < width; x++) {
    const [start, end] = tokensOfColumn(x, width, levels.length);
    for (let token = start; token < end; token++) {
      const level = levels[token] ?? 0;
      if (level > (columns[x] ?? 0)) columns[x] = level;
    }
  }
  return columns;
}

/** Tokens `[start, end)` that a column covers; at least one if there are any. */
export function tokensOfColumn(column: number, width: number, tokens: number): readonly [number, number] {
  const start = Math.floor((column * tokens) / width);
  const end = Math.ceil(((column + 1) * tokens) / width);
  return [start, Math.min(tokens, Math.max(end, start + 1))];
}

/** Token under a horizontal position, 0 to 1 of the strip's width. */
export const tokenAtFraction = (fraction: number, tokens: number): number =>
  Math.max(0, Math.min(tokens - 1, Math.floor(fraction * tokens)));

/** Runs of equal columns, so that a strip is drawn in few strokes. */
export function stripSegments(columns: Uint8Array): { x: number; width: number; level: number }[] {
  const segments: { x: number; width: number; level: number }[] = [];
  for (let x = 0; x < columns.length; x++) {
    const level = columns[x] ?? 0;
    const last = segments.at(-1);
    if (last?.level === level) last.width++;
    else segments.push({ x, width: 1, level });
  }
  return segments;
}
