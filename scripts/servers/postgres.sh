#!/bin/sh
# postgres.sh DIR PORT: a private PostgreSQL 15 (Debian: postgresql-15) on 127.0.0.1:PORT, state in DIR; stays in the
# foreground as one process with its children, SIGINT stops it. Root may run it: the server then runs as the user
# "postgres", who must be able to enter the folder's parents. Connect with host=127.0.0.1 port=PORT user=test
# dbname=postgres.
set -eu
bin=/usr/lib/postgresql/15/bin dir=$1 port=$2
as=
[ "$(id -u)" != 0 ] || as="setpriv --reuid=postgres --regid=postgres --init-groups"
mkdir -p "$dir"
[ "$(id -u)" != 0 ] || chown postgres "$dir"
cd "$dir"
[ -s data/PG_VERSION ] || $as $bin/initdb -D data -U test -A trust -E UTF8 --locale=C.UTF-8 --no-sync >initdb.log
exec $as $bin/postgres -D data -p "$port" -k "$PWD" -c listen_addresses=127.0.0.1 -c fsync=off
