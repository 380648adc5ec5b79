/** Experiment (b) of those that come with the page: does redundancy protect (Li et al. 2025, arXiv 2502.01187)? */
import { ngramJaccard } from '../similarity/lexical.ts';
import { partialSpearman, type Correlation } from '../statistics/association.ts';

/** What experiment (b) is told of one sample. */
export interface RedundancySample {
  /** Name of the sub-set that it belongs to. */
  readonly set: string;
  readonly prefix: string;
  readonly text: string;
  readonly copies: number;
  /** Match lengths under the fine-tuned model and its base; NaN if unknown. */
  readonly matchLength: number;
  readonly baseMatchLength: number;
}

/** One sub-set. Similarities are mean Jaccard similarities of word pairs over pairs of its texts. */
export interface RedundantSet {
  readonly name: string;
  readonly samples: number;
  readonly prefixSimilarity: number;
  readonly fullSimilarity: number;
  /** S_full - S_input: below 0 where texts begin alike and end apart. */
  readonly gap: number;
  /** Mean N, censored ones as they are, tokens. */
  readonly meanLength: number;
  readonly baseMeanLength: number;
}

export interface Redundancy {
  readonly sets: readonly RedundantSet[];
  /** Of each sample's own gap (its mean similarities to the others of its set) with its N, given its copies. */
  readonly gapWithLength: Correlation;
  /** Of its prefix's mean similarity with its N, given its copies. */
  readonly prefixWithLength: Correlation;
  readonly samples: number;
}

/** Words of a text, in lower case and without what stands between them. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** Mean similarity of each text to the others. O(n^2 words). */
function similarities(texts: readonly string[]): number[] {
  const words = texts.map(wordsOf);
  const sums = texts.map((): number[] => []);
  for (let one = 0; one < words.length; one++)
    for (let other = one + 1; other < words.length; other++) {
      const value = ngramJaccard(words[one] ?? [], words[other] ?? [], 2);
      sums[one]?.push(value);
      sums[other]?.push(value);
    }
  return sums.map(mean);
}

/**
 * Experiment (b): match length against the redundancy of the set that a text is in (Remark 2.7 of the paper: where
 * prefixes are alike and the full texts are not, less is memorized). Similarity is lexical: it counts shared pairs
 * of words and knows nothing of meaning.
 */
export function redundancy(samples: readonly RedundancySample[]): Redundancy {
  const known = samples.filter(({ matchLength }) => !Number.isNaN(matchLength));
  const [gaps, prefixes, lengths, copies]: [number[], number[], number[], number[]] = [[], [], [], []];
  const sets = [...new Set(known.map(({ set }) => set))].map((name): RedundantSet => {
    const members = known.filter(({ set }) => set === name);
    const prefix = similarities(members.map((sample) => sample.prefix));
    const full = similarities(members.map(({ text }) => text));
    members.forEach((sample, index) => {
      gaps.push((full[index] ?? NaN) - (prefix[index] ?? NaN));
      prefixes.push(prefix[index] ?? NaN);
      lengths.push(sample.matchLength);
      copies.push(sample.copies);
    });
    return {
      name,
      samples: members.length,
      prefixSimilarity: mean(prefix),
      fullSimilarity: mean(full),
      gap: mean(full) - mean(prefix),
      meanLength: mean(members.map(({ matchLength }) => matchLength)),
      baseMeanLength: mean(members.map(({ baseMatchLength }) => baseMatchLength)),
    };
  });
  return {
    sets,
    gapWithLength: partialSpearman(gaps, lengths, copies),
    prefixWithLength: partialSpearman(prefixes, lengths, copies),
    samples: known.length,
  };
}
