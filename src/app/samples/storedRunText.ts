/** Stored runs in words. */
import type { SampleRunHeader, SampleRunSettings } from '../../engine/sampleStore.ts';
import { counted, formatCount } from '../../ui/format.ts';

export const nameOfSubject = ({ modelId, adapterId }: SampleRunSettings): string =>
  adapterId === null ? `${modelId} without an adapter` : `${modelId} with ${adapterId}`;

/** How many samples are scored, as far as the header says. */
function reachOf({ samples, scored, unscorable = [] }: SampleRunHeader): string {
  if (scored === undefined) return counted(samples, 'sample');
  const without = unscorable.length > 0 ? `, ${formatCount(unscorable.length)} cannot be` : '';
  return `${formatCount(scored)} of ${counted(samples, 'sample')} scored${without}`;
}

/** What tells a stored run from others, also of the same samples. */
export const describeStoredRun = (header: SampleRunHeader): readonly string[] => [
  reachOf(header),
  header.settings.split,
  nameOfSubject(header.settings),
  header.settings.mode === 'screening' ? 'screening' : 'full scores',
];
