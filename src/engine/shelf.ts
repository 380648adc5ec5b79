import { clear, createStore, del, get, getMany, keys, promisifyRequest, update, values } from 'idb-keyval';

/** A name, or a place in a named series. */
export type ShelfKey = string | [series: string, place: number];

/**
 * A collection of values under keys: a database of its own in the page, memory in tests. Values are cloned, typed
 * arrays as they are. Every method rejects with what the browser says if it refuses.
 */
export interface Shelf {
  get(key: ShelfKey): Promise<unknown>;
  set(key: ShelfKey, value: unknown): Promise<void>;
  /** Puts what `change` makes of the value in its place, with no other writing in between. */
  update(key: ShelfKey, change: (value: unknown) => unknown): Promise<void>;
  delete(key: ShelfKey): Promise<void>;
  clear(): Promise<void>;
  keys(): Promise<ShelfKey[]>;
  values(): Promise<unknown[]>;
  /** The values of a series, by place; some are read ahead, so that a long one fits the memory. */
  valuesOf(series: string): AsyncGenerator;
  /** The value of a series at a place or, if there is none, the last before it. */
  lastOf(series: string, place: number): Promise<unknown>;
  /** Deletes a series. */
  deleteAllOf(series: string): Promise<void>;
}

/** Values of a series that are read together: a transaction for each would take most of the time. */
const READ_AT_ONCE = 32;

/** Opens a shelf of IndexedDB; the database is touched only when it is first used. */
export function openShelf(name: string): Shelf {
  const store = createStore(`memoscope-${name}`, name);
  // Arrays sort after numbers, so this holds every place of the series.
  const rangeOf = (series: string) => IDBKeyRange.bound([series], [series, []]);
  return {
    get: async (key) => get<unknown>(key, store),
    set: async (key, value) =>
      store('readwrite', (objects) => {
        objects.put(value, key);
        // Left to itself, it waits for the answer to `put`, which a page that is going does not hear.
        objects.transaction.commit();
        return promisifyRequest(objects.transaction);
      }),
    update: async (key, change) => update<unknown>(key, change, store),
    delete: async (key) => del(key, store),
    clear: async () => clear(store),
    keys: async () => keys<ShelfKey>(store),
    values: async () => values<unknown>(store),
    valuesOf: async function* (series) {
      const places = await store('readonly', (objects) =>
        promisifyRequest(objects.getAllKeys(rangeOf(series))),
      );
      for (let from = 0; from < places.length; from += READ_AT_ONCE)
        yield* await getMany<unknown>(places.slice(from, from + READ_AT_ONCE), store);
    },
    lastOf: async (series, place) => {
      const range = IDBKeyRange.bound([series], [series, place]);
      const cursor = await store('readonly', (objects) =>
        promisifyRequest(objects.openCursor(range, 'prev')),
      );
      return cursor?.value as unknown;
    },
    deleteAllOf: async (series) =>
      store('readwrite', (objects) => {
        objects.delete(rangeOf(series));
        return promisifyRequest(objects.transaction);
      }),
  };
}

/** How stores come by their shelves. */
export type OpenShelf = (name: string) => Shelf;
