/** Runs a TypeScript file of the repository in Node: `node tests/tools/run.mjs FILE [arguments]`. */
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const [file, ...rest] = process.argv.slice(2);
if (!file) throw new Error('usage: node tests/tools/run.mjs FILE [arguments]');
process.argv = [process.argv[0] ?? 'node', file, ...rest];
await runnerImport(pathToFileURL(resolve(file)).href, { configFile: false, logLevel: 'error' });
