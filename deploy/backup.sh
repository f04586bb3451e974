#!/usr/bin/env bash
# A backup of the whole service: ledger, key, archive, originals, quarantine, reports. It may run while the service works.
#   deploy/backup.sh DESTINATION          with INGEST_DATA_DIR and INGEST_LEDGER_URL as the service has them
#
# The ledger goes first, the archive after it: an archive that is newer than its ledger is brought level
# (`ingest level`), a ledger that is newer than its archive is not.
set -euo pipefail
destination=${1:?usage: deploy/backup.sh DESTINATION}
data=${INGEST_DATA_DIR:-hamlet-data}
python=${PYTHON:-python3}
url=${INGEST_LEDGER_URL:-}
[ -n "$url" ] || { [ -r /run/secrets/ingest_ledger_url ] && url=$(cat /run/secrets/ingest_ledger_url); } || true
mkdir -p "$destination"
chmod 700 "$destination"

case "$url" in
  postgresql*)
    pg_dump --format=custom --file="$destination/ledger.dump.part" "postgresql://${url#*://}"
    mv "$destination/ledger.dump.part" "$destination/ledger.dump"
    ;;
  *)
    ledger=${url#sqlite:///}
    "$python" - "${ledger:-$data/ledger.sqlite}" "$destination/ledger.sqlite.part" <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as source, sqlite3.connect(sys.argv[2]) as copy:
    source.backup(copy)
PYTHON
    mv "$destination/ledger.sqlite.part" "$destination/ledger.sqlite"
    ;;
esac

[ ! -f "$data/hash.key" ] || cp -p "$data/hash.key" "$destination/hash.key"

# Files of these folders are never changed once they have their name: what is there already is not read again.
for folder in subjects originals quarantine reports; do
  mkdir -p "$destination/$folder"
  cp -a --update "$data/$folder/." "$destination/$folder/"
done
date -u +%Y-%m-%dT%H:%M:%SZ >"$destination/finished"
