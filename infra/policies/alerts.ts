// The alerts ask for events that the code really logs, leave alone what nobody has to act on, and reach somebody.

import assert from 'node:assert/strict';
import { errorTable } from '../../src/errors.ts';
import { createLog, noticeBegun, syncFailed, syncSucceeded } from '../../src/log.ts';
import {
  at,
  type Deployment,
  deployed,
  inAzure,
  listAt,
  ofType,
  type Resource,
  type Rule,
  theOne,
} from '../template.ts';

const file = 'alerts';

const rulesOf = (deployment: Deployment) => ofType(deployment, 'Microsoft.Insights/scheduledQueryRules');

function criterionOf(rule: Resource) {
  const [criterion, ...others] = listAt(rule, 'properties.criteria.allOf');
  assert.ok(criterion !== undefined && others.length === 0, rule.name);
  return criterion;
}

function queryOf(rule: Resource): string {
  const query = String(inAzure(at(criterionOf(rule), 'query')));
  assert.doesNotMatch(query, /^\[/, `${rule.name}: only Azure could tell the query`);
  return query;
}

/** The events that a query asks for: `== 'one'`, or `in ('one', 'another')`. */
function eventsIn(query: string): string[] {
  const lists = [...query.matchAll(/, Message\) (?:==|in) (\([^)]*\)|'[^']+')/g)].map(([, list = '']) => list);
  return lists.flatMap(list => [...list.matchAll(/'([^']+)'/g)].map(([, event = '']) => event));
}

/** The rule that asks for an event. */
function ruleFor(deployment: Deployment, event: string): Resource {
  const rule = rulesOf(deployment).find(one => eventsIn(queryOf(one)).includes(event));
  assert.ok(rule, `no alert asks for ${event}`);
  return rule;
}

/** The regular expressions by which queries read a line. RE2, which KQL uses, and JavaScript agree on all that is in them. */
function extractsOf(deployment: Deployment, field: string): RegExp[] {
  const queries = rulesOf(deployment).map(queryOf).join('\n');
  const written = [...queries.matchAll(/extract\(@'([^']+)', 1, Message\)/g)].map(([, source = '']) => source);
  return written.filter(source => source.startsWith(`"${field}`)).map(source => new RegExp(source));
}

const wrappings: readonly ((line: string) => string)[] = [
  line => line,
  line => `[sync] ${line} [1]`,
  line => JSON.stringify({ message: line }),
  line => JSON.stringify(JSON.parse(line), null, 1),
];

/** A line as the code logs it, in each way that a platform may wrap it. */
function logLines(event: string, fields: Record<string, string | number>): string[] {
  const lines: string[] = [];
  createLog((_level, line) => lines.push(line))('info', event, fields);
  return wrappings.map(wrap => wrap(lines.join('\n')));
}

export const alerts: Rule[] = [
  {
    says: 'the events that they ask for are those that the code logs',
    holds: deployed(deployment => {
      const asked = rulesOf(deployment).flatMap(rule => eventsIn(queryOf(rule)));
      assert.deepEqual([...new Set(asked)].sort(), [noticeBegun, syncFailed, syncSucceeded].sort());
    }),
    faults: {
      'a renamed success': [file, "'sync.succeeded'", "'sync.success'", /sync\.success'/],
      'a renamed failure': [file, "'sync.failed'", "'sync.failure'", /sync\.failure/],
      'a renamed notice': [file, ", 'notice')", ", 'note')", /note'/],
    },
  },
  {
    says: 'they find event and code in a line as the code logs it, however the platform wraps it',
    holds: deployed(deployment => {
      const [events, codes] = [extractsOf(deployment, 'event'), extractsOf(deployment, 'code')];
      assert.equal(events.length, rulesOf(deployment).length, 'one for the event in each query');
      assert.ok(codes.length > 0, 'one for the code');
      for (const name of [syncSucceeded, syncFailed, noticeBegun])
        for (const line of logLines(name, { duration_ms: 12, code: 'upstream-unavailable', hint: 'code "x"' })) {
          for (const extract of events) assert.equal(extract.exec(line)?.[1], name, line);
          for (const extract of codes) assert.equal(extract.exec(line)?.[1], 'upstream-unavailable', line);
        }
      const [misleading = ''] = logLines('vault.read', { hint: 'report the log event sync.failed' });
      for (const extract of events) assert.equal(extract.exec(misleading)?.[1], 'vault.read');
    }),
    faults: {
      'no word of escapes': [file, /\(@'"event\\\\\?"/, '(@\'"event"'],
      'a code without hyphens': [file, '([a-z-]+)', '([a-z]+)'],
      'any word that is an event': [file, /"event\\\\\?"\\s\*:/, 'event'],
    },
  },
  {
    says: 'they leave out the codes that nobody has to act on, and no other',
    holds: deployed(deployment => {
      const query = queryOf(ruleFor(deployment, syncFailed));
      const leftOut = [...query.matchAll(/code != '([^']+)'/g)].map(([, code]) => code);
      const nobodys = Object.entries(errorTable).filter(([, { actor }]) => actor === 'nobody');
      assert.deepEqual(
        leftOut,
        nobodys.map(([code]) => code),
      );
    }),
    faults: {
      'an unknown code': [file, "'upstream-unavailable'", "'unavailable'", /unavailable/],
      'no code': [file, /\| where code != .*\n/, '', /upstream-unavailable/],
    },
  },
  {
    says: 'each is on, looks at the traces of the workspace, fires on any row, and tells the owner',
    holds: deployed(deployment => {
      const group = theOne(deployment, 'Microsoft.Insights/actionGroups').id;
      const workspace = theOne(deployment, 'Microsoft.OperationalInsights/workspaces').id;
      for (const rule of rulesOf(deployment)) {
        const criterion = criterionOf(rule);
        assert.equal(at(rule, 'properties.enabled'), true, rule.name);
        assert.deepEqual(listAt(rule, 'properties.scopes'), [workspace], rule.name);
        assert.deepEqual(listAt(rule, 'properties.actions.actionGroups'), [group], rule.name);
        const fires = ['timeAggregation', 'operator', 'threshold'].map(name => at(criterion, name));
        assert.deepEqual(fires, ['Count', 'GreaterThan', 0], rule.name);
        // Azure does not look whether the table is there: a new workspace has none.
        assert.match(queryOf(rule), /^AppTraces$/m, rule.name);
      }
    }),
    faults: {
      'one that is off': [file, /enabled: true\n( +scopes)/, 'enabled: false\n$1', /missed-day/],
      'one for nobody': [file, 'actionGroups: [owner.id]', 'actionGroups: []', /missed-day/],
      'another table': [file, /^AppTraces$/m, 'traces', /missed-day/],
      'one that never fires': [file, "'GreaterThan'", "'LessThan'", /LessThan/],
      'another resource': [file, 'scopes: [workspaceId]', 'scopes: [owner.id]', /actionGroups/],
    },
  },
  {
    says: 'none is muted and mitigated at once, which Azure refuses',
    holds: deployed(deployment => {
      for (const rule of rulesOf(deployment))
        assert.ok(
          at(rule, 'properties.autoMitigate') === false || at(rule, 'properties.muteActionsDuration') === undefined,
          rule.name,
        );
    }),
    faults: { 'muted and mitigated': [file, 'autoMitigate: false', 'autoMitigate: true', /failure/] },
  },
  {
    says: 'a day without a success is looked for over more than a day, in a service that is older than that',
    holds: deployed(deployment => {
      const rule = ruleFor(deployment, syncSucceeded);
      const query = queryOf(rule);
      assert.deepEqual(
        [...query.matchAll(/ago\(([^)]+)\)/g)].map(([, span]) => span),
        ['26h', '26h'],
      );
      assert.match(query, /\| where successes == 0 and todatetime\('\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ'\) < ago/);
      assert.equal(at(rule, 'properties.overrideQueryTimeRange'), 'P2D');
    }),
    faults: {
      'the opposite': [file, 'successes == 0', 'successes > 0', /successes > 0/],
      'minutes for hours': [file, 'ago(26h)', 'ago(26m)', /26m/],
      'a short look back': [file, "'P2D'", "'PT1H'", /PT1H/],
      'an unknown age': [file, /replace\(.*\)/, 'missedDayQuery', /PROVISIONED_AT/],
      'an age of its own': [file, "string = utcNow('u')", "string = 'yesterday'", /yesterday/],
    },
  },
  {
    says: "the owner's address is in an action group that is on, with a short name that Azure takes",
    holds: deployed(deployment => {
      const group = theOne(deployment, 'Microsoft.Insights/actionGroups');
      assert.equal(at(group, 'properties.enabled'), true);
      assert.match(String(at(group, 'properties.groupShortName')), /^.{1,12}$/);
      const [receiver] = listAt(group, 'properties.emailReceivers');
      assert.equal(at(receiver, 'emailAddress'), deployment.given.alertEmail);
    }),
    faults: {
      'a group that is off': [file, 'enabled: true', 'enabled: false', /false/],
      'a long short name': [file, "'stats'", "'peloton-stats-x'", /peloton-stats-x/],
      'no address': [file, 'emailAddress: alertEmail', "emailAddress: 'a@example.com'", /a@example/],
    },
  },
];
