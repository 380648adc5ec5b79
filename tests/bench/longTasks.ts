import type { Browser, Page } from 'playwright-core';

/** A task of the main thread is long from here on, ms. */
const LONG = 50;

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

/** Processor time of the tasks above 50 ms of the main threads that ran code of localhost, ms. */
function longestIn(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const threads = (isMeant: (event: TraceEvent) => boolean) =>
    new Set(traceEvents.filter(isMeant).map(threadOf));
  const main = threads(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  // Chromium has pages of its own, which are none of ours.
  const own = threads(({ args }) => String(args.data?.url).startsWith('http://localhost'));
  const tasks = new Map<string, number>();
  for (const event of traceEvents) {
    const { name, ts, dur = 0, tdur = 0 } = event;
    if (!name.endsWith('RunTask') || !main.has(threadOf(event)) || !own.has(threadOf(event))) continue;
    // A task is told twice, one within the other: they end in the same millisecond.
    const end = `${threadOf(event)} ${Math.round((ts + dur) / 1000)}`;
    tasks.set(end, Math.max(tasks.get(end) ?? 0, Math.round(tdur / 1000)));
  }
  return [...tasks.values()].filter((duration) => duration > LONG);
}

/** Watches the page at work. @returns processor time of its tasks above 50 ms, ms. */
export async function traceLongTasks(
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
): Promise<number[]> {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  await work();
  return longestIn(await browser.stopTracing());
}

export const listed = (durations: readonly number[]): string => durations.join(', ') || 'none';
