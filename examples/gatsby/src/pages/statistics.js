// The statistics page. Its query is valid with no stats at all. The default export is Gatsby's rule for pages.

import { graphql } from 'gatsby';
import { PersonalRecords } from '../components/personal-records';
import { Statistics } from '../components/statistics';
import '../components/statistics.css';

export default function StatisticsPage({ data }) {
  return (
    <main>
      <h1>{data.site.siteMetadata.title}</h1>
      <Statistics
        workoutCounts={data.workoutCounts.nodes}
        snapshot={data.pelotonSnapshot}
        streaks={data.pelotonStreaks}
      />
      <PersonalRecords disciplines={data.personalRecords.nodes} />
    </main>
  );
}

export function Head({ data }) {
  return (
    <>
      <html lang="en" />
      <title>{data.site.siteMetadata.title}</title>
    </>
  );
}

export const pageQuery = graphql`
  query {
    site {
      siteMetadata {
        title
      }
    }
    workoutCounts: allWorkoutCount {
      nodes {
        id
        name
        count
        icon_url
        slug
      }
    }
    personalRecords: allPelotonPersonalRecord {
      nodes {
        id
        name
        records {
          slug
          name
          value
          unit
          dateInWords: workout_date(formatString: "D MMMM YYYY")
        }
      }
    }
    pelotonStreaks {
      current_weekly
    }
    pelotonSnapshot {
      date
      dateInWords: date(formatString: "D MMMM YYYY")
      total_workouts
    }
  }
`;
