import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Vitest's global set-up of the end-to-end tests: they run against the built site. A process of its own, because
 * inside Vitest a build would be one for tests.
 */
export default function buildApp(): void {
  const vite = join('node_modules', 'vite', 'bin', 'vite.js');
  const env = { ...process.env, NODE_ENV: 'production' };
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { stdio: 'inherit', env });
}
