// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

// What is kept and what expires: a wrong overwrite can be undone for a month, raw answers and old versions go, the days of
// history stay for ever.

import assert from 'node:assert/strict';
import { at, type Deployment, deployed, listAt, type Rule, theOne } from '../template.ts';

const file = 'data-storage';
const minimumDays = 7;

/** The prefixes of which the lifecycle deletes blobs, or versions. */
function expiring(deployment: Deployment, what: 'baseBlob' | 'version'): string[] {
  const policy = theOne(deployment, 'Microsoft.Storage/storageAccounts/managementPolicies', 'stdata');
  const active = listAt(policy, 'properties.policy.rules').filter(rule => at(rule, 'enabled') === true);
  const deleting = active.filter(rule => at(rule, `definition.actions.${what}.delete`) !== undefined);
  return deleting.flatMap(rule => {
    const prefixes = listAt(rule, 'definition.filters.prefixMatch').map(String);
    return prefixes.length === 0 ? [''] : prefixes;
  });
}

export const retention: Rule[] = [
  {
    says: 'an overwritten or deleted blob can be had back for a week at least',
    holds: deployed(deployment => {
      const blobs = theOne(deployment, 'Microsoft.Storage/storageAccounts/blobServices', 'stdata');
      assert.equal(at(blobs, 'properties.isVersioningEnabled'), true, 'no versions');
      for (const policy of ['deleteRetentionPolicy', 'containerDeleteRetentionPolicy']) {
        assert.equal(at(blobs, `properties.${policy}.enabled`), true, policy);
        assert.ok(Number(at(blobs, `properties.${policy}.days`)) >= minimumDays, policy);
      }
    }),
    faults: {
      'no versions': [file, 'isVersioningEnabled: true', 'isVersioningEnabled: false', /no versions/],
      'no soft delete of blobs': [file, /( deleteRetention\w+: \{\n +enabled:) true/, '$1 false', /^deleteRetention/],
      'no soft delete of containers': [file, /(rDeleteRetention\w+: \{\n +enabled:) true/, '$1 false', /^container/],
      'a day of soft delete': [file, 'var retentionDays = 30', 'var retentionDays = 1', /^deleteRetention/],
    },
  },
  {
    says: 'raw answers expire, and no other blob does',
    holds: deployed(deployment => assert.deepEqual(expiring(deployment, 'baseBlob'), ['stats-private/raw/'])),
    faults: {
      'history that expires': [file, "/raw/']", "/raw/', '${publicContainer}/history/']", /\+.*stats\/history/],
      'all that expires': [file, /\n +prefixMatch: \['.*\n/, '\n', /\+.*''/],
      'raw answers that stay': [file, "{privateContainer}/raw/'", "{privateContainer}/war/'", /-.*raw/],
      'a rule that is off': [file, /(name: 'expire-raw-answers'\n.*\n +enabled:) true/, '$1 false', /-.*raw/],
    },
  },
  {
    // The age of a version is counted from when it was written, not from when it was replaced.
    says: 'old versions expire, but for those of the days',
    holds: deployed(deployment => {
      const prefixes = expiring(deployment, 'version');
      const isExpired = (blob: string) => prefixes.some(prefix => blob.startsWith(prefix));
      for (const blob of ['stats/latest.json', 'stats/history.json', 'stats-private/state.json'])
        assert.ok(isExpired(blob), `the versions of ${blob} stay`);
      assert.ok(!isExpired('stats/history/2026-11-22.json'), 'the versions of the days expire');
    }),
    faults: {
      'versions of days that expire': [file, "Container}/history.json'", "Container}/history'", /of the days/],
      'versions of all that expire': [file, /prefixMatch: \[\n[^\]]*\]/, '', /of the days/],
      'a rule that is off': [file, /(name: 'expire-old-versions'\n.*\n +enabled:) true/, '$1 false', /stay/],
    },
  },
];
