/**
 * Memory for arrays that are handed to a worker more than once. Where the page may have it (it is cross-origin
 * isolated), the worker reads it in place; elsewhere every message copies it, which takes the page tens of
 * milliseconds for a large data set.
 */
export const sharedMemory = (bytes: number): ArrayBufferLike =>
  globalThis.crossOriginIsolated ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
