// The GraphQL types. Explicit, so that queries are valid with zero nodes and a field never changes its type with the data.
// Names are Peloton's own, but for `base_url`, which tells the members of a household apart. `value` of a record is a number for one discipline and a text for another: here always a text.

const typeDefinitions = `
  type WorkoutCount implements Node @dontInfer {
    base_url: String!
    name: String!
    slug: String!
    count: Int!
    icon_url: String
  }

  type PelotonPersonalRecord implements Node @dontInfer {
    base_url: String!
    name: String!
    slug: String!
    records: [PelotonRecord!]!
  }

  type PelotonRecord {
    name: String!
    slug: String!
    value: String!
    raw_value: Float
    unit: String
    unit_slug: String
    workout_date: Date @dateformat
  }

  type PelotonStreaks implements Node @dontInfer {
    base_url: String!
    current_weekly: Int
    best_weekly: Int
    start_date_of_current_weekly: Float
    current_daily: Int
  }

  type PelotonAchievement implements Node @dontInfer {
    base_url: String!
    name: String!
    slug: String!
    description: String
    image_url: String
    count: Int
  }

  type PelotonSnapshot implements Node @dontInfer {
    base_url: String!
    synced_at: Date @dateformat
    date: Date @dateformat
    time_zone: String
    total_workouts: Int!
  }

  type PelotonDay implements Node @dontInfer {
    base_url: String!
    date: Date! @dateformat
    workouts: Int!
    minutes: Int!
    output_kj: Int
    by: [PelotonTally!]!
  }

  type PelotonTally {
    discipline: String!
    workouts: Int!
    minutes: Int!
    output_kj: Int
  }

  type PelotonWorkout implements Node @dontInfer {
    base_url: String!
    place: Int!
    date: Date! @dateformat
    discipline: String
    title: String
    duration_s: Int
    output_kj: Int
    effort_points: Float
    instructor: String
    is_personal_record: Boolean
    imported: Boolean!
  }
`;

module.exports = { typeDefinitions };
