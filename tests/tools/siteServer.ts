import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** A plain static host on localhost that remembers every request. */
export interface SiteServer {
  /** Ends in a slash. */
  readonly url: string;
  /** Paths asked for, in order, with their query. */
  readonly requests: string[];
  /** From now on takes requests and never answers, as a network does that is up in name only. */
  hang(): void;
  /** Goes off the network; a second time does nothing. */
  close(): Promise<void>;
}

export interface SiteOptions {
  /** Sub-path under which the site is served, e.g. `/tools/memoscope/`. */
  readonly basePath?: string;
  /** False for a host that cannot set headers. */
  readonly isolationHeaders?: boolean;
  /** Files to answer instead of those in the folder: path -> content, or null for 404. */
  readonly replaced?: ReadonlyMap<string, Uint8Array | string | null>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Serves a folder as a static host would: real 404s, lengths, types, no directory listing. */
export async function serveSite(folder: string, options: SiteOptions = {}): Promise<SiteServer> {
  const {
    basePath = '/',
    isolationHeaders = true,
    replaced = new Map<string, Uint8Array | string | null>(),
  } = options;
  const requests: string[] = [];
  let isHanging = false;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(url.pathname + url.search);
    if (isHanging) return;
    if (isolationHeaders) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    const path = url.pathname.startsWith(basePath)
      ? decodeURIComponent(url.pathname.slice(basePath.length)) || 'index.html'
      : null;
    const instead = path === null ? null : replaced.get(path);
    if (path === null || instead === null) notFound(response);
    else if (instead === undefined) sendFile(folder, path, response);
    else response.setHeader('Content-Type', typeOf(path)).end(instead);
  };

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hang = (): void => {
    isHanging = true;
  };
  return { url: `http://localhost:${port}${basePath}`, requests, hang, close: () => closeServer(server) };
}

const typeOf = (path: string): string => TYPES[extname(path)] ?? 'application/octet-stream';

function sendFile(folder: string, path: string, response: ServerResponse): void {
  const file = join(folder, normalize(path));
  const stat = file.startsWith(folder) ? statSync(file, { throwIfNoEntry: false }) : undefined;
  if (!stat?.isFile()) {
    notFound(response);
    return;
  }
  response.writeHead(200, { 'Content-Type': typeOf(path), 'Content-Length': stat.size });
  createReadStream(file).pipe(response);
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found');
}

function closeServer(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
