/** Scores the rest of a run for the page: stores every stretch, draws at a bearable rate, survives one dead worker. */
import type { Run } from '../core/run.ts';
import type { AdapterEntry } from '../engine/modelCatalog.ts';
import type { Archive } from './archive.svelte.ts';
import type { ModelLink } from './modelLink.svelte.ts';
import { despiteOneDeath } from './despiteOneDeath.ts';
import { continueRun, originOf } from './scoreText.ts';
import { ScoringRate } from './scoringRate.ts';
import type { ScoringStatus } from './status.ts';

/** Between two reports of progress, ms. */
const REPORT_INTERVAL = 100;

/**
 * Between two drawings of a growing run, ms. A drawing reads all of the text, so a long one is drawn less
 * often: once a second at 100,000 tokens.
 */
const drawInterval = (tokens: number): number => Math.max(125, tokens / 100);

export interface ScoringJob {
  readonly link: Pick<ModelLink, 'scorer' | 'device'>;
  readonly storage: Pick<Archive, 'append' | 'update'>;
  readonly adapter: AdapterEntry | null;
  readonly signal: AbortSignal;
  readonly report: (status: ScoringStatus) => void;
  /** Shows the run as far as it is scored. Resolves when all of it is shown. */
  readonly draw: (grown: Run) => Promise<void>;
}

/**
 * Scores what a run lacks. A worker that dies is replaced once.
 *
 * @throws {MemoscopeError} as `ScorerApi.score`; what was finished before was drawn and stored.
 */
export async function scoreRest(run: Run, job: ScoringJob): Promise<void> {
  const rate = new ScoringRate(run.scored, run.ids.length);
  let grown = run;
  job.report(rate.status(run.scored));
  await despiteOneDeath(job.signal, () =>
    scoreOnce(grown, rate, job, (scored) => {
      grown = { ...grown, scored };
    }),
  );
}

async function scoreOnce(
  run: Run,
  rate: ScoringRate,
  { link, storage, adapter, signal, report, draw }: ScoringJob,
  onScored: (scored: number) => void,
): Promise<void> {
  const writes: Promise<void>[] = [];
  const startedAt = performance.now();
  let shown = run;
  let drawnAt = -Infinity;
  let reportedAt = -Infinity;
  const onStretch: Parameters<typeof continueRun>[1]['onStretch'] = (stretch, scored) => {
    onScored(scored);
    shown = { ...run, scored };
    writes.push(storage.append(run.key, stretch));
    const now = performance.now();
    if (now - reportedAt >= REPORT_INTERVAL) {
      reportedAt = now;
      report(rate.status(scored));
    }
    if (now - drawnAt >= drawInterval(run.ids.length)) {
      drawnAt = now;
      void draw(shown);
    }
  };
  try {
    const { device } = await continueRun(run, { scorer: link.scorer, adapter, signal, onStretch });
    link.device = device;
    shown = { ...shown, origin: originOf(device, run.origin.startedAt, run.origin.elapsedMs) };
  } finally {
    const elapsedMs = run.origin.elapsedMs + performance.now() - startedAt;
    shown = { ...shown, origin: { ...shown.origin, elapsedMs } };
    await draw(shown);
    await Promise.all(writes);
    await storage.update(shown);
  }
}
