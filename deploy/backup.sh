#!/usr/bin/env bash
# A backup of the whole service: ledger, key, archive, originals, quarantine, reports. It may run while the service works.
#   deploy/backup.sh --compose DESTINATION    of the containers (as root, so that their user may write there)
#   deploy/backup.sh DESTINATION              of a service of this machine, with INGEST_DATA_DIR and INGEST_LEDGER_URL
#
# The ledger goes first, the archive after it: an archive that is newer than its ledger is brought level
# (`ingest level`), a ledger that is newer than its archive is not. What the backup has is not copied again.
set -euo pipefail
way=host
if [ "${1:-}" = --compose ]; then way=compose; shift; fi
destination=${1:?usage: deploy/backup.sh [--compose] DESTINATION}
mkdir -p "$destination"
chmod 700 "$destination"
destination=$(cd "$destination" && pwd)
# Files of these folders are never changed once they have their name: what is there already is not read again.
folders='subjects withdrawn trials originals quarantine reports'
copy='for folder in $folders; do mkdir -p "$to/$folder"; cp -a --update "$from/$folder/." "$to/$folder/"; done'

ledger_of_compose() {
  "${compose[@]}" exec -T postgres pg_dump -U hamlet --format=custom hamlet >"$destination/ledger.dump.part"
  mv "$destination/ledger.dump.part" "$destination/ledger.dump"
}

files_of_compose() {
  [ "$(id -u)" != 0 ] || chown 10001:10001 "$destination"
  "${compose[@]}" run --rm --no-deps -T -v "$destination:/backup" worker-light sh -euc \
    "from=/data to=/backup folders='$folders'; $copy; cp -f /run/secrets/hash_key /backup/hash.key"
}

ledger_of_host() {
  case "$url" in
    postgresql*)
      pg_dump --format=custom --file="$destination/ledger.dump.part" "postgresql://${url#*://}"
      mv "$destination/ledger.dump.part" "$destination/ledger.dump"
      ;;
    *)
      "${PYTHON:-python3}" - "${ledger:-$data/ledger.sqlite}" "$destination/ledger.sqlite.part" <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as source, sqlite3.connect(sys.argv[2]) as copy:
    source.backup(copy)
PYTHON
      mv "$destination/ledger.sqlite.part" "$destination/ledger.sqlite"
      ;;
  esac
}

files_of_host() {
  [ ! -f "$data/hash.key" ] || cp -p "$data/hash.key" "$destination/hash.key"
  from=$data to=$destination folders=$folders bash -euc "$copy"
}

if [ "$way" = compose ]; then
  cd "$(dirname "$0")/.."
  # COMPOSE: another way to call it, with options (docker compose -p NAME …).
  if [ -n "${COMPOSE:-}" ]; then read -ra compose <<<"$COMPOSE"
  elif docker compose version >/dev/null 2>&1; then compose=(docker compose)
  else compose=(docker-compose); fi
else
  data=${INGEST_DATA_DIR:-hamlet-data}
  url=${INGEST_LEDGER_URL:-}
  [ -n "$url" ] || { [ -r /run/secrets/ingest_ledger_url ] && url=$(cat /run/secrets/ingest_ledger_url); } || true
  ledger=${url#sqlite:///}
fi
"ledger_of_$way"
"files_of_$way"
date -u +%Y-%m-%dT%H:%M:%SZ >"$destination/finished"
