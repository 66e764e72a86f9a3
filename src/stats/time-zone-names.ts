// The names of the IANA database, zones and links alike, each in its own spelling. The build evaluates this module and puts
// the names in its place, so that 10 kB are deployed and the package is not.

import database from 'tzdata' with { type: 'json' };

/** `Factory` is the database's word for a machine that nobody has set. */
export const timeZoneNames: readonly string[] = Object.keys(database.zones).filter(name => name !== 'Factory');
