/** Bars of which a part is censored: hollow, whatever its share, so that it is never taken for a miss. */

/** Least height of a hollow part, pixels: an outline of one pixel around three of ground. */
const LEAST_OPEN = 5;
/** Least width of a hollow part, pixels. */
const LEAST_WIDTH = 4;

/** Heights of a bar's parts, pixels; the hollow one stands on the solid one. */
export interface BarParts {
  readonly solid: number;
  readonly open: number;
}

/**
 * Parts of a bar of `count` samples of which `censored` are censored; the `tallest` count is `height` pixels high.
 * What is not 0 can be seen, and both parts together stay within `height`.
 */
export function barParts(count: number, censored: number, tallest: number, height: number): BarParts {
  const scale = height / tallest;
  const open = censored > 0 ? Math.max(LEAST_OPEN, censored * scale) : 0;
  const solid = count > censored ? Math.min(height - open, Math.max(1, (count - censored) * scale)) : 0;
  return { solid: Math.max(0, solid), open: Math.min(open, height) };
}

/** Width of a hollow bar, pixels: that of the solid ones unless these are too thin to be hollow. */
export const openWidth = (width: number): number => Math.max(LEAST_WIDTH, width);
