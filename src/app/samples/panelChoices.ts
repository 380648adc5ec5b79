/** What a visitor chose in the panels: how they are drawn and what stands out in them, never what is computed of the samples. */
import type { MembershipScore } from '../../core/analyses/membership.ts';
import type { Family } from '../../core/analyses/subsets.ts';
import type { Adjustment } from './groupText.ts';

export const SURVIVAL_SCALES = ['log', 'linear'] as const;
export const ROC_SCALES = ['linear', 'log'] as const;
export const LOCAL_MEASURES = ['gap', 'redundancy'] as const;
export const MAPS = ['pca', 'umap'] as const;
export const NEAR_BY = ['prefix', 'full'] as const;

export interface PanelChoices {
  /** Of the p values of groups. */
  adjustment: Adjustment;
  survivalScale: (typeof SURVIVAL_SCALES)[number];
  /** Group that stands out in the decomposition; null for none. */
  survivalFocus: string | null;
  rocScale: (typeof ROC_SCALES)[number];
  /** Score that stands out; null for the best. */
  rocScore: MembershipScore | null;
  localMeasure: (typeof LOCAL_MEASURES)[number];
  /** Column that the associations are freed of; null for the one that the data suggest. */
  covariate: string | null;
  map: (typeof MAPS)[number];
  /** Id of a colouring of the map. */
  mapColour: string;
  nearBy: (typeof NEAR_BY)[number];
  /** Samples of which the worst case is asked. */
  worstOf: number;
  /** Share of the samples below those that were selected on the Lorenz curve; null for none. */
  topFrom: number | null;
  /** Of experiment (b). */
  subsets: Family;
}

export const defaultChoices = (): PanelChoices => ({
  adjustment: 'holm',
  survivalScale: 'log',
  survivalFocus: null,
  rocScale: 'linear',
  rocScore: null,
  localMeasure: 'gap',
  covariate: null,
  map: 'pca',
  mapColour: 'n',
  nearBy: 'prefix',
  worstOf: 100,
  topFrom: null,
  subsets: 'kind',
});
