import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

/** A task of the main thread is long from here on, ms. */
const LONG = 50;
/** How many of the longest tasks are told. */
const TOLD = 5;

/** Begins to collect the main thread's tasks above 50 ms; runs before the page's own scripts. */
export function collectLongTasks(): void {
  const longTasks: number[] = [];
  Object.assign(globalThis, { longTasks });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(Math.round(duration));
  }).observe({ type: 'longtask', buffered: true });
}

/** Their durations since the last call, ms. */
export const takeLongTasks = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks.splice(0));

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds: when it began, how long it took by the clock and of the thread's processor time. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly url?: unknown } };
}

/** A task of the main thread, ms. */
export interface Task {
  readonly clock: number;
  readonly processor: number;
}

/** Tasks of the main threads that ran code of localhost. */
function tasksIn(trace: Buffer): Task[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const threads = (isMeant: (event: TraceEvent) => boolean) =>
    new Set(traceEvents.filter(isMeant).map(threadOf));
  const main = threads(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  // Chromium has pages of its own, which are none of ours.
  const own = threads(({ args }) => String(args.data?.url).startsWith('http://localhost'));
  const tasks = new Map<string, Task>();
  for (const event of traceEvents) {
    const { name, ts, dur = 0, tdur = 0 } = event;
    if (!name.endsWith('RunTask') || !main.has(threadOf(event)) || !own.has(threadOf(event))) continue;
    // A task is told twice, one within the other: they end in the same millisecond.
    const end = `${threadOf(event)} ${Math.round((ts + dur) / 1000)}`;
    const known = tasks.get(end) ?? { clock: 0, processor: 0 };
    tasks.set(end, {
      clock: Math.max(known.clock, dur / 1000),
      processor: Math.max(known.processor, tdur / 1000),
    });
  }
  return [...tasks.values()];
}

/**
 * Watches the page at work.
 *
 * @param keep folder and name of the trace, with a profile of the processor, if it is to be kept; the profile makes
 *   every task a little longer.
 * @returns the tasks of its main thread.
 */
export async function traceTasks(
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
  keep?: { readonly folder: string; readonly name: string },
): Promise<Task[]> {
  const profile = keep ? ['v8', 'disabled-by-default-v8.cpu_profiler', 'disabled-by-default-v8.gc'] : [];
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', ...profile] });
  await work();
  const trace = await browser.stopTracing();
  if (keep) writeFileSync(join(keep.folder, `${keep.name.replaceAll(/\W+/g, '-')}.json`), trace);
  return tasksIn(trace);
}

export const listed = (durations: readonly number[]): string => durations.join(', ') || 'none';

/** The longest tasks by one measure, and how many are above 50 ms by it. */
export function longest(tasks: readonly Task[], measure: keyof Task): string {
  const durations = tasks.map((task) => Math.round(task[measure])).sort((a, b) => b - a);
  const long = durations.filter((duration) => duration > LONG).length;
  return `${listed(durations.slice(0, TOLD))} (${long} above ${LONG})`;
}
