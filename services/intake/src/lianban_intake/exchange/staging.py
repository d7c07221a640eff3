"""The province's staging tables (前置库), the same in PostgreSQL and in MySQL.

Theirs, not ours: no schema of the intake's, times without zone as Beijing's clocks show them, and beside the record
what their readers go by: ``cd_operation`` (I new, U changed, D withdrawn), ``cd_batch``, ``cd_time``, and ``is_sync``,
which they set to 1 when they have taken a row over and we set back to 0 when it has changed since.
"""

from __future__ import annotations

from io import StringIO
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    create_mock_engine,
)

ITEMS: Final = 1000
"""Records of one table one event may yield: ``seq`` is the event's number times this, and a number within it."""

WITHDRAWN: Final = "D"

metadata: Final = MetaData()


def _table(name: str, comment: str, *columns: Column[Any]) -> Table:
    return Table(
        f"up_pro_{name}",
        metadata,
        Column("project_no", String(50), primary_key=True, comment="办件编号"),
        Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="本办件内的序号，按发生先后递增"),
        *columns,
        Column("cd_operation", String(1), nullable=False, comment="I 新增，U 变更，D 撤销"),
        Column("cd_batch", String(32), nullable=False, comment="批次号"),
        Column("cd_time", DateTime, nullable=False, comment="写入时间"),
        Column("is_sync", SmallInteger, nullable=False, server_default="0", comment="0 未接收，1 已接收"),
        Index(f"ix_up_pro_{name}_is_sync", "is_sync", "cd_time"),
        comment=comment,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )


def _step() -> tuple[Column[Any], ...]:
    """Where it happened; of the case as a whole ``process_code`` is empty."""
    return (
        Column("process_code", String(48), comment="环节编码，整个办件为空"),
        Column("process_name", String(200), nullable=False, comment="环节名称"),
        Column("org_code", String(64), comment="部门编码"),
        Column("org_name", String(200), comment="部门名称"),
    )


ACCEPT: Final = _table(
    "accept",
    "受理信息",
    Column("task_code", String(36), nullable=False, comment="主题编码"),
    Column("task_name", String(200), nullable=False, comment="主题名称"),
    Column("division_code", String(12), nullable=False, comment="行政区划"),
    Column("apply_date", DateTime, nullable=False, comment="申请时间"),
    Column("accept_date", DateTime, nullable=False, comment="受理时间"),
    Column("promise_date", Date, comment="承诺办结日期"),
    Column("legal_date", Date, comment="法定办结日期"),
    Column("accept_doc_no", String(64), comment="受理通知书文号"),
    Column("applyer_name", String(200), nullable=False, comment="申请人"),
    Column("applyer_type", String(1), nullable=False, comment="1 自然人，2 法人和其他组织"),
    Column("applyer_page_type", String(20), nullable=False, comment="申请人证件类型"),
    Column("applyer_page_code", String(64), nullable=False, comment="申请人证件号码"),
    Column("contact_name", String(200), comment="联系人"),
    Column("contact_mobile", String(32), comment="联系电话"),
    Column("org_code", String(64), nullable=False, comment="牵头部门编码"),
    Column("org_name", String(200), nullable=False, comment="牵头部门名称"),
    Column("handle_user_name", String(100), nullable=False, comment="经办人"),
)
PROCESS: Final = _table(
    "process",
    "过程信息",
    *_step(),
    Column("event_name", String(100), nullable=False, comment="办理动作"),
    Column("event_start_time", DateTime, nullable=False, comment="开始时间"),
    Column("event_end_time", DateTime, nullable=False, comment="结束时间"),
    Column("handle_explain", Text, comment="办理意见"),
    Column("handle_user_name", String(100), nullable=False, comment="经办人"),
)
SPECIAL_PROCEDURE: Final = _table(
    "special_procedure",
    "特别程序信息",
    *_step(),
    Column("special_type", String(32), nullable=False, comment="特别程序种类编码"),
    Column("special_name", String(100), nullable=False, comment="特别程序名称"),
    Column("special_reason", Text, comment="启动理由"),
    Column("special_time", DateTime, nullable=False, comment="启动时间"),
    Column("end_time", DateTime, comment="结束时间，未结束为空"),
    Column("result", Text, comment="特别程序结果"),
    Column("handle_user_name", String(100), nullable=False, comment="经办人"),
)
MATERIAL: Final = _table(
    "material",
    "材料信息",
    Column("material_code", String(64), nullable=False, comment="材料编码"),
    Column("material_name", String(200), nullable=False, comment="材料名称"),
    Column("get_type", String(1), nullable=False, comment="1 上传，2 电子证照库调取"),
    Column("get_num", SmallInteger, nullable=False, comment="份数"),
    Column("get_time", DateTime, nullable=False, comment="收取时间"),
)
RESULT: Final = _table(
    "result",
    "结果信息",
    *_step(),
    Column("result_type", String(20), nullable=False, comment="办理结果编码"),
    Column("result_name", String(100), nullable=False, comment="办理结果"),
    Column("result_date", DateTime, nullable=False, comment="办结时间"),
    Column("result_explain", Text, comment="结果说明"),
    Column("result_cetr_name", String(200), comment="证照或批文名称"),
    Column("result_cetr_no", String(200), comment="证照或批文编号"),
    Column("is_delivery_results", SmallInteger, nullable=False, comment="1 快递送达，0 其他方式"),
    Column("handle_user_name", String(100), nullable=False, comment="经办人"),
)

TABLES: Final = (ACCEPT, PROCESS, SPECIAL_PROCEDURE, MATERIAL, RESULT)


def ddl(dialect: str) -> str:
    """What makes the tables: ``dialect`` is postgresql or mysql."""
    script = StringIO()

    def write(statement: Any, *_: object, **__: object) -> None:
        text = str(statement.compile(dialect=engine.dialect)).strip()
        script.write("\n".join(line.rstrip() for line in text.splitlines()) + ";\n")

    engine = create_mock_engine(f"{dialect}://", write)
    metadata.create_all(engine, checkfirst=False)
    return script.getvalue()
