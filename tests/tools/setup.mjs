/**
 * Brings a fresh checkout to the point where `npm start` or `npm test` can go on: packages as the lock file has
 * them, and with --browser a Chromium. Only Node's own modules: it runs before anything is installed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser, inPlaywrightCache } from './browser.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const stamp = join(root, 'node_modules', '.memoscope-lock');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** @type {(command: string, args: string[], options?: import('node:child_process').SpawnSyncOptions) => boolean} */
const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options })
    .status === 0;

function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stdout.write('Installing packages (npm ci)\n');
  if (!run(npm, ['ci'])) fail('npm ci failed. Check the connection to the npm registry and try again.');
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}

function installBrowser() {
  if (findBrowser()) return;
  process.stdout.write('No Chrome, Chromium or Edge found: asking Playwright for a Chromium\n');
  const cli = join(root, 'node_modules', 'playwright-core', 'cli.js');
  run(process.execPath, [cli, 'install', 'chromium'], { timeout: 300_000 });
  if (inPlaywrightCache()) return;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stdout.write("Asking Debian's packages for a Chromium\n");
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      },
    );
  }
  if (!findBrowser())
    fail('The tests need a Chromium. Install Chrome, Chromium or Edge, or set CHROMIUM_PATH.');
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

installPackages();
if (process.argv.includes('--browser')) installBrowser();
