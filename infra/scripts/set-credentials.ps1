#requires -Version 7.2
# Asks for the Peloton user name and password and stores them in the vault, as the user that azd is signed in as. Neither is ever
# in a command line, a file, the environment or the history: they go to the vault in the body of a request. Run it again after a
# change of password. set-credentials.sh does the same, sentence for sentence, and one test runs both.
[CmdletBinding(PositionalBinding = $false)]
param(
  # The vault, by its name or its URL; otherwise AZURE_KEY_VAULT_NAME of the environment or of azd.
  [string] $Vault = $env:AZURE_KEY_VAULT_NAME,
  # Take the user name and the password as two lines: of UTF-8 from standard input, or from the pipeline.
  [switch] $Stdin,
  # As azd's hook: do nothing without a terminal, or when both are stored already.
  [switch] $FromAzd,
  # What the pipeline brings, such as the lines of Get-Content.
  [Parameter(ValueFromPipeline)] [AllowNull()] [AllowEmptyString()] [object] $Line,
  # The same options as set-credentials.sh spells them.
  [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @()
)

begin {
  $audience = 'https://vault.azure.net'
  $service = 'the vault'
  $command = './infra/scripts/set-credentials.ps1'
  . (Join-Path $PSScriptRoot 'azure.ps1')

  $usage = @'
Usage: ./infra/scripts/set-credentials.ps1 [-Vault NAME] [-Stdin] [-FromAzd]
  -Vault NAME  the vault, by its name or its URL; otherwise AZURE_KEY_VAULT_NAME of the environment or of azd
  -Stdin       take the user name and the password as two lines of UTF-8 from standard input, or from the pipeline
  -FromAzd     as azd's hook: do nothing without a terminal, or when both are stored already
'@

  # A role that was granted a moment ago is refused for some minutes more.
  $waitSeconds = [int] ($env:ROLE_WAIT_SECONDS ?? 600)
  $pauseSeconds = [int] ($env:ROLE_PAUSE_SECONDS ?? 15)
  $outageTries = 4

  # --- What is stored: text without what nobody sees around it ----------------------------------------------------------------

  # White space, control and format characters, as in src/peloton/credentials.ts; .NET's classes know no character past U+FFFF.
  $unseen = '(?:[\s\p{Cc}\p{Cf}]|\uD804[\uDCBD\uDCCD]|\uD80D[\uDC30-\uDC3F]|\uD82F[\uDCA0-\uDCA3]|\uD834[\uDD73-\uDD7A]|\uDB40[\uDC01\uDC20-\uDC7F])+'

  function Remove-Unseen([string] $Text) { $Text -creplace "^$unseen|$unseen\z", '' }

  # Byte order marks and line ends belong to no secret.
  function Remove-LineEnd([string] $Text) { $Text -creplace '^[\uFEFF\r\n]+|[\uFEFF\r\n]+\z', '' }

  # Without the mark that stands for what another encoding lost.
  function Test-Text([string] $Text) { -not ($Text -cmatch '[\0\uFFFD]') }

  # Both as they are to be stored.
  function Get-Accepted([string] $Name, [string] $Password) {
    $userName = Remove-Unseen $Name
    if ($userName -ceq '') { Exit-WithSentence 'The user name is empty: nothing was stored.' }
    if ((Remove-Unseen $Password) -ceq '') { Exit-WithSentence 'The password is empty: nothing was stored.' }
    $kept = Remove-LineEnd $Password
    if ($userName -cmatch '[\x01-\x1f\x7f]') {
      Exit-WithSentence 'The user name has a control character inside, such as a line end: nothing was stored.'
    }
    if ($kept -cmatch '[\x01-\x08\x0a-\x1f\x7f]') {
      Exit-WithSentence 'The password has a control character inside, such as a line end: nothing was stored.'
    }
    @{ UserName = $userName; Password = $kept }
  }

  # The user name in the first line, the password in the second, and nothing after them.
  function Get-AcceptedLine([string] $Text) {
    $name, $password, $after = ($Text -csplit '\n', 3) + @('', '', '')
    if ((Remove-Unseen $Text) -ceq '') { Exit-WithSentence 'No user name on standard input: nothing was stored.' }
    if ((Remove-Unseen $name) -ceq '') {
      Exit-WithSentence 'The first line, where the user name belongs, is empty: nothing was stored.'
    }
    if ((Remove-Unseen $password) -ceq '') {
      Exit-WithSentence 'The second line, where the password belongs, is empty: nothing was stored.'
    }
    if ((Remove-Unseen ($after -join '')) -cne '') {
      Exit-WithSentence 'There is more than a user name and a password on standard input: nothing was stored.'
    }
    Get-Accepted $name $password
  }

  # The bytes themselves, since PowerShell reads lines by the code page of the console.
  function Read-StandardInput {
    $bytes = [System.IO.MemoryStream]::new()
    [Console]::OpenStandardInput().CopyTo($bytes)
    [System.Text.Encoding]::UTF8.GetString($bytes.ToArray()) # what is no UTF-8 becomes the mark that Test-Text refuses
  }

  function Join-Line([object[]] $Lines) {
    foreach ($each in $Lines) {
      if ($null -ne $each -and $each -isnot [string]) {
        Exit-WithSentence 'What comes through the pipeline is not lines of text: nothing was stored.'
      }
    }
    $Lines -join "`n"
  }

  # --- The vault, as azd's own user ---------------------------------------------------------------------------------------------

  function Invoke-Vault([string] $Url, [string] $Method, [string] $Name, [object] $Body) {
    Invoke-Azure $Url $Method "/secrets/${Name}?api-version=7.4" $Body
  }

  function Set-VaultSecret([string] $Url, [string] $Name, [string] $Value) {
    $deadline = (Get-Date).AddSeconds($waitSeconds)
    $isTold = $false
    $tries = 1
    while ($true) {
      $reply = Invoke-Vault $Url 'Put' $Name @{ value = $Value }
      $code = Get-Code $reply.Answer
      $reason = Get-Reason $Url $reply
      if ($reply.Status -eq 200 -and "$(Get-Property $reply.Answer 'id')" -like "*/secrets/$Name/*") { break }
      if ($reply.Status -eq 403 -and $code -eq 'ForbiddenByRbac') {
        if ((Get-Date) -ge $deadline) {
          Exit-WithSentence @(
            "$Name was not stored: after $waitSeconds seconds you still may not write secrets in $Vault."
            'Ask for the role Key Vault Secrets Officer on it; azd up grants it to the one who runs it.'
          )
        }
        if (-not $isTold) { Write-Host 'Your role in the vault is not effective yet. Trying again …' }
        $isTold = $true
      } elseif ($reply.Status -eq 401 -and $reason -match 'AKV10032') {
        Exit-WithSentence @(
          "$Name was not stored: $reason"
          'azd is signed in to another tenant than the vault: azd auth login --tenant-id TENANT'
        )
      } elseif ($reply.Status -in 0, 429 -or $reply.Status -ge 500) {
        if ($tries -ge $outageTries) { Exit-WithSentence "$Name was not stored: $reason" }
        if ($tries -eq 1) { Write-Host 'The vault does not answer. Trying again …' }
        $tries++
      } else {
        Exit-WithSentence "$Name was not stored: $reason"
      }
      Start-Sleep -Seconds $pauseSeconds
    }
    Write-Host "Stored $Name in $Vault."
  }

  function Get-VaultUrl {
    if (Test-Url $Vault) { return $Vault.TrimEnd('/') }
    if ($Vault -cmatch '^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]\z') { return "https://$Vault.vault.azure.net" }
    Exit-WithSentence "$Vault is neither the name of a vault nor its URL."
  }

  function Test-Stored([string] $Url) {
    foreach ($name in 'peloton-username', 'peloton-password') {
      if ((Invoke-Vault $Url 'Get' $name).Status -ne 200) { return $false }
    }
    $true
  }

  # --- From the person to the vault ---------------------------------------------------------------------------------------------

  function Read-Terminal {
    Get-Token | Out-Null # so that a missing login is said before anything is typed
    $name = Read-Host 'Peloton e-mail or user name'
    $password = Read-Host 'Peloton password (not shown)' -MaskInput
    if (-not (Test-Text "$name$password")) { Exit-WithSentence 'The terminal does not speak UTF-8: nothing was stored.' }
    Get-Accepted $name $password
  }

  # Ends the script, unless the lines are still to come through the pipeline.
  function Invoke-Main([bool] $IsComplete) {
    $url = Get-VaultUrl
    if ($FromAzd -and (Test-Stored $url)) {
      Write-Host "The vault $Vault has the Peloton credentials already; to change them: $command"
      exit 0
    }
    if (-not $IsComplete) { return }
    if ($isPiped -or $Stdin) {
      $text = $isPiped ? (Join-Line $lines) : (Read-StandardInput)
      if (-not (Test-Text $text)) { Exit-WithSentence 'What is on standard input is no text in UTF-8: nothing was stored.' }
      $accepted = Get-AcceptedLine $text
    } else {
      $accepted = Read-Terminal
    }
    # The password first: a new version of the user name is what makes the service sign in, and it finds both then.
    Set-VaultSecret $url 'peloton-password' $accepted.Password
    Set-VaultSecret $url 'peloton-username' $accepted.UserName
    Write-Host 'Done. The next sync signs in with them; to see at once that they work: npm run doctor -- --sign-in'
    exit 0
  }

  # The options as set-credentials.sh spells them come as they are.
  for ($index = 0; $index -lt $Rest.Count; $index++) {
    switch -CaseSensitive ($Rest[$index]) {
      '--vault' {
        $index++
        if ($index -ge $Rest.Count) { Exit-WithSentence 'After --vault comes the name of the vault.' }
        $Vault = $Rest[$index]
      }
      '--stdin' { $Stdin = $true }
      '--from-azd' { $FromAzd = $true }
      '--help' {
        Write-Host $usage
        exit 0
      }
      default { Exit-WithSentence $usage }
    }
  }

  $isPiped = $MyInvocation.ExpectingInput
  $lines = [System.Collections.Generic.List[object]]::new()
  if ([Console]::IsInputRedirected) {
    if ($FromAzd) {
      Write-Host "No terminal to ask for the Peloton credentials. Store them later: $command"
      exit 0
    }
    if (-not $Stdin -and -not $isPiped) { Exit-WithSentence 'No terminal to ask on. Give the two lines with -Stdin.' }
  }
  Assert-Tool
  if (-not $Vault) {
    $Vault = $null | azd env get-value AZURE_KEY_VAULT_NAME --no-prompt 2>$null
    if ($LASTEXITCODE -ne 0) { $Vault = '' }
  }
  if (-not $Vault) { Exit-WithSentence 'Which vault? Run azd up first, or name it: -Vault NAME.' }

  # Standard input is read here, before PowerShell takes it for the pipeline's.
  try { Invoke-Main (-not $isPiped) } catch { Exit-WithSentence "Nothing more was stored: $($_.Exception.Message)" }
}

process {
  if ($isPiped) { $lines.Add($Line) }
}

end {
  try { Invoke-Main $true } catch { Exit-WithSentence "Nothing more was stored: $($_.Exception.Message)" }
}
