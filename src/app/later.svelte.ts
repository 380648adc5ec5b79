import { untrack } from 'svelte';

/**
 * A value of the page that follows its sources by a task, so that what a growing run brings about is spread over
 * several tasks and none of them blocks the page for long. The first value is there at once.
 *
 * @param sources reads what the value depends on.
 * @param compute makes the value; what it reads is not tracked.
 */
export function later<T>(sources: () => unknown, compute: () => T): { readonly current: T } {
  let current = $state.raw(untrack(compute));
  let isFirst = true;
  $effect(() => {
    sources();
    if (isFirst) {
      isFirst = false;
      return undefined;
    }
    const timer = setTimeout(() => {
      current = untrack(compute);
    });
    return () => {
      clearTimeout(timer);
    };
  });
  return {
    get current() {
      return current;
    },
  };
}
