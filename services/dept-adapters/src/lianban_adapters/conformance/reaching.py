"""Why a department could not be reached or did not take a message, and what its engineer can do about it. Chinese; says
nothing of what stands in a message."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientSSLError,
    InvalidURL,
)
from asyncssh import HostKeyNotVerifiable, KeyImportError, PermissionDenied, SFTPPermissionDenied

from lianban.platform.webhooks import TOLERANCE
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.channels.staging.tables import ACT, ACT_RESULT, TASK, TASK_MATERIAL
from lianban_adapters.conformance.evidence import Cause
from lianban_adapters.conformance.signatures import clock_off

_UNREACHABLE: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH)
_WRONG_DOOR: Final = frozenset({404, 405, 410, 501})
_LATER: Final = frozenset({408, 425, 429})
_TASK: Final = "部门不接受样例任务：业务系统只认识自己的事项的，用 --task 换成本部门的事项"
PLATFORM_WAITS: Final = 20.0
"""Seconds, where its operators have not set another time (LIANBAN_SEND_TIMEOUT)."""

_NO_TABLE: Final = "42P01"
_NO_RIGHT: Final = "42501"
_RIGHTS: Final[Mapping[str, str]] = {
    TASK.name: "SELECT, INSERT",
    TASK_MATERIAL.name: "SELECT, INSERT",
    ACT.name: "SELECT, UPDATE (is_sync, sync_time, sync_status, sync_code, sync_desc)",
    ACT_RESULT.name: "SELECT",
}
"""Of the platform's account, as the DDL scripts grant them."""

_TABLE: Final = re.compile(r"\b(?:" + "|".join(_RIGHTS) + r")\b")
_DATABASE: Final[Mapping[str, Cause]] = {
    "28P01": Cause("账号或者口令不对", "核对连接串中的账号、口令"),
    "28000": Cause("账号不许登录", "核对连接串中的账号；数据库是否许可从本机登录、是否要求 TLS（--tls）"),
    "3D000": Cause("没有这个库", "核对连接串中的库名"),
    _NO_TABLE: Cause("没有前置库表", "先按建表脚本建表；表在别的 schema 中的，用 --db-schema"),
    _NO_RIGHT: Cause("平台账号的权限不足", "按建表脚本末尾授权"),
    "42703": Cause("表的列与建表脚本不同", "按建表脚本更正"),
}
_MYSQL: Final[Mapping[int, str]] = {
    1045: "28P01",
    1049: "3D000",
    1054: "42703",
    1142: _NO_RIGHT,
    1143: _NO_RIGHT,
    1146: _NO_TABLE,
}
"""To the SQLSTATE of the same."""


def of_error(error: BaseException | None, limit: float) -> Cause:
    """Of an attempt over HTTP. ``limit``: seconds the kit waited for an answer."""
    match error:
        case InvalidURL():
            return Cause("网址有误", "核对 --endpoint")
        case ClientConnectorDNSError():
            return Cause(f"无法连接：找不到主机 {error.host}", "核对 --endpoint 中的主机名，本机能否解析它")
        case ClientConnectorCertificateError():
            told = getattr(error.certificate_error, "verify_message", "")
            return Cause(
                f"无法连接：TLS 证书不能核验（{told or '原因不明'}）",
                "证书须由本机信任的机构签发，写有 --endpoint 中的主机名，没有过期",
            )
        case ClientSSLError():
            return Cause("无法连接：TLS 握手没有成功", "这个端口是否 HTTPS：不是的，--endpoint 写 http://")
        case ClientConnectorError() if _says(error.os_error, errno.ECONNREFUSED):
            return Cause(
                f"无法连接：{error.host}:{error.port} 没有程序在监听",
                "部门系统是否在运行，监听的是否就是 --endpoint 中的主机和端口",
            )
        case ClientConnectorError() if _says(error.os_error, *_UNREACHABLE):
            return Cause(f"无法连接：到不了 {error.host}", "核对 --endpoint 中的主机，网络、防火墙是否放行")
        case ClientConnectorError():
            told = error.os_error.strerror or str(error.os_error)
            return Cause(f"无法连接：{error.host}:{error.port}（{told}）", "核对 --endpoint，本机的网络")
        case TimeoutError():
            return Cause(
                f"{limit:g} 秒内没有答复",
                f"防火墙是否丢弃了连接；平台只等 {PLATFORM_WAITS:g} 秒，办理费时的先存盘、答复 2xx，再办理"
                "（--answer-timeout 只放宽检验，不放宽平台）",
            )
    return Cause(
        f"无法连接：连上以后没有得到 HTTP 答复（{type(error).__name__}）",
        "--endpoint 中的端口是否部门系统的；只收 HTTPS 的，网址写 https://",
    )


def _says(error: OSError, *numbers: int) -> bool:
    """A host may have several addresses, each with an error of its own: together they have no number."""
    return error.errno in numbers or (error.errno is None and any(f"[Errno {one}]" in str(error) for one in numbers))


def of_status(status: int, signed: bool, date: str = "") -> str:
    """What to do about an answer. ``signed``: else we are known by a token. ``date``: when the department says it was
    given."""
    if status < 300:
        return "缩小答复的正文：收下任务只须答复 2xx"
    if status in (401, 403) and signed:
        ahead = _ahead(date)
        if ahead is not None and abs(ahead) > TOLERANCE:
            return f"部门的时钟比本机{clock_off(ahead)}，平台的签名因此像是过时的：校准时钟"
        return (
            f"部门不认平台的签名：密钥不同，或者部门的时钟与平台相差 {TOLERANCE // 60} 分钟以上。"
            "核对 --secret-file 与部门所用的是否同一把密钥，两边的时钟是否准确；"
            "都对的，用对接说明“三、签名”的样例核对部门的算法，签名对的是收到的字节"
        )
    if status in (401, 403):
        return "部门不认平台的令牌：--secret-file 的内容应为部门发给平台的令牌"
    if status in _WRONG_DOOR or 300 <= status < 400:
        moved = "，平台不跟随跳转" if status < 400 else ""
        return f"这个网址不接收任务{moved}：核对 --endpoint 的路径"
    if status >= 500 or status in _LATER:
        return "业务系统一时不能处理：看它自己的日志，恢复后再检验"
    return f"{_TASK}；也可能是不认平台的{'签名' if signed else '令牌'}：核对 --secret-file"


def of_database(error: BaseException | None) -> Cause | None:
    """Of an attempt on the staging tables."""
    origin = getattr(error, "orig", None) or error
    code = getattr(origin, "sqlstate", None) or next(iter(getattr(origin, "args", ())), None)
    state = _MYSQL.get(code, "") if isinstance(code, int) else str(code)
    if known := _DATABASE.get(state):
        named = _TABLE.search(str(origin)) if state in (_NO_TABLE, _NO_RIGHT) else None
        return _of_table(known, state, named[0]) if named else known
    if isinstance(origin, TimeoutError):
        return Cause("限时内没有连上", "核对连接串中的主机、端口，防火墙是否放行")
    if isinstance(origin, OSError):
        return Cause("数据库没有连上", "核对连接串中的主机、端口，数据库是否在运行、是否许可从本机连接")
    return None


def _of_table(known: Cause, state: str, table: str) -> Cause:
    """Nothing else of what the database says is told: it may repeat what stands in a row."""
    grant = f"：GRANT {_RIGHTS[table]} ON {table} TO 平台账号" if state == _NO_RIGHT else ""
    return Cause(f"{known.seen}（{table}）", f"{known.advice}{grant}")


def of_folder(unavailable: Unavailable) -> Cause:
    """Of an attempt on the folder of an SFTP server."""
    match unavailable.__context__:
        case HostKeyNotVerifiable():
            return Cause(unavailable.reason, "核对 known_hosts 中的公钥，端口不是 22 的写 [主机]:端口")
        case PermissionDenied():
            return Cause(unavailable.reason, "核对 user 和私钥（口令），公钥是否已登记在服务器上")
        case SFTPPermissionDenied():
            return Cause("平台的账号不能在交换目录中建立目录、写文件、改名", "放开该账号对 folder 的权限")
        case TimeoutError():
            return Cause("SFTP 服务器限时内没有答复", "核对 host、port，防火墙是否放行；线路太慢的用 --answer-timeout")
        case KeyImportError() | OSError(filename=str() | bytes() | Path()):
            return Cause("私钥读不出来", "核对 private_key_file：应为没有口令的私钥，本机许可读取")
        case OSError():
            return Cause("SFTP 服务器没有连上", "核对 host、port，服务器是否在运行，防火墙是否放行")
    return Cause(unavailable.reason, "看 SFTP 服务器自己的日志")


def not_taken(place: str, quarantined: bool) -> str:
    """What to do about a message that lies there still. ``place``: the table or folder."""
    if quarantined:
        return _TASK
    done = "是否移到 tasks/done" if "/" in place else "is_sync 是否改为 1"
    return f"部门的程序是否在运行，读的是否就是这里的 {place}，取走以后{done}；取走比较慢的用 --answer-timeout"


def _ahead(date: str) -> float | None:
    """Seconds by which the clock of whoever wrote this header is fast."""
    try:
        given = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (given - datetime.now(UTC)).total_seconds() if given.tzinfo else None
