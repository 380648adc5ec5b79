import { zlibSync } from 'fflate';

/**
 * Bytes of a text's UTF-8 in the zlib format at level 6. One fixed compressor, not the browser's, so that
 * zlib ratios can be compared between machines.
 */
export const zlibBytes = (text: string): number =>
  zlibSync(new TextEncoder().encode(text), { level: 6 }).length;
