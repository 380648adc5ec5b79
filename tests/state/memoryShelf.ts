import type { OpenShelf, Shelf, ShelfKey } from '../../src/engine/shelf.ts';

/** What a browser would hold of a site, as shelves in memory. */
export class MemoryDisk {
  readonly shelves = new Map<string, Map<string, { key: ShelfKey; value: unknown }>>();
  /** Thrown by everything that writes, if set. */
  refusal: Error | null = null;

  readonly open: OpenShelf = (name) => {
    const entries = this.shelves.get(name) ?? new Map<string, { key: ShelfKey; value: unknown }>();
    this.shelves.set(name, entries);
    return this.shelf(entries);
  };

  /** Everything that is stored, as one text. */
  get content(): string {
    const all = [...this.shelves.values()].flatMap((entries) => [...entries.values()]);
    return JSON.stringify(all);
  }

  /** The stored value under a key, to look at or to damage. */
  at(shelf: string, key: ShelfKey): Record<string, unknown> | undefined {
    return this.shelves.get(shelf)?.get(JSON.stringify(key))?.value as Record<string, unknown> | undefined;
  }

  keys(shelf: string): ShelfKey[] {
    return Array.from(this.shelves.get(shelf)?.values() ?? [], ({ key }) => key);
  }

  private shelf(entries: Map<string, { key: ShelfKey; value: unknown }>): Shelf {
    const write = async (work: () => void): Promise<void> => {
      if (this.refusal) throw this.refusal;
      work();
    };
    const placesOf = (series: string) =>
      Array.from(entries.values(), ({ key }) => key)
        .filter((key): key is [string, number] => Array.isArray(key) && key[0] === series)
        .sort((a, b) => a[1] - b[1]);
    const valueAt = (key: ShelfKey) => structuredClone(entries.get(JSON.stringify(key))?.value);
    return {
      get: async (key) => valueAt(key),
      set: (key, value) =>
        write(() => void entries.set(JSON.stringify(key), { key, value: structuredClone(value) })),
      update: (key, change) =>
        write(() => {
          entries.set(JSON.stringify(key), { key, value: structuredClone(change(valueAt(key))) });
        }),
      delete: (key) => write(() => void entries.delete(JSON.stringify(key))),
      clear: () =>
        write(() => {
          entries.clear();
        }),
      keys: async () => Array.from(entries.values(), ({ key }) => key),
      values: async () => Array.from(entries.values(), ({ value }) => structuredClone(value)),
      valuesOf: async function* (series) {
        for (const key of placesOf(series)) yield valueAt(key);
      },
      lastOf: async (series, place) => {
        const last = placesOf(series)
          .filter((key) => key[1] <= place)
          .at(-1);
        return last && valueAt(last);
      },
      deleteAllOf: (series) =>
        write(() => {
          for (const key of placesOf(series)) entries.delete(JSON.stringify(key));
        }),
    };
  }
}
