// The next step where Blob Storage refused, by its code and status. All other refusals have the hint of the code `storage`.

const wait = 'Nothing to do: the next tick tries again.';
const missingRole =
  "Give the app's identity the role Storage Blob Data Contributor on the two containers, so that it may read and write blobs in them; a new role takes some minutes.";
const otherTenant =
  'The token is of another tenant than the storage account: on your own machine sign in to its tenant (az login --tenant TENANT); in Azure the app and the account must be in one tenant.';

const hintsByCode: Record<string, string> = {
  AuthorizationPermissionMismatch: missingRole,
  AuthorizationFailure:
    "The storage account's firewall keeps this address out: allow it in the account's network settings, or run this from a network that is let in.",
  KeyBasedAuthenticationNotPermitted:
    'The storage account takes no keys: set STORAGE_ACCOUNT_URL in the place of STORAGE_CONNECTION_STRING.',
  AuthenticationFailed:
    'The storage account does not accept the key or the token: check STORAGE_CONNECTION_STRING, and the clock of this machine.',
  InvalidAuthenticationInfo: otherTenant,
  AccountIsDisabled:
    'The storage account is disabled, as is its whole subscription perhaps: look at both in the portal.',
  ContainerBeingDeleted: `The container is still being deleted. ${wait}`,
  ContainerDisabled: 'The container is disabled: look at it in the portal.',
  LeaseIdMissing: 'Somebody holds a lease on that blob: break it in the portal.',
  ServerBusy: wait,
  OperationTimedOut: wait,
  InternalError: `Blob Storage itself is failing. ${wait} If that lasts, look at https://azure.status.microsoft.`,
  ENOTFOUND: 'There is no such storage account: check STORAGE_ACCOUNT_URL.',
};

const hintsByStatus: Record<number, string> = {
  401: otherTenant,
  429: wait,
};

/** Undefined where nothing more exact is known than the hint of the code `storage`. */
export function storageHint({ statusCode = 0, code = '' }: { statusCode?: number; code?: string }): string | undefined {
  return (Object.hasOwn(hintsByCode, code) ? hintsByCode[code] : undefined) ?? hintsByStatus[statusCode];
}
