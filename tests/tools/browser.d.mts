export function inPlaywrightCache(): string | null;
export function findBrowser(): string | null;
export const BROWSER_ARGUMENTS: string[];
