"""A department that is only ever called: tasks are put into it, and acts fetched from it."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus

from lianban.platform.directory import PollingSettings
from lianban_adapters.channels.polling.client import PollingClient
from lianban_adapters.channels.polling.source import PollingSource
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.conformance.evidence import Answered, Evidence, Play, Reply
from lianban_adapters.conformance.lines.fetching import Fetcher
from lianban_adapters.conformance.lines.paging import Pages
from lianban_adapters.conformance.lines.port import Message
from lianban_adapters.conformance.reaching import of_error, of_status
from lianban_adapters.conformance.receiving import Receiver


class PollingLine:
    """``stranger``: the same system, asked with another token. ``patience``: seconds for it to answer, as the clients
    are set."""

    forgeries: Collection[Play] = (Play.FORGED,)
    omits: Collection[Play] = (Play.TYPE,)

    def __init__(
        self,
        client: PollingClient,
        stranger: PollingClient,
        settings: PollingSettings,
        department: str,
        receiver: Receiver,
        evidence: Evidence,
        patience: float,
    ) -> None:
        self._client = client
        self._patience = patience
        self._stranger = stranger
        source = PollingSource(client, settings.batch)
        self.pages = Pages(PollingSource(client, 1), source, evidence)
        self._fetcher = Fetcher(source, settings.interval, department, receiver, evidence)

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        client = self._stranger if forgery else self._client
        try:
            await client.put(message.body, *_place(message))
        except (Rejected, Unavailable) as error:
            reply = Reply.REJECTED if isinstance(error, Rejected) else Reply.UNAVAILABLE
            if error.__context__ is None:  # else the client says that it failed, and this is how
                return Answered(reply, error.reason, advice=of_status(error.status or HTTPStatus.OK, signed=False))
            cause = of_error(error.__context__, self._patience)
            return Answered(reply, cause.seen, advice=cause.advice)
        return Answered(Reply.TAKEN)

    async def fetch(self) -> None:
        await self._fetcher.run()


def _place(message: Message) -> tuple[str, ...]:
    match message.type:
        case "task.supplemented":
            return "tasks", message.task_id, "supplements", message.id
        case "task.withdrawn":
            return "tasks", message.task_id, "withdrawal"
    return "tasks", message.task_id
