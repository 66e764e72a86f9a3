#!/usr/bin/env bash
# Asks for the Peloton user name and password and stores them in the vault. Neither is ever in a command line, a file, the
# environment or the history: az reads them from a pipe. Run it again after a change of password.
set -euo pipefail
set +x # a trace would print what is read below

usage() {
  cat <<'END'
Usage: bash infra/scripts/set-credentials.sh [--vault NAME] [--stdin] [--from-azd]
  --vault NAME  the vault; otherwise AZURE_KEY_VAULT_NAME of the environment or of azd
  --stdin       take the user name and the password as two lines from standard input
  --from-azd    as azd's hook: do nothing without a terminal, or when both are stored already
END
}

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# A role that was granted a moment ago is refused for some minutes more.
wait_seconds=${ROLE_WAIT_SECONDS:-600}
pause_seconds=${ROLE_PAUSE_SECONDS:-15}
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

later='Store the credentials later: bash infra/scripts/set-credentials.sh'
if [ "$from_azd" = yes ] && ! has_terminal; then
  printf '%s\n' "No terminal to ask for the Peloton credentials. $later"
  exit 0
fi
command -v az >/dev/null ||
  fail 'The Azure CLI (az) is missing: https://aka.ms/install-azure-cli. Install it, run az login, then this script.' "$later"
if [ -z "$vault" ] && command -v azd >/dev/null; then
  vault=$(azd env get-value AZURE_KEY_VAULT_NAME 2>/dev/null) || vault=''
fi
[ -n "$vault" ] || fail 'Which vault? Run azd up first, or name it: --vault NAME.'

are_stored() {
  local names
  names=$(az keyvault secret list --vault-name "$vault" --query '[].name' --output tsv </dev/null 2>/dev/null) || return 1
  printf '%s\n' "$names" | grep -qx 'peloton-username' && printf '%s\n' "$names" | grep -qx 'peloton-password'
}
if [ "$from_azd" = yes ] && are_stored; then
  printf '%s\n' "The vault $vault has the Peloton credentials already; to change them: bash infra/scripts/set-credentials.sh"
  exit 0
fi

# A variable that the caller exported keeps that mark and would hand its new value to every command below.
unset peloton_username peloton_password
if [ "$from_stdin" = yes ]; then
  IFS= read -r peloton_username || fail 'No user name on standard input.'
  IFS= read -r peloton_password || [ -n "${peloton_password:-}" ] || fail 'No password on standard input.'
else
  has_terminal || fail 'No terminal to ask on. Give the two lines with --stdin.'
  printf 'Peloton e-mail or user name: ' >/dev/tty
  IFS= read -r peloton_username </dev/tty
  # Off before the prompt: read -s is too late for one who types or pastes at once.
  shown=$(stty -g </dev/tty)
  trap 'stty "$shown" </dev/tty' EXIT
  stty -echo </dev/tty
  printf 'Peloton password (not shown): ' >/dev/tty
  IFS= read -r peloton_password </dev/tty
  stty "$shown" </dev/tty
  printf '\n' >/dev/tty
fi
[ -n "$peloton_username" ] || fail 'The user name is empty: nothing was stored.'
[ -n "$peloton_password" ] || fail 'The password is empty: nothing was stored.'

# store NAME: the value comes by standard input, without a newline at its end.
store() {
  az keyvault secret set --vault-name "$vault" --name "$1" --file /dev/stdin --encoding utf-8 --output none 2>&1
}

# store_with_patience NAME VALUE: the value stays in the arguments of a function, which no other process sees.
store_with_patience() {
  local name=$1 answer deadline=$((SECONDS + wait_seconds)) told=no
  while ! answer=$(printf '%s' "$2" | store "$name"); do
    case $answer in
      *ForbiddenByRbac*) ;;
      *) fail "$name was not stored: $answer" ;;
    esac
    [ "$SECONDS" -lt "$deadline" ] ||
      fail "$name was not stored: after $wait_seconds seconds you still may not write secrets in $vault." \
        'Ask for the role Key Vault Secrets Officer on it; azd up grants it to the one who runs it.'
    [ "$told" = yes ] || printf '%s\n' 'Your role in the vault is not effective yet. Trying again …'
    told=yes
    sleep "$pause_seconds"
  done
  printf '%s\n' "Stored $name in $vault."
}

store_with_patience peloton-username "$peloton_username"
store_with_patience peloton-password "$peloton_password"
printf '%s\n' 'Done. The next sync signs in with them; to see at once that they work: npm run doctor -- --sign-in'
