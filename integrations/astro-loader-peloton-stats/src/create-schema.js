// The schema of the one entry. Lenient: a malformed entry of a list is left out, never a reason to lose the rest. Text (slugs,
// names) is taken as sent, since Astro escapes what a page shows.

/** @typedef {import('../index.d.ts').PelotonStats} PelotonStats */

/**
 * The kinds of fields. One that is not required and cannot be read counts as absent.
 * @param {typeof import('astro/zod').z} z
 */
function createFields(z) {
  const whole = z.number().int().nonnegative();
  const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
  const instant = z.string().refine(value => !Number.isNaN(Date.parse(value)));
  const url = z.string().regex(/^https:\/\/\S+$/);
  return {
    names: { name: z.string(), slug: z.string() },
    whole,
    text: z.string().optional().catch(undefined),
    number: z.number().finite().optional().catch(undefined),
    count: whole.optional().catch(undefined),
    date: date.optional().catch(undefined),
    instant: instant.optional().catch(undefined),
    url: url.optional().catch(undefined),
  };
}

/**
 * A list without the entries that cannot be read.
 * @template T
 * @param {typeof import('astro/zod').z} z
 * @param {import('astro/zod').z.ZodType<T>} entry
 */
function listOf(z, entry) {
  return z
    .array(z.unknown())
    .catch([])
    .transform(items =>
      items.flatMap(item => {
        const result = entry.safeParse(item);
        return result.success ? [result.data] : [];
      }),
    );
}

/**
 * @param {typeof import('astro/zod').z} z of version 3 or 4, whichever the site's Astro has
 * @returns {import('astro/zod').z.ZodType<PelotonStats>}
 */
export function createSchema(z) {
  const { names, whole, text, number, count, date, instant, url } = createFields(z);
  const value = z.union([z.string(), z.number().finite()]);
  const record = z.object({ ...names, value, raw_value: number, unit: text, unit_slug: text, workout_date: date });
  const streaks = z.object({
    current_weekly: count,
    best_weekly: count,
    start_date_of_current_weekly: number,
    current_daily: count,
  });
  return z.object({
    schema_version: z.literal(1),
    synced_at: instant,
    date,
    time_zone: text,
    workout_counts: z.object({
      total_workouts: whole,
      workouts: listOf(z, z.object({ ...names, count: whole, icon_url: url })),
    }),
    personal_records: listOf(z, z.object({ ...names, records: listOf(z, record) })),
    streaks: streaks.optional().catch(undefined),
    achievements: listOf(z, z.object({ ...names, description: text, image_url: url, count })),
  });
}
