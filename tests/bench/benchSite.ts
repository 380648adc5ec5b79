import { join } from 'node:path';
import { build } from 'vite';

/** Bundles the measuring page, with the switches of the application's own build, into a folder. */
export async function buildBenchPage(folder: string): Promise<void> {
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'page'),
    base: './',
    logLevel: 'warn',
    resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production'] },
    worker: { format: 'es' },
    build: { target: 'esnext', assetsInlineLimit: 0, outDir: folder, emptyOutDir: true },
  });
}
