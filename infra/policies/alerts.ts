// The alerts ask for events that the code really logs, leave alone what nobody has to act on, and reach somebody.

import assert from 'node:assert/strict';
import { errorTable } from '../../src/errors.ts';
import { createLog, noticeBegun, syncFailed, syncSucceeded } from '../../src/log.ts';
import { checkQuery } from '../kusto.ts';
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
export const ruleType = 'Microsoft.Insights/scheduledQueryRules';
const groupType = 'Microsoft.Insights/actionGroups';

const rulesOf = (deployment: Deployment) => ofType(deployment, ruleType);

function criterionOf(rule: Resource) {
  const [criterion, ...others] = listAt(rule, 'properties.criteria.allOf');
  assert.ok(criterion !== undefined && others.length === 0, rule.name);
  return criterion;
}

export function queryOf(rule: Resource): string {
  const query = String(inAzure(at(criterionOf(rule), 'query')));
  assert.doesNotMatch(query, /^\[/, `${rule.name}: only Azure could tell the query`);
  return query;
}

/** The events that a query asks for: `event == 'one'`, or in the place of its name what reads the event out of a line. */
function eventsIn(query: string): string[] {
  return [...query.matchAll(/(?:\bevent|, Message\)) == '([^']+)'/g)].map(([, event = '']) => event);
}

/** The three rules by what their names begin with: the tables that each looks at, and the action group that each tells. */
const expected = {
  'missed-day-': { tables: ['AppTraces'], group: 'ag-' },
  'failure-': { tables: ['AppTraces', 'AppRequests'], group: 'ag-' },
  'stopped-timer-': { tables: ['AppRequests'], group: 'ag-clock-' },
};

/** An action group by what its name begins with, before the part that makes it unique. */
export function groupOf(deployment: Deployment, prefix: string): Resource {
  const group = ofType(deployment, groupType).find(({ name }) => name.replace(/[^-]+$/, '') === prefix);
  assert.ok(group, `there is no ${prefix}`);
  return group;
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
    says: 'Kusto reads each query',
    holds: deployed(deployment => {
      for (const rule of rulesOf(deployment)) assert.deepEqual(checkQuery(queryOf(rule)), [], rule.name);
    }),
    faults: {
      'an unknown column': [file, 'by event, code', 'by event, codes', /codes/],
      'a word that is kept': [file, 'newest = max', 'first = max', /'first' needs to be bracketed/],
    },
  },
  {
    says: 'the events that they ask for are those that the code logs',
    holds: deployed(deployment => {
      const asked = rulesOf(deployment).flatMap(rule => eventsIn(queryOf(rule)));
      assert.deepEqual([...new Set(asked)].sort(), [noticeBegun, syncFailed, syncSucceeded].sort());
    }),
    faults: {
      'a renamed success': [file, "'sync.succeeded'", "'sync.success'", /sync\.success'/],
      'a renamed failure': [file, /'sync\.failed'/g, "'sync.failure'", /sync\.failure/],
      'a renamed notice': [file, /'notice'/g, "'note'", /note'/],
    },
  },
  {
    says: 'they find event and code in a line as the code logs it, however the platform wraps it',
    holds: deployed(deployment => {
      const [events, codes] = [extractsOf(deployment, 'event'), extractsOf(deployment, 'code')];
      assert.equal(events.length, 2, 'one for the event in each query of what is logged');
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
      const query = queryOf(theOne(deployment, ruleType, 'failure-'));
      const leftOut = [...query.matchAll(/code != '([^']+)'/g)].map(([, code]) => code);
      const nobodys = Object.entries(errorTable).filter(([, { actor }]) => actor === 'nobody');
      assert.deepEqual(
        leftOut,
        nobodys.map(([code]) => code),
      );
    }),
    faults: {
      'an unknown code': [file, "'upstream-unavailable'", "'unavailable'", /unavailable/],
      'no code': [file, " and code != 'upstream-unavailable'", '', /upstream-unavailable/],
    },
  },
  {
    says: 'each is on, looks at its tables of the workspace every hour, fires on any row, and tells its action group',
    holds: deployed(deployment => {
      const workspace = theOne(deployment, 'Microsoft.OperationalInsights/workspaces').id;
      assert.equal(rulesOf(deployment).length, Object.keys(expected).length);
      for (const [prefix, { tables, group }] of Object.entries(expected)) {
        const rule = theOne(deployment, ruleType, prefix);
        const criterion = criterionOf(rule);
        assert.equal(at(rule, 'properties.enabled'), true, rule.name);
        assert.equal(at(rule, 'properties.evaluationFrequency'), 'PT1H', rule.name);
        assert.deepEqual(listAt(rule, 'properties.scopes'), [workspace], rule.name);
        assert.deepEqual(listAt(rule, 'properties.actions.actionGroups'), [groupOf(deployment, group).id], rule.name);
        const fires = ['timeAggregation', 'operator', 'threshold'].map(name => at(criterion, name));
        assert.deepEqual(fires, ['Count', 'GreaterThan', 0], rule.name);
        // Azure does not look whether the table is there: a new workspace has none.
        assert.deepEqual(queryOf(rule).match(/\bApp\w+/g), tables, rule.name);
      }
    }),
    faults: {
      'one that is off': [file, /enabled: true\n( +scopes)/, 'enabled: false\n$1', /missed-day/],
      'one for nobody': [file, 'actionGroups: [owner.id]', 'actionGroups: []', /missed-day/],
      'one for the owner that calls the clock': [file, '[secondClock.id]', '[owner.id]', /stopped-timer/],
      'another table': [file, /^AppTraces$/m, 'traces', /missed-day/],
      'a timer in the traces': [file, /^AppRequests$/m, 'AppTraces', /stopped-timer/],
      'one that never fires': [file, "'GreaterThan'", "'LessThan'", /LessThan/],
      'one that looks once a day': [file, /PT1H'(\n +windowSize: 'PT2H')/, "P1D'$1", /stopped-timer/],
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
      const rule = theOne(deployment, ruleType, 'missed-day-');
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
    says: 'what fails is told once it is over an hour old and no sync has succeeded since, and each beginning once',
    holds: deployed(deployment => {
      const rule = theOne(deployment, ruleType, 'failure-');
      const query = queryOf(rule);
      const everyTick = Object.entries(errorTable).filter(([, { actor }]) => actor === 'deployer');
      const codes = everyTick.map(([code]) => `'${code}'`).join(', ');
      assert.ok(query.includes(`wellAt = iff(code in (${codes}), max_of(succeededAt, passedAt), succeededAt)`), query);
      assert.match(
        query,
        /^let succeededAt = .* event == 'sync\.succeeded' \| summarize max\(TimeGenerated\)\), datetime/m,
      );
      assert.match(
        query,
        /^let passedAt = .*AppRequests \| where Name == 'sync' and Success \| summarize max\(TimeGenerated\)/m,
      );
      assert.match(query, /^\| where event == 'notice' or TimeGenerated > wellAt$/m);
      assert.match(query, /\| summarize began = min\(TimeGenerated\), newest = max\(TimeGenerated\) by event, code\n/);
      const [, oldest, youngest] =
        /'sync\.failed' and began between \(ago\((\d+)h\) \.\. ago\((\d+)m\)\)/.exec(query) ?? [];
      const [, notice] = /'notice' and newest > ago\((\d+)h\)/.exec(query) ?? [];
      const [, muted] = /^PT(\d+)H$/.exec(String(at(rule, 'properties.muteActionsDuration'))) ?? [];
      // A line may come in a quarter of an hour late; a beginning is in the view of a look each hour, and of no more than are muted.
      assert.ok(Number(youngest) >= 75, `${youngest} minutes`);
      assert.ok(Number(oldest) * 60 - Number(youngest) > 60 && Number(notice) > 1, 'in view of at least one look');
      assert.ok(
        Number(oldest) * 60 - Number(youngest) <= Number(muted) * 60 && notice === muted,
        'muted while in view',
      );
      assert.deepEqual(listAt(criterionOf(rule), 'dimensions'), [{ name: 'code', operator: 'Include', values: ['*'] }]);
      assert.equal(at(rule, 'properties.overrideQueryTimeRange'), 'P2D');
    }),
    faults: {
      'what heals within the hour': [file, /\| where event == 'notice' or TimeGenerated > wellAt\n/, '', /wellAt/],
      'a tick that passes for a password': [file, "'config', 'vault'", "'sign-in-refused', 'vault'", /wellAt/],
      'a tick that fails': [file, ' and Success', '', /Success/],
      'at once': [file, 'ago(75m)', 'ago(5m)', /5 minutes/],
      'a failure between two looks': [file, 'ago(3h)', 'ago(2h)', /at least one look/],
      'a notice between two looks': [file, 'newest > ago(2h)', 'newest > ago(1h)', /at least one look/],
      'each of them twice': [file, "muteActionsDuration: 'PT2H'", "muteActionsDuration: 'PT1H'", /muted while in view/],
      'one code for all': [file, /dimensions: \[[^\]]*\]\n +\}\n +\]/, 'dimensions: []', /Include/],
      'a failure of three hours ago as a new one': [
        file,
        "windowSize: 'PT1H'\n    overrideQueryTimeRange: 'P2D'\n    skipQueryValidation: true\n    // Azure",
        "windowSize: 'PT1H'\n    skipQueryValidation: true\n    // Azure",
        /P2D/,
      ],
    },
  },
  {
    says: "the owner's address is in an action group that is on, with a short name that Azure takes",
    holds: deployed(deployment => {
      const group = groupOf(deployment, 'ag-');
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
