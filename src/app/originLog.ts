import type { RunOrigin } from '../core/run.ts';
import type { ScorerClient } from '../engine/scorerClient.ts';
import type { DeviceReport } from '../protocol/scorer.ts';
import { originOf, timestamp } from './scoreText.ts';

type Scorer = Pick<ScorerClient, 'score'>;

/** The origin of a run that goes on on a device: those that computed before it are kept by name. */
function continuedOn(origin: RunOrigin, device: DeviceReport): RunOrigin {
  const { deviceName, earlierDevices = [], startedAt, elapsedMs } = origin;
  const others = new Set([...earlierDevices, deviceName]);
  others.delete(device.name);
  const now = originOf(device, startedAt, elapsedMs);
  return others.size > 0 ? { ...now, earlierDevices: [...others] } : now;
}

/** Where the numbers of a run come from, while it is scored on devices that come and go. */
export class OriginLog {
  /** The last device that computed some of it in this job; null as long as none has. */
  device: DeviceReport | null = null;
  private known: RunOrigin;
  private isBegun: boolean;
  private readonly onMove: ((origin: RunOrigin) => void) | undefined;
  private readonly began = performance.now();

  /**
   * @param isBegun false if nothing of the run is scored: then the device of `known` is the one that was opened, and
   * not yet one that computed.
   * @param onMove told when another device computes.
   */
  constructor(known: RunOrigin, isBegun: boolean, onMove?: (origin: RunOrigin) => void) {
    this.known = known;
    this.isBegun = isBegun;
    this.onMove = onMove;
  }

  /** As it is now. */
  get origin(): RunOrigin {
    return { ...this.known, elapsedMs: this.known.elapsedMs + performance.now() - this.began };
  }

  /** The scorer, with every device that computes noted here. */
  watch(scorer: Scorer): Scorer {
    return {
      score: (request, options) =>
        scorer.score(request, {
          ...options,
          onProgress: (chunk) => {
            if (chunk.device) this.note(chunk.device);
            options?.onProgress?.(chunk);
          },
        }),
    };
  }

  private note(device: DeviceReport): void {
    const { deviceName, startedAt, elapsedMs } = this.known;
    this.device = device;
    this.known = this.isBegun ? continuedOn(this.known, device) : originOf(device, startedAt, elapsedMs);
    this.isBegun = true;
    if (device.name !== deviceName) this.onMove?.(this.origin);
  }
}

/** The log of a run that goes on from where it was, or begins on the device that is open. */
export const logFrom = (
  known: RunOrigin | null,
  opened: DeviceReport,
  onMove?: (origin: RunOrigin) => void,
): OriginLog => new OriginLog(known ?? originOf(opened, timestamp(), 0), known !== null, onMove);
