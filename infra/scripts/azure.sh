# Asks Azure as the user that azd is signed in as. Sourced by the scripts beside it, which name in `audience` whom the token is for,
# in `service` what they call that, and in `script` how they are called. No token and no body is ever in a command line, a file or
# the environment: curl reads them from a pipe. azure.ps1 is the same for PowerShell.
# shellcheck shell=bash disable=SC2034 # what it sets is used by those who source it
: "${audience:?}" "${service:?}" "${script:?}"

# A variable that the caller exported keeps that mark and would hand its new value to every command below.
unset token answer headers status escaped

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

require_tools() {
  command -v azd >/dev/null ||
    fail "The Azure Developer CLI (azd) is missing: https://aka.ms/azd-install. Install it, run azd auth login, then: $script"
  command -v curl >/dev/null || fail "curl is missing. Install it, then: $script"
}

# take_url TEXT: into `url`, and whether curl may go there without TLS into `way`: to this machine alone, and by no proxy.
take_url() {
  way=(--proto '=https')
  if [[ $1 =~ ^http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/?$ ]]; then
    way=(--proto '=http' --noproxy '*')
  elif ! [[ $1 =~ ^https://[A-Za-z0-9.-]+(:[0-9]+)?/?$ ]]; then
    return 1
  fi
  url=${1%/}
}

# get_token: into `token`. azd takes the tenant of the environment's subscription.
get_token() {
  token=$(azd auth token --scope "$audience/.default" --output none --no-prompt </dev/null) || token=''
  [[ $token =~ ^[A-Za-z0-9._~+/=-]+$ ]] ||
    fail "azd gave no token for $service: run azd auth login (a guest: with --tenant-id TENANT), then: $script"
}

# escape TEXT: into `escaped`, for between the quotes of JSON as of curl's configuration.
escape() {
  local rest=$1 character
  escaped=''
  while [ -n "$rest" ]; do
    character=${rest:0:1}
    rest=${rest:1}
    case $character in
      \" | \\) escaped=$escaped\\$character ;;
      $'\t') escaped=$escaped'\t' ;;
      *) escaped=$escaped$character ;;
    esac
  done
}

# ask METHOD PATH [JSON]: the status into `status` (000 where nothing came), the last headers and the body into `headers` and `answer`.
ask() {
  local data=''
  get_token
  if [ "$1" != GET ]; then
    escape "${3:-}"
    data="data-binary = \"$escaped\""
  fi
  # --disable comes first: a .curlrc that traces would write down what is sent.
  answer=$(
    printf 'header = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n%s\n' "$token" "$data" |
      curl --disable --silent --show-error --include --config - "${way[@]}" --request "$1" --connect-timeout 10 \
        --max-time 30 --write-out '\n%{http_code}' "$url$2" 2>&1
  ) || true
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  headers=''
  while [[ $answer = HTTP/*$'\r\n\r\n'* ]]; do
    headers=${answer%%$'\r\n\r\n'*}
    answer=${answer#*$'\r\n\r\n'}
  done
}

# reason_of: the service's code and sentence into `reason`, which hold no secret; what else answered is not shown.
reason_of() {
  reason=''
  if [ "$status" = 000 ]; then
    [[ $answer =~ curl:\ [^$'\n']* ]] && reason=": ${BASH_REMATCH[0]}"
    reason="no answer from $url$reason"
    return
  fi
  reason="$url answered $status"
  [[ $answer =~ .*\"code\":\"([A-Za-z]+)\" ]] && reason="$reason ${BASH_REMATCH[1]}"
  [[ $answer =~ \"message\":\"(([^\"\\]|\\.)*)\" ]] && reason="$reason: ${BASH_REMATCH[1]//\\[rn]/ }"
  return 0
}
