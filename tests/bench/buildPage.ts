/** `node tests/tools/run.mjs tests/bench/buildPage.ts FOLDER`: the measuring page alone, for another machine. */
import { resolve } from 'node:path';
import { buildBenchPage } from './benchSite.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: buildPage.ts FOLDER');
await buildBenchPage(resolve(folder));
