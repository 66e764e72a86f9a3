// Starts everything that the service talks to: doubles of Peloton and Key Vault, and Azurite for Blob Storage. All run in
// this process, so that nothing is left behind when it ends. Secrets stay in memory; the folder `dataDir` holds blobs,
// never a secret. With an account the token of the vault is in a file of its own while the sandbox runs.

import { randomBytes } from 'node:crypto';
import { writeRunToken } from '../src/azure/loopback.ts';
import { type Azurite, startAzurite } from './azurite.ts';
import type { Account } from './peloton/world.ts';
import { type PelotonDouble, startPelotonDouble } from './peloton.ts';
import { startVaultDouble, type VaultDouble } from './vault.ts';

export type SandboxOptions = {
  /** The name of a member of the double; by default the double's own default. */
  member?: string | undefined;
  /** An account at the real Peloton. With it there is no double of Peloton. */
  account?: Account | undefined;
  /** The folder for the blobs; without it they are kept in memory. */
  dataDir?: string | undefined;
  /** Called when a server is up. */
  onStarted?: (name: keyof typeof preferredPorts, url: string) => void;
};

export type Sandbox = {
  vault: VaultDouble;
  azurite: Azurite;
  /** The double; undefined with an account. */
  peloton: PelotonDouble | undefined;
  /** The settings that lead the app to these servers; undefined removes a setting. */
  settings: Record<string, string | undefined>;
  close(): Promise<void>;
};

/** The ports that local.settings.json.example names. Where one is in use, any free port takes its place. */
export const preferredPorts = { vault: 7072, peloton: 7073, blobs: 10_000 };

/** Starts all servers at once. When one cannot start, the others are closed. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const started: { close(): Promise<void> }[] = [];
  const keep: Keep = async starting => {
    const server = await starting;
    started.push(server);
    return server;
  };
  const close = async () => {
    await Promise.all(started.splice(0).map(server => server.close()));
  };
  const starting = [startVault(options, keep), keep(startBlobs(options)), startPeloton(options, keep)] as const;
  try {
    const [vault, azurite, peloton] = await Promise.all(starting);
    const { username, password } = options.account ?? peloton?.credentials ?? { username: '', password: '' };
    vault.secrets.set('peloton-username', username);
    vault.secrets.set('peloton-password', password);
    return { vault, azurite, peloton, settings: settingsFor(vault, azurite, peloton), close };
  } catch (error) {
    await Promise.allSettled(starting);
    await close();
    throw error;
  }
}

type Keep = <Server extends { close(): Promise<void> }>(starting: Promise<Server>) => Promise<Server>;

/** With an account the vault holds a real password, and lets in whoever can read the token of this run alone. */
async function startVault({ account, onStarted }: SandboxOptions, keep: Keep): Promise<VaultDouble> {
  const token = account && randomBytes(32).toString('hex');
  const vault = await keep(startVaultDouble({ port: preferredPorts.vault, orAnyPort: true, token }));
  if (token) await keep(writeRunToken(vault.url, token));
  onStarted?.('vault', vault.url);
  return vault;
}

async function startBlobs({ dataDir, onStarted }: SandboxOptions): Promise<Azurite> {
  const azurite = await startAzurite({ port: preferredPorts.blobs, orAnyPort: true, ...(dataDir && { dataDir }) });
  onStarted?.('blobs', azurite.url);
  return azurite;
}

async function startPeloton({ account, member, onStarted }: SandboxOptions, keep: Keep) {
  if (account) return undefined;
  const where = { port: preferredPorts.peloton, orAnyPort: true };
  const peloton = await keep(startPelotonDouble({ ...where, ...(member && { member }) }));
  onStarted?.('peloton', peloton.apiUrl);
  return peloton;
}

function settingsFor(vault: VaultDouble, azurite: Azurite, peloton: PelotonDouble | undefined): Sandbox['settings'] {
  return {
    KEY_VAULT_URL: vault.url,
    STORAGE_CONNECTION_STRING: azurite.connectionString,
    // A developer's shell may hold these two, and they would lead the app to Azure.
    STORAGE_ACCOUNT_URL: undefined,
    IDENTITY_ENDPOINT: undefined,
    // A browser that signs in ends at a page of the double, which says what to copy.
    ...(peloton && {
      PELOTON_API_URL: peloton.apiUrl,
      PELOTON_AUTH_URL: peloton.authUrl,
      PELOTON_REDIRECT_URI: `${peloton.authUrl}/callback`,
    }),
  };
}
