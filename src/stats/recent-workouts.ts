// The latest workouts with their classes, as they are stored and answered. Pure.

import { parseStored } from './define-schema.ts';
import { type RecentWorkouts, recentWorkoutsSchema } from './schemas.ts';

/** How many workouts are published. */
export const recentCount = 20;

/** Stored workouts; undefined for bytes that are none. */
export const parseRecentWorkouts = (bytes: Buffer): RecentWorkouts | undefined =>
  parseStored(recentWorkoutsSchema, bytes);
