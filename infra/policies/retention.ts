// What is kept and what expires: a wrong overwrite can be undone for a month, raw answers and old versions go, the days of
// history stay for ever.

import type { BicepValue } from '../bicep-tree.ts';
import {
  type Findings,
  listAt,
  nameOf,
  type Placed,
  resourcesOf,
  type Template,
  textOf,
  valueAt,
} from '../template.ts';

const minimumDays = 7;

export function checkRetention(template: Template): Findings {
  const policies = resourcesOf(template, 'Microsoft.Storage/storageAccounts/managementPolicies');
  const rules = policies.flatMap(place => listAt(place.file, place.resource.body, 'properties.policy.rules'));
  const [place] = policies;
  if (!place) return ['no lifecycle policy: raw answers and old versions pile up'];
  return [...checkUndo(template, place), ...checkExpiry(place, rules)];
}

/** Versions and soft delete on the account that the lifecycle is about. */
function checkUndo(template: Template, { file }: Placed): Findings {
  const services = resourcesOf(template, 'Microsoft.Storage/storageAccounts/blobServices').filter(
    place => place.file === file,
  );
  if (services.length === 0) return [`${file.path}: the data account has no blob service settings`];
  return services.flatMap(place => {
    const { body } = place.resource;
    const findings: Findings = [];
    if (valueAt(file, body, 'properties.isVersioningEnabled') !== true) findings.push(`${nameOf(place)}: no versions`);
    for (const policy of ['deleteRetentionPolicy', 'containerDeleteRetentionPolicy']) {
      const days = valueAt(file, body, `properties.${policy}.days`);
      const isOn = valueAt(file, body, `properties.${policy}.enabled`) === true;
      if (!isOn || typeof days !== 'number' || days < minimumDays) findings.push(`${nameOf(place)}: ${policy} is off`);
    }
    return findings;
  });
}

function checkExpiry({ file }: Placed, rules: readonly BicepValue[]): Findings {
  const findings: Findings = [];
  const enabled = rules.filter(rule => valueAt(file, rule, 'enabled') === true);
  const expiring = enabled.filter(rule => valueAt(file, rule, 'definition.actions.baseBlob.delete') !== undefined);
  const prefixes = expiring.flatMap(rule => {
    const listed = listAt(file, rule, 'definition.filters.prefixMatch').map(textOf);
    return listed.length === 0 ? [''] : listed;
  });
  if (!prefixes.some(prefix => prefix.endsWith("/raw/'"))) findings.push(`${file.path}: raw answers never expire`);
  for (const prefix of prefixes.filter(prefix => !prefix.endsWith("/raw/'")))
    findings.push(`${file.path}: expires more than raw answers: ${prefix || 'every blob'}`);
  if (!enabled.some(rule => valueAt(file, rule, 'definition.actions.version.delete') !== undefined))
    findings.push(`${file.path}: old versions never expire`);
  for (const rule of enabled.filter(rule => valueAt(file, rule, 'definition.actions.version') !== undefined)) {
    const covered = listAt(file, rule, 'definition.filters.prefixMatch').map(textOf);
    if (
      covered.length === 0 ||
      covered.some(prefix => /\/('|history\/)/.test(prefix) && !prefix.includes('{privateContainer}'))
    )
      findings.push(`${file.path}: the versions of the days expire`);
  }
  return findings;
}
