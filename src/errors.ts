// The failures of the service, and the person who acts on each. Anyone may read a message: it names a method, a host and a route
// template, never a real path, a query, a body or a secret.

// A hint is the next step, and nothing else: what readers see meanwhile depends on whether there is a snapshot, which health
// knows (sync/health.ts).

const upgrade =
  'git pull, npm ci, azd up (docs/operations.md#upgrade). If there is nothing newer, report the log event sync.failed.';
const credentialsScript = 'bash infra/scripts/set-credentials.sh';
/** For an owner from whom Peloton asks what no program can give. */
const byBrowser = 'Sign in with a browser: npm run sign-in (docs/operations.md#sign-in-with-a-browser).';
/** For an owner who settles something with Peloton and keeps the password: the script writes a new version of it. */
const storeAgain = `${credentialsScript} with the same password: only a new version ends the wait.`;

/** One row for each code: who acts on such a failure, what that person is told, and the HTTP status. */
export const errorTable = {
  config: {
    actor: 'deployer',
    httpStatus: 500,
    title: 'The settings are not usable',
    hint: 'Correct the app settings that the message names; the service reads them again when it restarts.',
  },
  vault: {
    actor: 'deployer',
    httpStatus: 503,
    title: 'Key Vault did not give what the sync needs',
    hint: 'Check that the vault of KEY_VAULT_URL is reachable, that the app may get and set secrets there, and that the secret named in the log exists.',
  },
  storage: {
    actor: 'deployer',
    httpStatus: 503,
    title: 'The store is not usable',
    hint: 'Check that the storage account is reachable and that the app may read and write blobs in its two containers.',
  },
  'sign-in-refused': {
    actor: 'owner',
    httpStatus: 502,
    title: 'Peloton refused the sign-in',
    hint: `Sign in at members.onepeloton.com yourself and settle what it asks for. Then ${credentialsScript}: the next tick tries what that stores.`,
  },
  'account-refused': {
    actor: 'owner',
    httpStatus: 502,
    title: 'Peloton refused the account',
    hint: 'The sign-in works, but Peloton does not give this account its stats: check the membership at members.onepeloton.com.',
  },
  'upstream-unavailable': {
    actor: 'nobody',
    httpStatus: 502,
    title: 'Peloton is not available',
    hint: 'Nothing to do: the sync tries again by itself. Where this lasts although members.onepeloton.com works in a browser, see docs/operations.md#upstream-unavailable.',
  },
  'upstream-changed': {
    actor: 'maintainer',
    httpStatus: 502,
    title: 'Peloton answered in a way this version does not know',
    hint: `Upgrade: ${upgrade} A changed constant can be repaired by a PELOTON_* setting.`,
  },
  internal: {
    actor: 'maintainer',
    httpStatus: 500,
    title: 'The service itself failed',
    hint: 'Upgrade: git pull, npm ci, azd up (docs/operations.md#upgrade). If there is nothing newer, report the log event defect with its stack.',
  },
} as const;

export type ErrorCode = keyof typeof errorTable;

/** Causes with a next step of their own, which the code alone does not tell: one row for each. */
export const causeTable = {
  'wrong-password': {
    code: 'sign-in-refused',
    hint: `Peloton does not know this user name with this password. Try them at members.onepeloton.com, then store the right ones: ${credentialsScript}.`,
  },
  'leaked-password': {
    code: 'sign-in-refused',
    hint: `Peloton takes this password no longer, because it was found in a leak. Choose another at members.onepeloton.com, then store it: ${credentialsScript}.`,
  },
  'too-many-attempts': {
    code: 'sign-in-refused',
    hint: `Peloton has locked the sign-in after too many attempts. Sign in at members.onepeloton.com yourself, by the link in its e-mail where there is one. Then ${storeAgain}`,
  },
  'blocked-user': {
    code: 'sign-in-refused',
    hint: `Peloton has blocked this user, which only its support can end. Then ${storeAgain}`,
  },
  'second-factor': {
    code: 'sign-in-refused',
    hint: `Peloton asks for a second factor, which this service cannot give. ${byBrowser}`,
  },
  captcha: {
    code: 'sign-in-refused',
    hint: `Peloton asks for a captcha, which this service cannot solve. ${byBrowser}`,
  },
  verification: {
    code: 'sign-in-refused',
    hint: `Peloton wants to verify who signs in, which this service cannot show. ${byBrowser}`,
  },
  'expired-password': {
    code: 'sign-in-refused',
    hint: `Peloton wants this password changed. Choose another at members.onepeloton.com, then store it: ${credentialsScript}.`,
  },
  'access-denied': {
    code: 'sign-in-refused',
    hint: `Peloton denies this account the sign-in. Sign in at members.onepeloton.com yourself and settle what it asks for. Then ${storeAgain}`,
  },
  'closed-grant': {
    code: 'upstream-changed',
    hint: "Peloton lets nobody sign in by the app's grant any more: set PELOTON_SIGN_IN to auto or web, or remove the setting.",
  },
  'unknown-answer': {
    code: 'upstream-changed',
    hint: `Upgrade: ${upgrade} The credentials are posted again in 24 hours; at once after a new version of a secret, or by POST /api/sync?force=true.`,
  },
  'retired-sign-in': {
    code: 'upstream-changed',
    hint: 'Peloton has retired this sign-in: set PELOTON_SIGN_IN to oauth, or remove the setting.',
  },
  'lost-counts': {
    code: 'upstream-changed',
    hint: `If the workouts are really gone, publish that: npm run sync -- --force, or POST /api/sync?force=true. Otherwise upgrade: ${upgrade}`,
  },
} as const satisfies Record<string, { code: ErrorCode; hint: string }>;

export type Cause = keyof typeof causeTable;

export type StatsErrorOptions = {
  /** The failure of the network or an SDK, already free of paths and secrets. */
  cause?: unknown;
  /** A next step that is more exact than the code's own hint. */
  hint?: string;
  /** How long the other side asked to be left alone, in milliseconds from now. */
  retryAfterMs?: number;
  /** The HTTP status of the answer that failed, where there was one. */
  status?: number;
  /**
   * The credentials were posted and answered: they must not be posted again unchanged. With `upstream-changed` the answer was
   * no judgement, and this holds for the rung alone and for a day.
   */
  credentialsJudged?: boolean;
  /** A failure that is no outage although its code says so: another rung of the sign-in may get in. */
  opensNextRung?: boolean;
  /** No sign-in may be made before this instant. */
  noSignInBefore?: Date;
};

/** The one error this service throws on purpose. Anything else that is thrown is a defect of ours. */
export class StatsError extends Error {
  override readonly name = 'StatsError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly credentialsJudged: boolean;
  readonly opensNextRung: boolean;
  readonly noSignInBefore: Date | undefined;

  constructor(code: ErrorCode, message: string, options: StatsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorTable[code].hint;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.credentialsJudged = options.credentialsJudged ?? false;
    this.opensNextRung = options.opensNextRung ?? code === 'upstream-changed';
    this.noSignInBefore = options.noSignInBefore;
  }
}

/** The error of a cause: with its code and its hint. */
export function errorOf(cause: Cause, message: string, options: Omit<StatsErrorOptions, 'hint'> = {}): StatsError {
  const { code, hint } = causeTable[cause];
  return new StatsError(code, message, { ...options, hint });
}

/** Any error as a StatsError. A defect is named by its kind alone, since its message may hold anything. */
export function asStatsError(error: unknown): StatsError {
  if (error instanceof StatsError) return error;
  const kind = error instanceof Error ? error.name : typeof error;
  return new StatsError('internal', `The service itself failed (${kind}).`);
}

/**
 * Azure's status and code of a failure, such as `403 ForbiddenByRbac`. Where Azure gave neither: that no answer came before the
 * end of the call, or the error's name.
 */
export function reasonOf(
  error: unknown,
  { statusCode, code }: { statusCode?: number | undefined; code?: string | undefined },
): string {
  const said = [statusCode, code].filter(part => part !== undefined && /^[\w-]{1,60}$/.test(String(part)));
  if (said.length > 0) return said.join(' ');
  const name = error instanceof Error ? error.name : typeof error;
  return name === 'AbortError' ? 'no answer in time' : name;
}

/** The stack of a defect, without its message, which may hold anything. */
export function stackOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter(line => /^\s+at /.test(line)).map(line => line.trim());
}

/**
 * Waits for all promises, also where one fails, and then throws the first failure. Promise.all would throw at once, and leave the
 * other effects running behind the failure.
 */
export async function waitForAll<T extends readonly unknown[] | []>(
  begun: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(begun);
  return await Promise.all(begun);
}
