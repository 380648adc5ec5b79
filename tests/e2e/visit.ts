import type {} from '../../src/app/api.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { BROWSER_ARGUMENTS, findBrowser } from '../tools/browser.mjs';
import { serveSite, type SiteOptions, type SiteServer } from '../tools/siteServer.ts';

export const DIST = resolve('dist');

/** One visitor: an empty profile, the built site on a server of its own, and all that went wrong on the way. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly server: SiteServer;
  /** Uncaught errors, console errors and policy violations so far. */
  readonly problems: string[];
  /** URLs asked of any other origin. */
  readonly elsewhere: string[];
}

export interface VisitOptions extends SiteOptions {
  /** False for a browser without a WebGPU adapter. */
  readonly webgpu?: boolean;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** Script that runs in the page before any of its own. */
  readonly initScript?: () => void;
  /** Path inside the site. */
  readonly path?: string;
  /** False for a browser that runs no service worker, so that a file replaced in mid-visit is read again. */
  readonly serviceWorker?: boolean;
  /** Problems that the test provokes on purpose. */
  readonly expectedProblems?: RegExp;
}

/** Runs `body` as a fresh visitor; fails if the page reported a problem or asked anything of another origin. */
export async function visit(options: VisitOptions, body: (visit: Visit) => Promise<void>): Promise<void> {
  const { webgpu = true, viewport = { width: 1280, height: 900 }, colorScheme = 'light' } = options;
  const server = await serveSite(DIST, options);
  const browser = await launch(webgpu);
  try {
    const context = await browser.newContext({
      viewport,
      colorScheme,
      permissions: ['clipboard-read', 'clipboard-write'],
      serviceWorkers: options.serviceWorker === false ? 'block' : 'allow',
    });
    if (options.initScript) await context.addInitScript(options.initScript);
    const page = await context.newPage();
    const { problems, elsewhere } = watch(context, page, server);
    await page.goto(server.url + (options.path ?? ''));
    // Without headers the page reloads itself once, under the feet of a script that waits in it.
    if (options.isolationHeaders !== false) await page.evaluate(() => window.memoscope.ready);
    await body({ page, context, server, problems, elsewhere });
    expect(elsewhere).toEqual([]);
    expect(problems.filter((problem) => !options.expectedProblems?.test(problem))).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
}

export async function launch(webgpu = true): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('no Chromium found: run `npm test`, which installs one');
  const switches = webgpu ? BROWSER_ARGUMENTS : BROWSER_ARGUMENTS.filter((name) => !/webgpu/.test(name));
  return chromium.launch({ executablePath, args: switches });
}

function watch(context: BrowserContext, page: Page, server: SiteServer) {
  const problems: string[] = [];
  const elsewhere: string[] = [];
  const { origin } = new URL(server.url);
  page.on('pageerror', (error) => problems.push(`pageerror: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const url = request.url();
    if (/^https?:/.test(url) && new URL(url).origin !== origin) elsewhere.push(url);
  });
  return { problems, elsewhere };
}

export interface Planted {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly copies: number;
  readonly tokens: number;
}

/** The shipped planted texts. */
export function planted(): Planted[] {
  const file = JSON.parse(readFileSync(resolve('public/planted/planted.json'), 'utf8')) as {
    passages: Planted[];
  };
  return file.passages;
}

/** The first planted text of a kind that was seen `copies` times. */
export function plantedText(kind: string, copies: number): string {
  const found = planted().find((text) => text.kind === kind && text.copies === copies);
  if (!found) throw new Error(`no planted ${kind} with ${copies} copies`);
  return found.text;
}

/** Types a text, runs it and waits until it is done. */
export async function analyse(page: Page, text: string, timeout = 90_000): Promise<void> {
  await page.getByTestId('input').fill(text);
  await page.getByTestId('input').press('Control+Enter');
  await finished(page, text, timeout);
}

/** Waits until the shown run is that of `text`, scored to its end. */
export async function finished(page: Page, text: string, timeout = 90_000): Promise<void> {
  const done = page.waitForFunction(
    (wanted) =>
      document.querySelector('[data-testid="verdict"]')?.getAttribute('data-state') === 'done' &&
      document.querySelector('[data-testid="shown-text"]')?.textContent.startsWith(wanted),
    text.slice(0, 20),
    { timeout },
  );
  await done.catch(async (cause: unknown) => {
    throw new Error(`not scored to its end; the page says: ${await stateOf(page)}`, { cause });
  });
}

/** What a visitor would be told: the model's state, the verdict, the beginnings of the texts typed and shown. */
const stateOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const saidBy = (id: string) => {
      const element = document.querySelector(`[data-testid="${id}"]`);
      const said =
        element instanceof HTMLTextAreaElement ? element.value : (element?.textContent ?? 'not there');
      return `${id} (${element?.getAttribute('data-state') ?? ''}) ${said.replace(/\s+/g, ' ').slice(0, 100)}`;
    };
    return ['model-state', 'verdict', 'input', 'shown-text'].map(saidBy).join('; ');
  });

export const tokens = (page: Page) => page.getByTestId('token');
