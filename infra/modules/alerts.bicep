// Who is told what, and the second clock. The queries look for events that the code logs by name as one JSON object a line:
// sync.succeeded, sync.failed, and the notice of what goes wrong beside the syncs. A test fails when the names here and in the code
// differ.
param suffix string
param alertEmail string
param workspaceId string
param healthUrl string
param location string
param tags object
// When the resources were last laid: what the missing first sync of a new service is measured by.
param provisionedAt string = utcNow('u')

// Each reads the event out of the line itself, whatever the platform wraps around it.
var missedDayQuery = '''
AppTraces
| where TimeGenerated > ago(26h)
| where extract(@'"event\\?"\s*:\s*\\?"([a-z.-]+)', 1, Message) == 'sync.succeeded'
| summarize successes = count()
| where successes == 0 and todatetime('PROVISIONED_AT') < ago(26h)
'''
// A failure counts from the first of its kind since it was last well, once that is over an hour old: what heals within the hour is past
// by then. What every tick looks at is well where a tick passes, whether or not a sync was due; the rest where a sync succeeds. Each beginning is in view for longer than it takes to look again, so that none falls between two looks.
var failureQuery = '''
let lines = AppTraces
| extend event = extract(@'"event\\?"\s*:\s*\\?"([a-z.-]+)', 1, Message)
| extend code = extract(@'"code\\?"\s*:\s*\\?"([a-z-]+)', 1, Message);
let succeededAt = coalesce(toscalar(lines | where event == 'sync.succeeded' | summarize max(TimeGenerated)), datetime(2000-01-01));
let passedAt = coalesce(toscalar(AppRequests | where Name == 'sync' and Success | summarize max(TimeGenerated)), succeededAt);
lines
| where event == 'notice' or (event == 'sync.failed' and code != 'upstream-unavailable')
| extend wellAt = iff(code in ('config', 'vault', 'storage'), max_of(succeededAt, passedAt), succeededAt)
| where event == 'notice' or TimeGenerated > wellAt
| summarize began = min(TimeGenerated), newest = max(TimeGenerated) by event, code
| where (event == 'notice' and newest > ago(2h)) or (event == 'sync.failed' and began between (ago(3h) .. ago(75m)))
'''
// A tick comes every quarter of an hour, and each is a request, whatever comes of it.
var stoppedTimerQuery = '''
AppRequests
| where TimeGenerated > ago(90m)
| where Name == 'sync'
| summarize ticks = count()
| where ticks == 0
'''

resource owner 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'stats'
    emailReceivers: [
      {
        name: 'owner'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

// A service that was laid less than 26 hours ago has missed nothing; one that has been silent since has.
resource missedDay 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'missed-day-${suffix}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Peloton stats: no sync for 26 hours'
    description: 'The stats are a day old. ${healthUrl} says why; docs/operations.md says what to do.'
    severity: 1
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    overrideQueryTimeRange: 'P2D'
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: replace(missedDayQuery, 'PROVISIONED_AT', provisionedAt)
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: { actionGroups: [owner.id] }
  }
}

// A failure that the service retries by itself tells nobody; every other tells its code, once each time it begins. So does a notice.
resource failure 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'failure-${suffix}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Peloton stats: something needs someone'
    description: 'The dimension "code" names the failure or the notice. ${healthUrl} says what to do; docs/operations.md has a paragraph on each code.'
    severity: 2
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    overrideQueryTimeRange: 'P2D'
    skipQueryValidation: true
    // Azure refuses muteActionsDuration together with autoMitigate. As long as a beginning is in view, so that it is told once, and
    // no longer: whether the muting of one code mutes the others too is not documented.
    autoMitigate: false
    muteActionsDuration: 'PT2H'
    criteria: {
      allOf: [
        {
          query: failureQuery
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'code'
              operator: 'Include'
              values: ['*']
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: { actionGroups: [owner.id] }
  }
}

// Whom the second clock calls: the function sync-now, by its key. A hook of azure.yaml writes the receiver with the key into this
// group. Sending the group again would take it out, so it is sent only where there is none.
@onlyIfNotExists()
resource secondClock 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-clock-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'stats clock'
  }
}

// Timers of the plan have stopped for good after a deployment while HTTP went on. While no tick comes, this asks for a sync each
// hour, as the timer would have: one that is not due costs nothing. So it is neither muted nor resolved.
resource stoppedTimer 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'stopped-timer-${suffix}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Peloton stats: no tick of the timer for 90 minutes'
    description: 'Calls the function sync-now in the timer\'s place. docs/operations.md, "A second clock".'
    severity: 3
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT2H'
    skipQueryValidation: true
    autoMitigate: false
    criteria: {
      allOf: [
        {
          query: stoppedTimerQuery
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: { actionGroups: [secondClock.id] }
  }
}

output secondClockName string = secondClock.name
