/** State of the panel that compares the run at hand with another one of the same samples. */
import type { PairedAnalysis } from '../../core/analyses/paired.ts';
import { filled } from '../../core/filled.ts';
import type { SampleRunHeader, StoredSample } from '../../engine/sampleStore.ts';
import type { StatisticsClient } from '../../engine/statisticsClient.ts';
import type { SampleMatches } from '../../protocol/statistics.ts';
import type { Archive } from '../archive.svelte.ts';
import { Latest } from './latest.svelte.ts';
import { otherRuns, storedMatches } from './otherRuns.ts';
import type { SampleRun } from './sampleRun.svelte.ts';
import { nameOfSubject } from './storedRunText.ts';

/** Stands for the base model, whose numbers every run with an adapter has beside its own. */
export const BASE = 'base';

/** What the run at hand can be compared with. */
export interface OtherRun {
  /** {@link BASE}, or the key of a stored run. */
  readonly id: string;
  readonly label: string;
  /** For the axis of a figure. */
  readonly short: string;
  /** True if it cut its samples in another way. */
  readonly isCutOtherwise: boolean;
}

export interface PairingResult {
  readonly other: OtherRun;
  readonly analysis: PairedAnalysis;
  readonly before: SampleMatches;
}

interface PairingInput {
  readonly other: OtherRun;
  readonly results: readonly (StoredSample | null)[];
  readonly matches: SampleMatches;
}

const labelOf = ({ settings, savedAt }: SampleRunHeader, isCutOtherwise: boolean): string =>
  [
    nameOfSubject(settings),
    ...(isCutOtherwise ? [settings.split] : []),
    `${savedAt.slice(0, 16).replace('T', ' ')} UTC`,
  ].join(', ');

export class Pairing {
  readonly result: Latest<PairingInput, PairingResult>;
  /** Stored runs of the same samples. */
  private stored = $state.raw<readonly SampleRunHeader[]>([]);
  /** Id of what was chosen; null for what comes first. */
  chosen = $state<string | null>(null);
  private readonly run: SampleRun;
  private readonly storage: Archive;

  constructor(run: SampleRun, storage: Archive, client: StatisticsClient) {
    this.run = run;
    this.storage = storage;
    this.result = new Latest(async ({ other, results, matches }, show) => {
      const found = await client.ask(async (api) => {
        const before = await this.matchesOf(other, results, matches);
        return { before, analysis: await api.comparePaired(before, matches) };
      });
      show({ other, ...found });
    });
  }

  /** The base model first, then stored runs. */
  readonly others = $derived.by((): OtherRun[] => {
    const { settings } = this.run;
    if (!settings) return [];
    const base: OtherRun = {
      id: BASE,
      label: `${settings.modelId}, the base`,
      short: 'the base',
      isCutOtherwise: false,
    };
    return [
      ...(settings.hasReference ? [base] : []),
      ...this.stored.map((header) => {
        const isCutOtherwise = header.settings.split !== settings.split;
        const short = header.settings.adapterId ?? 'no adapter';
        return { id: header.key, label: labelOf(header, isCutOtherwise), short, isCutOtherwise };
      }),
    ];
  });

  /** What is compared: as chosen, else the base; null if there is nothing. */
  readonly other = $derived(this.others.find(({ id }) => id === this.chosen) ?? this.others[0] ?? null);

  choose(id: string): void {
    this.chosen = id;
  }

  clear(): void {
    this.result.clear();
    this.stored = [];
  }

  update(other: OtherRun | null, results: readonly (StoredSample | null)[], matches: SampleMatches): void {
    if (other) void this.result.update({ other, results, matches });
    else this.result.clear();
  }

  /** Looks which stored runs have the same samples. Never rejects. */
  async look(): Promise<void> {
    const { dataSet, key } = this.run;
    if (!dataSet) return;
    const found = await this.storage.withSamples((store) => otherRuns(store, dataSet.samples, key), []);
    const isSame = found.map(({ key: id }) => id).join() === this.stored.map(({ key: id }) => id).join();
    if (this.run.dataSet === dataSet && !isSame) this.stored = found;
  }

  private async matchesOf(
    { id }: OtherRun,
    results: readonly (StoredSample | null)[],
    { length }: SampleMatches,
  ): Promise<SampleMatches> {
    if (id === BASE)
      return {
        n: filled(new Float64Array(results.length), (index) => results[index]?.scored.baseMatchLength ?? NaN),
        length,
      };
    const none = { n: new Float64Array(results.length).fill(NaN), length };
    return this.storage.withSamples((store) => storedMatches(store, id, results.length), none);
  }
}
