// The dates of HTTP headers: the form that senders use, and the two old ones that recipients must take too (RFC 9110 §5.6.7).

const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longWeekday = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const month = '(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const time = '(?<time>[012]\\d:[0-5]\\d:[0-6]\\d)';

const forms = [
  `${weekday}, (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT`,
  `${longWeekday}, (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT`,
  `${weekday} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})`,
].map(form => new RegExp(`^${form}$`));

/** The year that two digits stand for: none more than 50 years ahead. */
function expandYear(digits: string, now: Date): number {
  const thisYear = now.getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}

/** Milliseconds since 1970; NaN for a text that is no date, whose comparisons are all false. */
export function parseHttpDate(text: string, now: Date): number {
  for (const form of forms) {
    const { day = '', month, year = '', time } = form.exec(text)?.groups ?? {};
    if (!month) continue;
    const fullYear = year.length === 2 ? expandYear(year, now) : Number(year);
    const at = new Date(`${day.trim()} ${month} ${`${fullYear}`.padStart(4, '0')} ${time} GMT`);
    return at.getUTCDate() === Number(day) ? at.getTime() : Number.NaN; // the 31st of February would be a day of March
  }
  return Number.NaN;
}
