#!/bin/sh
# Run this before hugo. data/peloton.json stays as it was where the service is away or answers something else.
url="${PELOTON_STATS_URL:-http://127.0.0.1:7071}/api/stats"
mkdir -p data
if curl --fail --silent --show-error --max-time 20 --output peloton.json.new "$url" &&
  grep -q '^{"schema_version":1,' peloton.json.new; then
  mv peloton.json.new data/peloton.json
else
  echo "Peloton stats: no fresh ones. The last good ones are shown, if there are any." >&2
fi
