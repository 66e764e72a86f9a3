// A snapshot as the service publishes it. Made up.

/** @param {Record<string, unknown>} [changes] */
const exampleSnapshot = (changes = {}) => ({
  schema_version: 1,
  synced_at: '2026-11-21T21:00:04.123Z',
  date: '2026-11-22',
  time_zone: 'Australia/Melbourne',
  workout_counts: {
    total_workouts: 243,
    workouts: [
      { name: 'Cycling', slug: 'cycling', count: 231, icon_url: 'https://icons.example/cycling.png' },
      { name: 'Rowing', slug: 'caesar', count: 12, icon_url: 'https://icons.example/caesar.png' },
      { name: 'Yoga', slug: 'yoga', count: 0, icon_url: 'https://icons.example/zero-yoga.png' },
    ],
  },
  personal_records: [
    {
      name: 'Cycling',
      slug: 'cycling',
      records: [
        {
          name: '45 min',
          slug: '2700',
          value: 512,
          raw_value: 511804.33,
          unit: 'kj',
          unit_slug: 'kj',
          workout_date: '2026-05-06',
        },
        { name: 'Fastest 5 km', slug: '5k', value: '24:31' },
      ],
    },
  ],
  streaks: { current_weekly: 31, best_weekly: 40, start_date_of_current_weekly: 1761523200, current_daily: 3 },
  achievements: [
    {
      name: '100 rides',
      slug: 'rides_100',
      description: 'A hundred rides',
      image_url: 'https://icons.example/100.png',
      count: 4,
    },
  ],
  ...changes,
});

module.exports = { exampleSnapshot };
