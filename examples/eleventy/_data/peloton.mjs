import Fetch from '@11ty/eleventy-fetch';

const url = `${process.env.PELOTON_STATS_URL || 'http://127.0.0.1:7071'}/api/stats`;

async function fetchStats() {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    const stats = await response.json();
    if (stats.schema_version !== 1) throw new Error('the service answered something else');
    return stats;
  } catch (error) {
    console.warn(`No fresh Peloton stats: ${error.message}. The last good ones are shown, if there are any.`);
    throw error;
  }
}

export default async function readStats() {
  try {
    // Asks in each build, but for those within a minute. With a duration of 0s no last good ones would be shown.
    return await Fetch(fetchStats, { requestId: url, type: 'json', duration: '1m' });
  } catch (error) {
    console.warn(`No Peloton stats in this build: ${error.message}`);
    return null;
  }
}
