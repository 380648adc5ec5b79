/** Logistic regression for a handful of features. */
import { Matrix, solve } from 'ml-matrix';

/** Rows end to end: value of feature f in row r at r * features + f. */
export interface FeatureRows {
  readonly values: Float64Array;
  readonly features: number;
}

const MOST_STEPS = 50;
const SMALL_STEP = 1e-10;

/** Intercept plus the weighted features of a row. */
export function linearScore(
  coefficients: Float64Array,
  { values, features }: FeatureRows,
  row: number,
): number {
  let score = coefficients[0] ?? NaN;
  for (let feature = 0; feature < features; feature++)
    score += (coefficients[feature + 1] ?? NaN) * (values[row * features + feature] ?? NaN);
  return score;
}

/** What is fitted: the class of each row, the weights of both classes, the ridge. */
interface Target {
  readonly isOne: ArrayLike<number>;
  readonly weights: readonly [zero: number, one: number];
  readonly ridge: number;
}

/** Adds `by` times a vector, from its element `first` on, to the values from `at` on. */
function addScaled(into: Float64Array, at: number, by: number, vector: Float64Array, first = 0): void {
  for (let index = first; index < vector.length; index++)
    into[at + index] = (into[at + index] ?? 0) + by * (vector[index] ?? 0);
}

/** Gradient and curvature of the penalised log-likelihood at `theta`, the curvature by rows, end to end. */
function slopeAndCurvature(
  theta: Float64Array,
  data: FeatureRows,
  rows: ArrayLike<number>,
  { isOne, weights, ridge }: Target,
): { gradient: Float64Array; curvature: Float64Array } {
  const { values, features } = data;
  const size = features + 1;
  const gradient = new Float64Array(size);
  // The intercept is free; its tiny term keeps the matrix positive where the classes are all but separated.
  const curvature = new Float64Array(size * size).map((_, cell) =>
    cell % (size + 1) === 0 ? (cell === 0 ? 1e-9 : ridge) : 0,
  );
  const x = new Float64Array(size).fill(1);
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] ?? 0;
    for (let feature = 0; feature < features; feature++)
      x[feature + 1] = values[row * features + feature] ?? NaN;
    const p = 1 / (1 + Math.exp(-linearScore(theta, data, row)));
    const y = isOne[row] ?? 0;
    const weight = weights[y > 0 ? 1 : 0];
    addScaled(gradient, 0, weight * (y - p), x);
    // The matrix is symmetric: its upper half is summed.
    for (let i = 0; i < size; i++) addScaled(curvature, i * size, weight * p * (1 - p) * (x[i] ?? 0), x, i);
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) curvature[i * size + j] = curvature[j * size + i] ?? NaN;
  gradient.forEach((value, i) => {
    if (i > 0) gradient[i] = value - ridge * (theta[i] ?? 0);
  });
  return { gradient, curvature };
}

/** One step of Newton's method. */
function newtonStep(...given: Parameters<typeof slopeAndCurvature>): number[] {
  const { gradient, curvature } = slopeAndCurvature(...given);
  const matrix = Matrix.from1DArray(gradient.length, gradient.length, Array.from(curvature));
  return solve(matrix, Matrix.columnVector(Array.from(gradient))).to1DArray();
}

/**
 * Logistic regression with a ridge on the slopes, both classes of equal total weight: maximises
 * sum_r w_r ln P(y_r | x_r) - ridge / 2 sum_f slope_f^2, w_r = n / (2 n_class). Newton's method; deterministic.
 * O(steps rows features^2).
 *
 * @param rows the rows to fit; their features must be numbers, of like scale.
 * @param isOne 1 for the rows of the class whose log-odds are fitted, else 0; by row of the data.
 * @returns `[features + 1]` intercept, then slopes; NaN if a class has no row.
 */
export function fitLogistic(
  data: FeatureRows,
  rows: ArrayLike<number>,
  isOne: ArrayLike<number>,
  ridge = 1,
): Float64Array {
  let ones = 0;
  for (let place = 0; place < rows.length; place++) ones += isOne[rows[place] ?? -1] ?? 0;
  const zeros = rows.length - ones;
  const theta = new Float64Array(data.features + 1);
  if (ones === 0 || zeros === 0) return theta.fill(NaN);
  const weights = [rows.length / (2 * zeros), rows.length / (2 * ones)] as const;
  for (let step = 0; step < MOST_STEPS; step++) {
    const change = newtonStep(theta, data, rows, { isOne, weights, ridge });
    let largest = 0;
    change.forEach((value, index) => {
      // The ridge bounds the slopes; a bound on the step keeps a far start from overshooting.
      theta[index] = (theta[index] ?? 0) + Math.max(-5, Math.min(5, value));
      largest = Math.max(largest, Math.abs(value));
    });
    if (largest < SMALL_STEP) break;
  }
  return theta;
}
