// The files around the template that azd and the Functions host read: what one names must exist in the other.

import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { settingNames } from '../src/config.ts';

const root = new URL('../', import.meta.url);
const allSettings: readonly string[] = settingNames;
const read = (path: string) => readFile(new URL(path, root), 'utf8');

type Hook = Record<
  'posix' | 'windows',
  { run: string; shell: string; interactive?: boolean; continueOnError?: boolean }
>;
type AzureYaml = {
  name: string;
  metadata: { template: string };
  requiredVersions: { azd: string };
  services: Record<string, { host: string; dist: string; remoteBuild: boolean }>;
  hooks: Record<'postprovision' | 'postdeploy', Hook | Hook[]>;
};

describe('main.parameters.json', () => {
  it('takes each value from the environment and holds none itself', async () => {
    const { parameters } = JSON.parse(await read('infra/main.parameters.json'));
    for (const [name, { value }] of Object.entries<{ value: unknown }>(parameters)) {
      // An owner's own: only settings of the service, so neither a secret nor a time zone of the platform.
      if (name === 'extraSettings')
        for (const key of Object.keys(Object(value))) assert.ok(allSettings.includes(key), key);
      else assert.match(String(value), /^\$\{[A-Z_]+\}$/, name);
    }
  });

  it('takes no value from the environment that the documents do not explain, but what azd knows itself', async () => {
    const taken = (await read('infra/main.parameters.json')).match(/(?<=\$\{)[A-Z_]+/g) ?? [];
    const documents = (await read('README.md')) + (await read('docs/operations.md'));
    const explained: string[] = documents.match(/(?<=^\| `|azd env set )[A-Z_]{3,}/gm) ?? [];
    const ofAzd = ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'AZURE_PRINCIPAL_ID', 'AZURE_PRINCIPAL_TYPE'];
    assert.ok(taken.length > ofAzd.length);
    assert.deepEqual(
      taken.filter(name => !explained.includes(name) && !ofAzd.includes(name)),
      [],
    );
  });
});

describe('azure.yaml', () => {
  it('deploys dist/ as it is', async () => {
    const { services } = parse(await read('azure.yaml')) as AzureYaml;
    for (const service of Object.values(services))
      assert.deepEqual(service, { ...service, host: 'function', dist: 'dist', remoteBuild: false });
  });

  it('asks for an azd that heeds remoteBuild, finds the id of a guest and shows what the hooks print, as the documents do', async () => {
    const { requiredVersions } = parse(await read('azure.yaml')) as AzureYaml;
    const [, minor = '', patch = ''] = /^>= 1\.(\d+)\.(\d+)$/.exec(requiredVersions.azd) ?? [];
    assert.ok(Number(minor) * 1_000 + Number(patch) >= 25_006, requiredVersions.azd);
    for (const path of ['README.md', 'docs/operations.md'])
      assert.ok((await read(path)).includes(`1.${minor}.${patch} or newer`), path);
  });

  it('says which template and version a folder made by azd init began from', async () => {
    const { name, metadata } = parse(await read('azure.yaml')) as AzureYaml;
    const manifest = JSON.parse(await read('package.json'));
    assert.deepEqual([name, metadata.template], [manifest.name, `${manifest.name}@${manifest.version}`]);
  });

  it('has nothing that azd init must add: it writes .azure into a .gitignore that has no such line', async () => {
    assert.ok((await read('.gitignore')).split('\n').includes('.azure'));
  });

  it('calls hooks that exist and fail no deployment, each in both shells', async () => {
    const { hooks } = parse(await read('azure.yaml')) as AzureYaml;
    for (const { posix, windows } of Object.values(hooks).flat()) {
      assert.deepEqual([posix.continueOnError, windows.continueOnError], [true, true]);
      assert.deepEqual([posix.shell, windows.shell], ['sh', 'pwsh']);
      const names = [posix, windows].map(({ run }) => /infra\/scripts\/([\w-]+)\.(sh|ps1)/.exec(run) ?? []);
      assert.deepEqual(
        names.flatMap(([, name, kind]) => [name, kind]),
        [names[0]?.[1], 'sh', names[0]?.[1], 'ps1'],
      );
      for (const [path = 'no script'] of names) await access(new URL(path, root));
    }
  });

  it('asks for the credentials on a terminal, then waits for the roles, and sets the second clock after an upload too', async () => {
    const { hooks } = parse(await read('azure.yaml')) as AzureYaml;
    const runs = (hook: Hook | Hook[]) =>
      [hook].flat().map(({ posix, windows }) => [posix.run.trim(), windows.run.trim()]);
    assert.deepEqual(runs(hooks.postprovision), [
      ['bash infra/scripts/set-credentials.sh --from-azd', './infra/scripts/set-credentials.ps1 -FromAzd'],
      ['bash infra/scripts/after-azd.sh provision', './infra/scripts/after-azd.ps1 provision'],
    ]);
    assert.deepEqual(runs(hooks.postdeploy), [
      ['bash infra/scripts/after-azd.sh deploy', './infra/scripts/after-azd.ps1 deploy'],
    ]);
    // azd gives a hook its terminal only where that is asked for; azd up still draws when the upload is over.
    const terminals = [hooks.postprovision, hooks.postdeploy].flat(2).map(({ posix }) => posix.interactive === true);
    assert.deepEqual(terminals, [true, true, false]);
  });

  it('is not contradicted by .funcignore: azd refuses an ignored node_modules without a remote build', async () => {
    const lines = (await read('.funcignore')).split('\n').filter(line => line !== '' && !line.startsWith('#'));
    assert.ok(lines.includes('local.settings.json'));
    for (const line of lines) assert.doesNotMatch(line, /node_modules|^\*$|\.mjs|host\.json|package\.json|^dist/, line);
  });
});

describe('host.json', () => {
  it('asks for no extension bundle: http and timer are of the host itself, which answers nothing while a bundle is away', async () => {
    const { extensionBundle } = JSON.parse(await read('host.json'));
    assert.equal(extensionBundle, undefined);
  });

  it('keeps traces and exceptions out of sampling, so that no alert misses a line', async () => {
    const { logging } = JSON.parse(await read('host.json'));
    const excluded = logging.applicationInsights.samplingSettings.excludedTypes.split(';');
    assert.ok(excluded.includes('Trace') && excluded.includes('Exception'), excluded.join());
  });

  it('lets the lines of the sync through at the level that they are logged at', async () => {
    const { logging } = JSON.parse(await read('host.json'));
    const levels: Record<string, string> = logging.logLevel;
    for (const category of ['Function.sync.User', 'Function.sync-now.User']) {
      const rules = Object.keys(levels).filter(prefix => category.startsWith(prefix));
      const rule = rules.sort((one, other) => other.length - one.length)[0] ?? 'default';
      assert.match(levels[rule] ?? 'Information', /^(Trace|Debug|Information)$/, `${category} by ${rule}`);
    }
  });
});
