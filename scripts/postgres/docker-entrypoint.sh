#!/bin/sh
# Behaves as the official image's entrypoint does for POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB and PGDATA.
# The first start makes the cluster with a temporary server that listens only on the unix socket.
set -eu

if [ "${1#-}" != "$1" ]; then set -- postgres "$@"; fi
if [ "$1" != postgres ]; then exec "$@"; fi

if [ "$(id -u)" -eq 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres:postgres "$PGDATA"
    chmod 700 "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
        echo "Error: Database is uninitialized and superuser password is not specified." >&2
        echo "       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser." >&2
        exit 1
    fi
    user=${POSTGRES_USER:-postgres}
    database=${POSTGRES_DB:-$user}
    host_method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
    password_file=$(mktemp)
    printf '%s\n' "${POSTGRES_PASSWORD:-}" >"$password_file"
    if [ -n "${POSTGRES_PASSWORD:-}" ]; then set -- "--pwfile=$password_file" "$@"; else set -- --no-instructions "$@"; fi
    initdb --username="$user" --encoding=UTF8 --auth-local=trust --auth-host=scram-sha-256 --no-instructions "$1" "$PGDATA"
    shift
    rm -f "$password_file"
    printf '\nhost all all all %s\n' "$host_method" >>"$PGDATA/pg_hba.conf"

    pg_ctl --pgdata="$PGDATA" --wait --options="-c listen_addresses=''" start
    if [ "$database" != postgres ]; then
        psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$user" --dbname=postgres --set=database="$database" <<'SQL'
create database :"database";
SQL
    fi
    pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop
    echo "PostgreSQL init process complete; ready for start up."
fi

exec "$@" -c listen_addresses='*'
