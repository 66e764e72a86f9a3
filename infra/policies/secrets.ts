// No secret passes through the deployment: not as a parameter (not even a secure one: azd keeps it, and every deployment would
// overwrite a rotated password), not as a resource, not out of a key, not as an output.

import { type Findings, type Template, textOf } from '../template.ts';

const secretName = /password|passwd|secret|credential|connection_?string|api_?key|access_?key|account_?key|sas|token/i;
const keyCall = /\b(list(Account|Service)?(Keys|Secrets|Sas|ConnectionStrings|Credentials)|getSecret)\(/i;

export function checkSecrets(template: Template, sources: ReadonlyMap<string, string>): Findings {
  return [...template.values()].flatMap(file => {
    const source = sources.get(file.path) ?? '';
    const names = [...file.parameters.map(parameter => parameter.name), ...file.outputs.keys()];
    const values = file.resources.filter(
      ({ type, existing }) => type === 'Microsoft.KeyVault/vaults/secrets' && !existing,
    );
    return [
      ...names.filter(name => secretName.test(name)).map(name => `${file.path}: ${name} is a secret`),
      ...values.map(({ symbol }) => `${file.path}: ${symbol} writes a secret`),
      ...(keyCall.test(source) ? [`${file.path}: reads a key: ${keyCall.exec(source)?.[0]}`] : []),
      ...[...file.outputs]
        .filter(([, value]) => /AccountKey|\.keys\[|ConnectionString|InstrumentationKey/i.test(textOf(value)))
        .map(([name]) => `${file.path}: output ${name} holds a key`),
    ];
  });
}
