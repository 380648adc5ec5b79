/** Colours of samples on a map: by the values of a column, or by groups. */
import { groupColour } from '../../charts/plot.ts';
import type { Groups } from '../../core/analyses/decomposition.ts';
import { filled } from '../../core/filled.ts';
import { formatCount, formatNumber } from '../../ui/format.ts';

/** Which class each sample is in, and what the classes are. */
export interface PointClasses {
  /** -1 where the value is not defined. */
  readonly of: Int16Array;
  readonly labels: readonly string[];
  readonly colours: readonly string[];
}

/** Classes that a scale of colours tells apart. */
const MOST = 8;

const coloursOf = (count: number, isOrdered: boolean): string[] =>
  Array.from({ length: count }, (_, place) => groupColour(place, count, isOrdered));

/** Classes of numbers, from small to large: the values themselves if they are few; else 0 and equal stretches. */
export function numberClasses(values: ArrayLike<number>): PointClasses {
  const all = Array.from(values);
  const known = all.filter((value) => Number.isFinite(value));
  const distinct = Array.from(new Set(known)).sort((a, b) => a - b);
  const digits = known.every(Number.isInteger) ? 0 : 2;
  if (distinct.length <= MOST)
    return {
      of: filled(new Int16Array(all.length), (index) => distinct.indexOf(all[index] ?? NaN)),
      labels: distinct.map((value) => formatNumber(value, digits)),
      colours: coloursOf(distinct.length, true),
    };
  // Zeros are a kind of their own among counts: nothing matched.
  const hasZero = distinct[0] === 0;
  const low = (hasZero ? distinct[1] : distinct[0]) ?? 0;
  const high = distinct.at(-1) ?? 0;
  const bins = hasZero ? MOST - 1 : MOST;
  const first = MOST - bins;
  const step = (high - low) / bins;
  const label = (bin: number): string => {
    const [from, to] = [low + bin * step, low + (bin + 1) * step];
    if (digits > 0) return `${formatNumber(from, digits)} to ${formatNumber(to, digits)}`;
    const last = bin === bins - 1 ? high : Math.ceil(to) - 1;
    return `${formatCount(Math.ceil(from))} to ${formatCount(last)}`;
  };
  const binOf = (value: number): number => Math.min(bins - 1, Math.floor((value - low) / step));
  return {
    of: filled(new Int16Array(all.length), (index) => {
      const value = all[index] ?? NaN;
      if (!Number.isFinite(value)) return -1;
      return hasZero && value === 0 ? 0 : first + binOf(value);
    }),
    labels: [...(hasZero ? ['0'] : []), ...Array.from({ length: bins }, (_, bin) => label(bin))],
    colours: coloursOf(MOST, true),
  };
}

/** Classes of groups, in their order. */
export const groupClasses = ({ names, of }: Groups): PointClasses => ({
  of,
  labels: names.map((name) => name || '(none)'),
  colours: coloursOf(
    names.length,
    names.every((name) => name !== '' && Number.isFinite(Number(name))),
  ),
});

/** The classes of some samples. */
export const classesOf = ({ of, ...rest }: PointClasses, samples: Uint32Array): PointClasses => ({
  ...rest,
  of: Int16Array.from(samples, (sample) => of[sample] ?? -1),
});
