/** Embeddings of a data set's samples as the page holds them: of so many samples as pairs can be made of. */
import { filled } from '../../core/filled.ts';
import { randomInteger, seededRandom } from '../../core/random.ts';
import { copyQuantized, emptyQuantized, type QuantizedVectors } from '../../core/similarity/quantized.ts';
import type { BlockEmbeddings } from '../../engine/sampleStore.ts';

/**
 * Samples that are compared with each other at most. All pairs of 10,000 take half a minute of a worker; with 384
 * dimensions they are 15 MB here. Of larger sets a random part is taken; in the store all are.
 */
export const MOST_EMBEDDINGS = 10_000;

const SUBSET_SEED = 20_250_203;

/** The subset that was drawn last: every look at a large set begins with the same. */
let drawn: { readonly samples: number; readonly most: number; readonly chosen: Uint32Array } | null = null;

/** Which samples take part: all, or a random subset that depends on their number alone. In ascending order. */
export function chosenSamples(samples: number, most = MOST_EMBEDDINGS): Uint32Array {
  if (drawn?.samples === samples && drawn.most === most) return drawn.chosen;
  const chosen = chosenAnew(samples, most);
  drawn = { samples, most, chosen };
  return chosen;
}

function chosenAnew(samples: number, most: number): Uint32Array {
  const all = filled(new Uint32Array(samples), (index) => index);
  if (samples <= most) return all;
  const random = seededRandom(SUBSET_SEED);
  for (let place = 0; place < most; place++) {
    const other = place + randomInteger(random, samples - place);
    [all[place], all[other]] = [all[other] ?? 0, all[place] ?? 0];
  }
  return all.slice(0, most).sort();
}

/** Embeddings that are there, and whose they are. */
export interface KnownEmbeddings {
  /** Indices of the samples. */
  readonly samples: Uint32Array;
  /** What the hidden states are. */
  readonly layer: string;
  readonly prefixes: QuantizedVectors;
  readonly fulls: QuantizedVectors;
}

/** Copies of those of some samples, in the order of all. */
export function embeddingsOfSome(
  { samples, layer, prefixes, fulls }: KnownEmbeddings,
  isWanted: (sample: number) => boolean,
): KnownEmbeddings {
  const places = Array.from(samples.keys()).filter((place) => isWanted(samples[place] ?? 0));
  const pick = (source: QuantizedVectors): QuantizedVectors => {
    const into = emptyQuantized(places.length, source.d);
    places.forEach((place, to) => {
      copyQuantized(source, place, into, to);
    });
    return into;
  };
  return {
    samples: Uint32Array.from(places, (place) => samples[place] ?? 0),
    layer,
    prefixes: pick(prefixes),
    fulls: pick(fulls),
  };
}

export class SampleEmbeddings {
  /** Samples that take part. */
  readonly chosen: Uint32Array;
  /** What the hidden states are; null until the first are there. */
  layer: string | null = null;
  private readonly slots: Int32Array;
  private readonly isThere: Uint8Array;
  private sets: Pick<KnownEmbeddings, 'prefixes' | 'fulls'> | null = null;

  constructor(samples: number) {
    this.chosen = chosenSamples(samples);
    this.slots = new Int32Array(samples).fill(-1);
    this.isThere = new Uint8Array(this.chosen.length);
    this.chosen.forEach((index, slot) => {
      this.slots[index] = slot;
    });
  }

  /** Dimensions; 0 until the first are there. */
  get dimensions(): number {
    return this.sets?.fulls.d ?? 0;
  }

  /** Samples whose embeddings are there. */
  get size(): number {
    return this.isThere.reduce((count, flag) => count + flag, 0);
  }

  /** Takes those of a block in; what does not fit those that are there is left. */
  add(indices: Uint32Array, { layer, prefixes, fulls }: BlockEmbeddings): void {
    const { length } = this.chosen;
    this.layer ??= layer;
    this.sets ??= { prefixes: emptyQuantized(length, fulls.d), fulls: emptyQuantized(length, fulls.d) };
    const { sets } = this;
    if (sets.fulls.d !== fulls.d || this.layer !== layer) return;
    indices.forEach((index, place) => {
      const slot = this.slots[index] ?? -1;
      if (slot < 0) return;
      copyQuantized(prefixes, place, sets.prefixes, slot);
      copyQuantized(fulls, place, sets.fulls, slot);
      this.isThere[slot] = 1;
    });
  }

  /** Copies of those that are there, to be moved to a worker; null if there are none. */
  known(): KnownEmbeddings | null {
    if (!this.sets || this.layer === null || !this.isThere.includes(1)) return null;
    const all = { samples: this.chosen, layer: this.layer, ...this.sets };
    return embeddingsOfSome(all, (sample) => this.isThere[this.slots[sample] ?? 0] === 1);
  }
}
