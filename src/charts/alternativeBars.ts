import { scaleLinear } from 'd3';

export interface Alternative {
  readonly id: number;
  readonly label: string;
  /** Nats. */
  readonly logprob: number;
  readonly isTruth: boolean;
}

export interface AlternativeBar extends Alternative {
  readonly probability: number;
  /** Percent of the chart's width: certainty fills it. */
  readonly width: number;
}

/**
 * Bars of the most probable tokens on a fixed domain of 0 to 1, so that two tokens' bars can be compared. The
 * true token comes last where it is not among the best.
 *
 * @param limit Number of best tokens to show.
 */
export function alternativeBars(alternatives: readonly Alternative[], limit: number): AlternativeBar[] {
  const width = scaleLinear([0, 1], [0, 100]).clamp(true);
  const shown = alternatives.filter(({ isTruth }, place) => place < limit || isTruth);
  return shown.map((alternative) => {
    const probability = Math.exp(alternative.logprob);
    return { ...alternative, probability, width: Math.round(width(probability) * 100) / 100 };
  });
}
