/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is in range by construction */
/** Records computed from float64 logits, straight from their definitions. */
import { expect } from 'vitest';
import type { PlainRecords } from './page/page.ts';
import { referenceForward, TINY, type TinyAdapter, type TinyShape, type TinyWeights } from './tinyModel.ts';

export interface ReferenceRecord {
  readonly target: number;
  readonly logprob: number;
  readonly entropy: number;
  readonly variance: number;
  readonly margin: number;
  readonly maxLogit: number;
  /** `[vocabulary]` */
  readonly logits: Float64Array;
  /** Log-probability of every entry. */
  readonly logprobs: Float64Array;
  /** All ids by logit descending, then id ascending. */
  readonly order: readonly number[];
  readonly hidden: Float64Array;
}

/** The record of one row of logits. */
export function referenceRecord(
  logits: Float64Array,
  target: number,
  hidden: Float64Array = new Float64Array(),
): ReferenceRecord {
  const maxLogit = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - maxLogit));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const logprobs = logits.map((logit) => logit - maxLogit - Math.log(total));
  const expectation = (f: (logprob: number) => number) =>
    logprobs.reduce(
      (sum, logprob) => (logprob === -Infinity ? sum : sum + Math.exp(logprob) * f(logprob)),
      0,
    );
  const mean = expectation((logprob) => logprob);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  return {
    target,
    logprob: logprobs[target]!,
    entropy: -mean,
    variance: expectation((logprob) => (logprob - mean) ** 2),
    margin: logits[order[0]!]! - logits[order[1]!]!,
    maxLogit,
    logits,
    logprobs,
    order,
    hidden,
  };
}

/** Records of `targets`, target t predicted by the last of `inputs[0 .. t]`. */
export function referenceRecords(
  inputs: readonly number[],
  targets: readonly number[],
  weights: TinyWeights,
  shape: TinyShape = TINY,
  adapter?: TinyAdapter,
): ReferenceRecord[] {
  const { logits, hidden } = referenceForward(inputs, weights, shape, adapter);
  const { vocabulary: V, hidden: d } = shape;
  return targets.map((target, row) =>
    referenceRecord(logits.subarray(row * V, (row + 1) * V), target, hidden.subarray(row * d, (row + 1) * d)),
  );
}

/** What single precision may cost a logit of these models. */
const TOLERANCE = 1e-4;

/** Expects row `row` of the engine's records to be the reference's. */
export function expectRecord(
  records: PlainRecords,
  row: number,
  reference: ReferenceRecord,
  topK: number,
): void {
  const value = (column: keyof PlainRecords): number => records[column][row] ?? NaN;
  const close = (column: keyof PlainRecords, expected: number, tolerance = TOLERANCE): void => {
    if (expected === -Infinity) expect(value(column), `${column} of ${row}`).toBe(-Infinity);
    else expect(Math.abs(value(column) - expected), `${column} of ${row}`).toBeLessThan(tolerance);
  };
  close('logprob', reference.logprob);
  close('entropy', reference.entropy);
  close('variance', reference.variance, 1e-3);
  close('margin', reference.margin);
  close('maxLogit', reference.maxLogit);
  expectCounts(value, row, reference);
  for (let k = 0; k < topK; k++) {
    const id = records.topIds[row * topK + k] ?? NaN;
    const logprob = records.topLogprobs[row * topK + k] ?? NaN;
    const best = reference.order[k]!;
    expect(Math.abs(logprob - reference.logprobs[best]!), `top ${k} of ${row}`).toBeLessThan(TOLERANCE);
    expect(Math.abs(logprob - reference.logprobs[id]!), `id of top ${k} of ${row}`).toBeLessThan(TOLERANCE);
    if (reference.logits[id] === reference.logits[best]) expect(id, `tie at top ${k} of ${row}`).toBe(best);
  }
}

/** Counts must be exact among equals, and elsewhere up to what rounding can turn round. */
function expectCounts(
  value: (column: keyof PlainRecords) => number,
  row: number,
  { logits, target }: ReferenceRecord,
): void {
  const own = logits[target]!;
  const count = (holds: (logit: number, id: number) => boolean) => logits.filter(holds).length;
  expect(value('greater'), `greater of ${row}`).toBeGreaterThanOrEqual(
    count((logit) => logit > own + TOLERANCE),
  );
  expect(value('greater'), `greater of ${row}`).toBeLessThanOrEqual(
    count((logit) => logit > own - TOLERANCE),
  );
  expect(value('equal'), `equal of ${row}`).toBe(count((logit, id) => logit === own && id !== target));
  expect(value('equalLower'), `equalLower of ${row}`).toBe(
    count((logit, id) => logit === own && id < target),
  );
}
