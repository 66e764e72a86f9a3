// The account of the stats: both containers, with every past version kept for a month. Days of history are never expired.
param name string
param publicContainer string
param location string
param tags object

var privateContainer = '${publicContainer}-private'
var retentionDays = 30

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: retentionDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: retentionDays
    }
  }
}

// Read by everyone through the service; the container itself is as closed as the private one.
resource publicStats 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: publicContainer
  properties: { publicAccess: 'None' }
}

resource privateStats 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: privateContainer
  properties: { publicAccess: 'None' }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'expire-raw-answers'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${privateContainer}/raw/']
            }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: 90 } }
            }
          }
        }
        {
          name: 'expire-old-versions'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              // Not those of the days: the age of a version is counted from when it was written, not from when it was replaced.
              prefixMatch: [
                '${publicContainer}/latest.json'
                '${publicContainer}/history.json'
                '${privateContainer}/'
              ]
            }
            actions: {
              version: { delete: { daysAfterCreationGreaterThan: retentionDays } }
            }
          }
        }
      ]
    }
  }
  dependsOn: [
    blobs
  ]
}

output name string = account.name
// Without its slash at the end: the setting is an origin.
output blobUrl string = 'https://${account.name}.blob.${environment().suffixes.storage}'
