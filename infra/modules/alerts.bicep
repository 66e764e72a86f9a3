// Who is told what. The queries look for events that the code logs by name as one JSON object a line: sync.succeeded,
// sync.failed, and the notice of what goes wrong beside the syncs. A test fails when the names here and in the code differ.
param suffix string
param alertEmail string
param workspaceId string
param healthUrl string
param location string
param tags object
// When the resources were last laid: what the missing first sync of a new service is measured by.
param provisionedAt string = utcNow('u')

// Both read the event out of the line itself, whatever the platform wraps around it.
var missedDayQuery = '''
AppTraces
| where TimeGenerated > ago(26h)
| where extract(@'"event\\?"\s*:\s*\\?"([a-z.-]+)', 1, Message) == 'sync.succeeded'
| summarize successes = count()
| where successes == 0 and todatetime('PROVISIONED_AT') < ago(26h)
'''
var failureQuery = '''
AppTraces
| where extract(@'"event\\?"\s*:\s*\\?"([a-z.-]+)', 1, Message) in ('sync.failed', 'notice')
| extend code = extract(@'"code\\?"\s*:\s*\\?"([a-z-]+)', 1, Message)
| where code != 'upstream-unavailable'
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

// A failure that the service retries by itself tells nobody; every other tells its code, at most once a day each. A notice is
// logged once, when it begins.
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
    // Twice as long as it takes to look again: a line can come in late. The muting keeps it from being told twice.
    windowSize: 'PT2H'
    skipQueryValidation: true
    // Azure refuses muteActionsDuration together with autoMitigate.
    autoMitigate: false
    muteActionsDuration: 'P1D'
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
