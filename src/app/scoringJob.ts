/** Scores the rest of a run for the page: stores every stretch, draws at a bearable rate, survives one dead worker. */
import type { Run } from '../core/run.ts';
import type { AdapterEntry } from '../engine/modelCatalog.ts';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { Archive } from './archive.svelte.ts';
import type { ModelLink } from './modelLink.svelte.ts';
import { continueRun, originOf } from './scoreText.ts';
import { ScoringRate } from './scoringRate.ts';
import type { Status } from './status.ts';

/** Times a second that a growing run is drawn. */
const DRAWS_PER_SECOND = 8;

export interface ScoringJob {
  readonly link: ModelLink;
  readonly storage: Archive;
  readonly adapter: AdapterEntry | null;
  readonly signal: AbortSignal;
  /** Shows the run as far as it is scored. */
  readonly draw: (grown: Run, status: Status) => void;
}

/**
 * Scores what a run lacks. A worker that dies is replaced once.
 *
 * @throws {MemoscopeError} as `ScorerApi.score`; what was finished before was drawn and stored.
 */
export async function scoreRest(run: Run, job: ScoringJob): Promise<void> {
  let scored = run.scored;
  const rate = new ScoringRate(scored, run.ids.length);
  const grown = (): Run => ({ ...run, scored });
  job.draw(grown(), rate.status(scored));
  for (let attempt = 0; ; attempt++)
    try {
      scored = await scoreOnce(grown(), rate, job, (upTo) => (scored = upTo));
      return;
    } catch (thrown) {
      const isDeath = asMemoscopeError(thrown).kind === 'WorkerDied';
      if (!isDeath || attempt > 0 || job.signal.aborted) throw thrown;
    }
}

async function scoreOnce(
  run: Run,
  rate: ScoringRate,
  { link, storage, adapter, signal, draw }: ScoringJob,
  advance: (scored: number) => void,
): Promise<number> {
  const writes: Promise<void>[] = [];
  let shown = run;
  let drawnAt = -Infinity;
  try {
    const summary = await continueRun(run, {
      scorer: link.scorer,
      adapter,
      signal,
      onStretch: (stretch, scored) => {
        advance(scored);
        shown = { ...run, scored };
        writes.push(storage.append(run.key, stretch));
        if (performance.now() - drawnAt < 1000 / DRAWS_PER_SECOND) return;
        drawnAt = performance.now();
        draw(shown, rate.status(scored));
      },
    });
    link.device = summary.device;
    shown = { ...shown, origin: originOf(summary.device, run.origin.startedAt, summary.elapsedMs) };
    return shown.scored;
  } finally {
    draw(shown, rate.status(shown.scored));
    await Promise.all(writes);
    await storage.begin(shown);
  }
}
