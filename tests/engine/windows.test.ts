import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, scoredCount } from '../../workers/scoring/batch.ts';
import { batchWindows, planWindows, type WindowPlan } from '../../workers/scoring/windows.ts';

const START = 999;

const plans = fc
  .record({
    lengths: fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
    length: fc.integer({ min: 2, max: 16 }),
    strideShare: fc.double({ min: 0, max: 1, noNaN: true }),
    hasStartToken: fc.boolean(),
    fromShare: fc.double({ min: 0, max: 1, noNaN: true }),
    capacity: fc.integer({ min: 1, max: 64 }),
  })
  .map(({ lengths, length, strideShare, hasStartToken, fromShare, capacity }) => {
    const offsets = Uint32Array.from([0, ...lengths.map((_, i) => sum(lengths.slice(0, i + 1)))]);
    const total = sum(lengths);
    const stride = Math.max(1, Math.round(strideShare * length));
    const plan: WindowPlan = {
      offsets,
      windows: { length, stride },
      hasStartToken,
      from: Math.floor(fromShare * total),
    };
    return { plan, total, capacity };
  });

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What every scored position is conditioned on, by position: the inputs that its row can see. */
function contextsOf(plan: WindowPlan, total: number, capacity: number): Map<number, number[]> {
  const ids = Uint32Array.from({ length: total }, (_, i) => i);
  const contexts = new Map<number, number[]>();
  for (const windows of batchWindows(planWindows(plan), capacity)) {
    const batch = layOut(windows, ids, plan.hasStartToken ? START : null);
    batch.rows.forEach((row, i) => {
      const position = batch.targets[i] ?? NaN;
      expect(contexts.has(position)).toBe(false);
      const sequenceStart = row - (row % batch.time);
      const seen = Array.from(batch.ids.subarray(sequenceStart, row + 1), Number);
      expect(seen.length).toBe(batch.context[i]);
      contexts.set(position, seen);
    });
  }
  return contexts;
}

describe('windows', () => {
  it('yield each sequence from its start on, with the contexts of the whole', () => {
    fc.assert(
      fc.property(
        plans,
        fc.array(fc.nat(40), { minLength: 6, maxLength: 6 }),
        ({ plan, total, capacity }, skip) => {
          const { offsets } = plan;
          const starts = offsets
            .slice(0, -1)
            .map((offset, i) => Math.min(offset + (skip[i] ?? 0), offsets[i + 1] ?? 0));
          const whole = contextsOf({ ...plan, from: 0 }, total, capacity);
          const part = contextsOf({ ...plan, from: 0, starts }, total, capacity);
          const wanted = Array.from(whole).filter(([position]) => {
            const sequence = offsets.findLastIndex((offset) => offset <= position);
            return position >= (starts[sequence] ?? 0);
          });
          expect(Array.from(part)).toEqual(wanted);
          let reached = 0;
          for (const window of planWindows({ ...plan, from: 0, starts })) {
            expect(window.from).toBe(Math.max(reached, starts[window.sequence] ?? 0));
            reached = window.to;
          }
        },
      ),
    );
  });

  it('cover every position from the wanted one on exactly once and in order', () => {
    fc.assert(
      fc.property(plans, ({ plan, total }) => {
        let next = plan.from;
        for (const window of planWindows(plan)) {
          expect(window.from).toBe(next);
          expect(window.inputs).toBeLessThanOrEqual(plan.windows.length);
          next = window.to;
        }
        expect(next).toBe(total);
      }),
    );
  });

  it('score all tokens but the first of a sequence without a start token', () => {
    fc.assert(
      fc.property(plans, ({ plan, total }) => {
        const count = [...planWindows(plan)].reduce((all, window) => all + scoredCount(window), 0);
        const starts = Array.from(plan.offsets.subarray(0, -1)).filter(
          (start, i) => start < (plan.offsets[i + 1] ?? 0) && start >= plan.from,
        );
        expect(count).toBe(total - plan.from - (plan.hasStartToken ? 0 : starts.length));
      }),
    );
  });

  it('condition a token on exactly the tokens before it, at least length - stride of them', () => {
    fc.assert(
      fc.property(plans, ({ plan, total, capacity }) => {
        const { length, stride } = plan.windows;
        contextsOf(plan, total, capacity).forEach((seen, position) => {
          const start = plan.offsets.findLast((offset) => offset <= position) ?? 0;
          const before = Array.from({ length: position - start }, (_, i) => start + i);
          const stream = plan.hasStartToken ? [START, ...before] : before;
          expect(seen).toEqual(stream.slice(-seen.length));
          expect(seen.length).toBeGreaterThanOrEqual(Math.min(stream.length, length - stride + 1));
        });
      }),
    );
  });

  it('give a token the same context wherever a run began', () => {
    fc.assert(
      fc.property(plans, ({ plan, total, capacity }) => {
        const whole = contextsOf({ ...plan, from: 0 }, total, capacity);
        contextsOf(plan, total, capacity).forEach((seen, position) => {
          expect(seen).toEqual(whole.get(position));
        });
      }),
    );
  });

  it('fill a batch up to its capacity but never with mostly padding', () => {
    fc.assert(
      fc.property(plans, ({ plan, capacity }) => {
        for (const batch of batchWindows(planWindows(plan), capacity)) {
          const longest = Math.max(...batch.map(({ inputs }) => inputs));
          const inputs = sum(batch.map((window) => window.inputs));
          if (batch.length === 1) continue;
          expect(longest * batch.length).toBeLessThanOrEqual(capacity);
          expect(inputs).toBeGreaterThanOrEqual(0.75 * longest * batch.length);
        }
      }),
    );
  });
});

describe('sums of hidden states', () => {
  it('take every input but the first once, those of the prefix a second time', () => {
    fc.assert(
      fc.property(
        plans,
        fc.array(fc.nat(40), { minLength: 6, maxLength: 6 }),
        ({ plan, total, capacity }, sizes) => {
          const whole = { ...plan, from: 0 };
          const ids = Uint32Array.from({ length: total }, (_, i) => i);
          const prefixes = Uint32Array.from(plan.offsets.subarray(1), (_, sequence) => sizes[sequence] ?? 0);
          const taken: number[][] = [[], []];
          for (const windows of batchWindows(planWindows(whole), capacity)) {
            const {
              time,
              pools,
              poolWeights,
              ids: inputs,
            } = layOut(windows, ids, plan.hasStartToken ? START : null, prefixes);
            windows.forEach((_, index) => {
              for (let at = 0; at < pools * time; at++)
                if (poolWeights[index * pools * time + at] === 1)
                  taken[Math.floor(at / time)]?.push(Number(inputs[index * time + (at % time)]));
            });
          }
          const lengths = Array.from(prefixes, (_, i) => (plan.offsets[i + 1] ?? 0) - (plan.offsets[i] ?? 0));
          // Tokens that are inputs: not the last one, and without a start token not the first either.
          const first = plan.hasStartToken ? 0 : 1;
          const expected = (most: (sequence: number) => number): number[] =>
            lengths.flatMap((length, i) =>
              Array.from(
                { length: Math.max(0, Math.min(length - 1, most(i)) - first) },
                (_, t) => (plan.offsets[i] ?? 0) + first + t,
              ),
            );
          expect(taken[0]).toEqual(expected(() => Infinity));
          expect(taken[1]).toEqual(expected((sequence) => prefixes[sequence] ?? 0));
        },
      ),
    );
  });
});
