/** A request over the network, as the browser's timing tells of it. */
export interface MadeRequest {
  readonly url: string;
  /** Bytes that came over the network, headers included; 0 from the browser's cache. */
  readonly bytes: number;
}

/** What a worker posts of its own accord, beside the calls: the page cannot see what its workers fetch. */
export interface RequestNotice {
  readonly requests: readonly MadeRequest[];
}

/** The requests in a list of a PerformanceObserver; URLs of blobs and data are none. */
export const requestsIn = (list: PerformanceObserverEntryList): MadeRequest[] =>
  list
    .getEntries()
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter(({ name }) => /^https?:/.test(name))
    .map(({ name, transferSize }) => ({ url: name, bytes: transferSize }));

/** Tells a notice from the messages of the calls. */
export const isRequestNotice = (data: unknown): data is RequestNotice =>
  typeof data === 'object' && data !== null && 'requests' in data && Array.isArray(data.requests);
