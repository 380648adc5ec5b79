/** Reads what `viewOf` wrote. */
import { MEMBERSHIP_SCORES } from '../../core/analyses/membership.ts';
import { FAMILIES } from '../../core/analyses/subsets.ts';
import type { ColumnFilter } from './columnFilter.ts';
import { count, flag, listOf, number, objectOf, oneOf, orNull, text, type Decoder } from './decoders.ts';
import { invalid, isObject } from './fileChecks.ts';
import type { FiledView } from './filedView.ts';
import { ADJUSTMENTS, type Adjustment } from './groupText.ts';
import type { MemberRule } from './memberRule.ts';
import {
  LOCAL_MEASURES,
  MAPS,
  NEAR_BY,
  ROC_SCALES,
  SURVIVAL_SCALES,
  type PanelChoices,
} from './panelChoices.ts';
import { ROW_FILTERS, type Sorting } from './rowFilters.ts';

const choices = objectOf<PanelChoices>({
  adjustment: oneOf(Object.keys(ADJUSTMENTS) as Adjustment[]),
  survivalScale: oneOf(SURVIVAL_SCALES),
  survivalFocus: orNull(text),
  rocScale: oneOf(ROC_SCALES),
  rocScore: orNull(oneOf(MEMBERSHIP_SCORES)),
  localMeasure: oneOf(LOCAL_MEASURES),
  covariate: orNull(text),
  map: oneOf(MAPS),
  mapColour: text,
  nearBy: oneOf(NEAR_BY),
  worstOf: number,
  topFrom: orNull(number),
  subsets: oneOf(FAMILIES),
});

const above = objectOf<Extract<MemberRule, { kind: 'above' }>>({
  kind: oneOf(['above']),
  column: text,
  limit: number,
});
const values = objectOf<Extract<MemberRule, { kind: 'values' }>>({
  kind: oneOf(['values']),
  column: text,
  members: listOf(text),
});
const rule: Decoder<MemberRule> = (value, where) =>
  isObject(value) && value['kind'] === 'above' ? above(value, where) : values(value, where);

/** @throws {MemoscopeError} `InvalidInput`. */
export function readView(fields: unknown, samples: number): FiledView {
  const sample: Decoder<number> = (value, where) => {
    const index = count(value, where);
    if (index >= samples) throw invalid(`${where} is ${index}, and there are ${samples} samples`);
    return index;
  };
  const view = objectOf<FiledView>({
    selection: listOf(sample),
    opened: orNull(sample),
    table: objectOf({
      search: text,
      filter: oneOf(ROW_FILTERS),
      columnFilter: orNull(objectOf<ColumnFilter>({ column: text, from: number, to: number, text })),
      sorting: orNull(objectOf<Sorting>({ column: text, isDescending: flag })),
      isWide: flag,
    }),
    space: oneOf(['raw', 'centred']),
    members: orNull(rule),
    other: orNull(text),
    choices,
    isLaidOut: flag,
  });
  return view(fields, 'view');
}
