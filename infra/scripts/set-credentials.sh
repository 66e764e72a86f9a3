#!/usr/bin/env bash
# Asks for the Peloton user name and password and stores them in the vault, as the user that azd is signed in as. Neither is ever
# in a command line, a file, the environment or the history: curl reads them, and azd's token, from a pipe. Run it again after a
# change of password. set-credentials.ps1 does the same, sentence for sentence, and one test runs both.
set -euo pipefail
set +ax # a trace would print what is read below, and allexport hand it to every command
LC_ALL=C # the characters below are named by their bytes

usage() {
  cat <<'END'
Usage: bash infra/scripts/set-credentials.sh [--vault NAME] [--stdin] [--from-azd]
  --vault NAME  the vault, by its name or its URL; otherwise AZURE_KEY_VAULT_NAME of the environment or of azd
  --stdin       take the user name and the password as two lines of UTF-8 from standard input
  --from-azd    as azd's hook: do nothing without a terminal, or when both are stored already
END
}

audience=https://vault.azure.net
service='the vault'
script='bash infra/scripts/set-credentials.sh'
# shellcheck source=SCRIPTDIR/azure.sh
. "$(dirname "${BASH_SOURCE[0]}")/azure.sh"

# A role that was granted a moment ago is refused for some minutes more.
wait_seconds=${ROLE_WAIT_SECONDS:-600}
pause_seconds=${ROLE_PAUSE_SECONDS:-15}
outage_tries=4
vault=${AZURE_KEY_VAULT_NAME:-}
from_stdin=no
from_azd=no

while [ $# -gt 0 ]; do
  case $1 in
    --vault)
      [ $# -ge 2 ] || fail 'After --vault comes the name of the vault.'
      vault=$2
      shift
      ;;
    --stdin) from_stdin=yes ;;
    --from-azd) from_azd=yes ;;
    --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 1
      ;;
  esac
  shift
done

has_terminal() { (: </dev/tty) 2>/dev/null; }

if ! has_terminal; then
  if [ "$from_azd" = yes ]; then
    printf '%s\n' "No terminal to ask for the Peloton credentials. Store them later: $script"
    exit 0
  fi
  [ "$from_stdin" = yes ] || fail 'No terminal to ask on. Give the two lines with --stdin.'
fi

# --- What is stored: text without what nobody sees around it ------------------------------------------------------------------

# unseen_start TEXT, unseen_end TEXT: how many bytes of white space, control or format characters TEXT begins or ends with; 0
# where it does not. The same characters as in src/peloton/credentials.ts.
unseen_start() {
  case $1 in
    [[:cntrl:]\ ]*) count=1 ;;
    $'\xc2'[$'\x80'-$'\xa0'$'\xad']* | $'\xd8'[$'\x80'-$'\x85'$'\x9c']* | $'\xdb\x9d'* | $'\xdc\x8f'*) count=2 ;;
    $'\xe0\xa2'[$'\x90\x91']* | $'\xe0\xa3\xa2'* | $'\xe1\x9a\x80'* | $'\xe1\xa0\x8e'*) count=3 ;;
    $'\xe2\x80'[$'\x80'-$'\x8f'$'\xa8'-$'\xaf']* | $'\xe2\x81'[$'\x9f'-$'\xa4'$'\xa6'-$'\xaf']*) count=3 ;;
    $'\xe3\x80\x80'* | $'\xef\xbb\xbf'* | $'\xef\xbf'[$'\xb9'-$'\xbb']*) count=3 ;;
    $'\xf0\x91\x82\xbd'* | $'\xf0\x91\x83\x8d'* | $'\xf0\x93\x90'[$'\xb0'-$'\xbf']*) count=4 ;;
    $'\xf0\x9b\xb2'[$'\xa0'-$'\xa3']* | $'\xf0\x9d\x85'[$'\xb3'-$'\xba']*) count=4 ;;
    $'\xf3\xa0\x80'[$'\x81'$'\xa0'-$'\xbf']* | $'\xf3\xa0\x81'[$'\x80'-$'\xbf']*) count=4 ;;
    *) count=0 ;;
  esac
}

unseen_end() {
  local length last
  for length in 1 2 3 4; do
    [ ${#1} -ge $length ] || break
    last=${1:${#1}-length}
    unseen_start "$last"
    [ "$count" -ne $length ] || return 0
  done
  count=0
}

# trim_unseen TEXT: into `trimmed`, without any of them around it.
trim_unseen() {
  trimmed=$1
  while unseen_start "$trimmed" && [ "$count" -gt 0 ]; do trimmed=${trimmed:count}; done
  while unseen_end "$trimmed" && [ "$count" -gt 0 ]; do trimmed=${trimmed:0:${#trimmed}-count}; done
}

# trim_secret TEXT: into `trimmed`, without the byte order marks and line ends that belong to no secret.
trim_secret() {
  local before=''
  trimmed=$1
  while [ "$trimmed" != "$before" ]; do
    before=$trimmed
    trimmed=${trimmed#[$'\r\n']}
    trimmed=${trimmed%[$'\r\n']}
    trimmed=${trimmed#$'\xef\xbb\xbf'}
    trimmed=${trimmed%$'\xef\xbb\xbf'}
  done
}

# is_text TEXT: UTF-8, and without the mark that stands for what another encoding lost.
is_text() {
  local rest=$1 next=$'[\x80-\xbf]'
  case $rest in *$'\xef\xbf\xbd'*) return 1 ;; esac
  while :; do
    rest=${rest#"${rest%%[$'\x80'-$'\xff']*}"} # the ASCII before the next other character
    case $rest in
      '') return 0 ;;
      [$'\xc2'-$'\xdf']$next*) rest=${rest:2} ;;
      $'\xe0'[$'\xa0'-$'\xbf']$next* | $'\xed'[$'\x80'-$'\x9f']$next*) rest=${rest:3} ;;
      [$'\xe1'-$'\xec'$'\xee\xef']$next$next*) rest=${rest:3} ;;
      $'\xf0'[$'\x90'-$'\xbf']$next$next* | $'\xf4'[$'\x80'-$'\x8f']$next$next*) rest=${rest:4} ;;
      [$'\xf1'-$'\xf3']$next$next$next*) rest=${rest:4} ;;
      *) return 1 ;;
    esac
  done
}

# accept NAME PASSWORD: both into peloton_username and peloton_password, as they are to be stored.
accept() {
  trim_unseen "$1"
  peloton_username=$trimmed
  trim_unseen "$2"
  [ -n "$peloton_username" ] || fail 'The user name is empty: nothing was stored.'
  [ -n "$trimmed" ] || fail 'The password is empty: nothing was stored.'
  trim_secret "$2"
  peloton_password=$trimmed
  case $peloton_username in
    *[[:cntrl:]]*) fail 'The user name has a control character inside, such as a line end: nothing was stored.' ;;
  esac
  case ${peloton_password//$'\t'/} in
    *[[:cntrl:]]*) fail 'The password has a control character inside, such as a line end: nothing was stored.' ;;
  esac
}

# accept_lines TEXT: the user name in the first line, the password in the second, and nothing after them.
accept_lines() {
  local name=${1%%$'\n'*} password='' after='' rest=''
  case $1 in *$'\n'*) rest=${1#*$'\n'} ;; esac
  password=${rest%%$'\n'*}
  case $rest in *$'\n'*) after=${rest#*$'\n'} ;; esac
  trim_unseen "$1"
  [ -n "$trimmed" ] || fail 'No user name on standard input: nothing was stored.'
  trim_unseen "$name"
  [ -n "$trimmed" ] || fail 'The first line, where the user name belongs, is empty: nothing was stored.'
  trim_unseen "$password"
  [ -n "$trimmed" ] || fail 'The second line, where the password belongs, is empty: nothing was stored.'
  trim_unseen "$after"
  [ -z "$trimmed" ] || fail 'There is more than a user name and a password on standard input: nothing was stored.'
  accept "$name" "$password"
}

# --- The vault, as azd's own user ----------------------------------------------------------------------------------------------

require_tools
if [ -z "$vault" ]; then
  vault=$(azd env get-value AZURE_KEY_VAULT_NAME --no-prompt </dev/null 2>/dev/null) || vault=''
fi
[ -n "$vault" ] || fail 'Which vault? Run azd up first, or name it: --vault NAME.'

if [[ $vault =~ ^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$ ]]; then
  take_url "https://$vault.vault.azure.net"
else
  take_url "$vault" || fail "$vault is neither the name of a vault nor its URL."
fi

# ask_secret METHOD NAME [VALUE]
ask_secret() {
  [ "$1" = GET ] || escape "$3"
  ask "$1" "/secrets/$2?api-version=7.4" "{\"value\":\"${escaped:-}\"}"
}

# A variable that the caller exported keeps that mark and would hand its new value to every command below.
unset peloton_username peloton_password trimmed count input name_line password_line

are_stored() {
  local name
  for name in peloton-username peloton-password; do
    ask_secret GET "$name"
    [ "$status" = 200 ] || return 1
  done
}

# store NAME VALUE: the value stays in the arguments of a function, which no other process sees.
store() {
  local name=$1 deadline=$((SECONDS + wait_seconds)) told=no tries=1
  while ask_secret PUT "$name" "$2"; do
    case $status:$answer in
      200:*"/secrets/$name/"*) break ;;
      403:*ForbiddenByRbac*)
        [ "$SECONDS" -lt "$deadline" ] ||
          fail "$name was not stored: after $wait_seconds seconds you still may not write secrets in $vault." \
            'Ask for the role Key Vault Secrets Officer on it; azd up grants it to the one who runs it.'
        [ "$told" = yes ] || printf '%s\n' 'Your role in the vault is not effective yet. Trying again …'
        told=yes
        ;;
      401:*AKV10032*)
        reason_of
        fail "$name was not stored: $reason" 'azd is signed in to another tenant than the vault: azd auth login --tenant-id TENANT'
        ;;
      000:* | 429:* | 5??:*)
        reason_of
        [ "$tries" -lt "$outage_tries" ] || fail "$name was not stored: $reason"
        [ "$tries" -gt 1 ] || printf '%s\n' 'The vault does not answer. Trying again …'
        tries=$((tries + 1))
        ;;
      *)
        reason_of
        fail "$name was not stored: $reason"
        ;;
    esac
    sleep "$pause_seconds"
  done
  printf '%s\n' "Stored $name in $vault."
}

# --- From the person to the vault ----------------------------------------------------------------------------------------------

if [ "$from_azd" = yes ] && are_stored; then
  printf '%s\n' "The vault $vault has the Peloton credentials already; to change them: $script"
  exit 0
fi

if [ "$from_stdin" = yes ]; then
  # Up to a NUL or the end; text has no NUL, and what another encoding makes of text has.
  if IFS= read -r -d '' input || ! is_text "$input"; then
    fail 'What is on standard input is no text in UTF-8: nothing was stored.'
  fi
  accept_lines "$input"
else
  get_token # so that a missing login is said before anything is typed
  printf 'Peloton e-mail or user name: ' >/dev/tty
  IFS= read -r name_line </dev/tty || : # nothing typed is refused below
  # Off before the prompt: read -s is too late for one who types or pastes at once.
  shown=$(stty -g </dev/tty)
  trap 'stty "$shown" </dev/tty' EXIT
  stty -echo </dev/tty
  printf 'Peloton password (not shown): ' >/dev/tty
  IFS= read -r password_line </dev/tty || :
  stty "$shown" </dev/tty
  printf '\n' >/dev/tty
  is_text "$name_line$password_line" || fail 'The terminal does not speak UTF-8: nothing was stored.'
  accept "$name_line" "$password_line"
fi

# The password first: a new version of the user name is what makes the service sign in, and it finds both then.
store peloton-password "$peloton_password"
store peloton-username "$peloton_username"
printf '%s\n' 'Done. The next sync signs in with them; to see at once that they work: npm run doctor -- --sign-in'
