"""The world outside, as the demonstration looks at it: what the sandbox recorded, and the officers of the inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from lianban.platform.auth import Role, TokenAuthority
from lianban_stack.demo.scenes import Json
from lianban_stack.ports import Ports

_ALL = 5000
_OFFICER = "demo-officer"


class Outside:
    """Plain HTTP calls; whatever is not answered with success is raised."""

    def __init__(self, ports: Ports, authority: TokenAuthority) -> None:
        self._url = ports.url
        self._authority = authority
        self._http = httpx.AsyncClient(trust_env=False, timeout=30)

    async def aclose(self) -> None:
        await self._http.aclose()

    # -- departments with a system of their own -------------------------------------------------------------------

    async def hold(self, department: str, step: str) -> None:
        """The department keeps its tasks of that step until :meth:`release`."""
        await self.order(department, step, {"mode": "hold"})

    async def order(self, department: str, step: str, behaviour: Json) -> None:
        """What the department does with its tasks of that step."""
        path = f"/control/departments/{department}/steps/{step}"
        await self._call("PUT", "sandbox_departments", path, json=behaviour)

    async def release(self, department: str, case_no: str, step: str) -> None:
        order = {"mode": "grant", "case_no": case_no, "step": step}
        await self._call("POST", "sandbox_departments", f"/control/departments/{department}/release", json=order)

    async def tasks(self, case_no: str) -> list[Json]:
        return await self._records("sandbox_departments", "tasks", case_no=case_no)

    # -- departments without one ----------------------------------------------------------------------------------

    async def open_inbox_task(self, department: str, case_no: str, step: str) -> Json | None:
        path, officer = "/v1/inbox/tasks", self._token("officer", department)
        listed = await self._call("GET", "adapters", path, officer, params={"limit": 200})
        found = [task for task in listed["tasks"] if (task["case_no"], task["step"]) == (case_no, step)]
        return found[0] if found else None

    async def inbox_task(self, department: str, task_id: str) -> Json:
        """The task with its dossier and acts."""
        return await self._call("GET", "adapters", f"/v1/inbox/tasks/{task_id}", self._token("officer", department))

    async def decide(self, department: str, task_id: str, results: list[Json]) -> Json:
        """An officer reads the dossier, claims the task and grants it."""
        officer = self._token("officer", department)
        path = f"/v1/inbox/tasks/{task_id}"
        await self._call("GET", "adapters", path, officer)
        await self._call("POST", "adapters", f"{path}/claim", officer)
        act = {"kind": "decide", "decision": "granted", "results": results}
        headers = {**officer, "idempotency-key": f"{_OFFICER}:{task_id}"}
        return await self._call("POST", "adapters", f"{path}/decide", headers, json=act)

    # -- applicants -----------------------------------------------------------------------------------------------

    async def messages(self, case_no: str) -> list[Json]:
        """Text messages that speak of the case."""
        return [item for item in await self._records("sandbox_sms", "messages") if case_no in item["text"]]

    async def mails(self, case_no: str) -> list[Json]:
        return [item for item in await self._records("sandbox_mail_records", "mails") if case_no in item["subject"]]

    async def parcels(self, case_no: str) -> list[Json]:
        found = await self._records("sandbox_courier", "parcels")
        return [item for item in found if item["order_key"].startswith(f"{case_no}:")]

    async def shipments(self, case_no: str) -> list[Json]:
        """What the platform itself knows of the parcels."""
        known = await self._call("GET", "notify", f"/v1/deliveries/{case_no}", self._token("operator"))
        return list(known["shipments"])

    async def _records(self, server: str, kind: str, **wanted: str) -> list[Json]:
        """Oldest first."""
        listed = await self._call("GET", server, f"/records/{kind}", params={"limit": _ALL, **wanted})
        return list(reversed(listed["items"]))

    def _token(self, role: Role, department: str | None = None) -> dict[str, str]:
        token = self._authority.issue(_OFFICER, (role,), department, timedelta(minutes=10))
        return {"authorization": f"Bearer {token}"}

    async def _call(
        self, method: str, server: str, path: str, headers: dict[str, str] | None = None, **content: Any
    ) -> Json:
        response = await self._http.request(method, self._url(server) + path, headers=headers, **content)
        response.raise_for_status()
        answer: Json = response.json()
        return answer
