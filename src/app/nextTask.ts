/** Gives way to everything that waits: what follows is in a task of its own. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve);
  });

/** A page that nobody sees draws no frames: how long one is waited for, ms. */
const FRAME_PATIENCE = 100;

/** Calls back in a task of its own once what is on the page now is drawn. @returns takes the call back. */
export function afterFrame(act: () => void): () => void {
  let timer = setTimeout(act, FRAME_PATIENCE);
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(act);
  });
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}
