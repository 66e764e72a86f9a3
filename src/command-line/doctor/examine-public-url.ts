// What readers get at the public URL: health, and stats that are those of the store. Two plain GETs, like any reader's.

import * as z from 'zod';
import { readPublicUrl, type Settings } from '../../config.ts';
import { asStatsError } from '../../errors.ts';
import type { HttpClient, HttpResponse } from '../../http.ts';
import { tryParseJson } from '../../stats/json.ts';
import { parseSnapshot, type Snapshot } from '../../stats/snapshot.ts';
import { minuteMs } from '../../stats/time.ts';
import { healthSchema } from '../../sync/health.ts';
import type { Run } from '../../sync/run.ts';
import { type Examination, type Finding, fix, judgeProblem, note, ok } from './finding.ts';

/** A cache may hold the stats for five minutes, and an instance its copy for half a minute more. */
const longestLagMs = 6 * minuteMs;
const checkUrl = 'check that PUBLIC_URL is where this service answers, and that it runs there';

/** Another version of the service may have no notices, or others. */
const readableHealth = healthSchema.extend({ notices: z.array(z.object({ code: z.string() })).catch([]) });

function judgeHealth(answer: HttpResponse): Finding {
  const health = readableHealth.safeParse(tryParseJson(answer.text)).data;
  if (!health) return fix('/api/health', `answered ${answer.status} without health`, checkUrl);
  const { status, problem, notices } = health;
  const noticed = notices.length > 0 ? `, with the notice ${notices.map(({ code }) => code).join(', ')}` : '';
  if (answer.status === 200) return ok('/api/health', status + noticed);
  if (problem) return judgeProblem('/api/health', `${status} (${problem.code}) since ${problem.since}`, problem);
  return fix('/api/health', status, 'npm run sync, or wait a quarter of an hour for the timer');
}

function judgeStats(answer: HttpResponse, latest: Snapshot | undefined, now: Date): Finding {
  if (answer.status === 404 && !latest) return note('/api/stats', 'no stats yet, as in the store');
  const served = answer.status === 200 ? parseSnapshot(Buffer.from(answer.text)) : undefined;
  if (!served) return fix('/api/stats', `answered ${answer.status} without stats`, checkUrl);
  const isBehind = latest !== undefined && served.synced_at < latest.synced_at;
  const isTooFar = isBehind && now.getTime() - Date.parse(latest.synced_at) > longestLagMs;
  if (isTooFar) return fix('/api/stats', `serves ${served.date}, older stats than the store has`, checkUrl);
  return ok('/api/stats', `serves the stats of ${served.date}`);
}

async function getRoute(http: HttpClient, url: string, route: string): Promise<HttpResponse> {
  return await http.request({ method: 'GET', url: new URL(url + route), route });
}

export type PublicUrlFacts = {
  settings: Settings;
  /** The newest snapshot of the store. */
  latest: Snapshot | undefined;
};

export async function* examinePublicUrl({ clock, siteHttp }: Run, { settings, latest }: PublicUrlFacts): Examination {
  const url = readPublicUrl(settings);
  if (!url) {
    yield note('public URL', 'not looked at: PUBLIC_URL is not set');
    return;
  }
  for (const { route, judge } of [
    { route: '/api/health', judge: judgeHealth },
    { route: '/api/stats', judge: (answer: HttpResponse) => judgeStats(answer, latest, clock()) },
  ]) {
    try {
      yield judge(await getRoute(siteHttp, url, route));
    } catch (thrown) {
      yield fix(route, asStatsError(thrown).message, checkUrl);
    }
  }
}
