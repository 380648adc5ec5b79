import type { RunOrigin } from '../../core/run.ts';
import type { NewRunHeader, SampleStore, StoredBlock, StoredSample } from '../../engine/sampleStore.ts';
import type { OpenedModel } from '../../protocol/scorer.ts';
import type { OriginLog } from '../originLog.ts';
import type { BlockJob } from './blockJob.ts';
import { contentHash } from './otherRuns.ts';
import { sampleSettings, type PreparedSet, type SampleQuestion } from './scoreBlocks.ts';

/** Between two writings of how far a run is, ms. */
const WRITE_INTERVAL = 500;

/** All of a header but where the numbers come from, which is not known yet. */
type Header = Omit<NewRunHeader, 'origin'>;

/** What is scored, once it is cut, and by whom. */
export type PreparedQuestion = SampleQuestion &
  Pick<PreparedSet, 'prepared'> &
  Pick<BlockJob, 'scorer' | 'longest'>;

/** The header with which a run begins or goes on. */
export const newHeader = async (
  key: string,
  name: string,
  question: SampleQuestion,
  opened: OpenedModel,
  problems: PreparedSet['problems'],
): Promise<Header> => ({
  key,
  name,
  samples: question.samples.length,
  content: await contentHash(question.samples),
  settings: sampleSettings(opened, question),
  unscorable: problems.map(({ index, reason }) => ({ index, reason })),
});

interface Storage {
  withSamples<T>(work: (store: SampleStore) => Promise<T>, otherwise: T): Promise<T>;
}

/**
 * What is stored of a run while it is scored, whatever is opened meanwhile: its blocks, and how far they reach. A tab
 * may be closed at any moment, so that is written as they come, in a record of its own: the header, which lists what
 * cannot be scored, may be long.
 */
export class RunRecord {
  private readonly header: Header;
  private readonly log: OriginLog;
  private readonly storage: Storage;
  /** `[samples]` 1 where a sample is stored. */
  private readonly isStored: Uint8Array;
  private scored = 0;
  private readonly writes: Promise<void>[] = [];
  private writtenAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(header: Header, log: OriginLog, storage: Storage) {
    this.header = header;
    this.log = log;
    this.storage = storage;
    this.isStored = new Uint8Array(header.samples);
  }

  /**
   * From here on the run exists.
   *
   * @param results what is scored of it already; null where a sample is not.
   */
  async begin(results: readonly (StoredSample | null)[]): Promise<void> {
    const { header, log } = this;
    await this.storage.withSamples(async (store) => {
      // What was scored while nothing was stored, or was forgotten since, is not there.
      const isThere = (await store.readHeader(header.key)) !== null;
      results.forEach((result, index) => {
        if (result && isThere) this.mark(index);
      });
      await store.writeHeader({ ...header, origin: log.origin });
    }, undefined);
    await this.write();
  }

  /** Stores a block, and soon after that how far the run is. */
  append(number: number, block: StoredBlock, isWhole: boolean): void {
    const stored = this.storage.withSamples(async (store) => {
      await store.append(this.header.key, number, block, isWhole);
      block.indices.forEach((index) => {
        this.mark(index);
      });
      this.writeSoon();
    }, undefined);
    this.writes.push(stored);
  }

  /** Nothing more comes: resolves when all is stored, with the origin as it is shown. */
  async end(origin: RunOrigin): Promise<void> {
    await Promise.all(this.writes);
    await this.write(origin);
  }

  private mark(index: number): void {
    if (this.isStored[index] !== 0) return;
    this.isStored[index] = 1;
    this.scored++;
  }

  private writeSoon(): void {
    const wait = Math.max(0, this.writtenAt + WRITE_INTERVAL - performance.now());
    this.timer ??= setTimeout(() => void this.write(), wait);
  }

  private async write(origin = this.log.origin): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writtenAt = performance.now();
    const progress = { key: this.header.key, scored: this.scored, origin };
    await this.storage.withSamples((store) => store.writeProgress(progress), undefined);
  }
}
