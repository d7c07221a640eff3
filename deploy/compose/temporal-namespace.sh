#!/bin/sh
# Registers the namespace and the search attributes of `lianban.contracts.search_attributes`. May be repeated.
set -eu
until temporal operator cluster health >/dev/null 2>&1; do sleep 2; done
temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
    temporal operator namespace create --namespace default --retention 90d
until temporal operator search-attribute create --namespace default \
    --name ThemeCode --type Keyword \
    --name DivisionCode --type Keyword \
    --name LeadDepartment --type Keyword \
    --name CaseStatus --type Keyword \
    --name Light --type Keyword \
    --name Channel --type Keyword \
    --name CatalogVersion --type Keyword \
    --name CalendarVersion --type Keyword \
    --name PendingDepartments --type KeywordList \
    --name PromisedDue --type Datetime \
    --name LegalDue --type Datetime; do sleep 2; done
