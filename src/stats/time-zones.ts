// Which time zone a name means: one of the IANA database, in any letter case, given back in the database's own spelling. The
// engine alone is no judge: ICU takes BST for Dhaka and EST for Panama, and calls Asia/Kolkata by its old name. Loaded with
// the schedule, which no GET but health needs: the names are more than all other settings together.

import { timeZoneNames } from './time-zone-names.ts';

const ownSpellings = new Map(timeZoneNames.map(name => [name.toLowerCase(), name]));

/** Names outside the database that people and old systems write, each with the zones it may stand for, the likeliest first. */
const likelyZones = new Map(
  [
    'ACDT Australia/Adelaide',
    'ACST Australia/Adelaide Australia/Darwin',
    'ACT Australia/Darwin America/Rio_Branco',
    'ADT America/Halifax',
    'AEDT Australia/Sydney Australia/Melbourne',
    'AEST Australia/Sydney Australia/Melbourne Australia/Brisbane',
    'AET Australia/Sydney Australia/Melbourne',
    'AGT America/Argentina/Buenos_Aires',
    'AKDT America/Anchorage',
    'AKST America/Anchorage',
    'ART America/Argentina/Buenos_Aires Africa/Cairo',
    'AST America/Halifax America/Puerto_Rico Asia/Riyadh',
    'AST4 America/Puerto_Rico',
    'AST4ADT America/Halifax',
    'AWST Australia/Perth',
    'BET America/Sao_Paulo',
    'BRT America/Sao_Paulo',
    'BST Europe/London Asia/Dhaka',
    'CAT Africa/Maputo Africa/Johannesburg',
    'CDT America/Chicago America/Havana',
    'CEST Europe/Berlin Europe/Paris',
    'CNT America/St_Johns',
    'CST America/Chicago Asia/Shanghai America/Havana',
    'CST6 America/Regina America/Costa_Rica',
    'CST6CDT America/Chicago',
    'CTT Asia/Shanghai',
    'EAT Africa/Nairobi',
    'ECT Europe/Paris America/Guayaquil',
    'EDT America/New_York',
    'EEST Europe/Athens Europe/Helsinki',
    'EST5 America/Panama America/Jamaica',
    'EST5EDT America/New_York',
    'HDT Pacific/Honolulu America/Adak',
    'HKT Asia/Hong_Kong',
    'HST10 Pacific/Honolulu',
    'IET America/Indiana/Indianapolis',
    'IST Asia/Kolkata Europe/Dublin Asia/Jerusalem',
    'JST Asia/Tokyo',
    'KST Asia/Seoul',
    'MDT America/Denver',
    'MIT Pacific/Apia',
    'MSK Europe/Moscow',
    'MST7 America/Phoenix',
    'MST7MDT America/Denver',
    'NET Asia/Yerevan',
    'NST America/St_Johns Pacific/Auckland',
    'NZDT Pacific/Auckland',
    'NZST Pacific/Auckland',
    'PDT America/Los_Angeles',
    'PLT Asia/Karachi',
    'PNT America/Phoenix',
    'PRT America/Puerto_Rico',
    'PST America/Los_Angeles Asia/Manila',
    'PST8 Pacific/Pitcairn',
    'PST8PDT America/Los_Angeles',
    'SAST Africa/Johannesburg',
    'SGT Asia/Singapore',
    'SST Asia/Singapore Pacific/Guadalcanal Pacific/Pago_Pago',
    'VST Asia/Ho_Chi_Minh',
    'WEST Europe/Lisbon',
    'YST9 Pacific/Gambier',
    'YST9YDT America/Anchorage',
  ].map(line => {
    const [name = '', ...zones] = line.split(' ');
    return [name, zones];
  }),
);

/** The name that the engine has for a zone; undefined for one that it does not know. */
function engineNameOf(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The zones that a name outside the database may stand for: of `SystemV/EST5EDT` the last part counts. */
function findLikely(given: string): string[] {
  const listed = likelyZones.get(given.slice(given.lastIndexOf('/') + 1).toUpperCase());
  const engineName = ownSpellings.get(engineNameOf(given)?.toLowerCase() ?? '');
  return listed ?? (engineName === undefined ? [] : [engineName]);
}

export type FoundTimeZone = { name: string } | { fault: string };

/**
 * Looks a name up. A fault says what the setting must be, and never repeats its value.
 * @param isKnown whether this machine's own database has a zone too, since it does the arithmetic.
 */
export function findTimeZone(
  given: string,
  isKnown = (name: string) => engineNameOf(name) !== undefined,
): FoundTimeZone {
  const name = ownSpellings.get(given.toLowerCase());
  if (name === undefined) {
    const likely = findLikely(given);
    return { fault: `must be an IANA time zone, such as ${likely.join(' or ') || 'Europe/Berlin'}` };
  }
  if (isKnown(name)) return { name };
  return {
    fault: `is the IANA time zone ${name}, which this Node.js does not know (${process.version}, time zones of ${process.versions.tz}): take another zone of the same clock, or a newer Node.js`,
  };
}
