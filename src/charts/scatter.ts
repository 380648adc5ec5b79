/** Points on two axes: many as few paths, the nearest one, those in a rectangle, the next one in a direction. */
import { quadtree, type Quadtree } from 'd3';

/** Places in pixels, by point; NaN where there is none. */
export interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Dots as one path: strokes without length, with round ends. */
export function dotPath({ x, y }: Places, points: Iterable<number>): string {
  const parts: string[] = [];
  for (const point of points) {
    const [across = NaN, up = NaN] = [x[point], y[point]];
    if (Number.isFinite(across) && Number.isFinite(up))
      parts.push(`M${Math.round(10 * across) / 10},${Math.round(10 * up) / 10}h0`);
  }
  return parts.join('');
}

/** Some points by their class; a point of class -1 is in none. */
export function pointsByClass(classes: Int16Array, count: number, points: Iterable<number>): number[][] {
  const members = Array.from({ length: count }, (): number[] => []);
  for (const point of points) members[classes[point] ?? -1]?.push(point);
  return members;
}

export type PointIndex = Quadtree<number>;

export const indexPoints = ({ x, y }: Places): PointIndex =>
  quadtree<number>()
    .x((point) => x[point] ?? NaN)
    .y((point) => y[point] ?? NaN)
    .addAll(Array.from(x.keys()).filter((point) => Number.isFinite(x[point]) && Number.isFinite(y[point])));

/** The nearest point within a distance; null if there is none. */
export const nearestPoint = (index: PointIndex, x: number, y: number, within: number): number | null =>
  index.find(x, y, within) ?? null;

/** A rectangle by two of its corners, in any order. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export function pointsIn({ x, y }: Places, { x0, y0, x1, y1 }: Box): number[] {
  const [left, right] = [Math.min(x0, x1), Math.max(x0, x1)];
  const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1)];
  return Array.from(x.keys()).filter((point) => {
    const [across = NaN, up = NaN] = [x[point], y[point]];
    return across >= left && across <= right && up >= top && up <= bottom;
  });
}

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

const HEADINGS: Readonly<Record<Direction, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export const isDirection = (key: string): key is Direction => key in HEADINGS;

/**
 * The point that an arrow key goes to: ahead of the present one, near, and little to the side. Without a present
 * one, the first.
 */
export function pointAhead({ x, y }: Places, from: number | null, direction: Direction): number | null {
  const [dx, dy] = HEADINGS[direction];
  const drawn = Array.from(x.keys()).filter(
    (point) => Number.isFinite(x[point]) && Number.isFinite(y[point]),
  );
  if (from === null) return drawn[0] ?? null;
  let best = from;
  let least = Infinity;
  for (const point of drawn) {
    const right = (x[point] ?? NaN) - (x[from] ?? NaN);
    const down = (y[point] ?? NaN) - (y[from] ?? NaN);
    const ahead = dx * right + dy * down;
    const cost = ahead + 2 * Math.abs(dx === 0 ? right : down);
    if (ahead <= 0 || cost >= least) continue;
    least = cost;
    best = point;
  }
  return best;
}

/** Diameter of a dot, px: smaller where there are many. */
export const dotSize = (points: number): number => (points <= 400 ? 8 : points <= 3000 ? 5.5 : 3.5);
