// The whole deployment: one resource group with everything the service needs. Settings that decide about safety (shared
// keys, TLS, public access) are written out in the modules and are no parameters: nobody can switch them off by accident.
targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment. The resource group and every name below are derived from it.')
param environmentName string

// The regions with the Flex Consumption plan, as Microsoft's own templates list them: azd offers these and no others. A newer
// one that `az functionapp list-flexconsumption-locations` names can be added here.
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
@description('Azure region of all resources. It must offer the Flex Consumption plan: az functionapp list-flexconsumption-locations.')
param location string

@minLength(5)
@description('E-mail address that is told when a daily sync is missed or a failure needs someone.')
param alertEmail string

@description('Local time of day at which the daily sync falls due, HH:MM.')
param syncTime string = '08:00'

@description('IANA time zone of the sync time and of every local day, such as Europe/Berlin.')
param syncTimeZone string = 'UTC'

@allowed([
  'days'
  'classes'
  'off'
])
@description('What of the list of workouts is published: what was done on each day; the latest workouts with their classes too; or nothing.')
param workouts string = 'days'

@description('Where readers reach the service when that is not the host name of Azure: your own domain or a CDN. Empty otherwise.')
param customPublicUrl string = ''

@allowed([
  512
  2048
  4096
])
@description('Memory of one instance in MB. CPU grows with it, so a larger one starts faster and costs more a second.')
param instanceMemoryMB int = 512

@allowed([
  '22'
  '24'
])
@description('Major version of Node.js. 22 is for a region that refuses 24.')
param nodeVersion string = '24'

@description('Forbids to purge the vault and its secrets before the retention of soft delete is over. It can never be switched off again.')
param enablePurgeProtection bool = false

@description('More app settings by name, such as {"PELOTON_CLIENT_ID":"…"}: the repair of a changed constant. Never a secret.')
param extraSettings object = {}

@description('Object id of the person or service that deploys: gets what npm run sync, npm run doctor and the password prompt need. Empty for nobody.')
param deployerPrincipalId string = ''

@allowed([
  'User'
  'ServicePrincipal'
  'Group'
])
@description('What kind of principal deploys.')
param deployerPrincipalType string = 'User'

@description('Subject of the GitHub Actions token that may deploy code, such as repo:OWNER@1/REPO@2:environment:production. Empty for none.')
param githubSubject string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var publicContainer = 'stats'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-stats-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    componentName: 'appi-${token}'
    location: location
    tags: tags
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    name: 'sthost${token}'
    location: location
    tags: tags
  }
}

module dataStorage 'modules/data-storage.bicep' = {
  name: 'data-storage'
  scope: group
  params: {
    name: 'stdata${token}'
    publicContainer: publicContainer
    location: location
    tags: tags
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${token}'
    enablePurgeProtection: enablePurgeProtection
    workspaceId: monitoring.outputs.workspaceId
    location: location
    tags: tags
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: deployerPrincipalId
    deployerPrincipalType: deployerPrincipalType
    hostStorageName: hostStorage.outputs.name
    dataStorageName: dataStorage.outputs.name
    publicContainer: publicContainer
    vaultName: vault.outputs.name
    componentName: monitoring.outputs.componentName
    vaultRoleName: 'Peloton stats: get and set secrets (${token})'
  }
}

// An app that starts before its roles exist fails its first start with 403, and does not always recover by itself.
module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: 'stats-${token}'
    planName: 'plan-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostStorageName: hostStorage.outputs.name
    packageContainerUrl: hostStorage.outputs.packageContainerUrl
    dataBlobUrl: dataStorage.outputs.blobUrl
    publicContainer: publicContainer
    vaultUrl: vault.outputs.url
    componentName: monitoring.outputs.componentName
    syncTime: syncTime
    syncTimeZone: syncTimeZone
    workouts: workouts
    customPublicUrl: customPublicUrl
    instanceMemoryMB: instanceMemoryMB
    nodeVersion: nodeVersion
    extraSettings: extraSettings
  }
  dependsOn: [
    roles
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    suffix: token
    alertEmail: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    healthUrl: '${functionApp.outputs.url}/api/health'
    location: location
    tags: tags
  }
}

module github 'modules/github.bicep' = if (!empty(githubSubject)) {
  name: 'github'
  scope: group
  params: {
    name: 'id-github-${token}'
    subject: githubSubject
    functionAppName: functionApp.outputs.name
    planName: functionApp.outputs.planName
    location: location
    tags: tags
  }
}

// azd keeps these in its environment. Those that are named as settings let npm run sync and npm run doctor work against Azure.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = functionApp.outputs.name
// The app's own address, whatever stands in front of it.
output AZURE_FUNCTION_APP_URL string = functionApp.outputs.url
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
// Whom to ask for the logs: az monitor log-analytics query --workspace, and npm run prove.
output LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.customerId
output AZURE_GITHUB_CLIENT_ID string = empty(githubSubject) ? '' : github!.outputs.clientId
// The action group whose receiver the hooks write.
output SECOND_CLOCK_NAME string = alerts.outputs.secondClockName
output KEY_VAULT_URL string = vault.outputs.url
output STORAGE_ACCOUNT_URL string = dataStorage.outputs.blobUrl
output STATS_CONTAINER string = publicContainer
output SYNC_TIME string = syncTime
output SYNC_TIME_ZONE string = syncTimeZone
output WORKOUTS string = workouts
output PUBLIC_URL string = empty(customPublicUrl) ? functionApp.outputs.url : customPublicUrl
