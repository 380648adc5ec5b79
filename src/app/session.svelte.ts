import { isComplete, type Run } from '../core/run.ts';
import type { AdapterEntry, ModelEntry } from '../engine/modelCatalog.ts';
import { asMemoscopeError, MemoscopeError } from '../protocol/errors.ts';
import type { DeviceRequest, OpenedModel } from '../protocol/scorer.ts';
import { problemOfText, textOfFile, titleOf } from './draft.ts';
import { loadExamples, type Example } from './examples.ts';
import { parseRun } from './exporting.ts';
import { Ledger } from './ledger.svelte.ts';
import { pageUrl } from './pageUrl.ts';
import type { ModelLink } from './modelLink.svelte.ts';
import {
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

/** The adapter whose memorization is shown unless the visitor chooses otherwise. */
const DEFAULT_SUBJECT = 'planted-1';
/** A draft is stored this long after the last key, ms. */
const DRAFT_DELAY = 400;
/** A finished run that ships with the page. */
const OPENING = 'examples/opening.json';

/** Everything on the page: the text, the work on it, and (inherited) the run that is shown. */
export class Session extends ShownRun {
  readonly requests = new Ledger();

  status = $state.raw<Status>({ kind: 'idle' });
  examples = $state.raw<readonly Example[]>([]);
  /** Why the draft or the file cannot be scored, with the remedy. */
  draftProblem = $state<string | null>(null);
  /** Adapter whose memorization is measured; null for the base model. */
  subject = $state<string | null>(DEFAULT_SUBJECT);

  private text = $state('');
  private controller: AbortController | null = null;
  private draftTimer: ReturnType<typeof setTimeout> | undefined;

  readonly model = $derived(this.link.state);
  readonly device = $derived(this.link.device);
  readonly recitation = $derived(this.reciter.state);
  readonly isBusy = $derived(['loading', 'tokenizing', 'scoring'].includes(this.status.kind));
  readonly canResume = $derived(!this.isBusy && this.run !== null && !isComplete(this.run));
  readonly deviceRequest = $derived<DeviceRequest>({
    device: this.storage.preferences.device,
    threads: this.storage.preferences.threads,
  });

  get draft(): string {
    return this.text;
  }

  set draft(value: string) {
    this.text = value;
    this.draftProblem = null;
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => void this.storage.writeDraft(value), DRAFT_DELAY);
  }

  /** Opens the page: the last run if one is stored, else the example that ships with it. */
  async start(): Promise<void> {
    await this.storage.open();
    const { lastRun } = this.storage.preferences;
    const draft = await this.storage.readDraft();
    const isRestored = lastRun !== null && (await this.openRun(lastRun));
    if (!isRestored) await this.showOpening();
    if (draft !== null) this.text = draft;
    await this.listExamples();
  }

  /** Scores the draft, or shows the stored result for it. */
  async analyse(title?: string): Promise<void> {
    const problem = problemOfText(this.draft);
    if (problem !== null) {
      this.draftProblem = problem;
      return;
    }
    await this.work(async (signal) => {
      const entry = await this.link.entry();
      const choice = this.choice(entry);
      const text = this.draft;
      const key = await keyOfRun(text, entry, choice);
      const found = await this.storage.read(key);
      if (found.kind === 'found') this.show(found.run);
      if (found.kind === 'found' && isComplete(found.run)) {
        await this.storage.prefer({ lastRun: key });
        return;
      }
      const opened = await this.open(signal);
      if (found.kind !== 'found')
        await this.showBlank({ key, title: title ?? titleOf(text), text }, opened, choice, signal);
      await this.scoreRest(choice.adapter, signal);
    });
  }

  /** Goes on with the shown run where it was stopped. */
  async resume(): Promise<void> {
    const { run } = this;
    if (!run) return;
    await this.work(async (signal) => {
      const entry = await this.link.entry();
      await this.open(signal);
      await this.scoreRest(this.link.adapterOf(entry, run.settings.adapterId), signal);
    });
  }

  /** Stops; what is scored stays. */
  stop(): void {
    this.controller?.abort();
  }

  /** Lets the model continue from a token, beside the truth. */
  async recite(from: number): Promise<void> {
    const { run } = this;
    if (!run || this.isBusy) return;
    const entry = await this.link.entry();
    const adapter = this.link.adapterOf(entry, run.settings.adapterId);
    await this.reciter.start(
      run,
      from,
      (signal) => this.link.open(this.deviceRequest, () => undefined, signal),
      {
        scorer: this.link.scorer,
        adapter,
      },
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
    const content = await textOfFile(file);
    if ('problem' in content) this.draftProblem = content.problem;
    else if (/\.json$/i.test(file.name) && content.text.includes('"memoscope-run"'))
      this.importRun(content.text);
    else this.draft = content.text;
  }

  /** Shows a result that was saved as JSON. */
  importRun(json: string): void {
    try {
      const { run, vocabulary } = parseRun(json);
      this.importedVocabulary = vocabulary;
      this.show(run);
      this.text = run.text;
      this.status = { kind: 'done' };
    } catch (thrown) {
      this.draftProblem = asMemoscopeError(thrown).message;
    }
  }

  /** Shows a stored run. @returns false if it is not stored any more. */
  async openRun(key: string): Promise<boolean> {
    const found = await this.storage.read(key);
    if (found.kind !== 'found') return false;
    this.show(found.run);
    this.text = found.run.text;
    this.status = { kind: isComplete(found.run) ? 'done' : 'stopped' };
    await this.storage.prefer({ lastRun: key });
    return true;
  }

  /** Takes the last error off the screen. */
  dismissError(): void {
    if (this.status.kind === 'failed')
      this.status = this.run ? { kind: this.canResume ? 'stopped' : 'done' } : { kind: 'idle' };
  }

  private choice(entry: ModelEntry): RunChoice {
    const { windowLength, windowStride } = this.storage.preferences;
    return {
      adapter: this.link.adapterOf(entry, this.subject),
      windowLength,
      windowStride,
      topK: DEFAULT_TOP_K,
    };
  }

  /** Runs one job of the page; the one before is stopped. Every failure ends in `status`. */
  private async work(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.controller?.abort();
    this.reciter.stop();
    const controller = (this.controller = new AbortController());
    try {
      await job(controller.signal);
      if (this.controller === controller)
        this.status = { kind: this.run && !isComplete(this.run) ? 'stopped' : 'done' };
    } catch (thrown) {
      const error = asMemoscopeError(thrown);
      if (this.controller !== controller) return;
      this.status =
        error.kind === 'Cancelled' ? { kind: this.run ? 'stopped' : 'idle' } : { kind: 'failed', error };
    }
  }

  private open(signal: AbortSignal): Promise<OpenedModel> {
    const report = (progress: Parameters<Parameters<ModelLink['open']>[1]>[0]): void => {
      this.status = { kind: 'loading', progress };
    };
    return this.link.open(this.deviceRequest, report, signal);
  }

  private async showBlank(
    identity: Pick<Run, 'key' | 'title' | 'text'>,
    opened: OpenedModel,
    choice: RunChoice,
    signal: AbortSignal,
  ): Promise<void> {
    this.status = { kind: 'tokenizing' };
    const tokens = await this.link.scorer.tokenize(identity.text, { signal });
    const run = blankRun(
      identity,
      tokens,
      settingsOf(opened, choice),
      originOf(opened.device, timestamp(), 0),
    );
    this.show(run);
    await this.storage.begin(run);
  }

  private async scoreRest(adapter: AdapterEntry | null, signal: AbortSignal): Promise<void> {
    const { run, link, storage } = this;
    if (!run) throw new MemoscopeError('Internal', 'run: there is none to go on with');
    const draw = (grown: Run, status: Status): void => {
      if (this.run?.key !== grown.key) return;
      this.run = grown;
      this.revision++;
      this.status = status;
    };
    await scoreRest(run, { link, storage, adapter, signal, draw });
  }

  private async showOpening(): Promise<void> {
    const response = await fetch(pageUrl(OPENING));
    if (response.ok) this.importRun(await response.text());
  }

  private async listExamples(): Promise<void> {
    try {
      this.examples = await loadExamples();
    } catch (thrown) {
      this.status = { kind: 'failed', error: asMemoscopeError(thrown) };
    }
  }
}
