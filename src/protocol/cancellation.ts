import { transferHandlers } from 'comlink';

/**
 * An AbortSignal in a shape that is recognised on both sides of a worker boundary: comlink cannot clone a
 * signal, so a message port carries the abort across.
 */
export interface Cancellation {
  readonly signal: AbortSignal;
}

const isCancellation = (value: unknown): value is Cancellation =>
  typeof value === 'object' && value !== null && 'signal' in value && value.signal instanceof AbortSignal;

interface WireCancellation {
  readonly aborted: boolean;
  readonly port: MessagePort;
}

/** Registers the passage of {@link Cancellation}; both sides call it once before their first call. */
export function registerCancellation(): void {
  transferHandlers.set('cancellation', {
    canHandle: isCancellation,
    serialize({ signal }: Cancellation): [WireCancellation, Transferable[]] {
      const { port1, port2 } = new MessageChannel();
      signal.addEventListener(
        'abort',
        () => {
          port1.postMessage('abort');
        },
        { once: true },
      );
      return [{ aborted: signal.aborted, port: port2 }, [port2]];
    },
    deserialize({ aborted, port }: WireCancellation): Cancellation {
      const controller = new AbortController();
      if (aborted) controller.abort();
      port.onmessage = () => {
        controller.abort();
        port.close();
      };
      return { signal: controller.signal };
    },
  });
}
