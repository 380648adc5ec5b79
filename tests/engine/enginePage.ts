/** Builds and serves the page under test, and opens it in the installed Chromium. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { BROWSER_ARGUMENTS, findBrowser } from '../tools/browser.mjs';
import { serveSite, type SiteServer } from '../tools/siteServer.ts';

const PAGE = join(import.meta.dirname, 'page');

/** Bundles the page with the switches of the application's own build. @returns the folder. */
async function buildPage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'memoscope-engine-'));
  await build({
    configFile: false,
    root: PAGE,
    base: './',
    logLevel: 'warn',
    resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production'] },
    worker: { format: 'es' },
    build: { target: 'esnext', assetsInlineLimit: 0, outDir: folder, emptyOutDir: false, minify: false },
  });
  return folder;
}

/** A site that holds the engine and models, and a browser to open it with. */
export class EngineSite {
  readonly folder: string;
  readonly server: SiteServer;
  readonly browser: Browser;
  /** Content to answer with instead of what is in the folder; null for 404. */
  readonly replaced: Map<string, Uint8Array | string | null>;

  private constructor(
    folder: string,
    server: SiteServer,
    browser: Browser,
    replaced: Map<string, Uint8Array | string | null>,
  ) {
    this.folder = folder;
    this.server = server;
    this.browser = browser;
    this.replaced = replaced;
  }

  static async start(): Promise<EngineSite> {
    const folder = await buildPage();
    const replaced = new Map<string, Uint8Array | string | null>();
    const server = await serveSite(folder, { replaced });
    const executablePath = findBrowser();
    if (!executablePath) throw new Error('no Chromium: run `npm test`, which fetches one');
    const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
    return new EngineSite(folder, server, browser, replaced);
  }

  /** Adds a file below the site's root. */
  write(path: string, content: Uint8Array | string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Adds a folder below the site's root. */
  copy(from: string, path: string): void {
    cpSync(from, join(this.folder, path), { recursive: true });
  }

  /** Opens the page; what it logs as an error, and every request to another origin, is collected. */
  async open(): Promise<{ page: Page; complaints: string[] }> {
    const page = await this.browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(this.server.url) && !request.url().startsWith('blob:'))
        complaints.push(`request to ${request.url()}`);
    });
    await page.goto(this.server.url);
    await page.waitForFunction(() => 'engine' in window);
    return { page, complaints };
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
