// Every cause of a failure at both moments, before the first stats and after: whose turn it is, what the next step is, and what
// is said of the readers, in the log, in health and by the doctor.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import manifest from '../package.json' with { type: 'json' };
import { createRunStarter } from '../src/app.ts';
import { examine } from '../src/command-line/doctor/examine.ts';
import { isFault, lineOf } from '../src/command-line/doctor/finding.ts';
import { causeTable, type ErrorCode, errorTable } from '../src/errors.ts';
import { hourMs } from '../src/stats/time.ts';
import { type Bench, type BenchOptions, fastLimits, startBench } from './bench.ts';
import { tickFailure } from './session-bench.ts';

const root = resolve(import.meta.dirname, '..');
const store = /bash infra\/scripts\/set-credentials\.sh/;
const upgrade = /^Upgrade: git pull, npm ci, azd up \(docs\/operations\.md#upgrade\)/;
const waits = /^Nothing to do: the sync tries again by itself/;

type Plant = (bench: Bench) => void;
type Row = {
  what: string;
  plant: Plant;
  code: ErrorCode;
  actor: (typeof errorTable)[ErrorCode]['actor'];
  next: RegExp[];
  options?: BenchOptions;
  /** Whether it can happen only where there are stats. */
  onlyAfter?: true;
};

const refuse =
  (status: number, code: string): Plant =>
  ({ peloton }) => {
    peloton.behaviour.credentialsRefusal = { status, code };
  };
const askFactor =
  (secondFactor: 'json' | 'page' | 'token'): Plant =>
  ({ peloton }) => {
    peloton.behaviour.secondFactor = secondFactor;
  };
const refused = { code: 'sign-in-refused', actor: 'owner' } as const;
const changed = { code: 'upstream-changed', actor: 'maintainer' } as const;
const away = { code: 'upstream-unavailable', actor: 'nobody', next: [waits, /#upstream-unavailable\.$/] } as const;
const session: BenchOptions = { settings: { PELOTON_SIGN_IN: 'session' } };

const rows: Row[] = [
  {
    what: 'a wrong password',
    plant: ({ peloton }) => peloton.changePassword('changed at Peloton alone'),
    ...refused,
    next: [/^Peloton does not know this user name with this password/, store],
  },
  { what: 'a leaked password', plant: refuse(401, 'password_leaked'), ...refused, next: [/leak.* another/, store] },
  {
    what: 'a locked account',
    plant: refuse(429, 'too_many_attempts'),
    ...refused,
    next: [/too many attempts.*link.*same password/, store],
  },
  { what: 'a blocked user', plant: refuse(401, 'user_blocked'), ...refused, next: [/support.*same password/, store] },
  ...(['json', 'page', 'token'] as const).map(kind => ({
    what: `a second factor that is asked for by ${kind}`,
    plant: askFactor(kind),
    ...refused,
    next: [/second factor.*browser: npm run sign-in \(docs\/operations\.md#sign-in-with-a-browser\)\.$/],
  })),
  { what: 'a captcha', plant: refuse(400, 'invalid_captcha'), ...refused, next: [/captcha.*npm run sign-in/] },
  {
    what: 'a verification',
    plant: refuse(401, 'requires_verification'),
    ...refused,
    next: [/verify who signs in.*npm run sign-in/],
  },
  {
    what: 'a password that has expired',
    plant: refuse(401, 'password_expired'),
    ...refused,
    next: [/wants this password changed.*then store it/, store],
  },
  {
    what: 'an account that is denied',
    plant: ({ peloton }) => {
      peloton.behaviour.refusedHome = { error: 'access_denied', description: 'Not allowed.', at: 'form' };
    },
    ...refused,
    next: [/denies this account.*same password/, store],
  },
  {
    what: 'a closed grant',
    plant: ({ peloton }) => {
      peloton.behaviour.appGrant = 'closed';
    },
    ...changed,
    next: [/PELOTON_SIGN_IN to auto or web/],
    options: { settings: { PELOTON_SIGN_IN: 'app' } },
  },
  {
    what: 'a login page of another kind, and a closed grant',
    plant: ({ peloton }) => Object.assign(peloton.behaviour, { loginPage: 'universal', appGrant: 'closed' }),
    ...changed,
    next: [upgrade, /PELOTON_\* setting/],
  },
  {
    what: 'an unknown answer to the credentials',
    plant: refuse(400, 'unheard-of'),
    ...changed,
    next: [upgrade, /posted again in 24 hours/],
  },
  {
    what: 'the retired sign-in',
    plant: ({ peloton }) => {
      peloton.behaviour.sessionLogin = 'retired';
    },
    ...changed,
    next: [/PELOTON_SIGN_IN to oauth/],
    options: session,
  },
  {
    what: 'an overview of another shape',
    plant: ({ peloton }) => {
      peloton.behaviour.alterOverview = () => ({ other: true });
    },
    ...changed,
    next: [upgrade, /PELOTON_\* setting/],
  },
  {
    what: 'an overview that has lost its counts',
    plant: ({ peloton }) => {
      peloton.behaviour.alterOverview = overview => ({
        ...overview,
        workout_counts: { total_workouts: 0, workouts: [] },
      });
    },
    ...changed,
    next: [/npm run sync -- --force/],
    onlyAfter: true,
  },
  {
    what: 'an account without a membership',
    plant: ({ peloton }) => {
      peloton.behaviour.account = 402;
    },
    code: 'account-refused',
    actor: 'owner',
    next: [/check the membership/],
  },
  {
    what: 'a Peloton that is down',
    plant: ({ peloton }) => void peloton.faults.add({ match: {}, fault: { status: 503 } }),
    ...away,
    next: [...away.next],
  },
  {
    what: 'a Peloton that cannot be reached',
    plant: ({ peloton }) => void peloton.faults.add({ match: {}, fault: 'reset' }),
    ...away,
    next: [...away.next],
  },
  {
    what: 'a vault without the password',
    plant: ({ vault }) => vault.secrets.delete('peloton-password'),
    code: 'vault',
    actor: 'deployer',
    next: [/^Store the secret peloton-password/, /set-credentials/],
  },
];

const moments = { 'before the first stats': false, 'with stats': true } as const;
const seen = new Set<string>();

/** A service at a moment, with no session that could hide what is planted. */
async function benchAt({ plant, options }: Row, hasStats: boolean): Promise<Bench> {
  const bench = await startBench(options);
  bench.peloton.behaviour.sessionLogin = 'open';
  if (hasStats) {
    await bench.tick();
    bench.passTime(24 * hourMs);
  }
  plant(bench);
  bench.peloton.revokeAll();
  return bench;
}

async function askDoctor({ settings, now }: Bench) {
  const start = createRunStarter(settings, { clock: () => now, limits: fastLimits });
  return await Array.fromAsync(examine({ settings, start: () => start(() => {}), has: () => false }));
}

for (const [moment, hasStats] of Object.entries(moments)) {
  describe(moment, () => {
    for (const row of rows.filter(({ onlyAfter }) => hasStats || !onlyAfter)) {
      const { what, code, actor, next } = row;
      it(`${what} is told to the ${actor === 'nobody' ? 'one who waits' : actor}, with the next step`, async () => {
        const bench = await benchAt(row, hasStats);
        assert.equal(await tickFailure(bench), code);
        assert.equal(errorTable[code].actor, actor);
        const logged = String(bench.events('sync.failed').at(-1)?.hint);
        for (const part of next) assert.match(logged, part);
        seen.add(logged);

        const { problem, last_success } = await bench.health();
        assert.equal(problem?.code, code);
        assert.equal(last_success !== null, hasStats);
        const readers = hasStats ? 'Readers see the last good stats.' : 'There are no stats yet.';
        assert.equal(problem?.hint, `${logged} ${readers}`);
        assert.doesNotMatch(logged, /last good|stays up|no stats/, 'an error does not know what readers see');

        const findings = await askDoctor(bench);
        const lines = findings.map(lineOf).join('\n');
        const state = findings.find(({ subject }) => subject === 'state.json');
        assert.equal(state?.mark, actor === 'nobody' ? 'note' : 'FIX', lines);
        assert.ok(state?.text.endsWith(problem?.hint ?? '?'), lines);
        for (const { text } of findings.filter(isFault)) assert.doesNotMatch(text, /→ Nothing to do/, lines);
        const latest = findings.find(({ subject }) => subject === 'latest.json');
        if (!hasStats) assert.equal(latest?.text, 'there is none yet: state.json says why');
      });
    }
  });
}

describe('a hint', () => {
  const { scripts } = manifest as { scripts: Record<string, string> };
  const all = [...Object.values(errorTable), ...Object.values(causeTable)].map(({ hint }) => hint);

  it('of every cause is one that somebody gets', () => {
    const missing = Object.entries(causeTable).filter(([, { hint }]) => !seen.has(hint));
    assert.deepEqual(missing, []);
  });

  it('is a whole sentence, since health goes on after it', () => {
    for (const hint of all) assert.match(hint, /^[A-Z].*\.$/);
  });

  it('names files, headings and commands that are there', () => {
    for (const hint of all) {
      for (const [, script = ''] of hint.matchAll(/npm run ([\w:-]+)/g)) assert.ok(scripts[script], hint);
      for (const [path] of hint.matchAll(/infra\/scripts\/[\w-]+\.sh/g)) assert.ok(existsSync(join(root, path)), hint);
      for (const [, file = '', anchor = ''] of hint.matchAll(/(docs\/[\w-]+\.md)#([\w-]+)/g)) {
        const headings = readFileSync(join(root, file), 'utf8').match(/^##+ .+$/gm) ?? [];
        const anchors = headings.map(text => text.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-'));
        assert.ok(anchors.includes(anchor), hint);
      }
    }
  });
});
