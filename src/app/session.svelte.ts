import { isComplete, type Run } from '../core/run.ts';
import type { AdapterEntry, ModelEntry } from '../engine/modelCatalog.ts';
import { topKInMemory } from '../engine/storedRun.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { DeviceRequest, LoadProgress, OpenedModel } from '../protocol/scorer.ts';
import { AsideDrafts, type OpenedSample } from './asideDrafts.svelte.ts';
import { isOtherText, LARGEST_RESULT, noteOfText, problemOfText, textOfFile, titleOf } from './draft.ts';
import { loadExamples, type Example } from './examples.ts';
import { parseRun } from './exporting.ts';
import { fetchOpening } from './opening.ts';
import { isSavedResult } from './samples/analysisFile.ts';
import { SampleLab } from './samples/sampleLab.svelte.ts';
import {
  assertSameModel,
  blankRun,
  DEFAULT_TOP_K,
  keyOfRun,
  originOf,
  settingsOf,
  timestamp,
  type RunChoice,
} from './scoreText.ts';
import { scoreRest } from './scoringJob.ts';
import { ShownRun } from './shownRun.svelte.ts';
import type { Status } from './status.ts';
import { WatchedJob } from './watchedJob.svelte.ts';

/** The adapter whose memorization is shown unless the visitor chooses otherwise. */
const DEFAULT_SUBJECT = 'planted-1';

/** A run that is opened rather than computed, with what it takes to print its tokens. */
interface RunWithVocabulary {
  readonly run: Run;
  readonly vocabulary: Vocabulary | null;
}

/** Everything on the page: the text, the work on it, and (inherited) the run that is shown. */
export class Session extends ShownRun {
  status = $state.raw<Status>({ kind: 'idle' });
  examples = $state.raw<readonly Example[]>([]);
  /** Why the draft or the file cannot be scored, with the remedy. */
  draftProblem = $state<string | null>(null);
  /** What a reader should know of the draft, though it can be scored. */
  draftNote = $state<string | null>(null);
  /** Adapter whose memorization is measured; null for the base model. */
  subject = $state<string | null>(DEFAULT_SUBJECT);

  /** True once the visitor went into the box: the example's text must not come under their hands. */
  isInBox = false;
  readonly samples = new SampleLab(this);
  readonly aside = new AsideDrafts();

  private text = $state('');
  private readonly job = new WatchedJob();
  /** True once the visitor did something: what is restored must not replace it. */
  private isTouched = false;
  /** True if the shown run came from a file: pressing Run then computes it anew. */
  private isForeign = false;

  readonly model = $derived(this.link.state);
  readonly device = $derived(this.link.device);
  readonly recitation = $derived(this.reciter.state);
  readonly isBusy = $derived(['loading', 'tokenizing', 'scoring'].includes(this.status.kind));
  /** True if the shown run is not of the text in the box, which is not being read either. */
  readonly isOutdated = $derived(!this.job.isRunning && isOtherText(this.text, this.run?.text));
  readonly canResume = $derived(!this.isBusy && this.run !== null && !isComplete(this.run));
  readonly deviceRequest = $derived<DeviceRequest>({
    device: this.storage.preferences.device,
    threads: this.storage.preferences.threads,
  });

  get draft(): string {
    return this.text;
  }

  set draft(value: string) {
    this.isTouched = true;
    this.write(value);
    this.storage.keepDraft(value);
  }

  private write(text: string): void {
    this.text = text;
    this.draftProblem = null;
    this.draftNote = null;
  }

  /** Opens the page: the last run if one is stored, else the example that ships with it. Never rejects. */
  async start(): Promise<void> {
    await this.storage.open();
    const { lastRun } = this.storage.preferences;
    const draft = await this.storage.readDraft();
    const stored = lastRun === null ? null : await this.restore(lastRun);
    const opening = stored ? null : await fetchOpening();
    // The visitor may have begun to work in the meantime.
    if (!this.isTouched) {
      if (stored) this.open(stored);
      else if (opening !== null) this.importRun(opening);
      if (draft !== null) this.text = draft;
      else if (!stored && this.isInBox) this.write('');
    }
    try {
      this.examples = await loadExamples();
    } catch (thrown) {
      this.draftProblem = asMemoscopeError(thrown).message;
    }
  }

  /** Scores the draft, or shows the stored result for it. */
  async analyse(title?: string): Promise<void> {
    this.isTouched = true;
    const text = this.draft;
    this.draftProblem = problemOfText(text);
    this.draftNote = noteOfText(text);
    if (this.draftProblem !== null) return;
    await this.work(async (signal) => {
      const entry = await this.link.entry();
      const choice = this.choice(entry);
      const key = await keyOfRun(text, entry, choice);
      const known = await this.known(key);
      if (known && isComplete(known)) {
        await this.storage.remember(key);
        return;
      }
      await this.useModel(signal, async (opened) => {
        const identity = { key, title: title ?? titleOf(text), text };
        const run = known ?? (await this.begin(identity, opened, choice, signal));
        await this.scoreRest(run, choice.adapter, signal);
      });
    });
  }

  /** Scores a sample in the place of the draft, which is kept: here, and stored for the next visit. */
  async openSample(sample: OpenedSample): Promise<void> {
    this.aside.put(this.text, sample);
    this.write(sample.text);
    await this.analyse(sample.title);
  }

  /** Brings the draft back that a sample took the place of. */
  takeBack(): void {
    this.draft = this.aside.take(this.text) ?? this.text;
  }

  /** Goes on with the shown run where it was stopped. */
  async resume(): Promise<void> {
    const { run } = this;
    if (!run) return;
    await this.work(async (signal) => {
      const entry = await this.link.entry();
      await this.useModel(signal, async (opened) => {
        assertSameModel(run.settings, opened);
        await this.scoreRest(run, this.link.adapterOf(entry, run.settings.adapterId), signal);
      });
    });
  }

  /** Stops; what is scored stays. */
  stop(): void {
    this.job.stop();
  }

  /** Lets the model continue from a token, beside the truth. */
  async recite(from: number): Promise<void> {
    if (!this.run || this.isBusy) return;
    await this.reciter.start(this.run, from, this.link, (signal, job) =>
      this.link.use({ request: this.deviceRequest, signal }, job),
    );
  }

  async loadExample(id: string): Promise<void> {
    const example = this.examples.find((candidate) => candidate.id === id);
    if (!example) return;
    this.draft = example.text;
    await this.analyse(example.title);
  }

  /** Puts a text file into the box, or says why not; a result that was saved as JSON is opened. */
  async openFile(file: File): Promise<void> {
    const isJson = /\.json$/i.test(file.name);
    const content = await textOfFile(file, isJson ? LARGEST_RESULT : undefined);
    if ('problem' in content) this.draftProblem = content.problem;
    else if (isJson && content.text.includes('"memoscope-run"')) this.importRun(content.text);
    else if (isSavedResult(content.text.slice(0, 512)))
      this.draftProblem = 'This is a saved analysis of samples. Open it in the view “Samples”.';
    else this.draft = content.text;
  }

  /** Shows a result that was saved as JSON. */
  importRun(json: string): void {
    try {
      this.open(parseRun(json));
      this.isForeign = true;
    } catch (thrown) {
      this.draftProblem = asMemoscopeError(thrown).message;
    }
  }

  /** Shows a stored run. @returns false if it is not stored any more. */
  async openRun(key: string): Promise<boolean> {
    this.isTouched = true;
    const stored = await this.restore(key);
    if (!stored) return false;
    this.open(stored);
    await this.storage.remember(key);
    return true;
  }

  /** Takes the last error off the screen. */
  dismissError(): void {
    if (this.status.kind === 'failed') this.status = this.rest();
  }

  /** Status when nothing is going on. */
  private rest(): Status {
    if (!this.run) return { kind: 'idle' };
    return { kind: isComplete(this.run) ? 'done' : 'stopped' };
  }

  private choice(entry: ModelEntry): RunChoice {
    const { windowLength, windowStride } = this.storage.preferences;
    const adapter = this.link.adapterOf(entry, this.subject);
    return { adapter, windowLength, windowStride, topK: DEFAULT_TOP_K };
  }

  /** Shows a run that nothing is done to; a job at hand is stopped. */
  private open({ run, vocabulary }: RunWithVocabulary): void {
    this.job.leave();
    this.isForeign = false;
    this.show(run, vocabulary);
    this.write(run.text);
    this.status = this.rest();
  }

  private async restore(key: string): Promise<RunWithVocabulary | null> {
    const found = await this.storage.read(key);
    if (found.kind !== 'found') return null;
    return { run: found.run, vocabulary: await this.storage.readVocabulary(found.run.settings.modelHash) };
  }

  /** What there is of a run already, on screen or stored; it is shown. */
  private async known(key: string): Promise<Run | null> {
    if (this.run?.key === key && !this.isForeign) return this.run;
    const stored = await this.restore(key);
    if (!stored) return null;
    this.isForeign = false;
    this.show(stored.run, stored.vocabulary);
    return stored.run;
  }

  /** Runs one job of the page. Every failure ends in `status`. */
  private work(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.reciter.stop();
    return this.job.start(job, (failure) => {
      const isFailed = failure !== null && failure.kind !== 'Cancelled';
      this.status = isFailed ? { kind: 'failed', error: failure } : this.rest();
    });
  }

  /** Says what a job does, unless another has taken its place. */
  private say(signal: AbortSignal, status: Status): void {
    if (this.job.has(signal)) this.status = status;
  }

  private useModel(signal: AbortSignal, job: (opened: OpenedModel) => Promise<void>): Promise<void> {
    const onProgress = (progress: LoadProgress): void => {
      this.say(signal, { kind: 'loading', progress });
    };
    return this.link.use({ request: this.deviceRequest, signal, onProgress }, job);
  }

  /** Cuts the text into tokens, shows it unscored, and begins to store it. */
  private async begin(
    identity: Pick<Run, 'key' | 'title' | 'text'>,
    opened: OpenedModel,
    choice: RunChoice,
    signal: AbortSignal,
  ): Promise<Run> {
    this.say(signal, { kind: 'tokenizing' });
    const tokens = await this.link.scorer.tokenize(identity.text, { signal });
    signal.throwIfAborted();
    const origin = originOf(opened.device, timestamp(), 0);
    const topK = topKInMemory(choice.topK, tokens.ids.length);
    const run = blankRun(identity, tokens, settingsOf(opened, choice), origin, topK);
    this.isForeign = false;
    this.show(run);
    const vocabulary = this.link.vocabularyOf(opened.hash);
    if (vocabulary) await this.storage.keepVocabulary(opened.hash, vocabulary);
    await this.storage.begin(run);
    return run;
  }

  private scoreRest(run: Run, adapter: AdapterEntry | null, signal: AbortSignal): Promise<void> {
    const { link, storage } = this;
    return scoreRest(run, {
      link,
      storage,
      adapter,
      signal,
      report: (status) => {
        this.say(signal, status);
      },
      draw: async (grown) => {
        if (this.job.has(signal)) await this.grow(grown);
      },
    });
  }
}
