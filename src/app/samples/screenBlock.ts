/** One block of samples, read chunk by chunk: after each, those that missed are done. */
import { chunkEnds, chunkMatch, screenedSample } from '../../core/screening.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import type { ScoreChunk } from '../../protocol/scorer.ts';
import type { BlockJob } from './blockJob.ts';
import type { PreparedSample } from './prepare.ts';

/** A sample on its way. */
interface Candidate {
  /** Place in the block. */
  readonly place: number;
  readonly sample: PreparedSample;
  readonly ends: readonly number[];
  /** Chunks that were read. */
  chunks: number;
  matchLength: number;
  fragile: boolean;
}

const tokensOf = ({ sample, ends, chunks }: Candidate): number => sample.prefixTokens + (ends[chunks] ?? 0);

/** Takes the records of the next chunk. @returns true if the sample goes on. */
function advance(candidate: Candidate, { records: [target] }: ScoreChunk): boolean {
  const { ends, chunks } = candidate;
  const [from, to] = [ends[chunks - 1] ?? 0, ends[chunks] ?? 0];
  if (target?.length !== to - from)
    throw new MemoscopeError(
      'Internal',
      `a chunk of ${to - from} tokens came with ${target?.length ?? 0} records`,
    );
  const { length, fragile, isFailed } = chunkMatch(target);
  candidate.chunks++;
  candidate.matchLength = isFailed ? NaN : candidate.matchLength + length;
  candidate.fragile ||= fragile;
  return candidate.matchLength === to && candidate.chunks < ends.length;
}

/** Reads the next chunk of every candidate. */
async function readChunk(
  alive: readonly Candidate[],
  { scorer, adapter, longest, signal }: BlockJob,
  take: (candidate: Candidate, chunk: ScoreChunk) => void,
): Promise<void> {
  const offsets = new Uint32Array(alive.length + 1);
  const starts = new Uint32Array(alive.length);
  alive.forEach((candidate, row) => {
    const offset = offsets[row] ?? 0;
    starts[row] = offset + candidate.sample.prefixTokens + (candidate.ends[candidate.chunks - 1] ?? 0);
    offsets[row + 1] = offset + tokensOf(candidate);
  });
  const wanted = offsets.at(-1) ?? 0;
  const ids = new Uint32Array(wanted);
  alive.forEach((candidate, row) => {
    ids.set(candidate.sample.ids.subarray(0, tokensOf(candidate)), offsets[row]);
  });
  const windows = { length: longest, stride: longest };
  const passes = [{ adapter: adapter?.source ?? null, topK: 1 }];
  const onProgress = (chunk: ScoreChunk): void => {
    const candidate = alive[chunk.sequence];
    if (!candidate)
      throw new MemoscopeError('Internal', `records of sample ${chunk.sequence}: none was sent`);
    take(candidate, chunk);
  };
  const { end } = await scorer.score(
    { ids, offsets, starts, windows, passes, from: 0 },
    { signal, onProgress },
  );
  if (end !== wanted)
    throw new MemoscopeError('Cancelled', `stopped after ${end} of ${wanted} tokens of a block`);
}

/**
 * Screens one block. Its samples are told together, once all are done: those that miss early are done first, and what
 * is known of them alone would make the model look as if it recited nothing.
 *
 * The base is not read: its N would need candidates of its own, and nothing that compares the two is known in this mode
 * anyway.
 *
 * @throws {MemoscopeError} as `ScorerApi.score`.
 */
export async function screenBlock(
  number: number,
  indices: Uint32Array,
  prepared: readonly (PreparedSample | null)[],
  job: BlockJob,
): Promise<void> {
  const finished: StoredSample[] = [];
  let alive: Candidate[] = [];
  indices.forEach((index, place) => {
    const sample = prepared[index];
    if (!sample) return;
    const ends = chunkEnds(sample.prefixTokens, sample.ids.length - sample.prefixTokens);
    alive.push({ place, sample, ends, chunks: 0, matchLength: 0, fragile: false });
  });
  while (alive.length > 0) {
    const next: Candidate[] = [];
    // Of like length side by side, so that little is padding.
    alive.sort((a, b) => tokensOf(b) - tokensOf(a) || a.place - b.place);
    await readChunk(alive, job, (candidate, chunk) => {
      if (advance(candidate, chunk)) {
        next.push(candidate);
        return;
      }
      const { place, sample, matchLength, fragile } = candidate;
      const { prefixTokens, cut } = sample;
      const suffixTokens = sample.ids.length - prefixTokens;
      const scored = screenedSample({ matchLength, prefixTokens, suffixTokens, fragile });
      finished[place] = { scored, cut };
    });
    alive = next;
  }
  finished.forEach((sample, place) => {
    job.onSample(indices[place] ?? 0, sample);
  });
  job.onBlock(number, { indices, samples: finished, embeddings: null }, true);
}
