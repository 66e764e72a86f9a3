#requires -Version 7.2
# Asks for the Peloton user name and password and stores them in the vault. Neither is ever in a command line, a file, the
# environment or the history: they go to the vault in the body of a request. Run it again after a change of password.
[CmdletBinding()]
param(
  # The vault; otherwise AZURE_KEY_VAULT_NAME of the environment or of azd.
  [string] $Vault = $env:AZURE_KEY_VAULT_NAME,
  # As azd's hook: do nothing without a terminal, or when both are stored already.
  [switch] $FromAzd
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false # each exit code is looked at
Set-StrictMode -Version Latest

$roleWaitMinutes = 10
$rolePauseSeconds = 15
$apiVersion = '7.4'

if ([Console]::IsInputRedirected) {
  $message = 'No terminal to ask for the Peloton credentials. Store them later: ./infra/scripts/set-credentials.ps1'
  if ($FromAzd) { Write-Host $message; exit 0 }
  throw $message
}
if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
  throw 'The Azure CLI (az) is missing: https://aka.ms/install-azure-cli. Install it, run az login, then this script.'
}
if (-not $Vault -and (Get-Command azd -ErrorAction SilentlyContinue)) {
  $Vault = azd env get-value AZURE_KEY_VAULT_NAME
  if ($LASTEXITCODE -ne 0) { $Vault = '' }
}
if (-not $Vault) { throw 'Which vault? Run azd up first, or name it: -Vault NAME.' }

if ($FromAzd) {
  $stored = az keyvault secret list --vault-name $Vault --query '[].name' --output tsv 2>$null
  if ($LASTEXITCODE -eq 0 -and $stored -contains 'peloton-username' -and $stored -contains 'peloton-password') {
    Write-Host "The vault $Vault has the Peloton credentials already; to change them: ./infra/scripts/set-credentials.ps1"
    exit 0
  }
}

function ConvertTo-PlainText([securestring] $Secret) {
  [System.Net.NetworkCredential]::new('', $Secret).Password
}

function Set-VaultSecret([string] $Name, [securestring] $Value) {
  $accessToken = az account get-access-token --resource https://vault.azure.net --query accessToken --output tsv
  if ($LASTEXITCODE -ne 0) { throw 'You are not signed in to Azure: run az login, then this script.' }
  $request = @{
    Method         = 'Put'
    Uri            = "https://${Vault}.vault.azure.net/secrets/${Name}?api-version=${apiVersion}"
    Authentication = 'Bearer'
    Token          = ConvertTo-SecureString $accessToken -AsPlainText -Force
    ContentType    = 'application/json; charset=utf-8'
    Body           = @{ value = ConvertTo-PlainText $Value } | ConvertTo-Json
  }
  # A role that was granted a moment ago is refused for some minutes more.
  $deadline = (Get-Date).AddMinutes($roleWaitMinutes)
  while ($true) {
    try {
      Invoke-RestMethod @request | Out-Null
      Write-Host "Stored $Name in $Vault."
      return
    } catch {
      $isRefused = "$($_.ErrorDetails)" -match 'ForbiddenByRbac'
      if (-not $isRefused) { throw "$Name was not stored: $($_.Exception.Message)" }
      if ((Get-Date) -gt $deadline) {
        throw "$Name was not stored: you still may not write secrets in $Vault. Ask for the role Key Vault Secrets Officer on it."
      }
      Write-Host 'Your role in the vault is not effective yet. Trying again …'
      Start-Sleep -Seconds $rolePauseSeconds
    }
  }
}

$answer = Read-Host 'Peloton e-mail or user name'
if (-not $answer) { throw 'The user name is empty: nothing was stored.' }
$userName = ConvertTo-SecureString $answer -AsPlainText -Force
$password = Read-Host 'Peloton password (not shown)' -AsSecureString
if ($password.Length -eq 0) { throw 'The password is empty: nothing was stored.' }
Set-VaultSecret -Name 'peloton-username' -Value $userName
Set-VaultSecret -Name 'peloton-password' -Value $password
Write-Host 'Done. The next sync signs in with them; to see at once that they work: npm run doctor -- --sign-in'
