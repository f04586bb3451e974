#!/usr/bin/env bash
# Makes the secret files of a new deployment, once; what is there already is left as it is.
#   deploy/make-secrets.sh [FOLDER]        (deploy/secrets)
#
# The containers' user reads the files, so they are readable for all; the folder keeps everybody else out.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-deploy/secrets}
umask 077
mkdir -p "$folder"
random() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
keep() { # NAME: standard input, unless the file is there
  if [ -e "$folder/$1" ]; then echo "kept  $folder/$1"; else cat >"$folder/$1"; echo "made  $folder/$1"; fi
  chmod 0444 "$folder/$1"
}

random 24 | keep postgres_password
echo "postgresql://hamlet:$(cat "$folder/postgres_password")@postgres:5432/hamlet" | keep ingest_ledger_url

# Redis is given the password's digest only. No one is the default user; `health` may say PING and nothing else.
if [ ! -e "$folder/ingest_redis_url" ] || [ ! -e "$folder/redis_acl" ]; then
  password=$(random 24)
  digest=$(printf %s "$password" | sha256sum | cut -d' ' -f1)
  rm -f "$folder/ingest_redis_url" "$folder/redis_acl"
  echo "redis://ingest:$password@redis:6379/0" | keep ingest_redis_url
  printf '%s\n' 'user default off' \
    "user ingest on #$digest ~* &* +@all -@admin -@dangerous +info" \
    'user health on nopass +ping' | keep redis_acl
else
  keep ingest_redis_url </dev/null
  keep redis_acl </dev/null
fi

# The key of the keyed hashes of names and values. It never changes: without it what was approved is not known again.
random 32 | keep hash_key
# Empty: no queue, no mail server that asks for a password. Fill in what you have (docs/deployment.md).
keep ingest_queue_credential </dev/null
keep ingest_smtp_password </dev/null
# One file for each storage account, or ACCOUNT.SHARE for one share of it. The containers' user must be able to enter.
mkdir -p "$folder/shares"
chmod 0755 "$folder/shares"
