import { testPolicy } from '../planted-fault.ts';
import { checkAlerts } from './alerts.ts';

const alerts = 'modules/alerts.bicep';

testPolicy(checkAlerts, [
  ['a renamed success', alerts, "'sync.succeeded'", "'sync.success'", /no alert asks for sync.succeeded/],
  ['a renamed failure', alerts, "'sync.failed'", "'sync.failure'", /the code logs no sync.failure/],
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
  ['no address', alerts, 'emailAddress: alertEmail', "emailAddress: 'a@example.com'", /in no action group/],
]);
