import type { StoredSample } from '../../engine/sampleStore.ts';
import { sharedMemory } from '../../engine/sharedMemory.ts';
import type { SampleMatches } from '../../protocol/statistics.ts';

/** A copy that workers read in place. */
function sharedCopy(values: Float64Array): Float64Array {
  const copy = new Float64Array(sharedMemory(values.byteLength));
  copy.set(values);
  return copy;
}

/**
 * What is scored of a data set, filled in place. What the page shows again and again is kept beside the results, so
 * that no drawing has to go through a hundred thousand of them.
 */
export class SampleResults {
  /** `[samples]` null where a sample is not scored. */
  readonly all: (StoredSample | null)[];
  /** Samples that are scored. */
  count = 0;
  /** Between two drawings of what grows, ms: longer for a large set, of which a drawing costs more. */
  readonly drawInterval: number;
  private readonly kept: SampleMatches;

  constructor(samples: number) {
    this.all = Array<null>(samples).fill(null);
    this.drawInterval = Math.max(250, samples / 100);
    const unknown = () => new Float64Array(samples).fill(NaN);
    this.kept = { n: unknown(), length: unknown() };
  }

  /** Takes a sample in, also in the place of an earlier result; one that is not of this data set is left out. */
  add(index: number, sample: StoredSample | null | undefined): void {
    if (!sample || index >= this.all.length) return;
    if (this.all[index] === null) this.count++;
    this.all[index] = sample;
    this.kept.n[index] = sample.scored.matchLength;
    this.kept.length[index] = sample.scored.suffixTokens;
  }

  /** N and L of every sample as they are now; NaN where it is not scored. */
  matches(): SampleMatches {
    return { n: sharedCopy(this.kept.n), length: sharedCopy(this.kept.length) };
  }
}
