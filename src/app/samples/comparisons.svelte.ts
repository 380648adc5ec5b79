/** State of the panels that compare: groups of samples, members with non-members, samples with each other, two runs. */
import type { CeilingAnalysis } from '../../core/analyses/ceilings.ts';
import type { Groups } from '../../core/analyses/decomposition.ts';
import type { GroupEstimates, GroupTests } from '../../core/analyses/groups.ts';
import {
  MEMBERSHIP_SCORES,
  type BlindEvaluation,
  type MembershipEstimates,
  type MembershipIntervals,
} from '../../core/analyses/membership.ts';
import { filled } from '../../core/filled.ts';
import { joinFeatures, type TextFeatures } from '../../core/textFeatures.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import { sharedMemory } from '../../engine/sharedMemory.ts';
import type { StatisticsClient } from '../../engine/statisticsClient.ts';
import { asMemoscopeError } from '../../protocol/errors.ts';
import type { SampleMatches, StatisticsApi } from '../../protocol/statistics.ts';
import { SEED } from './analyses.svelte.ts';
import type { DataSet } from './dataSet.ts';
import { Latest } from './latest.svelte.ts';
import { defaultRule, membershipOf, type MemberRule } from './memberRule.ts';
import { Pairing, type OtherRun } from './pairing.svelte.ts';
import type { PreparedSample } from './prepare.ts';
import { rowsOf } from './runArrays.ts';
import { Slices } from './slices.ts';
import type { Archive } from '../archive.svelte.ts';
import type { SampleRun } from './sampleRun.svelte.ts';

type Results = readonly (StoredSample | null)[];

/** What the panel "Groups" shows; the tests come later. */
interface GroupResult {
  readonly estimates: GroupEstimates;
  readonly tests: GroupTests | null;
}

/** What the panel "Membership" shows; the baseline and the intervals come later. */
export interface MembershipResult {
  readonly estimates: MembershipEstimates;
  readonly blind: BlindEvaluation | null;
  readonly intervals: MembershipIntervals | null;
  /** `[samples]` the classes that were compared. */
  readonly member: Int8Array;
  /** `[samples]` each, in the order of the scores. */
  readonly scores: readonly Float64Array[];
}

interface ComparisonInput {
  readonly matches: SampleMatches;
  readonly groups: Groups | null;
  readonly dataSet: DataSet | null;
  readonly results: Results;
  readonly scored: number;
  /** Null until every sample is cut. */
  readonly prepared: readonly (PreparedSample | null)[] | null;
  readonly rule: MemberRule | null;
  readonly other: OtherRun | null;
  /** True once no more samples come. */
  readonly isFinal: boolean;
}

interface GroupInput {
  readonly matches: SampleMatches;
  readonly groups: Groups;
  readonly isFinal: boolean;
}

interface MembershipInput {
  readonly dataSet: DataSet;
  readonly results: Results;
  /** Samples that have a result. */
  readonly scored: number;
  readonly member: Int8Array;
}

interface CeilingInput {
  readonly prepared: readonly (PreparedSample | null)[];
  readonly matches: SampleMatches;
}

/** What there is to compare, as the view has it. */
interface ComparedLab {
  readonly run: SampleRun;
  readonly analyses: { readonly client: StatisticsClient };
  readonly matches: SampleMatches;
  readonly groupOf: Groups | null;
}

/** `[samples]` each, in the order of the scores, laid out in slices; NaN where unscored. */
async function scoresOf(results: Results): Promise<Float64Array[]> {
  const slices = new Slices();
  const scores: Float64Array[] = [];
  for (const name of MEMBERSHIP_SCORES) {
    const memory = sharedMemory(results.length * Float64Array.BYTES_PER_ELEMENT);
    scores.push(filled(new Float64Array(memory), (index) => results[index]?.scored[name] ?? NaN));
    await slices.pause();
  }
  return scores;
}

/** Texts that are read for the blind baseline in one call. */
const TEXTS_AT_ONCE = 1000;

export class Comparisons {
  readonly groups: Latest<GroupInput, GroupResult>;
  readonly membership: Latest<MembershipInput, MembershipResult>;
  readonly ceilings: Latest<CeilingInput, CeilingAnalysis>;
  readonly pairing: Pairing;
  /** Why the samples could not be cut again. */
  cutProblem = $state<string | null>(null);
  isCutting = $state(false);
  readonly isBusy = $derived.by(() =>
    [this.groups, this.membership, this.ceilings, this.pairing.result].some(({ isBusy }) => isBusy),
  );
  /** What the visitor says who is a member, and of which data set. */
  private chosenRule = $state.raw<{ readonly dataSet: DataSet; readonly rule: MemberRule | null } | null>(
    null,
  );
  private readonly lab: ComparedLab;
  /** Read once for a data set and its cut. */
  private texts: {
    readonly results: Results;
    readonly scored: number;
    readonly features: TextFeatures;
  } | null = null;

  constructor(lab: ComparedLab, storage: Archive) {
    this.lab = lab;
    const { client } = lab.analyses;
    this.pairing = new Pairing(lab.run, storage, client);
    this.groups = new Latest(async ({ matches, groups, isFinal }, show, isWanted) => {
      const estimates = await client.ask((api) => api.estimateGroups(matches, groups));
      show({ estimates, tests: null });
      if (!isFinal) return;
      const tests = await client.askLater((api) => api.testGroups(matches, groups, SEED), isWanted);
      if (tests) show({ estimates, tests });
    });
    this.ceilings = new Latest(async ({ prepared, matches }, show) => {
      const analysis = await client.ceilings(async () => {
        const all = filled(new Uint32Array(prepared.length), (index) => index);
        const rows = await rowsOf(prepared, all);
        return [rows, filled(all, (index) => prepared[index]?.prefixTokens ?? 0), matches.n];
      });
      show(analysis);
    });
    this.membership = new Latest((input, show, isWanted) => this.evaluateMembership(input, show, isWanted));
  }

  /** Who is a member: as chosen, else as the data suggest; null if nothing says it. */
  readonly memberRule = $derived.by(() => {
    const { dataSet } = this.lab.run;
    if (!dataSet) return null;
    return this.chosenRule?.dataSet === dataSet ? this.chosenRule.rule : defaultRule(dataSet);
  });

  chooseMembers(rule: MemberRule | null): void {
    const { dataSet } = this.lab.run;
    if (dataSet) this.chosenRule = { dataSet, rule };
  }

  /** Takes everything off. */
  clear(): void {
    this.groups.clear();
    this.membership.clear();
    this.ceilings.clear();
    this.pairing.clear();
    this.cutProblem = null;
    this.texts = null;
  }

  /** What the panels are to be computed from. */
  input(): ComparisonInput {
    const { lab, memberRule } = this;
    const { dataSet, results, scored, isBusy, hasTokens, prepared } = lab.run;
    return {
      matches: lab.matches,
      groups: lab.groupOf,
      dataSet,
      results,
      scored,
      prepared: hasTokens ? prepared : null,
      rule: memberRule,
      other: this.pairing.other,
      isFinal: !isBusy,
    };
  }

  /** Brings the panels up to date. */
  update(input: ComparisonInput): void {
    const { matches, groups, dataSet, results, scored, prepared, rule, other, isFinal } = input;
    this.pairing.update(other, results, matches);
    if (isFinal) void this.pairing.look();
    if (groups) void this.groups.update({ matches, groups, isFinal });
    else this.groups.clear();
    if (!dataSet || !rule) this.membership.clear();
    // The baseline reads all texts: not for an input that is out of date by now.
    else if (isFinal)
      void this.membership.update({
        dataSet,
        results,
        scored,
        member: membershipOf(dataSet.samples, rule),
      });
    if (!prepared) this.ceilings.clear();
    else if (isFinal) void this.ceilings.update({ prepared, matches });
    if (!prepared && isFinal) this.cutIfReady();
  }

  /** Cuts the samples if nothing is to be loaded for it, and it did not fail before. */
  private cutIfReady(): void {
    if (this.lab.run.isModelReady && this.cutProblem === null) void this.cutAgain();
  }

  /** Cuts the samples of a restored run again, if it has texts. Never rejects. */
  async cutAgain(): Promise<void> {
    if (this.isCutting) return;
    this.isCutting = true;
    this.cutProblem = null;
    try {
      await this.lab.run.cutAgain();
    } catch (thrown) {
      this.cutProblem = asMemoscopeError(thrown).message;
    } finally {
      this.isCutting = false;
    }
  }

  private async evaluateMembership(
    { dataSet, results, scored, member }: MembershipInput,
    show: (result: MembershipResult) => void,
    isWanted: () => boolean,
  ): Promise<void> {
    const { client } = this.lab.analyses;
    const { scores, estimates } = await client.ask(async (api) => {
      const known = await scoresOf(results);
      return { scores: known, estimates: await api.membership(known, member) };
    });
    const found = { estimates, member, scores };
    show({ ...found, blind: null, intervals: null });
    if (estimates.members === 0 || estimates.nonMembers === 0) return;
    const blind = await client.askLater(async (api) => {
      const hasTexts = dataSet.hasTexts !== false;
      const features = hasTexts ? await this.featuresOf(api, dataSet, results, scored) : null;
      return api.blindMembership(features, member, SEED);
    }, isWanted);
    if (!blind) return;
    show({ ...found, blind, intervals: null });
    const intervals = await client.askLater(
      (api) => api.membershipIntervals(scores, blind.blindScores, member, SEED),
      isWanted,
    );
    if (intervals) show({ ...found, blind, intervals });
  }

  /** What the texts show as they were scored, in pieces, so that the page is never held up. */
  private async featuresOf(
    api: StatisticsApi,
    { samples }: DataSet,
    results: Results,
    scored: number,
  ): Promise<TextFeatures> {
    if (this.texts?.results === results && this.texts.scored === scored) return this.texts.features;
    const parts: TextFeatures[] = [];
    for (let from = 0; from < samples.length; from += TEXTS_AT_ONCE) {
      const some = samples.slice(from, from + TEXTS_AT_ONCE);
      const texts = some.map(({ text }, place) => {
        const cut = results[from + place]?.cut;
        return cut ? text.slice(cut.from, cut.to) : '';
      });
      // The zlib score is LOSS over the size of the compressed text, which need not be compressed again.
      const sizes = Float64Array.from(some, (_, place) => {
        const stored = results[from + place]?.scored;
        return stored ? Math.round(stored.loss / stored.zlib) : NaN;
      });
      parts.push(await api.textFeatures(texts, sizes));
    }
    const features = await new Slices().finish(joinFeatures(parts, sharedMemory));
    this.texts = { results, scored, features };
    return features;
  }
}
