import type { Groups } from '../../core/analyses/decomposition.ts';
import type {
  LocalAssociation,
  LocalSimilarity,
  NearSample,
  SetSpectrum,
  SimilarityFigures,
  Space,
} from '../../core/analyses/similarity.ts';
import type { GapIntervals } from '../../core/similarity/gapIntervals.ts';
import type { PrincipalComponents } from '../../core/similarity/pca.ts';
import type { SimilarityClient } from '../../engine/similarityClient.ts';
import { asMemoscopeError } from '../../protocol/errors.ts';
import type { LocalMeasure } from '../../protocol/similarity.ts';
import { SEED } from './analyses.svelte.ts';
import type { KnownEmbeddings } from './sampleEmbeddings.ts';
import { Slot } from './slot.ts';

/** Columns of the whole data set, by sample. */
export interface SimilarityColumns {
  /** Match lengths. */
  readonly n: Float64Array;
  readonly groups: Groups | null;
  /** What the associations are to be freed of; null for nothing. */
  readonly covariate: Float64Array | null;
}

export interface SimilarityProgress {
  readonly what: string;
  /** 0 .. 1. */
  readonly done: number;
}

type Associations = Readonly<Record<LocalMeasure, LocalAssociation>>;

/**
 * What is known of the samples' embeddings, computed in the worker: estimates first, then intervals, then what
 * compares all pairs. Rows are the samples whose embeddings have a direction. Every failure ends in `problem`.
 */
export class Similarity {
  /** Cosines of the hidden states as they are, or less their mean. */
  space = $state<Space>('raw');
  /** Index of each row's sample. */
  rows = $state.raw<Uint32Array>(new Uint32Array());
  figures = $state.raw<SimilarityFigures | null>(null);
  /** Of the sets of `figures`, the whole first, in the space that is shown; undefined until they are there. */
  intervals = $state.raw<readonly (GapIntervals | undefined)[]>([]);
  components = $state.raw<PrincipalComponents | null>(null);
  spectra = $state.raw<readonly SetSpectrum[] | null>(null);
  local = $state.raw<LocalSimilarity | null>(null);
  associations = $state.raw<Associations | null>(null);
  /** Match length by row. */
  matches = $state.raw<Float64Array>(new Float64Array());
  /** `[rows * 2]` places on the map of neighbours; null until it is asked for. */
  layout = $state.raw<Float32Array | null>(null);
  progress = $state.raw<SimilarityProgress | null>(null);
  layoutProgress = $state<number | null>(null);
  problem = $state<string | null>(null);
  /** True if the long comparisons were stopped before their end. */
  isStopped = $state(false);

  /** Computations that have begun and not ended. */
  private working = $state(0);
  readonly isBusy = $derived(this.working > 0);

  readonly client: SimilarityClient;
  private columns: SimilarityColumns = { n: new Float64Array(), groups: null, covariate: null };
  private readonly opening = new Slot();
  private readonly grouping = new Slot();
  private readonly comparing = new Slot();
  private readonly relating = new Slot();
  private readonly laying = new Slot();

  constructor(client: SimilarityClient) {
    this.client = client;
  }

  clear(): void {
    this.stopAll();
    this.rows = new Uint32Array();
    this.figures = null;
    this.components = null;
    this.spectra = null;
    this.forgetComparisons();
    this.problem = null;
  }

  /** Takes other embeddings in and computes everything of them. */
  async open({ samples, prefixes, fulls }: KnownEmbeddings, columns: SimilarityColumns): Promise<void> {
    this.clear();
    this.columns = columns;
    const signal = this.opening.next();
    await this.attempt(signal, async () => {
      const rows = await this.client.open(prefixes, fulls);
      signal.throwIfAborted();
      this.rows = rows.map((row) => samples[row] ?? 0);
      this.matches = this.byRow(columns.n);
      if (rows.length < 2) return;
      await this.computeFigures(signal);
      const components = await this.client.ask((api) => api.components());
      signal.throwIfAborted();
      this.components = components;
      const spectra = await this.client.ask((api) => api.spectra(SEED));
      signal.throwIfAborted();
      this.spectra = spectra;
      await this.compare();
    });
  }

  /** Groups, or the covariate, are others now. */
  async change(columns: SimilarityColumns): Promise<void> {
    const before = this.columns;
    this.columns = columns;
    if (!this.figures) return;
    if (columns.groups !== before.groups) {
      const signal = this.grouping.next();
      await this.attempt(signal, async () => {
        await this.computeFigures(signal);
        this.intervals = [];
        if (this.local) await this.computeIntervals(this.comparing.next());
        else await this.compare();
      });
    }
    if (columns.covariate !== before.covariate && this.local) await this.relate();
  }

  async choose(space: Space): Promise<void> {
    if (space === this.space) return;
    this.space = space;
    this.forgetComparisons();
    if (this.figures) await this.compare();
  }

  /** Stops what compares all pairs. */
  stop(): void {
    this.isStopped = this.progress !== null;
    this.comparing.stop();
    this.progress = null;
  }

  /** Compares all pairs, after Stop. */
  async compare(): Promise<void> {
    this.isStopped = false;
    const signal = this.comparing.next();
    await this.attempt(signal, async () => {
      await this.computeIntervals(signal);
      await this.computeLocal(signal);
      await this.relate();
    });
  }

  /** Lays the samples out so that near neighbours stay near. */
  async layOut(): Promise<void> {
    const signal = this.laying.next();
    const { space } = this;
    this.layoutProgress = 0;
    await this.attempt(signal, async () => {
      const layout = await this.client.ask((api, handed) =>
        api.layOut(
          space,
          SEED,
          handed((done) => {
            if (!signal.aborted) this.layoutProgress = done;
          }),
          { signal },
        ),
      );
      signal.throwIfAborted();
      this.layout = layout;
      this.layoutProgress = null;
    });
  }

  stopLayout(): void {
    this.laying.stop();
    this.layoutProgress = null;
  }

  /** Samples nearest to one, by their indices in the data set; null if that one has no embedding. */
  async nearestTo(sample: number, by: 'prefix' | 'full', k: number): Promise<NearSample[] | null> {
    const row = this.rows.indexOf(sample);
    if (row < 0) return null;
    const { rows, space } = this;
    try {
      const found = await this.client.ask((api) => api.nearest(space, row, by, k));
      return found.map((near) => ({ ...near, row: rows[near.row] ?? 0 }));
    } catch (thrown) {
      this.problem = asMemoscopeError(thrown).message;
      return null;
    }
  }

  /** Values by row of values by sample. */
  private byRow(values: Float64Array): Float64Array {
    return Float64Array.from(this.rows, (sample) => values[sample] ?? NaN);
  }

  private stopAll(): void {
    for (const slot of [this.opening, this.grouping, this.comparing, this.relating, this.laying]) slot.stop();
  }

  private forgetComparisons(): void {
    this.intervals = [];
    this.local = null;
    this.associations = null;
    this.layout = null;
    this.progress = null;
    this.layoutProgress = null;
    this.isStopped = false;
    this.laying.stop();
  }

  /** Which group each row is in; null without groups. */
  private rowGroups(): Groups | null {
    const { groups } = this.columns;
    return (
      groups && { names: groups.names, of: Int16Array.from(this.rows, (sample) => groups.of[sample] ?? 0) }
    );
  }

  private async computeFigures(signal: AbortSignal): Promise<void> {
    const groups = this.rowGroups();
    const figures = await this.client.ask((api) => api.figures(groups, SEED));
    signal.throwIfAborted();
    this.figures = figures;
  }

  private reporter(what: string, signal: AbortSignal, from = 0, share = 1): (done: number) => void {
    return (done) => {
      if (!signal.aborted) this.progress = { what, done: from + share * done };
    };
  }

  /** Intervals of all samples and of each group of three and more. */
  private async computeIntervals(signal: AbortSignal): Promise<void> {
    const { figures, space } = this;
    const groups = this.rowGroups();
    const sets = figures ? [figures.whole, ...figures.groups] : [];
    const total = sets.reduce((sum, { samples }) => sum + samples, 0);
    let from = 0;
    for (const [place, { name, samples }] of sets.entries()) {
      const group = place === 0 ? -1 : (groups?.names.indexOf(name) ?? -1);
      const rows =
        group < 0
          ? null
          : Uint32Array.from(groups?.of.keys() ?? []).filter((row) => groups?.of[row] === group);
      const report = this.reporter('Intervals', signal, from / total, samples / total);
      from += samples;
      if (samples < 3) continue;
      const interval = await this.client.ask((api, handed) =>
        api.intervals(space, rows, SEED, handed(report), { signal }),
      );
      signal.throwIfAborted();
      const known = this.intervals.slice();
      known[place] = interval;
      this.intervals = known;
    }
    this.progress = null;
  }

  private async computeLocal(signal: AbortSignal): Promise<void> {
    const { space } = this;
    const local = await this.client.ask((api, handed) =>
      api.local(space, handed(this.reporter('Comparing all pairs', signal)), { signal }),
    );
    signal.throwIfAborted();
    this.local = local;
    this.progress = null;
  }

  private async relate(): Promise<void> {
    const signal = this.relating.next();
    const { space } = this;
    const { covariate } = this.columns;
    const known = covariate && this.byRow(covariate);
    await this.attempt(signal, async () => {
      const ask = (measure: LocalMeasure) =>
        this.client.ask((api) => api.associate(space, measure, this.matches, known, SEED, { signal }));
      const gap = await ask('gap');
      const redundancy = await ask('redundancy');
      signal.throwIfAborted();
      this.associations = { gap, redundancy };
    });
  }

  /** Ends every failure but a cancellation in `problem`. */
  private async attempt(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    this.working++;
    try {
      await work();
    } catch (thrown) {
      const { kind, message } = asMemoscopeError(thrown);
      if (signal.aborted || kind === 'Cancelled') return;
      this.progress = null;
      this.layoutProgress = null;
      this.problem = message;
    } finally {
      this.working--;
    }
  }
}
