// The second clock: a rule that calls the function sync-now while the timer gives no tick, by an action group whose receiver, with
// the function's key, only the hooks of azure.yaml write.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { at, deployed, inAzure, least, type Rule, theOne } from '../template.ts';
import { groupOf, queryOf, ruleType } from './alerts.ts';

const file = 'alerts';

export const secondClock: Rule[] = [
  {
    says: 'a timer without a tick in 90 minutes is told at each look, so that the second clock goes on',
    holds: deployed(deployment => {
      const rule = theOne(deployment, ruleType, 'stopped-timer-');
      const query = queryOf(rule);
      assert.match(query, /\| where TimeGenerated > ago\(90m\)\n\| where Name == 'sync'\n/);
      assert.match(query, /\| summarize ticks = count\(\)\n\| where ticks == 0\n/);
      assert.equal(at(rule, 'properties.windowSize'), 'PT2H');
      assert.equal(at(rule, 'properties.autoMitigate'), false);
      assert.equal(at(rule, 'properties.muteActionsDuration'), undefined);
    }),
    faults: {
      'the opposite': [file, 'ticks == 0', 'ticks > 0', /ticks/],
      'another function': [file, /Name == 'sync'$/m, "Name == 'sync-now'", /sync/],
      'a tick too late': [file, 'ago(90m)', 'ago(10m)', /90m/],
      'a short view': [file, "windowSize: 'PT2H'", "windowSize: 'PT1H'", /PT2H/],
      'resolved after the first': [file, /autoMitigate: false(\n +criteria)/, 'autoMitigate: true$1', /true/],
      'muted after the first': [
        file,
        /autoMitigate: false(\n +criteria)/,
        "autoMitigate: false\n    muteActionsDuration: 'PT6H'$1",
        /PT6H/,
      ],
    },
  },
  {
    says: 'the action group of the second clock is made once, without a receiver: sending it again would drop the one with the key',
    holds: async template => {
      const groups = [...(await template.compile()).values()].flatMap(({ resources }) =>
        resources.filter(({ type }) => type === 'Microsoft.Insights/actionGroups'),
      );
      assert.equal(groups.length, 2);
      for (const group of groups) {
        const isClock = String(group.name).includes('ag-clock-');
        assert.equal(at(group, '@options.onlyIfNotExists') !== undefined, isClock, String(group.name));
        const receivers = Object.keys(Object(group.properties)).filter(name => name.endsWith('Receivers'));
        assert.deepEqual(receivers, isClock ? [] : ['emailReceivers']);
      }
      const deployment = await template.evaluate(least);
      assert.equal(inAzure(deployment.outputs.SECOND_CLOCK_NAME), groupOf(deployment, 'ag-clock-').name);
    },
    faults: {
      'one that is sent each time': [file, '@onlyIfNotExists()\n', '', /ag-clock/],
      'one of the owner that is never sent again': [
        file,
        'resource owner',
        '@onlyIfNotExists()\nresource owner',
        /ag-/,
      ],
      'a receiver in the template': [
        file,
        "    groupShortName: 'stats clock'\n",
        "    groupShortName: 'stats clock'\n    azureFunctionReceivers: []\n",
        /azureFunctionReceivers/,
      ],
      'another name for the hook': ['main', 'alerts.outputs.secondClockName', "'ag-clock'", /ag-clock/],
    },
  },
  {
    says: 'the hooks give that group back as it is, with the receiver',
    holds: deployed(async deployment => {
      const { location, tags, properties } = groupOf(deployment, 'ag-clock-');
      assert.deepEqual(Object.keys(Object(tags)), ['azd-env-name']);
      const { groupShortName, enabled, ...others } = Object(properties);
      assert.deepEqual(others, {});
      for (const script of ['after-azd.sh', 'after-azd.ps1']) {
        const text = (await readFile(new URL(`../scripts/${script}`, import.meta.url), 'utf8')).replaceAll('\\"', '"');
        for (const [name, value] of Object.entries({ location, groupShortName, enabled }))
          assert.match(text, new RegExp(`\\b${name}\\b"? *[:=] *["'$]?${value}\\b`), `${script}: ${name} ${value}`);
      }
    }),
    faults: {
      'another short name': [file, "'stats clock'", "'clock'", /after-azd\.sh: groupShortName clock/],
      'a tag more': [
        file,
        /tags: tags(\n {2}properties: \{\n {4}enabled: true\n {4}groupShortName: 'stats clock')/,
        "tags: union(tags, { more: 'yes' })$1",
        /more/,
      ],
    },
  },
];
