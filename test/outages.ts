// Troubles of some hours, for the simulated year: how Peloton, the vault or the store fails on the wire, how the clock of the
// service is wrong, and for how long. The longest wait between two attempts is four hours, and each outage ends early enough
// for a sync on the same day.

import type { Fault } from '../sandbox/fault-answers.ts';
import { type FaultRule, slowBy } from '../sandbox/faults.ts';
import type { PelotonDouble } from '../sandbox/peloton.ts';
import type { VaultDouble } from '../sandbox/vault.ts';
import { hourMs } from '../src/stats/time.ts';
import type { FaultProxy } from './fault-proxy.ts';

/** The time of the simulated year, and by how much the clock of the service is ahead of it. */
export type Time = { now: number; aheadMs: number };

/** What can have an outage. */
export type Servers = { peloton: PelotonDouble; vault: VaultDouble; store: FaultProxy; time: Time };

export type Outage = {
  name: string;
  /** The length of the outage, from the first tick that meets it. */
  hours: number;
  /** Begins the outage. The returned function ends the outage. */
  begin: (servers: Servers) => () => unknown;
};

type ServerName = Exclude<keyof Servers, 'time'>;

function spoil(server: ServerName, rule: FaultRule): Outage['begin'] {
  return servers => servers[server].faults.add(rule).remove;
}

function spoilAll(server: ServerName, fault: Fault): Outage['begin'] {
  return spoil(server, { match: {}, fault });
}

/** Spoils the token refresh, and makes the access token expire so that a refresh is needed. */
function spoilRefresh(rule: Omit<FaultRule, 'match'>): Outage['begin'] {
  return servers => {
    servers.peloton.expireAccessTokens();
    return spoil('peloton', { match: { path: /^\/oauth\/token$/ }, ...rule })(servers);
  };
}

function refuse(server: 'peloton' | 'vault' | 'store'): Outage['begin'] {
  return servers => {
    const refused = servers[server].refuse();
    return () => refused.then(() => servers[server].reopen());
  };
}

/** A wrong clock: every instance's, and no server's. */
function setAhead(hours: number): Outage['begin'] {
  return ({ time }) => {
    time.aheadMs = hours * hourMs;
    return () => {
      time.aheadMs = 0;
    };
  };
}

const hour = { 'retry-after': '3600' };
const overview = { path: /\/overview$/ };
const challenge: Fault = { status: 403, body: '<html>Just a moment...</html>', contentType: 'text/html' };

export const outages: readonly Outage[] = [
  { name: 'Peloton answers 503', hours: 2, begin: spoilAll('peloton', { status: 503 }) },
  { name: 'Peloton answers 500 all day long', hours: 10, begin: spoilAll('peloton', { status: 500 }) },
  { name: 'Peloton asks for an hour of peace', hours: 1, begin: spoilAll('peloton', { status: 429, headers: hour }) },
  { name: 'Peloton answers 429 and no more', hours: 3, begin: spoilAll('peloton', { status: 429 }) },
  { name: 'Peloton refuses connections', hours: 6, begin: refuse('peloton') },
  { name: 'Peloton resets connections', hours: 4, begin: spoilAll('peloton', 'reset') },
  { name: 'Peloton never answers', hours: 1, begin: spoilAll('peloton', 'hang') },
  { name: 'the edge challenges everybody', hours: 5, begin: spoilAll('peloton', challenge) },
  { name: 'overviews come empty', hours: 2, begin: spoil('peloton', { match: overview, fault: 'empty' }) },
  { name: 'overviews break off', hours: 8, begin: spoil('peloton', { match: overview, fault: 'cut' }) },
  {
    name: 'overviews lose their counts',
    hours: 3,
    begin: spoil('peloton', { match: overview, fault: { status: 200, body: {} } }),
  },
  {
    name: 'the API accepts no token',
    hours: 7,
    begin: spoil('peloton', { match: { path: /^\/api\// }, fault: { status: 401, body: {} } }),
  },
  {
    name: 'the membership lapses',
    hours: 9,
    begin: spoil('peloton', { match: overview, fault: { status: 402, body: {} } }),
  },
  { name: 'no token is refreshed', hours: 6, begin: spoilRefresh({ fault: { status: 503 } }) },
  {
    name: 'the answer to a refresh gets lost',
    hours: 1,
    begin: spoilRefresh({ fault: 'reset', when: 'after', times: 1 }),
  },
  { name: 'the vault forbids everything', hours: 4, begin: spoilAll('vault', { status: 403 }) },
  { name: 'the vault refuses connections', hours: 0.5, begin: refuse('vault') },
  { name: 'the vault is slower than anybody waits', hours: 0.5, begin: spoil('vault', slowBy(2_000)) },
  {
    name: 'the vault cannot be written when it matters',
    hours: 2,
    begin: ({ peloton, vault }) => {
      peloton.expireAccessTokens();
      vault.readOnly = true;
      return () => {
        vault.readOnly = false;
      };
    },
  },
  { name: 'the store forbids everything', hours: 5, begin: spoilAll('store', { status: 403 }) },
  { name: 'the store refuses connections', hours: 0.5, begin: refuse('store') },
  { name: 'the store is too slow for a whole run', hours: 0.5, begin: spoil('store', slowBy(300)) },
  { name: 'the clock is five years ahead', hours: 3, begin: setAhead(5 * 365 * 24) },
  { name: 'the clock is a day and a half ahead', hours: 2, begin: setAhead(36) },
  { name: 'the clock is six hours ahead', hours: 1, begin: setAhead(6) },
  { name: 'the clock is a day and a half behind', hours: 3, begin: setAhead(-36) },
];
