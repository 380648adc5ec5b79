/** Quantile of sorted values by linear interpolation (type 7 of Hyndman and Fan 1996; NumPy's default). */
export function sortedQuantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below === above ? below : below + (at - low) * (above - below);
}
