/** State of the panels that compare: groups of samples, members with non-members, samples with each other, two runs. */
import type { Groups } from '../../core/analyses/decomposition.ts';
import type { GroupComparison } from '../../core/analyses/groups.ts';
import type { SampleMatches } from '../../protocol/statistics.ts';
import { SEED } from './analyses.svelte.ts';
import { Latest } from './latest.svelte.ts';
import type { SampleLab } from './sampleLab.svelte.ts';

export class Comparisons {
  readonly groups: Latest<{ matches: SampleMatches; groups: Groups }, GroupComparison>;
  private readonly lab: SampleLab;

  constructor(lab: SampleLab) {
    this.lab = lab;
    const { client } = lab.analyses;
    this.groups = new Latest(async ({ matches, groups }, show) => {
      show(await client.ask((api) => api.compareGroups(matches, groups, SEED)));
    });
  }

  /** Takes everything off. */
  clear(): void {
    this.groups.clear();
  }

  /** Brings the panels up to date with what is scored. */
  update(): void {
    const { matches, groupOf } = this.lab;
    if (groupOf) void this.groups.update({ matches, groups: groupOf });
    else this.groups.clear();
  }
}
