// Numbers and days as people read them, in any language, English where none is named. A day is a `YYYY-MM-DD` of the snapshot's
// own zone and stays in it. Words stay English.

/** How to write numbers and days in one language. */
export type Formats = ReturnType<typeof createFormats>;

export type DateStyle = 'day' | 'long' | 'month' | 'monthName';

export function pluralize(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

/** The formats of a language tag; undefined is the machine's own language. */
export function createFormats(lang: string | undefined) {
  const plain = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
  const compact = new Intl.NumberFormat(lang, { notation: 'compact', maximumSignificantDigits: 3 });
  const scientific = new Intl.NumberFormat(lang, { notation: 'scientific', maximumFractionDigits: 2 });
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(lang, { timeZone: 'UTC', ...options });
  const dateStyles: Record<DateStyle, Intl.DateTimeFormat> = {
    day: date({ dateStyle: 'medium' }),
    long: date({ dateStyle: 'full' }),
    month: date({ month: 'long', year: 'numeric' }),
    monthName: date({ month: 'short' }),
  };
  /** In English at most seven characters: 123456 → `123,456`, 1234567 → `1.23M`. */
  const formatShort = (value: number) => {
    if (Math.abs(value) < 1e6) return plain.format(value);
    return (Math.abs(value) < 1e15 ? compact : scientific).format(value);
  };
  /** 1234.5 → `1,234.5`; beyond 10¹⁵ `1E15`. */
  const formatNumber = (value: number) => (Math.abs(value) < 1e15 ? plain : scientific).format(value);
  return {
    formatNumber,
    formatShort,
    /** 12 → `+12`, 0 → `0`, -3 → `−3`. */
    formatChange: (value: number) => `${value > 0 ? '+' : ''}${formatShort(value)}`.replace('-', '−'),
    /** 1, 'week' → `1 week`; 2, 'week' → `2 weeks`. */
    formatCount: (count: number, noun: string) => `${formatNumber(count)} ${pluralize(count, noun)}`,
    /** `2026-11-22` → `Nov 22, 2026` (day), `Sunday, November 22, 2026` (long), `November 2026` (month), `Nov` (monthName). */
    formatDate: (day: string, style: DateStyle = 'day') => dateStyles[style].format(Date.parse(day)),
  };
}

export const english = createFormats('en');
export const { formatNumber, formatShort, formatChange, formatCount, formatDate } = english;

/** Seconds since 1970 → `YYYY-MM-DD` in UTC, or undefined where that is no day with four digits of year. */
export function dateOfSeconds(seconds: number): string | undefined {
  if (Math.abs(seconds) > 8.64e12) return undefined;
  return /^\d{4}-\d\d-\d\d/.exec(new Date(seconds * 1_000).toISOString())?.[0];
}
