/**
 * The steps in which tokens are coloured. Edges are fixed for all texts, so that two texts can be compared;
 * legends are drawn from the same objects.
 */
import { MARKS, type Recitation } from './recitation.ts';
import { isScored, rankOf, type TokenRecords } from './tokenRecords.ts';

export const HEAT_MODES = ['verdict', 'probability', 'rank', 'excess'] as const;
export type HeatMode = (typeof HEAT_MODES)[number];

/** Values `from` <= value < `to`. */
export interface HeatStep {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface HeatScale {
  readonly mode: HeatMode;
  /** What the edges count. */
  readonly unit: string;
  readonly kind: 'categorical' | 'sequential' | 'diverging';
  /** Ascending, without gaps. */
  readonly steps: readonly HeatStep[];
}

/** Step of a token without a score, or without a base in the mode `excess`. */
export const UNSCORED_STEP = 255;

function scaleOf(
  mode: HeatMode,
  kind: HeatScale['kind'],
  unit: string,
  steps: readonly (readonly [from: number, label: string])[],
): HeatScale {
  const to = (index: number) => steps[index + 1]?.[0] ?? Infinity;
  return { mode, kind, unit, steps: steps.map(([from, label], index) => ({ from, to: to(index), label })) };
}

export const HEAT_SCALES: Readonly<Record<HeatMode, HeatScale>> = {
  verdict: scaleOf(
    'verdict',
    'categorical',
    'mark',
    MARKS.map((mark, code) => [code, mark === 'none' ? 'not recited' : mark]),
  ),
  probability: scaleOf('probability', 'sequential', 'probability', [
    [0, 'under 1%'],
    [0.01, '1–10%'],
    [0.1, '10–50%'],
    [0.5, '50–90%'],
    [0.9, '90% and more'],
  ]),
  // The cuts of GLTR (Gehrmann et al. 2019, arXiv 1906.04043) and a class of its own for the best token.
  rank: scaleOf('rank', 'sequential', 'rank', [
    [1, '1'],
    [2, '2–10'],
    [11, '11–100'],
    [101, '101–1,000'],
    [1001, 'over 1,000'],
  ]),
  excess: scaleOf('excess', 'diverging', 'nats', [
    [-Infinity, 'over 10× less likely'],
    [-Math.LN10, '2–10× less likely'],
    [-Math.LN2, 'less than 2× apart'],
    [Math.LN2, '2–10× likelier'],
    [Math.LN10, 'over 10× likelier'],
  ]),
};

/** Index of the step that holds `value`; {@link UNSCORED_STEP} for NaN. */
export function stepOf(scale: HeatScale, value: number): number {
  if (Number.isNaN(value)) return UNSCORED_STEP;
  let step = 0;
  while ((scale.steps[step + 1]?.from ?? Infinity) <= value) step++;
  return step;
}

/** `[n]` step of every token in a mode. */
export function heatSteps(mode: HeatMode, target: TokenRecords, recitation: Recitation): Uint8Array {
  const scale = HEAT_SCALES[mode];
  return Uint8Array.from({ length: target.length }, (_, token) =>
    stepOf(scale, heatValue(mode, target, recitation, token)),
  );
}

/** The number behind a token's colour, in the unit of the mode's scale; NaN where there is none. */
export function heatValue(
  mode: HeatMode,
  target: TokenRecords,
  recitation: Recitation,
  token: number,
): number {
  switch (mode) {
    case 'verdict':
      return isScored(target, token) ? (recitation.marks[token] ?? NaN) : NaN;
    case 'probability':
      return Math.exp(target.logprob[token] ?? NaN);
    case 'rank':
      return rankOf(target, token);
    case 'excess':
      return recitation.excess?.[token] ?? NaN;
  }
}
