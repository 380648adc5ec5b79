import { gramSpectrum, type GramSpectrum } from './spectrum.ts';
import { centred, type Vectors } from './vectors.ts';

/** Samples on their first principal components. */
export interface PrincipalComponents {
  /** `[n * components]` coordinates, sample after sample. */
  readonly scores: Float64Array;
  /** `[components]` share of the variance of each; NaN if there is no variance. */
  readonly explained: Float64Array;
}

/** Coordinates of the samples on one component. */
function scoresOf({ n, d, values }: Vectors, spectrum: GramSpectrum, component: number): Float64Array {
  const vector = spectrum.eigenvectors[component] ?? new Float64Array(0);
  const singular = Math.sqrt(spectrum.eigenvalues[component] ?? 0);
  return Float64Array.from({ length: n }, (_, row) => {
    if (spectrum.overSamples) return (vector[row] ?? 0) * singular;
    let sum = 0;
    for (let at = 0; at < d; at++) sum += (values[row * d + at] ?? 0) * (vector[at] ?? 0);
    return sum;
  });
}

/** The same scores with the largest in absolute value positive, so that a map does not flip between two runs. */
function withFixedSign(scores: Float64Array): Float64Array {
  const extreme = scores.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return extreme < 0 ? scores.map((value) => -value) : scores;
}

/**
 * Principal component analysis: the centred vectors projected on the eigenvectors of their covariance with the
 * largest eigenvalues. A sign has no meaning; the largest coordinate of each component is made positive. Components
 * that do not exist are 0.
 *
 * @throws {RangeError} if a value is not finite.
 */
export function principalComponents(vectors: Vectors, components = 2): PrincipalComponents {
  const around = centred(vectors);
  return componentsOf(around, gramSpectrum(around), components);
}

/** {@link principalComponents} of vectors that are centred already, with their spectrum. */
export function componentsOf(around: Vectors, spectrum: GramSpectrum, components = 2): PrincipalComponents {
  const total = spectrum.eigenvalues.reduce((sum, value) => sum + value, 0);
  const scores = new Float64Array(around.n * components);
  for (let component = 0; component < components; component++)
    withFixedSign(scoresOf(around, spectrum, component)).forEach((score, row) => {
      scores[row * components + component] = score;
    });
  const explained = Float64Array.from(
    { length: components },
    (_, component) => (spectrum.eigenvalues[component] ?? 0) / total,
  );
  return { scores, explained };
}
