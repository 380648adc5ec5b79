import { untrack } from 'svelte';

/**
 * A value of the page that follows its sources by a task, so that what a growing run brings about is spread over
 * several tasks and none of them blocks the page for long.
 *
 * @param sources reads what the value depends on.
 * @param compute makes the value; what it reads is not tracked.
 * @param blank shown until the first value is computed, a task later; left out, the first one is there at once.
 */
export function later<T>(sources: () => unknown, compute: () => T, blank?: () => T): { readonly current: T } {
  let current = $state.raw(untrack(blank ?? compute));
  let isKnown = !blank;
  $effect(() => {
    sources();
    if (isKnown) {
      isKnown = false;
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
