// Durations, days of the calendar, and the wall clock of a time zone. Pure.

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** True for a day of the calendar, written YYYY-MM-DD. */
export function isDate(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(value)) return false;
  return value.slice(8) < '29' || new Date(value).toJSON()?.startsWith(value) === true;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  return format;
}

/** How far the wall clock of a zone is ahead of UTC at an instant, in milliseconds. */
export function offsetAt(at: number, timeZone: string): number {
  // GMT, GMT-03:30, or with seconds for local mean time, before there were time zones
  const offset = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatOf(timeZone).format(at));
  if (!offset) throw new TypeError(`No offset of ${timeZone} is known.`);
  const [, sign, hours = 0, minutes = 0, seconds = 0] = offset;
  const ms = Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * 1000;
  return sign === '-' ? -ms : ms;
}

/** The wall clock of a zone at an instant, written as the milliseconds it would be in UTC. */
export function wallClock(at: number, timeZone: string): number {
  return at + offsetAt(at, timeZone);
}

/** The local date of an instant, `YYYY-MM-DD`. */
export function localDate(at: Date, timeZone: string): string {
  return new Date(wallClock(at.getTime(), timeZone)).toISOString().slice(0, 10);
}
