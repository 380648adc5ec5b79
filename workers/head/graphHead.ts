/**
 * The scoring head as ONNX operators, for WebAssembly: a Scan over groups of rows, so that neither the logits of
 * a whole window nor their exponentials ever exist at once, and a group stays in the processor's cache.
 *
 * With L one row of logits, m its maximum and x = L - m: S_k = sum of x^k e^x over the vocabulary, and
 * logprob = L[target] - m - ln S0, entropy = ln S0 - S1 / S0, variance = S2 / S0 - (S1 / S0)^2.
 */
import { TYPE } from '../onnx/graphOutline.ts';
import { GraphWriter, PREFIX } from '../onnx/graphWriter.ts';

export const RECORD_INPUTS = { rows: `${PREFIX}rows`, targets: `${PREFIX}targets`, k: `${PREFIX}k` } as const;
export const RECORD_OUTPUTS = {
  scalars: `${PREFIX}scalars`,
  topIds: `${PREFIX}top_ids`,
  topLogprobs: `${PREFIX}top_logprobs`,
} as const;

/** Columns of the output `scalars`, and of the record that the WGSL kernel writes. */
export const SCALARS = [
  'logprob',
  'entropy',
  'variance',
  'greater',
  'equalLower',
  'equal',
  'margin',
  'maxLogit',
] as const;

/** e^x is zero in single precision long before; keeps -Infinity * 0 = NaN out of the sums. */
const LOWEST_EXPONENT = -1e4;

/** Moments of x = L - m under the softmax, as columns. */
function moments(body: GraphWriter, logits: string, max: string, last: string) {
  const sum = (value: string) => body.node('ReduceSum', [value, last], { attributes: { keepdims: 1 } });
  const shifted = body.node('Sub', [logits, max]);
  const exponential = body.node('Exp', [shifted]);
  const s0 = sum(exponential);
  const bounded = body.node('Max', [shifted, body.float(LOWEST_EXPONENT)]);
  const weighted = body.node('Mul', [bounded, exponential]);
  const mean = body.node('Div', [sum(weighted), s0]);
  const meanSquare = body.node('Div', [sum(body.node('Mul', [weighted, bounded])), s0]);
  const variance = body.node('Sub', [meanSquare, body.node('Mul', [mean, mean])]);
  const logSum = body.node('Log', [s0]);
  return { logSum, entropy: body.node('Sub', [logSum, mean]), variance };
}

/** Entries equal to the target's logit and with a lower id, counted only if any row has equals at all. */
function equalLower(
  body: GraphWriter,
  logits: string,
  target: string,
  column: string,
  equal: string,
): string {
  const count = new GraphWriter('ties');
  const size = count.node('Gather', [count.node('Shape', [logits]), count.integers(1)]);
  const ids = count.node('Range', [count.integers(0), size, count.integers(1)]);
  const lower = count.node('And', [count.node('Equal', [logits, target]), count.node('Less', [ids, column])]);
  const counted = count.node('ReduceSum', [
    count.node('Cast', [lower], { attributes: { to: TYPE.float } }),
    count.integers([1]),
  ]);
  count.output(counted, TYPE.float, null);
  const none = new GraphWriter('noTies');
  none.output(none.node('Sub', [equal, equal]), TYPE.float, null);
  const total = body.node('ReduceSum', [body.node('Relu', [equal])], { attributes: { keepdims: 0 } });
  const hasTies = body.node('Greater', [total, body.float(0)]);
  return body.node('If', [hasTies], { attributes: { then_branch: count, else_branch: none } });
}

/** How many entries are greater than the target's, equal to it, and equal with a lower id. */
function ranks(body: GraphWriter, logits: string, target: string, column: string, last: string) {
  const count = (operator: string) =>
    body.node(
      'ReduceSum',
      [body.node('Cast', [body.node(operator, [logits, target])], { attributes: { to: TYPE.float } }), last],
      { attributes: { keepdims: 1 } },
    );
  const greater = count('Greater');
  const others = body.node('Sub', [count('GreaterOrEqual'), greater]);
  const equal = body.node('Sub', [others, body.float(1)]);
  return { greater, equal, equalLower: equalLower(body, logits, target, column, equal) };
}

/**
 * The body of the Scan: one group of rows in, one group of records out.
 *
 * @param logitsOf adds to the body what makes the float logits `[n, vocabulary]` of the rows named by an input.
 */
function recordBody(logitsOf: (body: GraphWriter, rows: string) => string): GraphWriter {
  const body = new GraphWriter('record');
  const rows = body.input(`${PREFIX}group.rows`, TYPE.int64, ['group']);
  const targets = body.input(`${PREFIX}group.targets`, TYPE.int64, ['group']);
  const logits = logitsOf(body, rows);
  const last = body.integers([1]);
  const column = body.node('Unsqueeze', [targets, last]);
  const target = body.node('GatherElements', [logits, column], { attributes: { axis: 1 } });

  const topLogits = `${PREFIX}group.top_logits`;
  const topIds = `${PREFIX}group.top_ids`;
  body.node('TopK', [logits, RECORD_INPUTS.k], { outputs: [topLogits, topIds], attributes: { axis: 1 } });
  const top = (index: number) =>
    body.node('Gather', [topLogits, body.integers([index])], { attributes: { axis: 1 } });
  const max = top(0);

  const { logSum, entropy, variance } = moments(body, logits, max, last);
  const { greater, equal, equalLower: lower } = ranks(body, logits, target, column, last);
  const normalizer = body.node('Add', [max, logSum]);
  const logprob = body.node('Sub', [body.node('Sub', [target, max]), logSum]);
  const margin = body.node('Sub', [max, top(1)]);
  const columns = { logprob, entropy, variance, greater, equalLower: lower, equal, margin, maxLogit: max };
  const scalars = body.node(
    'Concat',
    SCALARS.map((name) => columns[name]),
    { attributes: { axis: 1 } },
  );
  body.output(scalars, TYPE.float, null);
  body.output(body.node('Cast', [topIds], { attributes: { to: TYPE.int32 } }), TYPE.int32, null);
  body.output(body.node('Sub', [topLogits, normalizer]), TYPE.float, null);
  return body;
}

/** Adds the head: inputs `rows` and `targets` `[groups, n]` and `k` `[1]`; outputs `[groups, n, columns]`. */
export function addGraphHead(
  graph: GraphWriter,
  logitsOf: (body: GraphWriter, rows: string) => string,
): void {
  const { rows, targets, k } = RECORD_INPUTS;
  const { scalars, topIds, topLogprobs } = RECORD_OUTPUTS;
  graph.input(rows, TYPE.int64, ['groups', 'group']);
  graph.input(targets, TYPE.int64, ['groups', 'group']);
  graph.input(k, TYPE.int64, [1]);
  graph.node('Scan', [rows, targets], {
    attributes: { body: recordBody(logitsOf), num_scan_inputs: 2 },
    outputs: [scalars, topIds, topLogprobs],
  });
  graph.output(scalars, TYPE.float, ['groups', 'group', SCALARS.length]);
  graph.output(topIds, TYPE.int32, ['groups', 'group', 'k']);
  graph.output(topLogprobs, TYPE.float, ['groups', 'group', 'k']);
}
