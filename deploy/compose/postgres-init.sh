#!/bin/sh
# Runs once, when the volume is empty: a role and a schema for each service, and a role that owns Temporal's databases.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres --dbname lianban \
    -v intake="$INTAKE_PASSWORD" -v adapters="$ADAPTERS_PASSWORD" -v notify="$NOTIFY_PASSWORD" \
    -v temporal="$TEMPORAL_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal';
CREATE ROLE intake LOGIN PASSWORD :'intake';
CREATE ROLE adapters LOGIN PASSWORD :'adapters';
CREATE ROLE notify LOGIN PASSWORD :'notify';
REVOKE ALL ON DATABASE lianban FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE lianban TO intake, adapters, notify;
CREATE SCHEMA intake AUTHORIZATION intake;
CREATE SCHEMA adapters AUTHORIZATION adapters;
CREATE SCHEMA notify AUTHORIZATION notify;
SQL
