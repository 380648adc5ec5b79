import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Cross-origin isolation: what WebAssembly threads need. A host that cannot set headers gets them from sw.js. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Nothing from elsewhere, nothing inline, no eval but WebAssembly's. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the policy into the built page, so that it holds on any static host. */
function policyInPage(): Plugin {
  return {
    name: 'memoscope:policy-in-page',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** What the entry imports when it is needed, but the page is to have from the beginning. */
const VIEWS = ['/src/app/App.svelte', '/src/app/samples/panels/SamplesView.svelte'];

/**
 * The views are chunks of their own, so that each is evaluated in a task of its own and only when it is shown. Their
 * code and styles are fetched with the entry all the same: not after it, and not when a newer build may have taken
 * their place.
 */
function viewsFetchedAhead(): Plugin {
  return {
    name: 'memoscope:views-fetched-ahead',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle = {} }) => {
        const chunks = Object.values(bundle).filter((item) => item.type === 'chunk');
        const views = chunks.filter(({ facadeModuleId }) =>
          VIEWS.some((end) => facadeModuleId?.endsWith(end)),
        );
        const names = new Set(views.flatMap(({ fileName, imports }) => [...imports, fileName]));
        const code = [...names].flatMap(
          (name) => chunks.find(({ fileName }) => fileName === name && !html.includes(name)) ?? [],
        );
        const styles = new Set(code.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]));
        const link = (attrs: Record<string, string>) => ({
          tag: 'link',
          attrs: { ...attrs, crossorigin: true },
          injectTo: 'head' as const,
        });
        return [
          ...code.map(({ fileName }) => link({ rel: 'modulepreload', href: `./${fileName}` })),
          ...Array.from(styles, (name) => link({ rel: 'stylesheet', href: `./${name}` })),
        ];
      },
    },
  };
}

/** Data under `public/` that the page asks for by plain names; a model's other files have a hash in their URL. */
const isPageData = (name: string): boolean =>
  !name.startsWith('models/') || /^models\/[^/]+\/(manifest\.json|README\.md)$/.test(name);

/**
 * Tells the service worker which files make up the page, and a hash of them, so that a new build replaces the
 * old one as a whole. Weights and WebAssembly are left out: they are large, and cached when first used.
 */
function shellInServiceWorker(): Plugin {
  const publicFolder = new URL('public/', import.meta.url);
  return {
    name: 'memoscope:shell-in-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') return;
      const contents = new Map<string, string | Uint8Array>();
      for (const [name, item] of Object.entries(bundle))
        if (name !== 'sw.js' && !/\.(wasm|map)$/.test(name))
          contents.set(name, item.type === 'chunk' ? item.code : item.source);
      for (const entry of readdirSync(publicFolder, { recursive: true, withFileTypes: true })) {
        const path = pathToFileURL(join(entry.parentPath, entry.name)).href;
        const name = path.slice(publicFolder.href.length);
        if (entry.isFile() && isPageData(name)) contents.set(name, readFileSync(new URL(path)));
      }
      const files = [...contents.keys()].sort();
      const hash = createHash('sha256');
      for (const name of files) hash.update(name).update(contents.get(name) ?? '');
      const shell = { hash: hash.digest('hex').slice(0, 16), files };
      worker.code = worker.code.replace(/["'`]__SHELL__["'`]/, () => JSON.stringify(JSON.stringify(shell)));
    },
  };
}

/** Science and geometry in Node; engines in a real Chromium; the built site end to end. */
const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'unit',
      environment: 'node',
      include: ['tests/{core,charts,state,engine}/**/*.test.ts'],
      exclude: ['**/*.browser.test.ts'],
    },
  },
  {
    extends: true,
    test: {
      name: 'browser',
      environment: 'node',
      include: ['tests/engine/**/*.browser.test.ts'],
      fileParallelism: false,
      testTimeout: 420_000,
      hookTimeout: 420_000,
    },
  },
  {
    extends: true,
    test: {
      name: 'e2e',
      environment: 'node',
      include: ['tests/e2e/**/*.test.ts'],
      globalSetup: ['tests/tools/builtApp.ts'],
      fileParallelism: false,
      testTimeout: 300_000,
      hookTimeout: 300_000,
    },
  },
];

export default defineConfig(({ mode }) => ({
  base: './',
  define: { __APP_VERSION__: JSON.stringify(version) },
  plugins: [svelte(), policyInPage(), viewsFetchedAhead(), shellInServiceWorker()],
  resolve: {
    // The loader of onnxruntime-web that takes its .wasm from a URL of ours, not from inside the script.
    conditions: [
      'onnxruntime-web-use-extern-wasm',
      'svelte',
      'module',
      'browser',
      mode === 'production' ? 'production' : 'development',
    ],
  },
  worker: { format: 'es' },
  build: {
    target: 'esnext',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1024,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'workers/service.worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { headers: isolation },
  preview: {
    headers: { ...isolation, 'Content-Security-Policy': contentSecurityPolicy },
  },
  test: { projects },
}));
