# Asks Azure as the user that azd is signed in as. Dot-sourced by the scripts beside it, which name in $audience whom the token is
# for, in $service what they call that, and in $command how they are called. azure.sh is the same for bash.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$PSNativeCommandUseErrorActionPreference = $false # each exit code is looked at
Set-StrictMode -Version Latest

# An error that PowerShell shows itself would come in red with lines of a script around the sentence.
function Exit-WithSentence([string[]] $Sentence) {
  foreach ($each in $Sentence) { [Console]::Error.WriteLine($each) }
  exit 1
}

function Assert-Tool {
  if (-not (Get-Command azd -ErrorAction SilentlyContinue)) {
    Exit-WithSentence "The Azure Developer CLI (azd) is missing: https://aka.ms/azd-install. Install it, run azd auth login, then: $command"
  }
}

# Without TLS to this machine alone.
function Test-Url([string] $Url) {
  $Url -cmatch '^(http://(127\.0\.0\.1|localhost|\[::1\])|https://[A-Za-z0-9.-]+)(:[0-9]+)?/?\z'
}

# azd takes the tenant of the environment's subscription.
function Get-Token {
  $token = $null | azd auth token --scope "$audience/.default" --output none --no-prompt
  if ($LASTEXITCODE -ne 0 -or "$token" -cnotmatch '^[A-Za-z0-9._~+/=-]+\z') {
    Exit-WithSentence "azd gave no token for ${service}: run azd auth login (a guest: with --tenant-id TENANT), then: $command"
  }
  "$token"
}

# The status (0 where nothing came), the answer as text, and the headers.
function Invoke-Azure([string] $Url, [string] $Method, [string] $Path, [object] $Body) {
  $request = @{
    Method                  = $Method
    Uri                     = "$Url$Path"
    Authentication          = 'Bearer'
    Token                   = ConvertTo-SecureString (Get-Token) -AsPlainText -Force
    MaximumRedirection      = 0
    TimeoutSec              = 30
    StatusCodeVariable      = 'status'
    ResponseHeadersVariable = 'headers'
  }
  if ($Url.StartsWith('http://')) { $request += @{ AllowUnencryptedAuthentication = $true; NoProxy = $true } }
  if ($Body) {
    $request.ContentType = 'application/json'
    $request.Body = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $Body -Depth 9))
  }
  $status = 0
  $headers = @{}
  try {
    $answer = Invoke-RestMethod @request -SkipHttpErrorCheck -ErrorAction SilentlyContinue
    @{ Status = $status; Answer = ($answer -is [string]) ? $null : $answer; Headers = $headers; Text = '' }
  } catch {
    @{ Status = 0; Answer = $null; Headers = @{}; Text = $_.Exception.Message }
  }
}

function Get-Property([object] $Value, [string] $Name) {
  $member = ($null -ne $Value) ? $Value.PSObject.Properties[$Name] : $null
  if ($member) { $member.Value }
}

# The innermost code.
function Get-Code([object] $Answer) {
  $code = $null
  for ($part = Get-Property $Answer 'error'; $null -ne $part; $part = Get-Property $part 'innererror') {
    $code = (Get-Property $part 'code') ?? $code
  }
  $code
}

# The service's code and sentence, which hold no secret; what else answered is not shown.
function Get-Reason([string] $Url, [hashtable] $Reply) {
  if ($Reply.Status -eq 0) { return "no answer from ${Url}: $($Reply.Text)" }
  $code = Get-Code $Reply.Answer
  $message = Get-Property (Get-Property $Reply.Answer 'error') 'message'
  "$Url answered $($Reply.Status)$($code ? " $code" : '')$($message ? ": $message" : '')" -replace '\p{Cc}+', ' '
}
