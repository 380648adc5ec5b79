/** Every way the product can fail, as one closed list; views hold a sentence and a remedy for each. */
export const ERROR_KINDS = [
  'Cancelled',
  'DeviceUnavailable',
  'DeviceLost',
  'ModelUnavailable',
  'ModelCorrupt',
  'OutOfMemory',
  'InvalidInput',
  'StorageUnavailable',
  'WorkerDied',
  'Internal',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

/**
 * The one error class of Memoscope. Its `name` is the kind, because `name`, `message` and `stack` are all that
 * survive the passage out of a worker. Message: noun, value, remedy.
 */
export class MemoscopeError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = kind;
    this.kind = kind;
  }
}

const isKind = (name: string): name is ErrorKind => (ERROR_KINDS as readonly string[]).includes(name);

/** Gives any thrown value its kind back; what has none becomes `Internal` (or `Cancelled` for an abort). */
export function asMemoscopeError(thrown: unknown): MemoscopeError {
  if (thrown instanceof MemoscopeError) return thrown;
  if (!(thrown instanceof Error)) return new MemoscopeError('Internal', String(thrown));
  const kind = isKind(thrown.name) ? thrown.name : thrown.name === 'AbortError' ? 'Cancelled' : 'Internal';
  return new MemoscopeError(kind, thrown.message, { cause: thrown });
}
