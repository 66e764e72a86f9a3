// Every failure the service knows, and whose it is. A message may be read by anyone: it names a method, a host and a
// route template, never a real path, a query, a body or a secret.

/** Who has to act on a failure, what they are told, and how HTTP names it. One row for each code of the contract. */
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
    hint: 'Sign in at members.onepeloton.com yourself, settle what it asks for, then store the right peloton-username and peloton-password in the vault; the next tick tries them.',
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
    hint: 'Nothing to do: the sync tries again by itself, and the last good snapshot stays up.',
  },
  'upstream-changed': {
    actor: 'maintainer',
    httpStatus: 502,
    title: 'Peloton answered in a way this version does not know',
    hint: 'Look for a newer version of this service; if there is none, report the log event sync.failed. The PELOTON_* settings can repair a changed constant.',
  },
  internal: {
    actor: 'maintainer',
    httpStatus: 500,
    title: 'The service itself failed',
    hint: 'Look for a newer version of this service; if there is none, report the log event defect with its stack.',
  },
} as const;

export type ErrorCode = keyof typeof errorTable;

export type StatsErrorOptions = {
  /** What the wire or an SDK said, already free of paths and secrets. */
  cause?: unknown;
  /** A next step that is more exact than the code's own hint. */
  hint?: string;
  /** How long the other side asked to be left alone, in milliseconds from now. */
  retryAfterMs?: number;
  /** The HTTP status of the answer that failed, where there was one. */
  status?: number;
  /** The credentials were posted and judged: they must not be posted again unchanged. */
  credentialsJudged?: boolean;
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
  readonly noSignInBefore: Date | undefined;

  constructor(code: ErrorCode, message: string, options: StatsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorTable[code].hint;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.credentialsJudged = options.credentialsJudged ?? false;
    this.noSignInBefore = options.noSignInBefore;
  }
}

/** Any error as one of ours. Any other is a defect, named by its kind alone, since its message may hold anything. */
export function asStatsError(error: unknown): StatsError {
  if (error instanceof StatsError) return error;
  const kind = error instanceof Error ? error.name : typeof error;
  return new StatsError('internal', `The service itself failed (${kind}).`);
}

/** What Azure said of a failure, `403 ForbiddenByRbac`: without what could be anything else, and at least the error's kind. */
export function reasonOf(
  error: unknown,
  { statusCode, code }: { statusCode?: number | undefined; code?: string | undefined },
): string {
  const said = [statusCode, code].filter(part => part !== undefined && /^[\w-]{1,60}$/.test(String(part)));
  return said.join(' ') || (error instanceof Error ? error.name : typeof error);
}

/** Where a defect happened, without its message. */
export function stackOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter(line => /^\s+at /.test(line)).map(line => line.trim());
}

/**
 * Waits for all of them, also where one fails, and then throws the first failure: nothing that was begun side by side goes on
 * behind the failure of another.
 */
export async function waitForAll<T extends readonly unknown[] | []>(
  begun: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(begun);
  return await Promise.all(begun);
}
