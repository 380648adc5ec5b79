import { line, range, scaleLinear } from 'd3';
import { hitProbability, logTriesFor } from '../core/sampling.ts';

export interface AttackCurve {
  /** SVG path of the chance over the logarithm of the number of tries. */
  readonly path: string;
  /** Where the chosen chance is reached. */
  readonly mark: { readonly x: number; readonly y: number } | null;
  readonly tries: readonly { readonly x: number; readonly exponent: number }[];
  readonly chances: readonly { readonly y: number; readonly chance: number }[];
}

/** Pixels of the drawing area. */
export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

const SAMPLES = 96;

/**
 * Chance that at least one of n independent samples is the suffix, P(n) = 1 - (1 - p_z)^n, over log10 n, up to
 * the decade in which it passes 99.9%. Hayes et al. 2024 (arXiv 2410.19482).
 *
 * @param logPz ln p_z, nats; -Infinity draws no curve.
 * @param chance The chosen p, in (0, 1).
 */
export function attackCurve(logPz: number, chance: number, { width, height }: PlotSize): AttackCurve {
  const last = decadesUntilCertain(logPz);
  const x = scaleLinear([0, last], [0, width]);
  const y = scaleLinear([0, 1], [height, 0]);
  const step = Math.max(1, Math.ceil(last / 6));
  const curve = line<number>(
    (exponent) => round(x(exponent)),
    (exponent) => round(y(hitProbability(logPz, 10 ** exponent))),
  );
  const exponents = range(SAMPLES + 1).map((sample) => (sample * last) / SAMPLES);
  const reached = exponentFor(chance, logPz);
  return {
    path: Number.isFinite(logPz) ? (curve(exponents) ?? '') : '',
    mark: Number.isFinite(reached) ? { x: round(x(Math.max(0, reached))), y: round(y(chance)) } : null,
    tries: range(0, last + 1, step).map((exponent) => ({ x: round(x(exponent)), exponent })),
    chances: [0, 0.5, 1].map((value) => ({ y: round(y(value)), chance: value })),
  };
}

/** log10 of the (real) number of tries that reach a chance; NaN if none does. */
const exponentFor = (chance: number, logPz: number): number =>
  Number.isFinite(logPz) ? logTriesFor(logPz, chance) / Math.LN10 : NaN;

/** Whole decades until the chance passes 99.9%. */
const decadesUntilCertain = (logPz: number): number => {
  const exponent = exponentFor(0.999, logPz);
  return Number.isFinite(exponent) ? Math.max(1, Math.ceil(exponent)) : 1;
};

const round = (value: number): number => Math.round(value * 100) / 100;
