/** Sentences of the panels that more than one of them uses. */
import { formatNumber, UNDEFINED } from '../../ui/format.ts';

/** A p-value as it is read: never 0. */
export function formatP(p: number): string {
  if (Number.isNaN(p)) return `p ${UNDEFINED}`;
  if (p < 1e-4) return 'p < 0.0001';
  return `p = ${formatNumber(p, p < 0.01 ? 4 : 3)}`;
}

/**
 * A p-value from random draws, as it is read: none can be below 1 in draws + 1, times the tests that Holm counts.
 *
 * @param tests in the family.
 */
export const formatDrawnP = (p: number, draws: number, tests = 1): string =>
  p <= Math.min(1, tests / (draws + 1)) + 1e-12 ? formatP(p).replace(' = ', ' ≤ ') : formatP(p);

/** An interval in brackets. */
export const formatInterval = (low: number, high: number, digits: number): string =>
  `${formatNumber(low, digits)} to ${formatNumber(high, digits)}`;
