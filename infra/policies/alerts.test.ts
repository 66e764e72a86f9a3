import { testPolicy } from '../planted-fault.ts';
import { checkAlerts } from './alerts.ts';

const alerts = 'modules/alerts.bicep';

testPolicy(checkAlerts, [
  ['a renamed success', alerts, "'sync.succeeded'", "'sync.success'", /no alert asks for sync.succeeded/],
  ['a renamed failure', alerts, "'sync.failed'", "'sync.failure'", /the code logs no sync.failure/],
  ['a renamed notice', alerts, ", 'notice')", ", 'note')", /no alert asks for notice/],
  ['an unknown code', alerts, "'upstream-unavailable'", "'unavailable'", /leaves out unavailable/],
  ['an alert that is off', alerts, /enabled: true\n( +scopes)/, 'enabled: false\n$1', /missedDay: is off/],
  [
    'an alert for nobody',
    alerts,
    'actions: { actionGroups: [owner.id] }',
    'actions: { actionGroups: [] }',
    /tells nobody/,
  ],
  ['muted and mitigated', alerts, 'autoMitigate: false', 'autoMitigate: true', /refuses autoMitigate/],
  ['another table', alerts, /^AppTraces$/m, 'traces', /missedDay: reads no AppTraces/],
  ['a rule that never fires', alerts, "'GreaterThan'", "'LessThan'", /fires on Count LessThan 0/],
  ['another resource', alerts, 'scopes: [workspaceId]', 'scopes: [owner.id]', /something else than the workspace/],
  ['the opposite', alerts, 'successes == 0', 'successes > 0', /does not ask for a missing success/],
  ['minutes for hours', alerts, 'ago(26h)', 'ago(26m)', /looks back 26m,26h/],
  ['a short look back', alerts, "'P2D'", "'PT1H'", /is not let look back/],
  ['an unknown age', alerts, /replace\(.*\)/, 'missedDayQuery', /does not know when/],
  ['a group that is off', alerts, 'enabled: true', 'enabled: false', /is off, or has a short name/],
  ['a long short name', alerts, "'stats'", "'peloton-stats-x'", /is off, or has a short name/],
  ['no address', alerts, 'emailAddress: alertEmail', "emailAddress: 'a@example.com'", /in no action group/],
]);
