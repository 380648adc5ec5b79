/** A page's samples without a browser: clients of workers over real channels, closed after each test. */
import { expose } from 'comlink';
import { vi } from 'vitest';
import { SampleLab } from '../../src/app/samples/sampleLab.svelte.ts';
import { SimilarityClient } from '../../src/engine/similarityClient.ts';
import { StatisticsClient } from '../../src/engine/statisticsClient.ts';
import type { SimilarityApi } from '../../src/protocol/similarity.ts';
import type { StatisticsApi } from '../../src/protocol/statistics.ts';
import type { FakeEngine } from './fakeEngine.ts';
import { openPage } from './page.ts';

export type Given = Parameters<typeof openPage>[0];

const engines: FakeEngine[] = [];
const ports: MessagePort[] = [];

/** The page's end of a channel whose other end answers with `api`. */
function channelTo(api: object): MessagePort {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  expose(api, port1);
  return port2;
}

export const statisticsOf = (api: Partial<StatisticsApi>): StatisticsClient =>
  new StatisticsClient(() => channelTo(api));

export const similarityOf = (api: Partial<SimilarityApi>): SimilarityClient =>
  new SimilarityClient(() => channelTo(api));

/** A page with the view "Samples" on it. */
export function openLab(given: Given = {}, statistics?: StatisticsClient, similarity?: SimilarityClient) {
  const page = openPage(given);
  engines.push(page.engine);
  return { ...page, lab: new SampleLab(page.session, statistics, similarity) };
}

/** To be called after each test. */
export function closeLabs(): void {
  for (const engine of engines.splice(0)) engine.close();
  for (const port of ports.splice(0)) port.close();
  vi.unstubAllGlobals();
}
