import type { Endpoint } from 'comlink';
import { isRequestNotice, type MadeRequest } from '../protocol/requests.ts';

/** A running worker as the client sees it; tests put a message channel in its place. */
export interface WorkerConnection {
  readonly endpoint: Endpoint;
  /** Calls back once if the worker fails outside of a call, with what is known of the cause. */
  onDeath(listener: (cause: string) => void): void;
  terminate(): void;
}

/**
 * Starts the scoring worker.
 *
 * @param onRequests is told what the worker fetched over the network.
 */
export function startScorerWorker(onRequests?: (made: readonly MadeRequest[]) => void): WorkerConnection {
  const worker = new Worker(new URL('../../workers/scorer.worker.ts', import.meta.url), {
    type: 'module',
    name: 'scorer',
  });
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isRequestNotice(data)) onRequests?.(data.requests);
  });
  return {
    endpoint: worker,
    onDeath: (listener) => {
      worker.addEventListener('error', (event) => {
        listener(event.message || 'its script could not be loaded');
      });
      worker.addEventListener('messageerror', () => {
        listener('a message could not be read');
      });
    },
    terminate: () => {
      worker.terminate();
    },
  };
}
