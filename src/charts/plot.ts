/** Scales, ticks and paths of the figures with two axes. */
import { area, line, scaleLinear, scaleLog } from 'd3';

export interface Axis {
  readonly domain: readonly [number, number];
  readonly label: string;
  readonly kind?: 'linear' | 'log';
  /** Values that get a tick; left out: round ones. */
  readonly ticks?: readonly number[];
  readonly format?: (value: number) => string;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface PlotScales {
  /** Pixels of a value. */
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly width: number;
  readonly height: number;
}

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 4 });

/** Powers of ten within a domain, thinned to `count`. */
function decades([low, high]: readonly [number, number], count: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / count));
  const all: number[] = [];
  for (let exponent = last; exponent >= first; exponent -= step) all.unshift(Number(`1e${exponent}`));
  return all;
}

/** A scale from an axis to pixels, with an inverse and about `count` ticks. */
export function scaleOf(axis: Axis, range: readonly [number, number], count: number) {
  const {
    domain,
    kind = 'linear',
    ticks,
    format = (value: number) => plain.format(value).replace('-', '−'),
  } = axis;
  const make = kind === 'log' ? scaleLog : scaleLinear;
  const scale = make([...domain], [...range]);
  const values = ticks ?? (kind === 'log' ? decades(domain, count) : scale.ticks(count));
  const at = (value: number): number => Math.round(scale(value) * 100) / 100;
  return {
    at,
    invert: (pixel: number): number => scale.invert(pixel),
    ticks: values
      .filter((value) => value >= domain[0] && value <= domain[1])
      .map((value): Tick => ({ at: at(value), label: format(value) })),
  };
}

/** Room at both ends of an axis of counts, as a part of its length: a large dot at its end lies within the frame. */
const ROOM = 0.032;

/** Up to this count every whole number gets a tick: round ones would lie between them. */
const FEW_COUNTS = 8;

/** An axis of counts from 0 to the `largest` there is. */
export function countAxis(largest: number): Pick<Axis, 'domain' | 'ticks'> {
  const end = Math.max(1, largest);
  const domain = [-ROOM * end, end * (1 + ROOM)] as const;
  return end > FEW_COUNTS ? { domain } : { domain, ticks: Array.from({ length: end + 1 }, (_, n) => n) };
}

/** A point in pixels; NaN breaks the curve. */
export type Point = readonly [x: number, y: number];

const isDrawn = (point: readonly number[]): boolean => point.every((value) => Number.isFinite(value));

export const linePath = (points: readonly Point[]): string =>
  line<Point>(
    ([x]) => x,
    ([, y]) => y,
  ).defined(isDrawn)([...points]) ?? '';

/** The area between two curves over the same x. */
export const bandPath = (points: readonly (readonly [x: number, low: number, high: number])[]): string =>
  area<readonly [number, number, number]>(
    ([x]) => x,
    ([, low]) => low,
    ([, , high]) => high,
  ).defined(isDrawn)([...points]) ?? '';

/** A staircase that holds each value until the next x. */
export const stepPath = (points: readonly Point[]): string =>
  linePath(
    points.flatMap(([x, y], index): Point[] => {
      const next = points[index + 1];
      return next
        ? [
            [x, y],
            [next[0], y],
          ]
        : [[x, y]];
    }),
  );

/** Number of colours of groups in the style sheet. */
const COLOURS = 8;

/** Colour of group `index` of `count`: of a scale if the groups have an order. */
export function groupColour(index: number, count: number, isOrdered: boolean): string {
  if (!isOrdered) return `var(--series-${(index % COLOURS) + 1})`;
  const place = count > 1 ? Math.round((index * (COLOURS - 1)) / (count - 1)) : 0;
  return `var(--order-${place + 1})`;
}

/** Dashes of group `index`, so that curves are told apart without colour. */
export const groupDash = (index: number): string => ['', '6 3', '2 3', '9 3 2 3'][index % 4] ?? '';
