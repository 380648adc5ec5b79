/**
 * Which tokens go into which forward pass.
 *
 * A sequence of n tokens is read as a stream of inputs: the start token if there is one, then the tokens but the
 * last. The logits of row j of the stream predict one token. Windows cover `length` rows of the stream and advance
 * by `stride`; the first scores all its rows, every later one only its last `stride` rows (at most), so that each
 * of its tokens has at least `length - stride + 1` inputs before it. Every row is scored once.
 */
import type { WindowSettings } from '../../src/protocol/scorer.ts';

/** One row of a batch: part of one sequence. */
export interface Window {
  readonly sequence: number;
  /** Flat position of the sequence's first token. */
  readonly sequenceStart: number;
  /** First row of the stream that is input, and how many are. */
  readonly inputStart: number;
  readonly inputs: number;
  /** Flat positions whose records this window yields; those without a score come before the scored ones. */
  readonly from: number;
  readonly to: number;
  /** First flat position with a score, predicted by row `firstRow` of the window. */
  readonly scoredFrom: number;
  readonly firstRow: number;
}

export interface WindowPlan {
  readonly offsets: Uint32Array;
  /** `[sequences]` first flat position of each sequence that is wanted; left out: all. */
  readonly starts?: Uint32Array;
  readonly windows: WindowSettings;
  /** True if a start token precedes every sequence. */
  readonly hasStartToken: boolean;
  /** First flat position that is wanted. */
  readonly from: number;
}

/** Windows of one sequence of `tokens` tokens, before those that are not wanted are left out. */
function* windowsOfSequence(
  plan: WindowPlan,
  sequence: number,
  sequenceStart: number,
  tokens: number,
): Generator<Window> {
  const { length, stride } = plan.windows;
  // Row j predicts token j if a start token is there, token j + 1 if not.
  const shift = plan.hasStartToken ? 0 : 1;
  const rows = Math.max(0, tokens - shift);
  for (let scored = 0, inputStart = 0; ; inputStart += stride) {
    const end = Math.min(inputStart + length, rows);
    yield {
      sequence,
      sequenceStart,
      inputStart,
      inputs: end - inputStart,
      from: sequenceStart + (scored === 0 ? 0 : scored + shift),
      to: sequenceStart + Math.min(end + shift, tokens),
      scoredFrom: sequenceStart + scored + shift,
      firstRow: scored - inputStart,
    };
    scored = end;
    if (scored >= rows) return;
  }
}

/** The same window without the records before `from`. */
function startingAt(window: Window, from: number): Window {
  if (from <= window.from) return window;
  const skipped = Math.max(0, from - window.scoredFrom);
  return {
    ...window,
    from,
    scoredFrom: window.scoredFrom + skipped,
    firstRow: window.firstRow + skipped,
  };
}

/** All windows from `plan.from` on, in the order of the positions they yield. */
export function* planWindows(plan: WindowPlan): Generator<Window> {
  for (let sequence = 0; sequence + 1 < plan.offsets.length; sequence++) {
    const start = plan.offsets[sequence] ?? 0;
    const end = plan.offsets[sequence + 1] ?? 0;
    const from = Math.max(plan.from, plan.starts?.[sequence] ?? 0);
    if (end <= from || end === start) continue;
    for (const window of windowsOfSequence(plan, sequence, start, end - start))
      if (window.to > from) yield startingAt(window, from);
  }
}

/** Part of a batch that may be padding before it is worth another pass. */
const LARGEST_WASTE = 0.25;

/**
 * Groups consecutive windows for one forward pass of at most `capacity` inputs (always at least one window).
 * Shorter windows are padded on the right, which a causal model cannot see.
 */
export function* batchWindows(windows: Iterable<Window>, capacity: number): Generator<Window[]> {
  let batch: Window[] = [];
  let longest = 0;
  let inputs = 0;
  for (const window of windows) {
    const padded = (batch.length + 1) * Math.max(longest, window.inputs);
    const isTooLarge = padded > capacity;
    const isWasteful = inputs + window.inputs < padded * (1 - LARGEST_WASTE);
    if (batch.length > 0 && (isTooLarge || isWasteful)) {
      yield batch;
      batch = [];
      longest = 0;
      inputs = 0;
    }
    batch.push(window);
    longest = Math.max(longest, window.inputs);
    inputs += window.inputs;
  }
  if (batch.length > 0) yield batch;
}
