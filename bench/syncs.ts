// (e) How much a sync adds to the time that Peloton takes: the sandbox's answers are slowed down to a tenth of a second
// each, and the sum of them, as the service itself logs them, is the baseline.

import { type Context, createApp } from '../src/app.ts';
import { type Figures, ratio, takeTurns } from './measure.ts';
import type { Report } from './report.ts';
import type { Service } from './service.ts';

const answerMs = 100;

/** One forced sync by a new instance of the app. */
async function sync(settings: Service['settings']): Promise<Figures> {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const context: Context = { debug: write, info: write, warn: write, error: write };
  const { syncNow } = createApp(settings);
  const request = { method: 'POST', headers: new Headers(), query: new URLSearchParams('force=true'), params: {} };
  const startedAt = performance.now();
  const { status } = await syncNow(request, context);
  const wall = performance.now() - startedAt;
  if (status !== 200) throw new Error(`The sync was answered with ${status}: ${lines.at(-1)}`);
  const answers = lines.map(line => JSON.parse(line)).filter(({ event }) => event === 'peloton.answered');
  const upstream = answers.reduce((sum, { duration_ms: duration }) => sum + duration, 0);
  return { wall, upstream, answers: answers.length };
}

export async function measureSyncs({ sandbox, settings }: Service): Promise<Report> {
  const { peloton, vault } = sandbox;
  if (!peloton) throw new TypeError('The sandbox has a Peloton of its own.');
  // Its answer is false every time: the request only waits.
  const match = () => new Promise<boolean>(done => setTimeout(done, answerMs, false));
  const slowness = peloton.faults.add({ match, fault: 'reset' });

  // One round: with the sync that filled the store and the round that does not count, these are the three sign-ins of a day.
  const { daily, signIn } = await takeTurns(
    {
      daily: () => sync(settings),
      signIn: async () => {
        vault.secrets.set('peloton-session', '{}');
        return await sync(settings);
      },
    },
    1,
  );
  slowness.remove();
  const row = (what: string, { wall = 0, upstream = 0, answers = 0 }: Figures) => ({
    what,
    figures: `${wall.toFixed(0)} ms, of which Peloton's ${answers} answers took ${upstream.toFixed(0)}`,
    ratio: `${ratio(wall, upstream)}`,
  });
  return {
    title: `A sync, against the sum of Peloton's answers of ${answerMs} ms each`,
    rows: [row('with the stored session', daily), row('with a sign-in', signIn)],
    ratios: {
      sync_vs_upstream: ratio(daily.wall, daily.upstream),
      sign_in_sync_vs_upstream: ratio(signIn.wall, signIn.upstream),
    },
  };
}
