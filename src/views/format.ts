// Numbers and days as people read them, in English. A day is a `YYYY-MM-DD` of the snapshot's own zone and stays in it.

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const scientific = new Intl.NumberFormat('en', { notation: 'scientific', maximumFractionDigits: 2 });

/** 1234.5 → `1,234.5`; beyond 10¹⁵ `1E15`. */
export function formatNumber(value: number): string {
  return (Math.abs(value) < 1e15 ? plain : scientific).format(value);
}

/** At most seven characters: 123456 → `123,456`, 1234567 → `1.23M`. */
export function formatShort(value: number): string {
  if (Math.abs(value) < 1e6) return plain.format(value);
  return (Math.abs(value) < 1e15 ? compact : scientific).format(value);
}

/** 12 → `+12`, 0 → `0`, -3 → `−3`. */
export function formatChange(value: number): string {
  return `${value > 0 ? '+' : ''}${formatShort(value)}`.replace('-', '−');
}

/** 1, 'week' → `1 week`; 2, 'week' → `2 weeks`. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${pluralize(count, noun)}`;
}

export function pluralize(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

const dateStyles = {
  day: new Intl.DateTimeFormat('en', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }),
  long: new Intl.DateTimeFormat('en', { timeZone: 'UTC', dateStyle: 'full' }),
  month: new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'long', year: 'numeric' }),
  monthName: new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'short' }),
};

/** `2026-11-22` → `Nov 22, 2026` (day), `Sunday, November 22, 2026` (long), `November 2026` (month), `Nov` (monthName). */
export function formatDate(date: string, style: keyof typeof dateStyles = 'day'): string {
  return dateStyles[style].format(Date.parse(date));
}

/** Seconds since 1970 → `YYYY-MM-DD` in UTC, or undefined where that is no day with four digits of year. */
export function dateOfSeconds(seconds: number): string | undefined {
  if (Math.abs(seconds) > 8.64e12) return undefined;
  return /^\d{4}-\d\d-\d\d/.exec(new Date(seconds * 1_000).toISOString())?.[0];
}
