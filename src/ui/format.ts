/** Numbers as people read them. A number that is not defined is "n/a", never 0. */

export const UNDEFINED = 'n/a';

const plain = (digits: number) =>
  new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const FIXED = [0, 1, 2, 3, 4].map(plain);

/** With a fixed number of decimals (0 to 4) and a true minus sign. */
export function formatNumber(value: number, digits: number): string {
  if (Number.isNaN(value)) return UNDEFINED;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  // What rounds to nothing has no sign.
  const text = (FIXED[digits] ?? counts).format(value);
  return /[1-9]/.test(text) ? text.replace('-', '−') : text.replace('-', '');
}

/** With its sign, as a difference. */
export const formatDifference = (value: number, digits: number): string =>
  value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);

export const formatCount = (value: number): string => formatNumber(value, 0);

/** A count with its noun, as “1 sample”, “2 samples”. @param plural where another letter than an s makes it. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${formatCount(count)} ${count === 1 ? noun : plural}`;

/** Percent; what rounds to nothing says that it is small, and only certainty is 100%. */
export function formatProbability(probability: number): string {
  if (Number.isNaN(probability)) return UNDEFINED;
  const percent = probability * 100;
  if (percent > 0 && percent < 0.01) return '<0.01%';
  if (percent < 100 && percent >= 99.995) return '>99.99%';
  return `${formatNumber(percent, percent >= 10 ? 1 : 2)}%`;
}

/** mantissa × 10^exponent, the mantissa from 1 to below 10 as it is rounded; no line breaks in it. */
function timesPower(mantissa: number, exponent: number, digits: number): string {
  const isTen = Math.abs(mantissa) >= 10 - 0.5 * 10 ** -digits;
  const shown = isTen ? Math.sign(mantissa) : mantissa;
  return `${formatNumber(shown, digits)}\u00a0×\u00a010${superscript(exponent + Number(isTen))}`;
}

/** A quantity over many orders of magnitude: plain up to a million, then as a power of ten. */
export function formatMagnitude(value: number): string {
  if (!Number.isFinite(value) || value < 1e6) return formatCount(value);
  const exponent = Math.floor(Math.log10(value));
  return timesPower(value / 10 ** exponent, exponent, 1);
}

/** A quantity that may be very small: a power of ten below a thousandth. @param digits after the first that is not 0. */
export function formatSmall(value: number, digits: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return formatCount(value);
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  return exponent < -3
    ? timesPower(value / 10 ** exponent, exponent, digits)
    : formatNumber(value, Math.min(4, Math.max(0, digits - exponent)));
}

/** A power of ten, as the ticks of a logarithmic axis are named. */
export function formatPowerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  return exponent === 0 ? '1' : `10${exponent === 1 ? '' : superscript(exponent)}`;
}

/** A probability known by its logarithm, which may be far below what a number can hold. */
export function formatFromLog(logprob: number): string {
  if (Number.isNaN(logprob)) return UNDEFINED;
  if (logprob === -Infinity) return '0';
  const decimal = logprob / Math.LN10;
  if (decimal > -3) return formatNumber(Math.exp(logprob), 3);
  const exponent = Math.floor(decimal);
  return timesPower(10 ** (decimal - exponent), exponent, 1);
}

/** Decimal units, as downloads are counted. */
export function formatBytes(bytes: number): string {
  if (Number.isNaN(bytes)) return UNDEFINED;
  if (bytes < 1000) return `${counts.format(bytes)} B`;
  if (bytes < 1e6) return `${formatNumber(bytes / 1e3, bytes < 1e4 ? 1 : 0)} kB`;
  return `${formatNumber(bytes / 1e6, 1)} MB`;
}

export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return UNDEFINED;
  if (seconds < 10) return `${formatNumber(seconds, 1)} s`;
  if (seconds < 90) return `${counts.format(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${formatNumber(minutes / 60, 1)} h`;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const superscript = (exponent: number): string =>
  String(exponent)
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => SUPERSCRIPTS.charAt(Number(digit)));
