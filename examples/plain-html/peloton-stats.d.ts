// What the service answers, made from its own schemas by scripts/write-types.ts. Copy it to where you need it.

/** One member's Peloton statistics on one day. */
export type Snapshot = {
  schema_version: 1;
  /** The instant at which Peloton was asked, in UTC. */
  synced_at: string;
  /** The local day of synced_at in time_zone. */
  date: string;
  /** IANA zone. */
  time_zone: string;
  workout_counts: {
    total_workouts: number;
    workouts: WorkoutCount[];
  };
  personal_records?: PersonalRecords[];
  streaks?: Streaks;
  achievements?: Achievement[];
};

export type WorkoutCount = {
  name: string;
  /** Peloton's code name: never changes. Key on this. */
  slug: string;
  count: number;
  icon_url?: string;
};

export type PersonalRecords = {
  name: string;
  slug: string;
  records: PersonalRecord[];
};

export type PersonalRecord = {
  name: string;
  slug: string;
  /** As Peloton shows it. */
  value: number | string;
  raw_value?: number;
  unit?: string;
  unit_slug?: string;
  workout_date?: string;
};

export type Streaks = {
  current_weekly?: number;
  /** Never below current_weekly. */
  best_weekly?: number;
  /** Seconds since 1970: 00:00 UTC of the local day in time_zone. */
  start_date_of_current_weekly?: number;
  current_daily?: number;
};

export type Achievement = {
  name: string;
  slug: string;
  description?: string;
  image_url?: string;
  count?: number;
};

/** One point a day: the state of the counts when that day was synced. */
export type History = {
  schema_version: 1;
  points: HistoryPoint[];
};

export type HistoryPoint = {
  date: string;
  total_workouts: number;
  /** Workouts so far by slug; zero counts are left out. */
  counts: Record<string, number>;
};

/** What was done on each day. */
export type Activity = {
  schema_version: 1;
  /** IANA zone of the days. */
  time_zone: string;
  /** When the newest workouts were read. */
  as_of: string;
  /** The day of the first workout; null while the past is still being read. */
  complete_since: string | null;
  days: ActivityDay[];
};

export type ActivityDay = {
  /** The local day on which the workouts began. */
  date: string;
  workouts: number;
  minutes: number;
  /** Absent where no sensor measured it. */
  output_kj?: number;
  /** The same of each discipline, by Peloton's slug. */
  by: Record<string, ActivityTally>;
};

/** How many workouts, for how long, and with how much output. */
export type ActivityTally = {
  workouts: number;
  minutes: number;
  /** Absent where no sensor measured it. */
  output_kj?: number;
};

/** The latest workouts, the newest start first. */
export type RecentWorkouts = {
  schema_version: 1;
  /** When the newest workouts were read. */
  as_of: string;
  workouts: RecentWorkout[];
};

export type RecentWorkout = {
  /** The local day of its start. */
  date: string;
  /** Peloton's slug. */
  discipline?: string;
  /** Of the class. An imported workout has none. */
  title?: string;
  duration_s?: number;
  output_kj?: number;
  effort_points?: number;
  instructor?: string;
  is_personal_record?: boolean;
  /** Whether another app recorded it. */
  imported: boolean;
};

export type Health = {
  status: 'failing' | 'stale' | 'retrying' | 'empty' | 'ok';
  problem: {
    code:
      | 'config'
      | 'vault'
      | 'storage'
      | 'sign-in-refused'
      | 'account-refused'
      | 'upstream-unavailable'
      | 'upstream-changed'
      | 'internal'
      | 'overdue'
      | 'empty';
    hint: string;
    since: string;
  } | null;
  /** They change no status. */
  notices: Notice[];
  last_success: string | null;
  next_attempt: string | null;
};

/** What goes wrong beside the syncs; docs/operations.md has a paragraph for each. */
export type Notice = {
  code: 'hook-failing' | 'session-unreadable' | 'parts-lost' | 'workouts' | 'account-differs';
  hint: string;
  since: string;
};

/** RFC 9457. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Whose turn it is; docs/operations.md has a paragraph for each. */
  code: string;
};

/** shields.io's endpoint badge. */
export type Badge = {
  schemaVersion: 1;
  label: string;
  message: string;
  color: string;
  isError?: boolean;
};
