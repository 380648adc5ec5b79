import { emptyRecords, type TokenRecords } from '../../src/core/tokenRecords.ts';

/** One scored position: the predictive distribution over ids 0 .. V - 1 and the token that came. */
export interface Position {
  readonly probabilities: readonly number[];
  readonly target: number;
}

/** Records of the given positions as an engine would write them, all alternatives kept; null is unscored. */
export function recordsOf(positions: readonly (Position | null)[]): TokenRecords {
  const topK = Math.max(1, ...positions.map((position) => position?.probabilities.length ?? 0));
  const records = emptyRecords(positions.length, topK);
  positions.forEach((position, token) => {
    if (!position) return;
    const { probabilities, target } = position;
    const order = probabilities
      .map((_, id) => id)
      .sort((a, b) => at(probabilities, b) - at(probabilities, a) || a - b);
    const p = at(probabilities, target);
    const entropy = -probabilities.reduce((sum, q) => sum + (q > 0 ? q * Math.log(q) : 0), 0);
    const square = probabilities.reduce((sum, q) => sum + (q > 0 ? q * Math.log(q) ** 2 : 0), 0);
    records.logprob[token] = Math.log(p);
    records.entropy[token] = entropy;
    records.variance[token] = Math.max(0, square - entropy ** 2);
    records.greater[token] = probabilities.filter((q) => q > p).length;
    records.equalLower[token] = probabilities.filter((q, id) => q === p && id < target).length;
    records.equal[token] = probabilities.filter((q, id) => q === p && id !== target).length;
    records.margin[token] = Math.log(at(probabilities, at(order, 0)) / at(probabilities, at(order, 1)));
    records.maxLogit[token] = Math.log(at(probabilities, at(order, 0)));
    records.context[token] = token + 1;
    records.topIds.set(order, token * topK);
    records.topLogprobs.set(
      order.map((id) => Math.log(at(probabilities, id))),
      token * topK,
    );
  });
  return records;
}

const at = (values: readonly number[], index: number): number => values[index] ?? NaN;

/** Six positions over four tokens worked by hand; every expected value below is checked by fixtureA.py. */
export const FIXTURE_A: readonly Position[] = [
  { probabilities: [0.7, 0.2, 0.05, 0.05], target: 0 },
  { probabilities: [0.1, 0.6, 0.2, 0.1], target: 1 },
  { probabilities: [0.25, 0.25, 0.25, 0.25], target: 2 },
  { probabilities: [0.05, 0.05, 0.8, 0.1], target: 2 },
  { probabilities: [0.5, 0.3, 0.15, 0.05], target: 1 },
  { probabilities: [0.02, 0.03, 0.05, 0.9], target: 3 },
];

/** A right answer of probability `p` over two tokens, or a wrong one. */
export const right = (p = 0.9): Position => ({ probabilities: [p, 1 - p], target: 0 });
export const wrong = (p = 0.1): Position => ({ probabilities: [1 - p, p], target: 1 });

/** Records from a string: `+` right, `-` wrong, `~` right by less than a device's rounding, `.` unscored. */
export const recordsFrom = (pattern: string): TokenRecords =>
  recordsOf(
    pattern.split('').map((sign) => {
      if (sign === '.') return null;
      if (sign === '~') return right(0.5001);
      return sign === '+' ? right() : wrong();
    }),
  );
