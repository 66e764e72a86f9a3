// Snapshot, days and workouts → Gatsby nodes. Every node is created in every build: Gatsby sees by the digest what is unchanged, and removes what is gone.

/** @typedef {import('./snapshot.d.ts').Snapshot} Snapshot */
/** @typedef {import('./training.d.ts').Training} Training */
/** @typedef {import('./gatsby-api.d.ts').GatsbyApi} GatsbyApi */

/**
 * Ids depend on type, service and slug (a day's date, a workout's place) alone: the same in every build, and each member's own where a site shows several.
 * @param {GatsbyApi} gatsby
 * @param {{ snapshot: Snapshot } & Training} stats
 * @param {string} service the address that `nameService` gives
 */
async function createNodes({ actions, createNodeId, createContentDigest }, { snapshot, days, workouts }, service) {
  /** @param {string} type @param {string} key @param {object} fields */
  const createNode = (type, key, fields) => {
    const ownFields = { ...fields, base_url: service };
    return actions.createNode({
      ...ownFields,
      id: createNodeId(`${type} ${service} ${key}`),
      parent: null,
      children: [],
      internal: { type, contentDigest: createContentDigest(ownFields) },
    });
  };

  const { workout_counts: counts, personal_records: records, streaks, achievements } = snapshot;
  const { synced_at, date, time_zone } = snapshot;
  await createNode('PelotonSnapshot', 'latest', { synced_at, date, time_zone, total_workouts: counts.total_workouts });
  if (streaks) await createNode('PelotonStreaks', 'latest', streaks);
  for (const workout of counts.workouts) await createNode('WorkoutCount', workout.slug, workout);
  for (const group of records) await createNode('PelotonPersonalRecord', group.slug, group);
  for (const achievement of achievements) await createNode('PelotonAchievement', achievement.slug, achievement);
  for (const day of days) await createNode('PelotonDay', day.date, day);
  // A workout has no id: its place from the newest on is what stays the same from build to build.
  for (const [place, workout] of workouts.entries())
    await createNode('PelotonWorkout', `${place}`, { place, ...workout });
}

module.exports = { createNodes };
