// The app on the Flex Consumption plan. Its platform refuses or breaks on settings that other plans want: no time zone, no
// worker runtime, no run-from-package. The deployed folder is complete, so nothing is built in Azure.
param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param hostStorageName string
param packageContainerUrl string
param dataBlobUrl string
param publicContainer string
param vaultUrl string
param componentName string
param syncTime string
param syncTimeZone string
param workouts string
param customPublicUrl string
param instanceMemoryMB int
param nodeVersion string
param extraSettings object

var settings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  // By name and not by blobServiceUri: with that one the host can fail to make its client while it starts
  // (https://github.com/Azure/azure-functions-host/issues/11787).
  AzureWebJobsStorage__accountName: hostStorageName
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AZURE_CLIENT_ID: identityClientId
  KEY_VAULT_URL: vaultUrl
  STORAGE_ACCOUNT_URL: dataBlobUrl
  STATS_CONTAINER: publicContainer
  SYNC_TIME: syncTime
  SYNC_TIME_ZONE: syncTimeZone
  WORKOUTS: workouts
  PUBLIC_URL: customPublicUrl
}

// Read here, so that no deployment's record shows the connection string as an output.
resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: 40
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      // Any site may show the stats. The platform answers preflights itself, so this cannot be left to the code.
      cors: {
        allowedOrigins: ['*']
        supportCredentials: false
      }
      // No loop: its items would have to be known before the deployment, and the connection string is not.
      appSettings: map(items(union(settings, extraSettings)), setting => {
        name: setting.key
        value: setting.value
      })
    }
  }

  resource ftpPublishing 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmPublishing 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output planName string = plan.name
output url string = 'https://${app.properties.defaultHostName}'
