"""The tables, as we write and read them. ``ddl/`` is what a department's DBA runs; a test compares the two.

Times are Beijing's, without a zone: what every department's database keeps.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT

METADATA: Final = MetaData()
MAX_DESCRIPTION: Final = 1000

_LONG: Final = Text().with_variant(LONGTEXT(), "mysql", "mariadb")
_FILE: Final = LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")


class Sync(IntEnum):
    """``is_sync``."""

    NEW = 0
    DONE = 1
    QUARANTINED = 9


def _exchange() -> tuple[Column[object], ...]:
    """Columns every table has that is read row by row."""
    return (
        Column("cd_operation", String(1), nullable=False),
        Column("cd_batch", String(200)),
        Column("cd_time", DateTime, nullable=False),
        Column("is_sync", SmallInteger, nullable=False),
        Column("sync_time", DateTime),
    )


TASK: Final = Table(
    "lb_task",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    *_exchange(),
    Column("task_id", String(160), nullable=False),
    Column("project_no", String(64), nullable=False),
    Column("process_code", String(64), nullable=False),
    Column("process_name", String(200)),
    Column("process_kind", String(16)),
    Column("task_code", String(64)),
    Column("theme_code", String(64)),
    Column("theme_name", String(200)),
    Column("division_code", String(32)),
    Column("apply_date", DateTime),
    Column("promise_date", Date),
    Column("legal_date", Date),
    Column("applyer_name", String(200)),
    Column("applyer_content", _LONG),
    Column("form_content", _LONG),
    Column("result_content", _LONG),
    Column("scope_content", _LONG),
    Column("material_num", SmallInteger),
    Column("cancel_type", String(32)),
    Column("cancel_reason", String(200)),
)

TASK_MATERIAL: Final = Table(
    "lb_task_material",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    *_exchange(),
    Column("task_id", String(160), nullable=False),
    Column("material_code", String(64), nullable=False),
    Column("material_name", String(200), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("file_digest", String(64), nullable=False),
    Column("file_content", _FILE),
    Column("file_url", String(1000)),
    Column("licence_content", _LONG),
)

ACT: Final = Table(
    "lb_act",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    *_exchange(),
    Column("act_id", String(128), nullable=False),
    Column("task_id", String(160), nullable=False),
    Column("event_name", String(32), nullable=False),
    Column("actor_type", String(16), nullable=False),
    Column("handle_user_name", String(64)),
    Column("event_time", DateTime, nullable=False),
    Column("result_type", String(16)),
    Column("handle_explain", _LONG),
    Column("legal_basis", _LONG),
    Column("remedy", _LONG),
    Column("special_type", String(32)),
    Column("special_days", SmallInteger),
    Column("special_result", _LONG),
    Column("approver_role", String(32)),
    Column("act_content", _LONG),
    Column("result_num", SmallInteger, nullable=False),
    Column("sync_status", String(16)),
    Column("sync_code", String(64)),
    Column("sync_desc", String(MAX_DESCRIPTION)),
)

ACT_RESULT: Final = Table(
    "lb_act_result",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("act_id", String(128), nullable=False),
    Column("result_code", String(64), nullable=False),
    Column("result_cetr_name", String(200), nullable=False),
    Column("result_cetr_no", String(200)),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("file_name", String(255)),
    Column("media_type", String(100)),
    Column("file_digest", String(64)),
    Column("file_content", _FILE),
    Column("cd_time", DateTime, nullable=False),
)
