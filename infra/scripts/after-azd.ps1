#requires -Version 7.2
# What is left to do when azd has provisioned or deployed, as azd's hooks. Where the function sync-now is there, gives its key to the
# action group of the second clock. Where it is not, as after the first provision, waits until the roles of the app have spread: the
# upload that follows would be refused. The key is in no command line, file or output. after-azd.sh does the same.
param([string] $Moment)

$audience = 'https://management.azure.com'
$service = 'Azure'
$command = 'azd hooks run postdeploy'
. (Join-Path $PSScriptRoot 'azure.ps1')

$pauseSeconds = 15
$spreadSeconds = 180
$function = 'sync-now'
$isThere = $false
$isSet = $false
$key = ''

if ($Moment -cnotin 'provision', 'deploy') { Exit-WithSentence 'Usage: ./infra/scripts/after-azd.ps1 provision|deploy' }
# After an upload it may take minutes until Azure lists the functions and the app can say its keys.
$tries = $Moment -ceq 'deploy' ? 12 : 3
foreach ($name in 'AZURE_SUBSCRIPTION_ID', 'AZURE_RESOURCE_GROUP', 'AZURE_FUNCTION_APP_NAME', 'AZURE_FUNCTION_APP_URL', 'SECOND_CLOCK_NAME', 'AZURE_ENV_NAME') {
  if ("$([Environment]::GetEnvironmentVariable($name))" -cnotmatch '^[A-Za-z0-9._:/()[\]-]+\z') {
    Exit-WithSentence "$name is missing: run azd up, which also runs this script."
  }
}
Assert-Tool
$url = ($env:AZURE_RESOURCE_MANAGER_URL ? $env:AZURE_RESOURCE_MANAGER_URL : $audience).TrimEnd('/')
if (-not (Test-Url $url)) { Exit-WithSentence 'AZURE_RESOURCE_MANAGER_URL is no URL.' }

$group = "/subscriptions/$env:AZURE_SUBSCRIPTION_ID/resourceGroups/$env:AZURE_RESOURCE_GROUP"
$app = "$group/providers/Microsoft.Web/sites/$env:AZURE_FUNCTION_APP_NAME"

# The last reply. Is not set where there is no function, no key or no group, or where Azure does not answer.
function Set-Key {
  $reply = Invoke-Azure $url 'Get' "$app/functions/${function}?api-version=2024-11-01"
  if ($reply.Status -ne 200) { return $reply }
  $script:isThere = $true
  $reply = Invoke-Azure $url 'Post' "$app/functions/$function/listkeys?api-version=2024-11-01"
  if ($reply.Status -ne 200) { return $reply }
  $script:key = "$(Get-Property $reply.Answer 'default')"
  if ($key -cnotmatch '^[A-Za-z0-9_=/+-]+\z') { return $reply }
  $receiver = @{
    name                  = $function
    functionAppResourceId = $app
    functionName          = $function
    httpTriggerUrl        = "$env:AZURE_FUNCTION_APP_URL/api/sync?code=$([uri]::EscapeDataString($key))"
    useCommonAlertSchema  = $true
  }
  # The whole group, as Azure takes it. infra/modules/alerts.bicep makes it without a receiver, and only where there is none.
  $body = @{
    location   = 'global'
    tags       = @{ 'azd-env-name' = $env:AZURE_ENV_NAME }
    properties = @{ groupShortName = 'stats clock'; enabled = $true; azureFunctionReceivers = @($receiver) }
  }
  $reply = Invoke-Azure $url 'Put' "$group/providers/Microsoft.Insights/actionGroups/${env:SECOND_CLOCK_NAME}?api-version=2023-01-01" $body
  $script:isSet = $reply.Status -in 200, 201
  $reply
}

# Until some minutes after the end of the newest deployment in the group. Both instants are Azure's, so that a wrong clock of this
# machine changes nothing.
function Wait-Role {
  $left = $spreadSeconds
  $reply = Invoke-Azure $url 'Get' "$group/providers/Microsoft.Resources/deployments?api-version=2021-04-01"
  $ends = @(Get-Property $reply.Answer 'value') | ForEach-Object { Get-Property (Get-Property $_ 'properties') 'timestamp' }
  $end = $ends | Where-Object { $_ -is [datetime] } | ForEach-Object { $_.ToUniversalTime() } | Sort-Object | Select-Object -Last 1
  $date = "$($reply.Headers['Date'])"
  if ($reply.Status -eq 200 -and $end -and $date) {
    $now = [DateTimeOffset]::Parse($date, [cultureinfo]::InvariantCulture).UtcDateTime
    $left = [Math]::Min($spreadSeconds, [int] [Math]::Ceiling(($end.AddSeconds($spreadSeconds) - $now).TotalSeconds))
  }
  if ($left -le 0) { return }
  Write-Host "The roles of the app are new, and Azure needs some minutes to heed them: waiting for $left seconds before the upload."
  Start-Sleep -Seconds $left
}

while ($true) {
  $reply = Set-Key
  if ($isSet) { break }
  $tries--
  if ($reply.Status -in 401, 403 -or ($Moment -ceq 'provision' -and $reply.Status -eq 404)) { $tries = 0 }
  if ($tries -gt 0) {
    Start-Sleep -Seconds $pauseSeconds
    continue
  }
  if ($Moment -ceq 'provision' -and -not $isThere) { Wait-Role }
  if ($reply.Status -eq 404) {
    if ($Moment -ceq 'deploy') {
      Write-Host "Azure does not list the function $function yet; once it does, this sets the second clock: $command"
    }
    exit 0
  }
  $reason = Get-Reason $url $reply
  if ($key) { $reason = $reason.Replace([uri]::EscapeDataString($key), 'KEY').Replace($key, 'KEY') }
  Exit-WithSentence "The second clock has no key of ${function}: $reason", "Once that is mended: $command"
}
Write-Host "The second clock calls $function where the timer does not run."
exit 0
