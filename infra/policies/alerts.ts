// The alerts ask for events that the code really logs, leave alone what nobody has to act on, and reach somebody.

import { errorTable } from '../../src/errors.ts';
import { syncFailed, syncSucceeded } from '../../src/log.ts';
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

const ruleType = 'Microsoft.Insights/scheduledQueryRules';

export function checkAlerts(template: Template): Findings {
  const rules = resourcesOf(template, ruleType);
  const asked = rules.flatMap(rule => eventsIn(queryOf(rule)));
  return [
    ...[syncSucceeded, syncFailed].filter(event => !asked.includes(event)).map(event => `no alert asks for ${event}`),
    ...asked.filter(event => event !== syncSucceeded && event !== syncFailed).map(event => `the code logs no ${event}`),
    ...rules.flatMap(checkCodes),
    ...rules.flatMap(checkRule),
    ...checkReceiver(template),
  ];
}

export function queryOf({ file, resource }: Placed): string {
  const [criterion] = listAt(file, resource.body, 'properties.criteria.allOf');
  return textOf(valueAt(file, criterion, 'query'));
}

function eventsIn(query: string): string[] {
  return [...query.matchAll(/, Message\) == '([^']+)'/g)].map(([, event = '']) => event);
}

/** The codes that a query leaves out are those that the error table leaves to nobody. */
function checkCodes(rule: Placed): Findings {
  const query = queryOf(rule);
  if (!eventsIn(query).includes(syncFailed)) return [];
  const left = [...query.matchAll(/code != '([^']+)'/g)].map(([, code]) => code);
  const nobodys = Object.entries(errorTable).filter(([, { actor }]) => actor === 'nobody');
  const expected = nobodys.map(([code]) => code);
  return left.join() === expected.join()
    ? []
    : [`${nameOf(rule)}: leaves out ${left.join() || 'nothing'}, not ${expected.join()}`];
}

function checkRule(rule: Placed): Findings {
  const { file, resource } = rule;
  const at = (path: string) => valueAt(file, resource.body, `properties.${path}`);
  const findings: Findings = [];
  if (at('enabled') !== true) findings.push(`${nameOf(rule)}: is off`);
  if (listAt(file, resource.body, 'properties.actions.actionGroups').length === 0)
    findings.push(`${nameOf(rule)}: tells nobody`);
  if (at('autoMitigate') !== false && at('muteActionsDuration') !== undefined)
    findings.push(`${nameOf(rule)}: Azure refuses autoMitigate together with muteActionsDuration`);
  return findings;
}

function checkReceiver(template: Template): Findings {
  const groups = resourcesOf(template, 'Microsoft.Insights/actionGroups');
  const addresses = groups.flatMap(({ file, resource }) =>
    listAt(file, resource.body, 'properties.emailReceivers').map(receiver =>
      textOf(valueAt(file, receiver, 'emailAddress')),
    ),
  );
  return addresses.includes('alertEmail') ? [] : ['the e-mail address of the alerts is in no action group'];
}
