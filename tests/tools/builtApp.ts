import { build } from 'vite';

/** Vitest's global set-up of the end-to-end tests: they run against the built site. */
export default async function buildApp(): Promise<void> {
  await build({ logLevel: 'warn' });
}
