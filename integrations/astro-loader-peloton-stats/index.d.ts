// The public types. The snapshot is the service's own (schema_version 1), with Peloton's names.

import type { Loader } from 'astro/loaders';
import type { z } from 'astro/zod';

export type WorkoutCount = {
  name: string;
  /** Peloton's code name: never changes. Key on this. */
  slug: string;
  count: number;
  icon_url?: string | undefined;
};

export type PersonalRecord = {
  name: string;
  slug: string;
  /** As Peloton shows it: a number for one discipline and a text for another. */
  value: number | string;
  raw_value?: number | undefined;
  unit?: string | undefined;
  unit_slug?: string | undefined;
  workout_date?: string | undefined;
};

export type Achievement = {
  name: string;
  slug: string;
  description?: string | undefined;
  image_url?: string | undefined;
  count?: number | undefined;
};

export type Streaks = {
  current_weekly?: number | undefined;
  best_weekly?: number | undefined;
  /** Seconds since 1970: 00:00 UTC of a day. */
  start_date_of_current_weekly?: number | undefined;
  current_daily?: number | undefined;
};

export type PelotonStats = {
  schema_version: 1;
  /** The instant at which Peloton was asked, in UTC. */
  synced_at?: string | undefined;
  /** The member's local day of that instant, YYYY-MM-DD. */
  date?: string | undefined;
  /** IANA zone. */
  time_zone?: string | undefined;
  workout_counts: { total_workouts: number; workouts: WorkoutCount[] };
  personal_records: { name: string; slug: string; records: PersonalRecord[] }[];
  streaks?: Streaks | undefined;
  achievements: Achievement[];
};

export type PelotonStatsOptions = {
  /** Where the service lives, such as https://YOUR-APP.azurewebsites.net; `http:` is for this machine only. */
  baseUrl: string;
  /** A JSON file in the site's repository, relative to its root, shown where there is nothing newer. */
  snapshotFile?: string | undefined;
  /** Bring snapshotFile up to date whenever the service was reached. @default false */
  writeSnapshotFile?: boolean | undefined;
  /** `fail` ends a build whose stats are not fresh. @default 'warn' */
  onError?: 'warn' | 'fail' | undefined;
  /** Milliseconds for the one request. @default 20000 */
  timeoutMs?: number | undefined;
};

/**
 * Loads one entry, `latest`. There is none while no stats have ever reached the site.
 * @throws Error for options that could never work; nothing else ends a build, unless `onError` says so.
 */
export declare function pelotonStatsLoader(
  options: PelotonStatsOptions,
): Pick<Loader, 'name' | 'load'> & { schema: z.ZodType<PelotonStats> };
