import { mount } from 'svelte';
import './app/styles/tokens.css';
import './app/styles/base.css';
import './app/styles/controls.css';
import './app/styles/heatText.css';
import './app/styles/figures.css';
import { exposeApi } from './app/api.ts';
import { nextTask } from './app/nextTask.ts';
import { Session } from './app/session.svelte.ts';
import { registerOffline, untilKept } from './engine/offline.ts';
import { asMemoscopeError } from './protocol/errors.ts';
import { ViewChoice } from './app/view.svelte.ts';
import { theme } from './ui/theme.svelte.ts';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no element #app');
theme.restore();
const session = new Session();
const view = new ViewChoice();
view.follow();
exposeApi(session.link, session.start());
// The bar names the model and its size before any of it is fetched; a failure is told by the first run.
session.link.entry().catch(() => undefined);
void show(target);
if (import.meta.env.PROD) {
  const registered = registerOffline().catch((thrown: unknown) => {
    session.storage.problem = `The page cannot be kept for offline use (${asMemoscopeError(thrown).message}).`;
  });
  session.link.keeper = untilKept(registered);
}

/** Shows the page. Its parts are evaluated, built and laid out in tasks of their own, none of them long. */
async function show(element: HTMLElement): Promise<void> {
  try {
    const { default: App } = await import('./app/App.svelte');
    await nextTask();
    mount(App, { target: element, props: { session, view } });
  } catch (thrown) {
    element.textContent = `The page could not be loaded (${asMemoscopeError(thrown).message}). Reload it once the network is back.`;
    throw thrown;
  }
}
