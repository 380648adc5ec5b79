import type { ReadOptions } from '../../core/samples/readSamples.ts';
import type { Suffixes } from '../../core/analyses/decomposition.ts';
import type { SampleCut } from '../../engine/sampleStore.ts';
import type { SimilarityClient } from '../../engine/similarityClient.ts';
import type { Vocabulary } from '../../engine/vocabulary.ts';
import type { StatisticsClient } from '../../engine/statisticsClient.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import { Analyses, type AnalysisInput } from './analyses.svelte.ts';
import { isSavedResult, writeAnalysis, type FileContent } from './analysisFile.ts';
import { analysisOf, showAnalysis } from './analysisOf.ts';
import { Comparisons } from './comparisons.svelte.ts';
import { groupColumns, groupsBy, loadPlanted, type DataSet, type Sample } from './dataSet.ts';
import { DUPLICATE_GROUPS, duplicateGroupColumns, duplicateGroups } from './duplicates.ts';
import { Experiments } from './experiments.svelte.ts';
import { FiledAnalysis } from './filedAnalysis.svelte.ts';
import { showTokens, type ShownRow } from './firstRows.ts';
import { InputDraft } from './inputDraft.svelte.ts';
import { InputReader } from './inputReader.svelte.ts';
import { defaultChoices } from './panelChoices.ts';
import { PanelRegistry } from './panelRegistry.ts';
import type { SplitSettings } from './prepare.ts';
import { suffixesOf } from './runArrays.ts';
import { checkSizes, readFiles } from './sampleFiles.ts';
import { SampleRun } from './sampleRun.svelte.ts';
import type { SampleChanges, SampleRunHost } from './sampleRunHost.ts';
import { Selection } from './selection.svelte.ts';
import { Similarity } from './similarity.svelte.ts';
import { LARGEST_KEPT, readStoredInput, sizeOf, type SampleInput, type StoredInput } from './storedInput.ts';
import { TableView } from './tableView.svelte.ts';
import { whyNoRun } from './whyNoRun.ts';

/** Everything in the view "Samples": what was put in, what is scored of it, what is selected and how it is grouped. */
export class SampleLab {
  readonly run: SampleRun;
  readonly selection = new Selection();
  readonly table: TableView;
  readonly analyses: Analyses;
  /** The panels on the page. */
  readonly panels = new PanelRegistry();
  readonly filed = new FiledAnalysis();
  readonly experiments: Experiments;
  readonly reader: InputReader;
  /** Sample that was opened in the text view last; null if none was. */
  opened = $state<number | null>(null);
  readonly comparisons: Comparisons;
  readonly similarity: Similarity;
  /** Why the input cannot be read, with the remedy. */
  inputProblem = $state<string | null>(null);
  choices = $state(defaultChoices());
  /** Column whose values are compared; null for one group. */
  group = $state<string | null>(null);
  /** What was read last, to be read in another way; null for the planted set. */
  input = $state.raw<SampleInput | null>(null);
  options = $state.raw<ReadOptions>({});
  /** True while samples of a saved analysis are in: they are not kept for the next visit. */
  isFromFile = $state(false);
  private isStarted = false;
  readonly draft = new InputDraft((message) => {
    this.inputProblem = message;
  });
  private readonly host: SampleRunHost;

  /** Columns that can name groups. */
  readonly groups = $derived.by(() => [
    ...(this.run.dataSet ? groupColumns(this.run.dataSet) : []),
    ...duplicateGroupColumns(this.run.copies.found),
  ]);

  /** N and L of every sample; NaN where it is not scored. */
  readonly matches = $derived.by(() => {
    // The arrays are filled in place: only the revision says that they changed.
    return this.run.revision >= 0
      ? this.run.matches()
      : { n: new Float64Array(), length: new Float64Array() };
  });

  /** @param statistics and `similarity`: tests put clients without a worker here. */
  constructor(host: SampleRunHost, statistics?: StatisticsClient, similarity?: SimilarityClient) {
    this.host = host;
    this.analyses = new Analyses(statistics);
    this.run = new SampleRun(host, similarity);
    this.similarity = new Similarity(this.run.similarity);
    this.experiments = new Experiments(host, this.analyses.client);
    this.reader = new InputReader(host, this.analyses.client);
    this.table = new TableView(this.run, this.selection);
    this.comparisons = new Comparisons(this, host.storage);
  }

  /** Opens the view for the first time: on the samples of the last visit, else on the planted set. Never rejects. */
  async start(): Promise<void> {
    if (this.isStarted) return;
    this.isStarted = true;
    const { count } = this.draft;
    const stored = await this.host.storage.withSamples((store) => store.readInput(), null);
    // A quick visitor has put something in by now.
    if (count !== this.draft.count) return;
    const last = readStoredInput(stored);
    if (last) {
      this.run.split = last.split;
      this.run.subject = last.subject;
      this.run.mode = last.mode;
    }
    if (last?.input) {
      const { input, options } = last;
      await this.draft.ask((check) => this.read(input, options, check));
    } else await this.openPlanted();
  }

  /** See {@link SampleRun.change}. */
  async change(changes: SampleChanges): Promise<void> {
    if (this.run.dataSet?.hasTexts === false) {
      this.inputProblem =
        'The texts were left out of this file: its samples cannot be cut in another way or scored by another model.';
      return;
    }
    this.filed.leave();
    await this.run.change(changes);
    await this.remember();
  }

  /** Stores what was put in, so that the next visit opens on it. */
  private async remember(): Promise<void> {
    if (this.isFromFile) return;
    const { input, options, run } = this;
    const bytes = input ? sizeOf(input) : 0;
    const kept: StoredInput = { input, options, split: run.split, subject: run.subject, mode: run.mode };
    await this.host.storage.withSamples(
      (store) => (bytes > LARGEST_KEPT ? store.forgetInput() : store.writeInput(kept)),
      undefined,
    );
  }

  async openPlanted(): Promise<void> {
    this.reader.stop();
    await this.draft.ask(async (check) => {
      const dataSet = await loadPlanted();
      check();
      this.input = null;
      this.options = {};
      await this.open(dataSet);
    });
  }

  /** Reads files; if their columns are not known, they wait for a mapping. */
  async openFiles(files: readonly File[]): Promise<void> {
    await this.draft.ask(async (check) => {
      checkSizes(files);
      const [first] = files;
      if (files.length === 1 && first && isSavedResult(await first.slice(0, 512).text())) {
        await this.openAnalysis(first, check);
        return;
      }
      const read = await readFiles(files);
      const name = read.length === 1 ? (read[0]?.name ?? '') : `${read.length} files`;
      await this.read({ name, files: read }, {}, check);
    });
  }

  async openPasted(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    const input: SampleInput = { name: 'pasted', files: [{ name: 'pasted', bytes }] };
    await this.draft.ask((check) => this.read(input, {}, check), text);
  }

  /** Reads the last input again: in other units, or with other columns as the text. */
  async reread(options: ReadOptions): Promise<void> {
    const { input, draft } = this;
    if (input) await draft.ask((check) => this.read(input, options, check), draft.text);
  }

  private async read(input: SampleInput, options: ReadOptions, check: () => void): Promise<void> {
    check();
    const result = await this.reader.read(input.files, options);
    check();
    this.input = input;
    this.options = options;
    await this.open({ name: input.name, ...result });
    if (result.samples.length === 0 && result.shape !== 'unknown')
      this.inputProblem = 'There is no sample in this. The list below says why.';
  }

  /** Puts samples in. */
  async open(dataSet: DataSet): Promise<void> {
    this.leaveInput();
    const columns = groupColumns(dataSet).map(({ name }) => name);
    this.group = columns.includes('copies') ? 'copies' : (columns[0] ?? null);
    await this.run.open(dataSet);
    await this.remember();
  }

  /** What is shown is of other samples. */
  private leaveInput(): void {
    this.draft.arrive();
    this.inputProblem = null;
    this.selection.reset();
    this.table.reset();
    this.filed.leave();
    this.experiments.leaveFile();
    this.opened = null;
    this.choices = defaultChoices();
    this.isFromFile = false;
  }

  /** Shows an analysis that was saved as a file: no model is needed for it. @throws {MemoscopeError} `InvalidInput`. */
  private async openAnalysis(file: File, check: () => void): Promise<void> {
    const { readAnalysis } = await import('./readAnalysis.ts');
    const read = await readAnalysis(file);
    check();
    this.leaveInput();
    showAnalysis(this, read);
    this.isFromFile = true;
    this.input = null;
    this.options = {};
  }

  /**
   * The whole analysis as a file, in parts.
   *
   * @throws {MemoscopeError} `InvalidInput` if nothing is scored.
   */
  async analysisFile(content: FileContent): Promise<string[]> {
    return writeAnalysis(analysisOf(this, content));
  }

  /** Why nothing can be run now; null if Run may be pressed. */
  readonly blocked = $derived.by(() => whyNoRun(this));

  /** Goes on: reads what waits to be read, else runs what is in. @param isInBox true from within the box. */
  async proceed(isInBox = false): Promise<void> {
    const { draft, run, blocked } = this;
    if (isInBox ? draft.isUnread : draft.waits && this.source === 'own') await this.openPasted(draft.pasted);
    else if (blocked === null && !run.isBusy) await run.run();
  }

  /** Scores the same samples again, with the model and the device at hand, and compares all numbers. */
  async runAgain(): Promise<void> {
    const { run } = this;
    if (run.isBusy || run.dataSet?.hasTexts === false) return;
    await this.draft.follow(async (check) => {
      const entry = await this.host.link.entry();
      check();
      if (run.subject !== null && !this.host.link.adapterOf(entry, run.subject))
        throw new MemoscopeError(
          'InvalidInput',
          `The adapter “${run.subject}” does not come with this page. Choose what is measured, then press Run.`,
        );
      this.filed.keep(run, this.panels.numbers(false));
      await run.restart();
    });
  }

  /** Which group each sample is in; null without groups. */
  readonly groupOf = $derived.by(() => {
    const { dataSet } = this.run;
    const duplicates = this.run.copies.found;
    if (this.group === DUPLICATE_GROUPS) return duplicates && duplicateGroups(duplicates);
    return dataSet && this.group !== null ? groupsBy(dataSet.samples, this.group) : null;
  });

  /** Tokens of the scored suffixes, laid end to end; null if there are other samples by then. */
  async suffixes(): Promise<Suffixes | null> {
    const { results } = this.run;
    // Estimates are asked for with these: no resampling of another panel begins before.
    const suffixes = await this.analyses.client.hold(() => suffixesOf(results));
    return results === this.run.results ? suffixes : null;
  }

  /** What the panels are to be computed from. */
  analysisInput(suffixes: Suffixes): AnalysisInput {
    return {
      matches: this.matches,
      suffixes,
      groups: this.groupOf,
      isScreened: this.run.isScreened,
      isFinal: !this.run.isBusy,
    };
  }

  /** True while any panel is being computed. */
  readonly isAnalysing = $derived.by(() =>
    [this.analyses, this.similarity, this.comparisons].some(({ isBusy }) => isBusy),
  );

  /** Where samples come from: what was chosen, else where those that are in came from. */
  readonly source = $derived.by(() => this.draft.chosen ?? (this.input ? 'own' : 'planted'));

  /** Some samples token by token, as they would be cut; loads the model. @throws {MemoscopeError} as `ScorerApi.open`. */
  showTokens(samples: readonly Sample[], split: SplitSettings, signal: AbortSignal): Promise<ShownRow[]> {
    return showTokens(this.host, samples, split, signal);
  }

  /** The one sample that is selected, else the one opened last; null if there is neither. */
  readonly single = $derived.by(() => {
    const { indices, size } = this.selection;
    const [first] = indices;
    return size === 1 && first !== undefined ? first : this.opened;
  });

  /** Names of the run’s tokens: of the model that is loaded, else of the file; null if neither has them. */
  get vocabulary(): Vocabulary | null {
    const { settings } = this.run;
    return (settings && this.host.link.vocabularyOf(settings.modelHash)) ?? this.filed.vocabulary;
  }

  /** Texts of the tokens of a sample’s suffix; null unless it was tokenized here, or came with its tokens. */
  suffixTokens(index: number): readonly string[] | null {
    const sample = this.run.prepared[index];
    const { vocabulary } = this;
    if (!sample || !vocabulary) return null;
    return Array.from(sample.ids.subarray(sample.prefixTokens), (id) => vocabulary.textOf(id));
  }

  /** Where a sample is cut; null until it is tokenized. */
  cutOf(index: number): SampleCut | null {
    const { results, prepared, revision } = this.run;
    return (revision >= 0 ? results[index]?.cut : null) ?? prepared[index]?.cut ?? null;
  }
}
