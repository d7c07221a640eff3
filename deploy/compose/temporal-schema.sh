#!/bin/sh
# Makes Temporal's two databases where they are missing and brings their schemas to this server's version.
set -eu
schema=/etc/temporal/schema/postgresql/v12
for database in temporal:temporal temporal_visibility:visibility; do
    name=${database%%:*}
    tool="temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db $name"
    $tool create
    $tool setup-schema -v 0.0
    $tool update-schema -d "$schema/${database##*:}/versioned"
done
