import { untrack } from 'svelte';
import { findRecitation, type Recitation } from '../core/recitation.ts';
import type { Run } from '../core/run.ts';
import { PLAIN_SAMPLING, type SamplingSettings } from '../core/sampling.ts';
import { judge, type Verdict } from '../core/verdict.ts';
import { ScorerClient } from '../engine/scorerClient.ts';
import { LONG_TEXT } from '../engine/storedRun.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import { startScorerWorker } from '../engine/workerConnection.ts';
import { alternativesAt } from './alternatives.ts';
import { Archive } from './archive.svelte.ts';
import { Ledger } from './ledger.svelte.ts';
import { ModelLink } from './modelLink.svelte.ts';
import { nextTask } from './nextTask.ts';
import { Reciter } from './reciter.svelte.ts';
import { copyTable, copyToken, saveCsv, saveJson } from './saving.ts';
import { middleOf } from './splitView.ts';
import type { Alternative, Mode } from './status.ts';

interface Judgement {
  readonly run: Run;
  readonly reading: Recitation;
  readonly sampling: SamplingSettings;
  readonly verdict: Verdict;
}

/** The run on screen, what follows from it, and what the visitor looks at in it. */
export class ShownRun {
  readonly requests = new Ledger();
  readonly link: ModelLink;
  readonly storage: Archive;
  readonly reciter = new Reciter();

  /** What is shown. Its arrays grow in place while it is scored; `revision` tells when. */
  run = $state.raw<Run | null>(null);
  revision = $state(0);
  mode = $state<Mode>('verdict');
  selectedToken = $state<number | null>(null);
  sampling = $state.raw<SamplingSettings>(PLAIN_SAMPLING);
  /** Chance that an attacker wants, in (0, 1). */
  chance = $state(0.5);

  /** Vocabulary that came with the run, from storage or a file. */
  private ownVocabulary = $state.raw<Vocabulary | null>(null);
  /** What the verdict is on. It trails a growing run by a task, so that no single task blocks the page for long. */
  private judged = $state.raw<Run | null>(null);

  /** Greedy runs, marks and excess of the shown run. */
  readonly reading = $derived.by(() => {
    // The arrays are filled in place: only the revision says that they changed.
    return this.revision >= 0 && this.run ? findRecitation(this.run.target, this.run.base) : null;
  });
  readonly verdict = $derived.by(() => {
    const reading = this.judged && untrack(() => this.reading);
    return this.judged && reading && this.judgement(this.judged, reading, this.sampling);
  });
  /** The split that the visitor chose; null if none. */
  private chosenSplit = $state<number | null>(null);
  /** The verdict on a long text as it was found last, before it is shown. */
  private found: Judgement | null = null;
  /** Tokens of the model that made the shown run. */
  readonly vocabulary = $derived.by(
    () => (this.run && this.link.vocabularyOf(this.run.settings.modelHash)) ?? this.ownVocabulary,
  );

  private readonly middle = $derived(this.run && middleOf(this.run));

  /** First token of the suffix; null while there is no split. */
  get split(): number | null {
    return this.chosenSplit ?? this.middle;
  }

  set split(token: number | null) {
    this.chosenSplit = token;
  }

  /** Tests put others in the place of the real model and of IndexedDB. */
  constructor(link?: ModelLink, storage = new Archive()) {
    const start = () =>
      startScorerWorker((made) => {
        this.requests.add(made);
      });
    this.link = link ?? new ModelLink(new ScorerClient({ start }));
    this.storage = storage;
  }

  /** The best entries at a token; fewer than were kept if the full list is only in storage and that fails. */
  async alternatives(token: number): Promise<readonly Alternative[]> {
    return this.run ? alternativesAt(this.run, token, this.storage, this.vocabulary) : [];
  }

  exportCsv(): void {
    if (this.run && this.reading) saveCsv(this.run, this.reading);
  }

  exportJson(): void {
    if (this.run && this.reading) saveJson(this.run, this.reading, this.vocabulary);
  }

  /** @throws if the browser refuses the clipboard. */
  async copyTable(): Promise<void> {
    if (this.run && this.reading) await copyTable(this.run, this.reading);
  }

  /** @throws if the browser refuses the clipboard. */
  async copyToken(token: number): Promise<void> {
    if (this.run && this.reading) await copyToken(this.run, this.reading, token);
  }

  /** Shows another run, with its vocabulary if the model may not be there to tell. */
  protected show(run: Run, vocabulary: Vocabulary | null = null): void {
    this.ownVocabulary = vocabulary;
    this.run = run;
    this.found = null;
    this.judgeIt(run);
    this.revision++;
    this.selectedToken = null;
    this.chosenSplit = null;
    this.reciter.stop();
  }

  /** Shows more of the run that is shown. @returns when the verdict is on it as well. */
  protected async grow(run: Run): Promise<void> {
    this.run = run;
    this.revision++;
    await this.judgeLater(run);
  }

  /** Brings the verdict to a run that is shown anew: at once, or in a task of its own if the text is long. */
  private judgeIt(run: Run): void {
    if (run.ids.length <= LONG_TEXT) this.judged = run;
    else void this.judgeLater(run);
  }

  /** Finds the verdict in a task of its own, and shows it in another. */
  private async judgeLater(run: Run): Promise<void> {
    await nextTask();
    const { reading, sampling } = this;
    if (this.run !== run || !reading) return;
    this.found = { run, reading, sampling, verdict: judge(run, reading, sampling) };
    await nextTask();
    if (this.run === run) this.judged = run;
  }

  private judgement(run: Run, reading: Recitation, sampling: SamplingSettings): Verdict {
    const { found } = this;
    const isSame = found?.run === run && found.reading === reading && found.sampling === sampling;
    return isSame ? found.verdict : judge(run, reading, sampling);
  }
}
