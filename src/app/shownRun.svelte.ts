import { findRecitation } from '../core/recitation.ts';
import type { Run } from '../core/run.ts';
import { PLAIN_SAMPLING, type SamplingSettings } from '../core/sampling.ts';
import { judge } from '../core/verdict.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import { alternativesAt } from './alternatives.ts';
import { Archive } from './archive.svelte.ts';
import { ModelLink } from './modelLink.svelte.ts';
import { Reciter } from './reciter.svelte.ts';
import { copyTable, copyToken, saveCsv, saveJson } from './saving.ts';
import type { Alternative, Mode } from './status.ts';

/** The run on screen, what follows from it, and what the visitor looks at in it. */
export class ShownRun {
  readonly link = new ModelLink();
  readonly storage = new Archive();
  readonly reciter = new Reciter();

  /** What is shown. Its arrays grow in place while it is scored; `revision` tells when. */
  run = $state.raw<Run | null>(null);
  revision = $state(0);
  mode = $state<Mode>('verdict');
  selectedToken = $state<number | null>(null);
  /** First token of the suffix; null while there is no split. */
  split = $state<number | null>(null);
  sampling = $state.raw<SamplingSettings>(PLAIN_SAMPLING);
  /** Chance that an attacker wants, in (0, 1). */
  chance = $state(0.5);

  protected importedVocabulary = $state.raw<Vocabulary | null>(null);

  /** Greedy runs, marks and excess of the shown run. */
  readonly reading = $derived.by(() => {
    // The arrays are filled in place: only the revision says that they changed.
    return this.revision >= 0 && this.run ? findRecitation(this.run.target, this.run.base) : null;
  });
  readonly verdict = $derived(this.run && this.reading && judge(this.run, this.reading, this.sampling));
  readonly vocabulary = $derived(this.link.vocabulary ?? this.importedVocabulary);
  /** The best entries at a token; fewer than were kept if the full list is only in storage and that fails. */
  async alternatives(token: number): Promise<readonly Alternative[]> {
    return this.run ? alternativesAt(this.run, token, this.storage, this.vocabulary) : [];
  }

  exportCsv(): void {
    if (this.run && this.reading) saveCsv(this.run, this.reading);
  }

  exportJson(): void {
    if (this.run) saveJson(this.run, this.vocabulary);
  }

  /** @throws if the browser refuses the clipboard. */
  async copyTable(): Promise<void> {
    if (this.run && this.reading) await copyTable(this.run, this.reading);
  }

  /** @throws if the browser refuses the clipboard. */
  async copyToken(token: number): Promise<void> {
    if (this.run && this.reading) await copyToken(this.run, this.reading, token);
  }

  protected show(run: Run): void {
    this.run = run;
    this.revision++;
    this.selectedToken = null;
    this.split = Math.floor(run.ids.length / 2);
    this.reciter.stop();
  }
}
