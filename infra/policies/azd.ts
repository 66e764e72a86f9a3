// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

// What azd, its hooks and the documents take from the template, and give it.

import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { at, type Compiled, compiled, deployed, least, most, type Rule, theOne } from '../template.ts';

const root = new URL('../../', import.meta.url);

const read = (path: string) => readFile(new URL(path, root), 'utf8');

/** The files of parameters that azd fills in, and what it fills in: `SYNC_TIME` by `syncTime`. */
async function readGiven(): Promise<Map<string, string>> {
  const { parameters } = JSON.parse(await read('infra/main.parameters.json'));
  return new Map(Object.keys(parameters).map(name => [name, String(parameters[name].value).slice(2, -1)]));
}

function mainOf(files: ReadonlyMap<string, Compiled>) {
  const { parameters = {}, outputs = {} } = files.get('main') ?? {};
  return { parameters, outputs };
}

export const azd: Rule[] = [
  {
    says: 'main.parameters.json has exactly the parameters, and so has the evaluation with the most of them',
    holds: compiled(async files => {
      const names = Object.keys(mainOf(files).parameters).sort();
      assert.deepEqual([...(await readGiven()).keys()].sort(), names);
      assert.deepEqual(Object.keys(most).sort(), names);
    }),
    faults: {
      'a parameter more': ['main', 'var tags', "param more string = ''\nvar tags", /more/],
      'a parameter under another name': ['main', /\bgithubSubject\b/g, 'trusted', /trusted/],
    },
  },
  {
    says: 'each parameter says what it is for, and those that azd asks for are the least',
    holds: compiled(files => {
      const { parameters } = mainOf(files);
      for (const [name, parameter] of Object.entries(parameters))
        assert.ok(at(parameter, 'metadata.description'), `${name} has no description`);
      const asked = Object.keys(parameters).filter(name => at(parameters[name], 'defaultValue') === undefined);
      assert.deepEqual(asked.sort(), Object.keys(least).sort());
    }),
    faults: {
      'no description': ['main', /@description\('Local time[^\n]*\n/, '', /syncTime has no description/],
      'a time without a default': ['main', "syncTime string = '08:00'", 'syncTime string', /syncTime/],
    },
  },
  {
    says: 'no output comes back as a parameter of another value: azd keeps both under their name',
    holds: compiled(async files => {
      const { outputs } = mainOf(files);
      for (const [name, variable] of await readGiven())
        assert.equal(at(outputs[variable], 'value') ?? `[parameters('${name}')]`, `[parameters('${name}')]`);
    }),
    faults: {
      'a time with its zone': ['main', 'string = syncTime\n', "string = '${syncTime} ${syncTimeZone}'\n", /syncTime/],
    },
  },
  {
    says: 'documents, scripts and workflows get outputs from azd, and what azd knows without the template',
    holds: compiled(async files => {
      const outputs = Object.keys(mainOf(files).outputs);
      const names = new Set<string>();
      for await (const path of glob(['README.md', 'docs/*.md', 'infra/scripts/*.{sh,ps1}', '.github/workflows/*'], {
        cwd: fileURLToPath(root),
      }))
        for (const [, name = ''] of (await read(path)).matchAll(/azd env get-value ([A-Z_]+)/g)) names.add(name);
      assert.ok(names.size > 5, 'the documents read values');
      assert.deepEqual(
        [...names].filter(name => !outputs.includes(name) && name !== 'AZURE_SUBSCRIPTION_ID'),
        [],
      );
    }),
    faults: {
      'the page under another name': ['main', 'output PUBLIC_URL', 'output URL', /PUBLIC_URL/],
      'the vault under another name': ['main', 'output AZURE_KEY_VAULT_NAME', 'output VAULT', /AZURE_KEY_VAULT_NAME/],
    },
  },
  {
    says: 'the resource that azd deploys dist/ to is the function app',
    holds: deployed(async deployment => {
      const { services } = parse(await read('azure.yaml'));
      assert.deepEqual([at(theOne(deployment, 'Microsoft.Web/sites'), 'tags.azd-service-name')], Object.keys(services));
    }),
    faults: { 'another tag': ['function-app', "'azd-service-name': 'api'", "'azd-service-name': 'app'"] },
  },
  {
    says: 'everything is tagged with the name of the environment, by which azd finds it',
    holds: deployed(({ given, resources }) => {
      for (const { name, tags, location } of resources)
        if (location !== undefined) assert.equal(at(tags, 'azd-env-name'), given.environmentName, name);
    }),
    faults: { 'no tag': ['vault', '  tags: tags\n', '', /kv-/] },
  },
];
