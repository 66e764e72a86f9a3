// The settings of a command: those of the environment over those of local.settings.json in the working folder.
// The file usually names the sandbox, so its settings that name this machine are dropped where the environment names a vault
// in Azure: the credentials of that vault must never go to a double.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { isLoopback, type Settings } from '../config.ts';
import { StatsError } from '../errors.ts';
import { tryParseJson } from '../stats/json.ts';

const fileName = 'local.settings.json';

/** The file as Core Tools reads it: a flat object, whose numbers and truth values count as their text. */
const localSettings = z.object({
  IsEncrypted: z.boolean().optional(),
  Values: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String), 'must hold the settings')
    .default({}),
});

function fault(what: string, hint: string): StatsError {
  return new StatsError('config', `${fileName} ${what}.`, { hint });
}

async function readFileValues(folder: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(join(folder, fileName), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw fault(`cannot be read (${code})`, 'Make it a file that you may read.');
  }
  const values = tryParseJson(text.replace(/^\uFEFF/, ''));
  if (values === undefined) throw fault('is not JSON', `Mend it, or copy ${fileName}.example over it.`);
  const result = localSettings.safeParse(values);
  if (!result.success) {
    const places = result.error.issues.map(({ path }) => path.join('.') || 'the whole');
    throw fault(`is malformed at ${places.join(', ')}`, `${fileName}.example shows its form.`);
  }
  if (result.data.IsEncrypted) throw fault('is encrypted', 'Run `func settings decrypt`.');
  return result.data.Values;
}

function namesThisMachine(value: string | undefined): boolean {
  if (!value) return false;
  if (/UseDevelopmentStorage=true|BlobEndpoint=http:/i.test(value)) return true;
  return URL.canParse(value) && isLoopback(value);
}

const storeNames = ['STORAGE_ACCOUNT_URL', 'STORAGE_CONNECTION_STRING'];

/** True for a setting of the file that counts beside the environment: no other store, and nothing local beside a vault in Azure. */
function isKept([name, value]: [string, string | undefined], given: Settings): boolean {
  if (storeNames.includes(name) && storeNames.some(store => given[store])) return false;
  const isAzure = given.KEY_VAULT_URL !== undefined && !namesThisMachine(given.KEY_VAULT_URL);
  return !(isAzure && namesThisMachine(value));
}

/**
 * An empty setting of the environment counts as unset; a missing file has no settings.
 * @throws StatsError `config` for a file that cannot be read. No value is part of the message.
 */
export async function readSettings(environment: Settings, folder: string): Promise<Settings> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const values = Object.entries(await readFileValues(folder));
  return { ...Object.fromEntries(values.filter(setting => isKept(setting, given))), ...given };
}
