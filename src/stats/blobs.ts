// The names of the blobs; docs/architecture.md has their contents.

import { isDate } from './time.ts';

export const latestBlob = 'latest.json';
export const historyBlob = 'history.json';
export const activityBlob = 'activity.json';
export const workoutsBlob = 'workouts.json';
export const activityRowsBlob = 'activity-rows.json';
export const daysPrefix = 'history/';
export const dayBlob = (date: string): string => `${daysPrefix}${date}.json`;
export const rawBlob = (date: string): string => `raw/${date}.json`;
export const stateBlob = 'state.json';

/** The local day that a blob is named for; undefined for any other name, such as that of a copy beside the day. */
export function dateOfDayBlob(name: string): string | undefined {
  const date = name.slice(daysPrefix.length, -'.json'.length);
  return isDate(date) && dayBlob(date) === name ? date : undefined;
}
