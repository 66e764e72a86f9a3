// The alerts ask for events that the code really logs, leave alone what nobody has to act on, and reach somebody.

import { errorTable } from '../../src/errors.ts';
import { noticeBegun, syncFailed, syncSucceeded } from '../../src/log.ts';
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

const logged: readonly string[] = [syncSucceeded, syncFailed, noticeBegun];
const ruleType = 'Microsoft.Insights/scheduledQueryRules';

export function checkAlerts(template: Template): Findings {
  const rules = resourcesOf(template, ruleType);
  const asked = rules.flatMap(rule => eventsIn(queryOf(rule)));
  return [
    ...logged.filter(event => !asked.includes(event)).map(event => `no alert asks for ${event}`),
    ...asked.filter(event => !logged.includes(event)).map(event => `the code logs no ${event}`),
    ...rules.flatMap(checkCodes),
    ...rules.flatMap(checkRule),
    ...rules.flatMap(checkMissedDay),
    ...checkReceiver(template),
  ];
}

export function queryOf({ file, resource }: Placed): string {
  const [criterion] = listAt(file, resource.body, 'properties.criteria.allOf');
  const text = textOf(valueAt(file, criterion, 'query'));
  // One that is put together is read with the variables that it is made of.
  const parts = [...file.variables].filter(([name]) => new RegExp(`\\b${name}\\b`).test(text));
  return [text, ...parts.map(([, part]) => textOf(part))].join('\n');
}

/** The events that a query asks for: `== 'one'`, or `in ('one', 'another')`. */
function eventsIn(query: string): string[] {
  const lists = [...query.matchAll(/, Message\) (?:==|in) (\([^)]*\)|'[^']+')/g)].map(([, list = '']) => list);
  return lists.flatMap(list => [...list.matchAll(/'([^']+)'/g)].map(([, event = '']) => event));
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
  const [criterion] = listAt(file, resource.body, 'properties.criteria.allOf');
  const condition = ['timeAggregation', 'operator', 'threshold'].map(name => textOf(valueAt(file, criterion, name)));
  if (condition.join(' ') !== 'Count GreaterThan 0') findings.push(`${nameOf(rule)}: fires on ${condition.join(' ')}`);
  if (listAt(file, resource.body, 'properties.scopes').map(textOf).join() !== 'workspaceId')
    findings.push(`${nameOf(rule)}: looks at something else than the workspace`);
  // The rule does not see when a table is not there: its validation is off, since a new workspace has none.
  if (!/^AppTraces$/m.test(queryOf(rule))) findings.push(`${nameOf(rule)}: reads no AppTraces`);
  return findings;
}

/** A day without a success, looked at over more than a day, in a service that is older than that. */
function checkMissedDay(rule: Placed): Findings {
  const query = queryOf(rule);
  if (!eventsIn(query).includes(syncSucceeded)) return [];
  const findings: Findings = [];
  const spans = [...query.matchAll(/ago\(([^)]+)\)/g)].map(([, span]) => span);
  if (spans.join() !== '26h,26h') findings.push(`${nameOf(rule)}: looks back ${spans.join()}`);
  if (!/\| where successes == 0 and todatetime\('PROVISIONED_AT'\) < /.test(query))
    findings.push(`${nameOf(rule)}: does not ask for a missing success`);
  if (!query.includes("replace(missedDayQuery, 'PROVISIONED_AT', provisionedAt)"))
    findings.push(`${nameOf(rule)}: does not know when the service was laid`);
  if (valueAt(rule.file, rule.resource.body, 'properties.overrideQueryTimeRange') !== 'P2D')
    findings.push(`${nameOf(rule)}: is not let look back for two days`);
  return findings;
}

function checkReceiver(template: Template): Findings {
  const groups = resourcesOf(template, 'Microsoft.Insights/actionGroups');
  const addresses = groups.flatMap(({ file, resource }) =>
    listAt(file, resource.body, 'properties.emailReceivers').map(receiver =>
      textOf(valueAt(file, receiver, 'emailAddress')),
    ),
  );
  const findings = groups.flatMap(group => {
    const at = (path: string) => valueAt(group.file, group.resource.body, `properties.${path}`);
    const isUsable = at('enabled') === true && textOf(at('groupShortName')).length <= 12;
    return isUsable ? [] : [`${nameOf(group)}: is off, or has a short name of more than 12 characters`];
  });
  if (!addresses.includes('alertEmail')) findings.push('the e-mail address of the alerts is in no action group');
  return findings;
}
