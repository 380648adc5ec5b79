/** Large-sample errors of areas under the ROC curve and of their differences (DeLong et al. 1988). */
import { midranks } from './ranks.ts';

/** An AUROC with what each sample contributes to it. */
export interface AurocComponents {
  readonly auroc: number;
  /** `[samples]` of a member: share of non-members below it (ties half); of a non-member: share of members above. */
  readonly components: Float64Array;
  readonly member: Int8Array;
}

/**
 * The components of an AUROC from midranks. O(n log n).
 *
 * @param member 1 member, 0 non-member, -1 neither.
 * @returns NaN components where a sample has no class or no score; NaN everywhere if a class is empty.
 */
export function aurocComponents(scores: Float64Array, member: Int8Array): AurocComponents {
  const used = (own: number): Uint32Array =>
    Uint32Array.from(scores, (_, sample) => sample).filter(
      (sample) => member[sample] === own && !Number.isNaN(scores[sample] ?? NaN),
    );
  const classes = [used(1), used(0)] as const;
  const pooled = new Uint32Array(classes[0].length + classes[1].length);
  pooled.set(classes[0]);
  pooled.set(classes[1], classes[0].length);
  const ranksOf = (samples: Uint32Array): Float64Array =>
    midranks(Float64Array.from(samples, (sample) => scores[sample] ?? NaN)).ranks;
  const all = ranksOf(pooled);
  const components = new Float64Array(scores.length).fill(NaN);
  let [sum, from] = [0, 0];
  classes.forEach((samples, place) => {
    const others = pooled.length - samples.length;
    const within = ranksOf(samples);
    samples.forEach((sample, index) => {
      // Rank among all minus rank in its own class: how many of the other class lie below, ties half.
      const below = ((all[from + index] ?? NaN) - (within[index] ?? NaN)) / others;
      components[sample] = place === 0 ? below : 1 - below;
      if (place === 0) sum += below;
    });
    from += samples.length;
  });
  const auroc = sum / classes[0].length;
  return { auroc: classes[1].length > 0 ? auroc : NaN, components, member };
}

/**
 * Variance of an AUROC, or of the difference of two over the same samples: in each class the variance of the
 * components (of their difference) over the class's size, added up. Samples without a component in either are left
 * out. O(n).
 *
 * @returns NaN unless both classes have two samples.
 */
export function componentVariance(one: AurocComponents, other: AurocComponents | null): number {
  let total = 0;
  for (const own of [0, 1]) {
    let [n, sum, square] = [0, 0, 0];
    for (let sample = 0; sample < one.components.length; sample++) {
      if (one.member[sample] !== own) continue;
      const value = (one.components[sample] ?? NaN) - (other ? (other.components[sample] ?? NaN) : 0);
      if (Number.isNaN(value)) continue;
      n++;
      sum += value;
      square += value * value;
    }
    total += Math.max(0, square - (sum * sum) / n) / ((n - 1) * n);
  }
  return total;
}
