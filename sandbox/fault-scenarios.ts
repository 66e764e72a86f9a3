// The faults of `npm start -- --fault NAME`: for each a description, and how to make the doubles show it.
// Faults of the sign-in also end the session, because a sync that has a good session never signs in.

import type { Azurite } from './azurite.ts';
import { type FaultRule, slowBy } from './faults.ts';
import type { PelotonDouble } from './peloton.ts';
import type { VaultDouble } from './vault.ts';
import { vaultAnswers } from './vault-answers.ts';

type Doubles = { peloton: PelotonDouble; vault: VaultDouble; azurite: Azurite };

export type FaultScenario = {
  name: string;
  /** A sentence for the help text and the terminal. */
  description: string;
  plant(doubles: Doubles): void | Promise<void>;
};

const everything = {};

/** Longer than a call of the service waits for the vault. */
const slowVaultMs = 20_000;
/** Shorter than a call of a sync waits for the store, longer than a reader does, and too long for all calls of a sync. */
const slowStoreMs = 9_000;

function always(fault: FaultRule['fault']): FaultRule {
  return { match: everything, fault };
}

export const faultScenarios: readonly FaultScenario[] = [
  {
    name: 'peloton-down',
    description: 'Peloton answers 503 to everything.',
    plant: ({ peloton }) => void peloton.faults.add(always({ status: 503 })),
  },
  {
    name: 'rate-limited',
    description: 'Peloton answers 429 to everything and asks to be left alone for an hour.',
    plant: ({ peloton }) => void peloton.faults.add(always({ status: 429, headers: { 'retry-after': '3600' } })),
  },
  {
    name: 'bot-check',
    description: "Peloton's edge sends a page that checks the browser in place of every answer.",
    plant: ({ peloton }) => void peloton.faults.add(always('html')),
  },
  {
    name: 'overview-changed',
    description: 'The overview comes without workout_counts.',
    plant: ({ peloton }) => {
      peloton.behaviour.alterOverview = ({ workout_counts: _gone, ...overview }) => overview;
    },
  },
  {
    name: 'account-refused',
    description: 'The sign-in works, but Peloton gives no stats without a membership.',
    plant: ({ peloton }) => {
      peloton.behaviour.account = 402;
    },
  },
  {
    name: 'session-ended',
    description: 'Peloton has ended the session: the next sync signs in, and all is well again.',
    plant: ({ peloton }) => peloton.revokeAll(),
  },
  {
    name: 'wrong-password',
    description: 'The password was changed at Peloton and not in the vault.',
    plant: ({ peloton }) => {
      peloton.changePassword('changed at Peloton alone');
      peloton.revokeAll();
    },
  },
  {
    name: 'second-factor',
    description: 'The session has ended, and Peloton asks for a second factor.',
    plant: ({ peloton }) => {
      peloton.behaviour.secondFactor = 'json';
      peloton.revokeAll();
    },
  },
  {
    name: 'account-locked',
    description: 'The session has ended, and Peloton has counted too many attempts.',
    plant: ({ peloton }) => {
      peloton.behaviour.credentialsRefusal = { status: 429, code: 'too_many_attempts' };
      peloton.revokeAll();
    },
  },
  {
    name: 'user-blocked',
    description: 'The session has ended, and Peloton has blocked the user: the sign-in is sent home with an error.',
    plant: ({ peloton }) => {
      peloton.behaviour.refusedHome = { error: 'unauthorized', description: 'user is blocked', at: 'credentials' };
      peloton.revokeAll();
    },
  },
  {
    name: 'captcha',
    description: 'The session has ended, and Peloton asks for a captcha: npm run sign-in gets in.',
    plant: ({ peloton }) => {
      peloton.behaviour.credentialsRefusal = { status: 400, code: 'invalid_captcha' };
      peloton.revokeAll();
    },
  },
  {
    name: 'login-page-replaced',
    description:
      "The session has ended, and the login page is another one: the app's grant gets in, and all is well again.",
    plant: ({ peloton }) => {
      peloton.behaviour.loginPage = 'universal';
      peloton.revokeAll();
    },
  },
  {
    name: 'verification',
    description: "The same, and the app's grant wants to verify who signs in: npm run sign-in gets in.",
    plant: ({ peloton }) => {
      peloton.behaviour.loginPage = 'universal';
      peloton.behaviour.grantRefusal = { status: 401, error: 'requires_verification' };
      peloton.revokeAll();
    },
  },
  {
    name: 'no-way-in',
    description: "The session has ended, the login page is another one, and the app's grant is closed.",
    plant: ({ peloton }) => {
      peloton.behaviour.loginPage = 'universal';
      peloton.behaviour.appGrant = 'closed';
      peloton.revokeAll();
    },
  },
  {
    name: 'retired-login',
    description: 'The session has ended, and Peloton has retired this way to sign in.',
    plant: ({ peloton }) => {
      peloton.behaviour.oauth = 'retired';
      peloton.revokeAll();
    },
  },
  {
    name: 'vault-forbidden',
    description: 'The vault refuses the app: its role is gone.',
    plant: ({ vault }) => void vault.faults.add(always(vaultAnswers.noRole)),
  },
  {
    name: 'vault-firewall',
    description: "The vault's firewall keeps the app out.",
    plant: ({ vault }) => void vault.faults.add(always(vaultAnswers.firewall)),
  },
  {
    name: 'vault-other-tenant',
    description: 'The token is of another tenant than the vault, which says so without a body.',
    plant: ({ vault }) => void vault.faults.add(always(vaultAnswers.otherTenantBare)),
  },
  {
    name: 'captive-portal',
    description: 'The sign-in page of a network answers in the place of the vault.',
    plant: ({ vault }) => void vault.faults.add(always(vaultAnswers.captivePortal)),
  },
  {
    name: 'vault-slow',
    description: 'The vault takes 20 seconds for every answer: the sync gives up after a quarter of a minute.',
    plant: ({ vault }) => void vault.faults.add(slowBy(slowVaultMs)),
  },
  {
    name: 'vault-read-only',
    description: 'The token has expired, and the app may read the vault but not write it.',
    plant: ({ peloton, vault }) => {
      vault.readOnly = true;
      peloton.expireAccessTokens();
    },
  },
  {
    name: 'secret-missing',
    description: 'The session has ended, and the vault has no password.',
    plant: ({ peloton, vault }) => {
      vault.secrets.delete('peloton-password');
      peloton.revokeAll();
    },
  },
  {
    name: 'secret-disabled',
    description: 'The session has ended, and somebody has disabled the password in the vault.',
    plant: ({ peloton, vault }) => {
      vault.secrets.disable('peloton-password');
      peloton.revokeAll();
    },
  },
  {
    name: 'secret-recovering',
    description: 'The vault is still bringing a deleted session back: its name is blocked for a moment.',
    plant: ({ vault }) => vault.secrets.beginRecovery('peloton-session'),
  },
  {
    name: 'session-unreadable',
    description: 'The stored session is no session, and the vault has no credentials: health has a notice.',
    plant: ({ vault }) => {
      vault.secrets.set('peloton-session', 'what somebody pasted by mistake');
      vault.secrets.delete('peloton-username');
      vault.secrets.delete('peloton-password');
    },
  },
  {
    name: 'parts-lost',
    description: 'The overview comes without streaks: readers see the stats without, and health has a notice.',
    plant: ({ peloton }) => {
      peloton.behaviour.alterOverview = ({ streaks: _gone, ...overview }) => overview;
    },
  },
  {
    name: 'hook-failing',
    description:
      'Of two build hooks one is malformed, which health says at once, and nobody answers at the other, which it says after three days.',
    plant: ({ peloton, vault }) => {
      const nowhere = { url: 'http://127.0.0.1:9/build' };
      vault.secrets.set('build-hooks', JSON.stringify([nowhere, { uri: nowhere.url }]));
      // A hook that is new hears of a change alone.
      peloton.behaviour.alterOverview = ({ personal_records: _changed, ...overview }) => ({
        ...overview,
        personal_records: [],
      });
    },
  },
  {
    name: 'store-down',
    description: 'Nobody answers at the store: readers get the copy that the service holds, if any.',
    plant: ({ azurite }) => azurite.close(),
  },
  {
    name: 'store-slow',
    description:
      'The store takes 9 seconds for every answer: the sync has used up its time after a minute, and readers get the copy that the service holds, if any.',
    plant: ({ azurite }) => void azurite.faults.add(slowBy(slowStoreMs)),
  },
];

/** Undefined for an unknown name. */
export function findFault(name: string): FaultScenario | undefined {
  return faultScenarios.find(scenario => scenario.name === name);
}
