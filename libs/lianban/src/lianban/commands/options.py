"""What several commands take, and how they tell what went wrong."""

from __future__ import annotations

import errno
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import click

from lianban.catalog.faults import CatalogError
from lianban.clock.files import CalendarFileError
from lianban.publishing.files import StoreDamaged
from lianban.publishing.store import NothingPublished, PublishedStore
from lianban.replication.refusal import Refused

P = ParamSpec("P")
T = TypeVar("T")

_SYSTEM_ZH: Final = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的文件系统只读",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOTDIR: "上级不是文件夹",
    errno.EEXIST: "已存在，且不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
}

folder_option = click.option(
    "--folder",
    default="catalog",
    type=click.Path(file_okay=False, path_type=Path),
    show_default=True,
    help="目录文件夹",
)
store_option = click.option(
    "--store",
    required=True,
    envvar="LIANBAN_CATALOG_STORE",
    type=click.Path(file_okay=False, path_type=Path),
    callback=lambda _context, _parameter, value: PublishedStore(value),
    help="已发布目录的存放文件夹（缺省取环境变量 LIANBAN_CATALOG_STORE）",
)


def told(command: Callable[P, T]) -> Callable[P, T]:
    """What can be expected to go wrong is told without a traceback, every fault of it; exit code 1."""

    @functools.wraps(command)
    def wrapped(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return command(*arguments, **options)
        except (CatalogError, StoreDamaged) as error:
            raise click.ClickException(f"{error}\n共 {len(error.faults)} 处问题，什么也没有写入") from None
        except CalendarFileError as error:
            raise click.ClickException(f"工作日历有误：\n{error}") from None
        except Refused as error:
            raise click.ClickException(str(error)) from None
        except NothingPublished as error:
            raise click.ClickException(f"{error}；先用 lianban catalog publish 发布") from None
        except BrokenPipeError:
            raise  # whoever read the output has gone; click ends the command quietly
        except OSError as error:
            reason = _SYSTEM_ZH.get(error.errno or 0, f"无法读写（{error.strerror}）")
            raise click.ClickException(f"{error.filename or '文件'}: {reason}") from None

    return wrapped
