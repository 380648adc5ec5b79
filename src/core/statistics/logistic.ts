/** Logistic regression for a handful of features. */

/** Rows end to end: value of feature f in row r at r * features + f. */
export interface FeatureRows {
  readonly values: Float64Array;
  readonly features: number;
}

/** Solves A x = b for a symmetric positive definite A, given by rows, by Cholesky's decomposition. */
function solvePositive(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  const size = vector.length;
  const lower = matrix.map((row) => row.slice());
  const at = (row: number, column: number): number => lower[row]?.[column] ?? NaN;
  const x = vector.slice();
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row]?.[column] ?? NaN;
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      const into = lower[row];
      if (into) into[column] = row === column ? Math.sqrt(sum) : sum / at(column, column);
    }
    let sum = x[row] ?? NaN;
    for (let k = 0; k < row; k++) sum -= at(row, k) * (x[k] ?? NaN);
    x[row] = sum / at(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row] ?? NaN;
    for (let k = row + 1; k < size; k++) sum -= at(k, row) * (x[k] ?? NaN);
    x[row] = sum / at(row, row);
  }
  return x;
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

/** One step of Newton's method from the gradient and the curvature of the penalised likelihood at `theta`. */
function newtonStep(
  theta: Float64Array,
  data: FeatureRows,
  rows: ArrayLike<number>,
  target: { readonly isOne: ArrayLike<number>; readonly weights: readonly [number, number]; ridge: number },
): Float64Array {
  const { values, features } = data;
  const size = features + 1;
  const gradient = new Float64Array(size);
  const curvature = Array.from({ length: size }, () => new Float64Array(size));
  const x = new Float64Array(size);
  x[0] = 1;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] ?? 0;
    for (let feature = 0; feature < features; feature++)
      x[feature + 1] = values[row * features + feature] ?? NaN;
    const p = 1 / (1 + Math.exp(-linearScore(theta, data, row)));
    const y = target.isOne[row] ?? 0;
    const weight = target.weights[y > 0 ? 1 : 0];
    const spread = weight * p * (1 - p);
    for (let i = 0; i < size; i++) {
      const xi = x[i] ?? 0;
      gradient[i] = (gradient[i] ?? 0) + weight * (y - p) * xi;
      const line = curvature[i];
      if (line) for (let j = 0; j <= i; j++) line[j] = (line[j] ?? 0) + spread * xi * (x[j] ?? 0);
    }
  }
  for (let i = 0; i < size; i++) {
    const line = curvature[i];
    if (!line) continue;
    // The intercept is free; the tiny term keeps the matrix positive where the classes are all but separated.
    line[i] = (line[i] ?? 0) + (i === 0 ? 1e-9 : target.ridge);
    if (i > 0) gradient[i] = (gradient[i] ?? 0) - target.ridge * (theta[i] ?? 0);
  }
  return solvePositive(curvature, gradient);
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
