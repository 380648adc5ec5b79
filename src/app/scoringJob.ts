/** Scores the rest of a run for the page: stores every stretch, draws at a bearable rate, survives one dead worker. */
import type { Run } from '../core/run.ts';
import type { AdapterEntry } from '../engine/modelCatalog.ts';
import type { Archive } from './archive.svelte.ts';
import type { ModelLink } from './modelLink.svelte.ts';
import { despiteOneDeath } from './despiteOneDeath.ts';
import { OriginLog } from './originLog.ts';
import { continueRun } from './scoreText.ts';
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
  const log = new OriginLog(run.origin, run.scored > 0, (origin) => {
    void job.storage.update({ ...run, origin });
  });
  let grown = run;
  job.report(rate.status(run.scored));
  await despiteOneDeath(job.signal, () =>
    scoreOnce(grown, rate, log, job, (scored) => {
      grown = { ...grown, scored };
    }),
  );
}

async function scoreOnce(
  run: Run,
  rate: ScoringRate,
  log: OriginLog,
  { link, storage, adapter, signal, report, draw }: ScoringJob,
  onScored: (scored: number) => void,
): Promise<void> {
  const writes: Promise<void>[] = [];
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
    const scorer = log.watch(link.scorer);
    await continueRun(run, { scorer, adapter, signal, onStretch });
  } finally {
    link.device = log.device ?? link.device;
    shown = { ...shown, origin: log.origin };
    await draw(shown);
    await Promise.all(writes);
    await storage.update(shown);
  }
}
