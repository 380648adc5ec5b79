import type { RunOrigin } from '../../core/run.ts';
import { SimilarityClient } from '../../engine/similarityClient.ts';
import type { ScoreMode } from '../../core/screening.ts';
import type { SampleRunSettings, StoredSample } from '../../engine/sampleStore.ts';
import type { ModelEntry } from '../../engine/modelCatalog.ts';
import type { LoadProgress, OpenedModel } from '../../protocol/scorer.ts';
import { CurrentJob } from '../currentJob.ts';
import { logFrom } from '../originLog.ts';
import type { DataSet } from './dataSet.ts';
import type { ForeignResults } from './foreignResults.ts';
import { DEFAULT_SPLIT, type PreparedSample, type SplitSettings } from './prepare.ts';
import { newHeader, RunRecord, type PreparedQuestion } from './runRecord.ts';
import { SampleDuplicates } from './sampleDuplicates.svelte.ts';
import { SampleEmbeddings } from './sampleEmbeddings.ts';
import type { SampleStatus } from './sampleStatus.ts';
import type { SampleChanges, SampleRunHost } from './sampleRunHost.ts';
import { cutFirst } from './cutFirst.ts';
import { SampleRate } from './sampleRate.ts';
import { SampleResults } from './sampleResults.ts';
import { keyOfSamples, prepareAll, scoreBlocks, type SampleQuestion } from './scoreBlocks.ts';
import { unscorableOfRun, type Unscorable } from './unscorable.ts';

/** Samples whose cut is shown before the run. */
const PREVIEWED = 50;

/** A data set, what is scored of it, and the work on it. */
export class SampleRun {
  status = $state.raw<SampleStatus>({ kind: 'idle' });
  dataSet = $state.raw<DataSet | null>(null);
  split = $state.raw<SplitSettings>(DEFAULT_SPLIT);
  /** Adapter whose memorization is measured; null for the base model. */
  subject = $state<string | null>('planted-1');
  /** All scores, or the match length alone. */
  mode = $state<ScoreMode>('full');
  /** Samples that could not be scored, found while they were cut. */
  unscorable = $state.raw<readonly Unscorable[]>([]);
  settings = $state.raw<SampleRunSettings | null>(null);
  origin = $state.raw<RunOrigin | null>(null);
  /** Counts the times that `results` grew. */
  revision = $state(0);
  /** Samples that are scored. */
  scored = $state(0);
  /** Filled in place; `revision` tells when. */
  private found = new SampleResults(0);
  /** The cut samples, once they are tokenized in this visit. */
  prepared = $state.raw<readonly (PreparedSample | null)[]>([]);
  readonly copies = new SampleDuplicates();
  /** Filled in place, like `results`. */
  embeddings = new SampleEmbeddings(0);
  readonly similarity: SimilarityClient;

  /** True while results from a file are shown: nothing is added to them. */
  isForeign = $state(false);

  private readonly host: SampleRunHost;
  private readonly job = new CurrentJob();
  /** Under which the run at hand is stored; null until it is known. */
  key = $state<string | null>(null);
  private drawnAt = 0;

  /** True if what is shown is a screening: then only N is known. */
  readonly isScreened = $derived((this.settings?.mode ?? this.mode) === 'screening');
  readonly isBusy = $derived(['loading', 'tokenizing', 'scoring'].includes(this.status.kind));
  readonly total = $derived(this.dataSet?.samples.length ?? 0);
  readonly problems = $derived([...(this.dataSet?.problems ?? []), ...this.unscorable]);
  readonly isComplete = $derived(this.scored > 0 && this.scored + this.unscorable.length >= this.total);
  readonly canResume = $derived(!this.isBusy && !this.isForeign && this.scored > 0 && !this.isComplete);

  /** True once every sample is cut: a run that was restored has its numbers, not its tokens. */
  readonly hasTokens = $derived(this.total > 0 && this.prepared.length === this.total);
  /** True if cutting loads nothing. */
  readonly isModelReady = $derived.by(() => this.host.link.state.kind === 'ready');

  /** @param similarity tests put a client without a worker here. */
  constructor(host: SampleRunHost, similarity = new SimilarityClient()) {
    this.host = host;
    this.similarity = similarity;
  }

  /** `[samples]` null where a sample is not scored; filled in place, `revision` tells when. */
  get results(): (StoredSample | null)[] {
    return this.found.all;
  }

  /** See {@link SampleResults.matches}. */
  readonly matches = () => this.found.matches();

  /** Puts other samples in; what is scored of them is shown at once if it is stored. */
  async open(dataSet: DataSet): Promise<void> {
    this.dataSet = dataSet;
    await this.reopen();
  }

  /** Cuts the samples in another way, measures another model, or measures more or less of it. */
  async change(changes: SampleChanges): Promise<void> {
    Object.assign(this, changes);
    await this.reopen();
  }

  private async reopen(): Promise<void> {
    this.job.leave();
    this.clear();
    this.status = { kind: 'idle' };
    await this.restore();
  }

  /** Shows results from a file; what this browser has stored is left alone. */
  show({ duplicates, results, ...facts }: ForeignResults): void {
    this.job.leave();
    this.dataSet = facts.dataSet;
    this.clear();
    Object.assign(this, facts, { isForeign: true });
    for (const [index, result] of results.entries()) this.found.add(index, result);
    this.copies.found = duplicates;
    this.draw(true);
    this.status = this.rest();
  }

  /**
   * Scores all samples anew, whatever is stored of them. Every failure ends in `status`.
   *
   * @param forget true to forget what is stored, as of a run that lacks what a newer version keeps.
   */
  async restart(forget = false): Promise<void> {
    this.job.leave();
    const { key } = this;
    if (forget && key !== null) await this.host.storage.withSamples((store) => store.forget(key), undefined);
    this.clear();
    await this.run();
  }

  /** Scores what is not scored yet. Every failure ends in `status`. */
  run(): Promise<void> {
    return this.job.start(
      (signal) => this.work(signal),
      (failure) => {
        this.draw(true);
        const isFailed = failure !== null && failure.kind !== 'Cancelled';
        this.status = isFailed ? { kind: 'failed', error: failure } : this.rest();
      },
    );
  }

  /** Stops; finished samples stay. */
  stop(): void {
    this.job.stop();
  }

  dismissError(): void {
    if (this.status.kind === 'failed') this.status = this.rest();
  }

  private rest(): SampleStatus {
    if (this.scored === 0) return { kind: 'idle' };
    return { kind: this.isComplete ? 'done' : 'stopped' };
  }

  private clear(): void {
    this.found = new SampleResults(this.total);
    this.prepared = [];
    this.unscorable = [];
    this.settings = null;
    this.origin = null;
    this.key = null;
    this.copies.clear();
    this.embeddings = new SampleEmbeddings(this.total);
    this.scored = 0;
    this.isForeign = false;
    this.revision++;
  }

  private question(entry: ModelEntry): SampleQuestion {
    const samples = this.dataSet?.samples ?? [];
    const adapter = this.host.link.adapterOf(entry, this.subject);
    return { samples, split: this.split, adapter, mode: this.mode };
  }

  /** Shows what is stored of this question. */
  private async restore(): Promise<void> {
    const { link, storage } = this.host;
    const { dataSet, split, subject, mode } = this;
    if (!dataSet) return;
    const isStill = () =>
      this.dataSet === dataSet && this.split === split && this.subject === subject && this.mode === mode;
    const entry = await link.entry();
    const key = await keyOfSamples(this.question(entry), entry);
    if (!isStill()) return;
    this.key = key;
    await storage.withSamples(async (store) => {
      const header = await store.readHeader(key);
      if (!header) return;
      for await (const { indices, samples, embeddings } of store.read(key)) {
        if (!isStill() || this.isBusy) return;
        if (embeddings) this.embeddings.add(indices, embeddings);
        for (const [place, index] of indices.entries()) this.found.add(index, samples[place]);
      }
      await this.copies.restore(key, store);
      this.settings = header.settings;
      this.origin = header.origin;
      this.unscorable = unscorableOfRun(dataSet.samples, header.unscorable);
    }, undefined);
    if (!isStill() || this.isBusy) return;
    this.draw(true);
    this.status = this.rest();
    // Nobody waits for it, and what goes wrong in it, the run will tell.
    if (this.scored === 0) this.preview(isStill).catch(() => undefined);
  }

  /**
   * Cuts all samples of a restored run, for what needs their tokens. Loads the model for its tokenizer.
   *
   * @throws {MemoscopeError} as {@link cutFirst}.
   */
  async cutAgain(): Promise<void> {
    const { dataSet, split, settings } = this;
    if (!dataSet || dataSet.hasTexts === false || this.isBusy || this.hasTokens) return;
    const prepared = await cutFirst(this.host, (entry) => this.question(entry), settings?.modelHash);
    if (this.dataSet === dataSet && this.split === split) this.prepared = prepared;
  }

  /** Cuts the first samples as the model will see them, if it is loaded anyway: none is loaded for it. */
  private async preview(isStill: () => boolean): Promise<void> {
    if (this.host.link.state.kind !== 'ready') return;
    const prepared = await cutFirst(this.host, (entry) => this.question(entry), undefined, PREVIEWED);
    if (isStill() && !this.isBusy && this.prepared.length === 0) this.prepared = prepared;
  }

  /** Shows what came since the last time, if that is long enough ago. @returns true if so. */
  private draw(isLast = false): boolean {
    const now = performance.now();
    if (!isLast && now - this.drawnAt < this.found.drawInterval) return false;
    this.drawnAt = now;
    this.scored = this.found.count;
    this.revision++;
    return true;
  }

  private readonly say = (signal: AbortSignal, status: SampleStatus): void => {
    if (this.job.has(signal)) this.status = status;
  };

  private async work(signal: AbortSignal): Promise<void> {
    const { link } = this.host;
    if (!this.dataSet || this.isComplete || this.isForeign) return;
    const onProgress = (progress: LoadProgress): void => {
      this.say(signal, { kind: 'loading', progress });
    };
    const entry = await link.entry();
    const question = this.question(entry);
    this.key ??= await keyOfSamples(question, entry);
    const use = { request: this.host.deviceRequest, signal, onProgress };
    await link.use(use, (opened) => this.scoreWith(opened, question, signal));
  }

  private async scoreWith(opened: OpenedModel, question: SampleQuestion, signal: AbortSignal): Promise<void> {
    const { link, storage } = this.host;
    const { key, dataSet } = this;
    if (key === null || !dataSet) return;
    this.say(signal, { kind: 'tokenizing' });
    const { prepared, problems } = await prepareAll(question, link.scorer, opened.contextLength, signal);
    signal.throwIfAborted();
    this.prepared = prepared;
    this.unscorable = problems;
    const header = await newHeader(key, dataSet.name, question, opened, problems);
    signal.throwIfAborted();
    this.settings = header.settings;
    const log = logFrom(this.scored > 0 ? this.origin : null, opened.device, (origin) => {
      if (this.job.has(signal)) this.origin = origin;
    });
    this.origin = log.origin;
    const record = new RunRecord(header, log, storage);
    await record.begin(this.results);
    const copies = this.copies.find(prepared, this.similarity, key, storage);
    const scorer = log.watch(link.scorer);
    try {
      await this.scoreInto(record, { ...question, prepared, scorer, longest: opened.contextLength }, signal);
    } finally {
      link.device = log.device ?? link.device;
      const { origin } = log;
      if (this.job.has(signal)) this.origin = origin;
      await Promise.all([copies, record.end(origin)]);
    }
  }

  private async scoreInto(record: RunRecord, question: PreparedQuestion, signal: AbortSignal): Promise<void> {
    const { prepared, samples } = question;
    const rate = new SampleRate(question.mode, prepared);
    this.say(signal, { kind: 'scoring', ...rate.figures });
    await scoreBlocks(prepared, {
      ...question,
      signal,
      texts: (index) => samples[index]?.text ?? '',
      isDone: (indices) => indices.every((index) => this.results[index] != null),
      onPlan: rate.plan,
      onSample: (index, sample) => {
        if (!this.job.has(signal)) return;
        this.found.add(index, sample);
        rate.count(index, sample);
        if (this.draw()) this.say(signal, { kind: 'scoring', ...rate.figures });
      },
      onBlock: (number, block, isWhole) => {
        if (block.embeddings && this.job.has(signal)) this.embeddings.add(block.indices, block.embeddings);
        record.append(number, block, isWhole);
      },
    });
  }
}
