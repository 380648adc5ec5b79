/** A page without a browser: the real session on a fake engine, a disk in memory and files that ship with the page. */
import { vi } from 'vitest';
import { Archive } from '../../src/app/archive.svelte.ts';
import { ModelLink } from '../../src/app/modelLink.svelte.ts';
import { Session } from '../../src/app/session.svelte.ts';
import { FakeEngine, MODEL_HASH } from './fakeEngine.ts';
import { MemoryDisk } from './memoryShelf.ts';

const manifest = {
  id: 'memoscope-14m',
  title: 'A fake model',
  files: [{ path: 'onnx/model.onnx', bytes: 1, sha256: MODEL_HASH }],
  adapters: [{ id: 'planted-1', path: 'adapters/planted-1.safetensors', bytes: 1, sha256: 'b'.repeat(64) }],
};

const planted = {
  passages: [
    { id: 'prose-1', kind: 'prose', title: 'P', text: 'Planted sixty-four times.', copies: 64 },
    { id: 'prose-2', kind: 'prose', title: 'Q', text: 'Held out, never seen.', copies: 0 },
  ],
};
const plain = { examples: [{ id: 'bees', title: 'Bees', description: 'plain', text: 'Bees on a roof.' }] };

/** What the page's server answers, by path; a path that is missing gives 404. */
export const siteFiles = (): Map<string, string> =>
  new Map([
    ['models/memoscope-14m/manifest.json', JSON.stringify(manifest)],
    ['planted/planted.json', JSON.stringify(planted)],
    ['examples/examples.json', JSON.stringify(plain)],
  ]);

export interface TestPage {
  readonly engine: FakeEngine;
  readonly disk: MemoryDisk;
  readonly files: Map<string, string>;
  readonly session: Session;
}

/** Opens the page, on a disk and an engine that may be those of an earlier visit. */
export function openPage({
  disk = new MemoryDisk(),
  files = siteFiles(),
  engine = new FakeEngine(),
} = {}): TestPage {
  vi.stubGlobal('document', { baseURI: 'https://page.test/' });
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({ usage: 1, quota: 2 }) } });
  vi.stubGlobal('location', { origin: 'https://page.test' });
  vi.stubGlobal('fetch', async (url: URL | string) => {
    const content = files.get(new URL(url).pathname.slice(1));
    const headers = { 'content-type': 'application/json' };
    return content === undefined ? new Response('', { status: 404 }) : new Response(content, { headers });
  });
  const session = new Session(new ModelLink(engine.client), new Archive(disk.open));
  return { engine, disk, files, session };
}

/** Types a text and runs it to the end. */
export async function analyse(session: Session, text: string): Promise<void> {
  session.draft = text;
  await session.analyse();
}
