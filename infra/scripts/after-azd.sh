#!/usr/bin/env bash
# What is left to do when azd has provisioned or deployed, as azd's hooks. Where the function sync-now is there, gives its key to the
# action group of the second clock. Where it is not, as after the first provision, waits until the roles of the app have spread: the
# upload that follows would be refused. The key is in no command line, file or output. after-azd.ps1 does the same.
set -euo pipefail
set +ax # a trace would print what is read below, and allexport hand it to every command
LC_ALL=C

audience=https://management.azure.com
service=Azure
script='azd hooks run postdeploy'
# shellcheck source=SCRIPTDIR/azure.sh
. "$(dirname "${BASH_SOURCE[0]}")/azure.sh"

unset key code
pause_seconds=15
spread_seconds=180
function=sync-now
is_there=no

# After an upload it may take minutes until Azure lists the functions and the app can say its keys.
case ${1:-} in
  provision) tries=3 ;;
  deploy) tries=12 ;;
  *) fail 'Usage: bash infra/scripts/after-azd.sh provision|deploy' ;;
esac
moment=$1
for name in AZURE_SUBSCRIPTION_ID AZURE_RESOURCE_GROUP AZURE_FUNCTION_APP_NAME AZURE_FUNCTION_APP_URL SECOND_CLOCK_NAME AZURE_ENV_NAME; do
  [[ ${!name:-} =~ ^[]A-Za-z0-9._:/()[-]+$ ]] || fail "$name is missing: run azd up, which also runs this script."
done
require_tools
take_url "${AZURE_RESOURCE_MANAGER_URL:-$audience}" || fail 'AZURE_RESOURCE_MANAGER_URL is no URL.'

group=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$AZURE_RESOURCE_GROUP
app=$group/providers/Microsoft.Web/sites/$AZURE_FUNCTION_APP_NAME

# set_key: fails where there is no function, no key or no group, or where Azure does not answer; `status` says which.
set_key() {
  ask GET "$app/functions/$function?api-version=2024-11-01"
  [ "$status" = 200 ] || return 1
  is_there=yes
  ask POST "$app/functions/$function/listkeys?api-version=2024-11-01"
  [ "$status" = 200 ] && [[ $answer =~ \"default\":\ *\"([A-Za-z0-9_=/+-]+)\" ]] || return 1
  key=${BASH_REMATCH[1]}
  code=${key//+/%2B}
  code=${code//\//%2F}
  code=${code//=/%3D}
  # The whole group, as Azure takes it. infra/modules/alerts.bicep makes it without a receiver, and only where there is none.
  ask PUT "$group/providers/Microsoft.Insights/actionGroups/$SECOND_CLOCK_NAME?api-version=2023-01-01" \
    "{\"location\":\"global\",\"tags\":{\"azd-env-name\":\"$AZURE_ENV_NAME\"},\"properties\":{\"groupShortName\":\"stats clock\",\"enabled\":true,\"azureFunctionReceivers\":[{\"name\":\"$function\",\"functionAppResourceId\":\"$app\",\"functionName\":\"$function\",\"httpTriggerUrl\":\"$AZURE_FUNCTION_APP_URL/api/sync?code=$code\",\"useCommonAlertSchema\":true}]}}"
  [[ $status = 20[01] ]]
}

# seconds_of YEAR MONTH DAY HOUR MINUTE SECOND: into `seconds`, from an instant that is the same for all. A year begins with March.
seconds_of() {
  local year=$1 month=$((10#$2)) day=$((10#$3))
  [ "$month" -gt 2 ] || month=$((month + 12)) year=$((year - 1))
  day=$((day + (153 * month - 457) / 5 + 365 * year + year / 4 - year / 100 + year / 400))
  seconds=$(((day * 24 + 10#$4) * 3600 + 10#$5 * 60 + 10#$6))
}

# await_roles: until some minutes after the end of the newest deployment in the group. Both instants are Azure's, so that a wrong
# clock of this machine changes nothing.
await_roles() {
  local rest end='' now months=JanFebMarAprMayJunJulAugSepOctNovDec before left=$spread_seconds
  ask GET "$group/providers/Microsoft.Resources/deployments?api-version=2021-04-01"
  rest=$answer
  while [[ $rest =~ \"timestamp\":\ *\"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}) ]]; do
    [[ ${BASH_REMATCH[1]} > $end ]] && end=${BASH_REMATCH[1]}
    rest=${rest#*"${BASH_REMATCH[0]}"}
  done
  if [ "$status" = 200 ] && [ -n "$end" ] &&
    [[ $headers =~ [Dd]ate:\ [A-Z][a-z]{2},\ ([0-9]{2})\ ([A-Z][a-z]{2})\ ([0-9]{4})\ ([0-9]{2}):([0-9]{2}):([0-9]{2})\ GMT ]]; then
    before=${months%%"${BASH_REMATCH[2]}"*}
    seconds_of "${BASH_REMATCH[3]}" $((${#before} / 3 + 1)) "${BASH_REMATCH[1]}" "${BASH_REMATCH[@]:4:3}"
    now=$seconds
    seconds_of "${end:0:4}" "${end:5:2}" "${end:8:2}" "${end:11:2}" "${end:14:2}" "${end:17:2}"
    left=$((seconds + spread_seconds - now))
    [ "$left" -lt "$spread_seconds" ] || left=$spread_seconds
  fi
  [ "$left" -gt 0 ] || return 0
  printf '%s\n' "The roles of the app are new, and Azure needs some minutes to heed them: waiting for $left seconds before the upload."
  sleep "$left"
}

until set_key; do
  tries=$((tries - 1))
  case $moment:$status in
    *:401 | *:403 | provision:404) tries=0 ;;
  esac
  [ "$tries" -le 0 ] || {
    sleep "$pause_seconds"
    continue
  }
  reason_of
  last=$status
  case $moment:$is_there in provision:no) await_roles ;; esac
  if [ "$last" = 404 ]; then
    [ "$moment" = provision ] ||
      printf '%s\n' "Azure does not list the function $function yet; once it does, this sets the second clock: $script"
    exit 0
  fi
  [ -z "${key:-}" ] || reason=${reason//"$code"/KEY} reason=${reason//"$key"/KEY}
  fail "The second clock has no key of $function: $reason" "Once that is mended: $script"
done
printf '%s\n' "The second clock calls $function where the timer does not run."
