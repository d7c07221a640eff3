"""The one registry of search attributes: used by the workflow, and by whoever registers them on a server."""

from __future__ import annotations

from typing import Final

from temporalio.common import SearchAttributeKey

THEME_CODE: Final = SearchAttributeKey.for_keyword("ThemeCode")
DIVISION_CODE: Final = SearchAttributeKey.for_keyword("DivisionCode")
LEAD_DEPARTMENT: Final = SearchAttributeKey.for_keyword("LeadDepartment")
CASE_STATUS: Final = SearchAttributeKey.for_keyword("CaseStatus")
LIGHT: Final = SearchAttributeKey.for_keyword("Light")
CHANNEL: Final = SearchAttributeKey.for_keyword("Channel")
CATALOG_VERSION: Final = SearchAttributeKey.for_keyword("CatalogVersion")
CALENDAR_VERSION: Final = SearchAttributeKey.for_keyword("CalendarVersion")
PENDING_DEPARTMENTS: Final = SearchAttributeKey.for_keyword_list("PendingDepartments")
PROMISED_DUE: Final = SearchAttributeKey.for_datetime("PromisedDue")
LEGAL_DUE: Final = SearchAttributeKey.for_datetime("LegalDue")

REGISTERED: Final = {
    "ThemeCode": "Keyword",
    "DivisionCode": "Keyword",
    "LeadDepartment": "Keyword",
    "CaseStatus": "Keyword",
    "Light": "Keyword",
    "Channel": "Keyword",
    "CatalogVersion": "Keyword",
    "CalendarVersion": "Keyword",
    "PendingDepartments": "KeywordList",
    "PromisedDue": "Datetime",
    "LegalDue": "Datetime",
}
