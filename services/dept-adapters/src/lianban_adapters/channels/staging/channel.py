"""Writes tasks into a department's staging tables: a row for each message, with the materials of the same batch.

The department sees a task with all of its materials or not at all: both are written in one transaction. The message's
key is its ``cd_batch`` and unique there: written twice, it is there once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import CAUSE_ZH
from lianban.platform.directory import StagingSettings
from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.messages import MaterialLink, due_dates, expected_results, material_links
from lianban_adapters.channels.port import DossierSource, Rejected, Sent
from lianban_adapters.channels.staging.database import BEIJING, DoesNotFit, StagingDatabase, now
from lianban_adapters.channels.staging.tables import TASK, TASK_MATERIAL, Sync
from lianban_adapters.dossiers import materials
from lianban_adapters.dossiers.models import Dossier

_MIB: Final = 1024 * 1024


class StagingChannel:
    name = "staging"

    def __init__(
        self, database: StagingDatabase, settings: StagingSettings, store: ObjectStore, public_url: str
    ) -> None:
        self._database = database
        self._store = store
        self._public_url = public_url
        self._inline = settings.inline_mib * _MIB if settings.files == "inline" else 0

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        await self._hand_over("I", task, dossier, _task(task))
        return Sent()

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        """The dossier as it stands now, whole."""
        await self._hand_over("U", supplement, dossier, {})

    async def withdraw(self, task: TaskWithdrawal) -> None:
        await self._write(
            task.key,
            "D",
            {
                **_of(task),
                "cancel_type": task.cause.value,
                "cancel_reason": CAUSE_ZH[task.cause],
            },
        )

    async def _hand_over(
        self, operation: str, order: TaskOrder | TaskSupplement, dossier: DossierSource, further: Mapping[str, Any]
    ) -> None:
        async with self._database.statements() as connection:
            if await connection.scalar(select(TASK.c.id).where(TASK.c.cd_batch == order.key)) is not None:
                return
        content = await dossier()
        values = {**_of(order), **_dates(order), **_contents(content), **further}
        links = material_links(self._public_url, order.department, values["task_id"], content.materials)
        await self._write(order.key, operation, {**values, "material_num": len(links)}, links)

    async def _write(
        self, key: str, operation: str, values: Mapping[str, Any], links: Sequence[MaterialLink] = ()
    ) -> None:
        exchange = {"cd_operation": operation, "cd_batch": key, "cd_time": now(), "is_sync": Sync.NEW}
        try:
            async with self._database.transaction() as connection:
                try:
                    await connection.execute(insert(TASK).values({**values, **exchange}))
                except IntegrityError:
                    await connection.rollback()
                    return  # written by an earlier attempt, or by one at the same time
                for link in links:
                    await self._write_material(connection, {**exchange, "task_id": values["task_id"]}, link)
        except DoesNotFit:
            raise Rejected("任务内容超出前置库字段的长度或字符集，未能写入") from None

    async def _write_material(
        self, connection: AsyncConnection, exchange: Mapping[str, Any], link: MaterialLink
    ) -> None:
        """One file in memory at a time."""
        row = {
            **exchange,
            "material_code": link.code,
            "material_name": link.name,
            "file_name": link.file_name,
            "media_type": link.media_type,
            "file_digest": link.digest,
            "file_content": await self._content(link),
            "file_url": link.url,
            "licence_content": _json(link.licence) if link.licence else None,
        }
        await connection.execute(insert(TASK_MATERIAL).values(row))

    async def _content(self, link: MaterialLink) -> bytes | None:
        if not self._inline:
            return None
        content = await materials.content(self._store, link.digest)
        return content if len(content) <= self._inline else None


def _of(order: TaskOrder | TaskSupplement | TaskWithdrawal) -> dict[str, Any]:
    return {
        "task_id": task_id(order.case_no, order.step),
        "project_no": order.case_no,
        "process_code": order.step,
    }


def _dates(order: TaskOrder | TaskSupplement) -> dict[str, Any]:
    due = due_dates(order.due)
    return {
        "apply_date": _local(order.received_at),
        "promise_date": due.promised,
        "legal_date": due.legal,
    }


def _contents(dossier: Dossier) -> dict[str, Any]:
    name = dossier.applicant.get("name")
    return {
        "applyer_name": name if isinstance(name, str) else None,
        "applyer_content": _json(dossier.applicant),
        "form_content": _json(dossier.elements),
        "scope_content": _json(dossier.scope),
    }


def _task(task: TaskOrder) -> dict[str, Any]:
    return {
        "process_name": task.step_name,
        "process_kind": task.kind.value,
        "task_code": task.matter,
        "theme_code": task.theme,
        "theme_name": task.theme_name,
        "division_code": task.division,
        "result_content": _json(expected_results(task)),
    }


def _local(instant: datetime) -> datetime:
    return instant.astimezone(BEIJING).replace(tzinfo=None, microsecond=0)


def _json(value: BaseModel | Mapping[str, Any] | Sequence[BaseModel]) -> str:
    return to_json(value).decode()
