/** A value as JSON can hold it: NaN, infinities and -0 as texts, typed arrays as lists. */
export function encode(value: unknown): unknown {
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '-0';
    return Number.isFinite(value) ? value : String(value);
  }
  if (Array.isArray(value) || value instanceof Float64Array) return Array.from(value, encode);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, encode(field)]));
}
