/**
 * `npm run bench`: the engine against the usual way, on the same windows, each in a browser of its own so that peak
 * memory can be told apart; the embedded model against native onnxruntime; a cold start; and what the view of samples
 * computes. Prints ratios.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from '../tools/browser.mjs';
import { serveSite } from '../tools/siteServer.ts';
import { buildBenchPage } from './benchSite.ts';
import { GPT2_SMALL, gpt2Config, gpt2Model } from './gpt2Shape.ts';
import { nativeTokensPerSecond } from './native.ts';
import type { BenchCase, BenchModel, Round } from './page/page.ts';

const SITE = resolve('.cache/bench');
const ROUNDS = 3;
const EMBEDDED = { folder: 'models/', id: 'memoscope-14m' };
const SHAPE = { folder: 'models/', id: 'gpt2-shape' };

const CASES: readonly (BenchCase & { readonly name: string })[] = [
  { name: 'embedded, WebAssembly', model: EMBEDDED, device: 'wasm', threads: 2, tokens: 512, windows: 4 },
  {
    name: 'embedded, software WebGPU',
    model: EMBEDDED,
    device: 'webgpu',
    threads: 2,
    tokens: 128,
    windows: 1,
  },
  { name: 'GPT-2 shape, WebAssembly', model: SHAPE, device: 'wasm', threads: 2, tokens: 256, windows: 1 },
];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function prepareSite(): Promise<void> {
  await buildBenchPage(SITE);
  cpSync('public/models', join(SITE, 'models'), { recursive: true });
  const folder = join(SITE, 'models', SHAPE.id);
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    cpSync(join('public/models', EMBEDDED.id, name), join(folder, name));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(gpt2Config(GPT2_SMALL)));
  const graph = join(folder, 'onnx', 'model.onnx');
  if (!existsSync(graph)) writeFileSync(graph, gpt2Model(GPT2_SMALL));
}

function launch(): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('no Chromium found: run `npm test`, which fetches one');
  return chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
}

/** Peak resident memory of the largest renderer, MB; NaN where the system has no /proc. */
function peakMegabytes(): number {
  if (!existsSync('/proc/self/status')) return NaN;
  const peaks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const isRenderer = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer');
        const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return isRenderer && peak ? Number(peak) / 1024 : 0;
      } catch (error) {
        // A process may end while it is being read.
        if (error instanceof Error && 'code' in error) return 0;
        throw error;
      }
    });
  return Math.max(...peaks);
}

/** What a folder's files are, so that the page need not read them twice. */
function withHashes(model: BenchModel): BenchModel {
  if (model === 'generated-gpt2') return model;
  const files = ['onnx/model.onnx', 'config.json', 'tokenizer.json', 'tokenizer_config.json'].map((path) => {
    const content = readFileSync(join(SITE, model.folder, model.id, path));
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { path, bytes: content.length, sha256 };
  });
  return { ...model, files };
}

interface Side {
  readonly rounds: Round[];
  readonly peak: number;
}

/** One side of a case, in a fresh browser. */
async function measure(url: string, test: BenchCase, side: 'ours' | 'usual'): Promise<Side> {
  const browser = await launch();
  const model = withHashes(test.model);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(url);
    await page.waitForFunction(() => 'bench' in window);
    const rounds = await page.evaluate(
      async ([wanted, which, count]) => {
        await (which === 'ours' ? window.bench.openOurs(wanted) : window.bench.openUsual(wanted));
        const made: Round[] = [];
        for (let round = 0; round <= count; round++) made.push(await window.bench[which](wanted));
        return made.slice(1);
      },
      [{ ...test, model }, side, ROUNDS] as const,
    );
    return { rounds, peak: peakMegabytes() };
  } finally {
    await browser.close();
  }
}

const rates = ({ rounds }: Side): number[] =>
  rounds.map(({ tokens, ms }) => (1000 * tokens) / ms).sort((a, b) => a - b);
const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? NaN;
const spread = (sorted: readonly number[]): string =>
  `${median(sorted).toFixed(0)} (${(sorted[0] ?? NaN).toFixed(0)} to ${(sorted.at(-1) ?? NaN).toFixed(0)})`;

async function compare(url: string, { name, ...test }: BenchCase & { name: string }): Promise<number> {
  const ours = await measure(url, test, 'ours');
  const usual = await measure(url, test, 'usual');
  const perToken = (side: Side) => (side.rounds[0]?.bytesToJs ?? NaN) / (side.rounds[0]?.tokens ?? NaN);
  const [fast, slow] = [rates(ours), rates(usual)];
  print(`${name}, windows of ${test.tokens}:`);
  print(
    `  tokens/s ${spread(fast)} against ${spread(slow)}: ratio ${(median(fast) / median(slow)).toFixed(2)}`,
  );
  print(`  bytes to JavaScript a token ${perToken(ours).toFixed(0)} against ${perToken(usual).toFixed(0)}`);
  print(`  peak memory of the renderer, MB ${ours.peak.toFixed(0)} against ${usual.peak.toFixed(0)}`);
  return median(fast);
}

/** From an empty profile to the first coloured token of a typed text, on the built app, ms. */
async function coldStart(): Promise<number> {
  const server = await serveSite(resolve('dist'));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const startedAt = performance.now();
    await page.goto(server.url);
    await page.getByTestId('input').fill('Call it what you like, the lamp went out at nine.');
    await page.getByTestId('input').press('Control+Enter');
    await page.locator('[data-testid="verdict"][data-state="done"]').waitFor();
    await page.locator('[data-testid="token"]', { hasText: 'lamp' }).first().waitFor();
    return performance.now() - startedAt;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Peak memory of the renderer for a short and a long text: the worker's must not grow. */
async function growth(url: string): Promise<void> {
  const test = { model: EMBEDDED, device: 'wasm', threads: 2, tokens: 512 } as const;
  const short = await measure(url, { ...test, windows: 4 }, 'ours');
  const long = await measure(url, { ...test, windows: 64 }, 'ours');
  print(`memory, MB: ${short.peak.toFixed(0)} for 2,048 tokens, ${long.peak.toFixed(0)} for 32,768`);
}

/** Samples of many lengths as a data set, against one call each, on two threads. */
async function dataSet(url: string): Promise<void> {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(url);
    await page.waitForFunction(() => 'bench' in window);
    const test = { model: withHashes(EMBEDDED), device: 'wasm', threads: 2, tokens: 0, windows: 0 } as const;
    const ratios = await page.evaluate(
      async ([wanted, count]) => {
        await window.bench.openOurs(wanted);
        // In the order of their lengths, as the page's blocks are.
        const lengths = Array.from({ length: 200 }, (_, index) => 20 + Math.floor((index * 81) / 200));
        const made: number[] = [];
        for (let round = 0; round < count; round++) {
          const alone = await window.bench.samples(lengths, false);
          made.push(alone / (await window.bench.samples(lengths, true)));
        }
        return made.slice(1);
      },
      [test, ROUNDS + 1] as const,
    );
    const sorted = ratios.sort((a, b) => a - b).map((ratio) => ratio.toFixed(2));
    print(
      `200 samples of 20 to 100 tokens, WebAssembly: ${sorted.join(', ')} times the rate of one call each`,
    );
  } finally {
    await browser.close();
  }
}

/** The engine against the usual way and native onnxruntime. */
async function againstOthers(url: string): Promise<void> {
  print(`cold start to the first coloured text: ${((await coldStart()) / 1000).toFixed(2)} s`);
  let embedded = NaN;
  for (const test of wanted) {
    const rate = await compare(url, test);
    if (test.model === EMBEDDED && test.device === 'wasm') embedded = rate;
  }
  if (!Number.isNaN(embedded)) {
    const native = await nativeTokensPerSecond(join('public/models', EMBEDDED.id, 'onnx/model.onnx'), 2, 512);
    print(
      `embedded model, tokens/s: ${embedded.toFixed(0)} here, ${native.toFixed(0)} in onnxruntime-node with 2 threads: ratio ${(embedded / native).toFixed(2)}`,
    );
  }
  await growth(url);
}

/** All that is measured on the engine's page. */
async function engine(): Promise<void> {
  print('Building the measuring page and a GPT-2-shaped model with random weights');
  await prepareSite();
  const server = await serveSite(SITE);
  try {
    if (wanted.length > 0) await againstOthers(server.url);
    if (hasDataSet) await dataSet(server.url);
  } finally {
    await server.close();
  }
}

/** Scripts that measure the view of samples, each in a process of its own, so that its memory is its own. */
const SCRIPTS = ['panels', 'pairwise', 'manySamples'];

function runScript(name: string): void {
  print(`tests/bench/${name}.ts:`);
  execFileSync(process.execPath, ['tests/tools/run.mjs', `tests/bench/${name}.ts`], { stdio: 'inherit' });
}

/** `npm run bench -- WORD`: only the cases and scripts whose name has it. */
const word = process.argv[2] ?? '';
const wanted = CASES.filter(({ name }) => name.includes(word));
const hasDataSet = 'data set'.includes(word);
if (wanted.length > 0 || hasDataSet) await engine();
for (const name of SCRIPTS) if (name.includes(word)) runScript(name);
