// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

// What is kept and what expires: a wrong overwrite can be undone for a month, raw answers and old versions go, the days of
// history stay for ever.

import assert from 'node:assert/strict';
import { at, type Deployment, deployed, type Json, listAt, type Rule, theOne } from '../template.ts';

const storage = 'modules/data-storage.bicep';
const minimumDays = 7;

/** The rules of the lifecycle that are on and delete something, `baseBlob` or `version`, as the prefixes that they delete. */
function expiring(deployment: Deployment, what: 'baseBlob' | 'version'): string[] {
  const policy = theOne(deployment, 'Microsoft.Storage/storageAccounts/managementPolicies', 'stdata');
  const isActive = (rule: Json) =>
    at(rule, 'enabled') === true && at(rule, `definition.actions.${what}.delete`) !== undefined;
  return listAt(policy, 'properties.policy.rules')
    .filter(isActive)
    .flatMap(rule => {
      const prefixes = listAt(rule, 'definition.filters.prefixMatch').map(String);
      return prefixes.length === 0 ? [''] : prefixes;
    });
}

export const retention: Rule[] = [
  {
    says: 'what is overwritten or deleted can be had back for a week at least',
    holds: deployed(deployment => {
      const blobs = theOne(deployment, 'Microsoft.Storage/storageAccounts/blobServices', 'stdata');
      assert.equal(at(blobs, 'properties.isVersioningEnabled'), true, 'no versions');
      for (const policy of ['deleteRetentionPolicy', 'containerDeleteRetentionPolicy']) {
        assert.equal(at(blobs, `properties.${policy}.enabled`), true, policy);
        assert.ok(Number(at(blobs, `properties.${policy}.days`)) >= minimumDays, policy);
      }
    }),
    faults: {
      'no versions': [storage, 'isVersioningEnabled: true', 'isVersioningEnabled: false', /no versions/],
      'no soft delete of blobs': [
        storage,
        /(deleteRetentionPolicy: \{\n {6})enabled: true/,
        '$1enabled: false',
        /^deleteRetentionPolicy/,
      ],
      'no soft delete of containers': [
        storage,
        /(containerDeleteRetentionPolicy: \{\n {6})enabled: true/,
        '$1enabled: false',
        /^containerDelete/,
      ],
      'a day of soft delete': [storage, 'var retentionDays = 30', 'var retentionDays = 1', /deleteRetentionPolicy/],
    },
  },
  {
    says: 'raw answers expire, and no other blob does',
    holds: deployed(deployment => assert.deepEqual(expiring(deployment, 'baseBlob'), ['stats-private/raw/'])),
    faults: {
      'history that expires': [
        storage,
        "prefixMatch: ['${privateContainer}/raw/']",
        "prefixMatch: ['${privateContainer}/raw/', '${publicContainer}/history/']",
        /stats\/history/,
      ],
      'all that expires': [storage, /\n +prefixMatch: \['.*\n/, '\n', /\+.*''/],
      'raw answers that stay': [storage, "'${privateContainer}/raw/'", "'${privateContainer}/war/'", /war/],
      'a rule that is off': [storage, /(name: 'expire-raw-answers'\n.*\n +)enabled: true/, '$1enabled: false'],
    },
  },
  {
    // Not those of the days: the age of a version is counted from when it was written, not from when it was replaced.
    says: 'old versions expire, but for those of the days',
    holds: deployed(deployment => {
      const prefixes = expiring(deployment, 'version');
      const isExpired = (blob: string) => prefixes.some(prefix => blob.startsWith(prefix));
      for (const blob of ['stats/latest.json', 'stats/history.json', 'stats-private/state.json'])
        assert.ok(isExpired(blob), `the versions of ${blob} stay`);
      assert.ok(!isExpired('stats/history/2026-11-22.json'), 'the versions of the days expire');
    }),
    faults: {
      'versions of days that expire': [
        storage,
        "'${publicContainer}/history.json'",
        "'${publicContainer}/history'",
        /of the days/,
      ],
      'versions of all that expire': [storage, /prefixMatch: \[\n[^\]]*\]/, '', /of the days/],
      'a rule that is off': [storage, /(name: 'expire-old-versions'\n.*\n +)enabled: true/, '$1enabled: false', /stay/],
    },
  },
];
