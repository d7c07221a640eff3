"""The programs of a stack: two servers, four services, and the sandbox that plays the world outside."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterable

from lianban_stack import network, temporal
from lianban_stack.departments import StagingDatabase
from lianban_stack.ports import Ports
from lianban_stack.postgres import PROVINCE, SANDBOX, Cluster
from lianban_stack.program import Program, http_ready
from lianban_stack.secret_files import Secrets
from lianban_stack.state import StateFolder
from lianban_stack.temporal import TemporalServer

DATABASE = "lianban"
SERVERS = ("postgres", "temporal")
MIGRATED = {"intake": "lianban_intake", "adapters": "lianban_adapters", "notify": "lianban_notify"}
"""Services with a schema of their own, and the package that brings it up to date (`python -m <package>.migrate`)."""

_SERVERS, _SERVICES, _SANDBOX = 10, 30, 40
_LABELS = {
    "intake": "intake 收件",
    "orchestrator": "orchestrator 编排",
    "adapters": "dept-adapters 部门对接",
    "notify": "notify 通知送达",
    "sandbox": "sandbox 仿真环境",
}


def servers(cluster: Cluster, server: TemporalServer) -> list[Program]:
    return [
        # SIGINT is PostgreSQL's fast shutdown: it waits for no client.
        Program("postgres", "PostgreSQL", cluster.command(), cluster.ready, _SERVERS, stop_signal="INT"),
        Program("temporal", "Temporal", server.command(), server.ready, _SERVERS + 1, temporal.ENVIRONMENT),
    ]


def services(
    state: StateFolder, ports: Ports, secrets: Secrets, cluster: Cluster, staging: Iterable[StagingDatabase]
) -> list[Program]:
    """The services and the sandbox, each with its LIANBAN_* settings. ``staging``: databases the sandbox plays in."""
    named = ports.as_dict()
    played = {one.department: cluster.url(SANDBOX, secrets.database[SANDBOX], one.name) for one in staging}
    common = {
        "LIANBAN_HOST": network.HOST,
        "LIANBAN_TEMPORAL_ADDRESS": f"{network.HOST}:{ports.temporal}",
        "LIANBAN_OBJECTS_URL": state.objects.as_uri(),
        "LIANBAN_KEYRING_FILE": str(secrets.keyring),
        "LIANBAN_TOKEN_KEY_FILE": str(secrets.token_keys),
        "LIANBAN_DIRECTORY_FILE": str(secrets.directory),
        "LIANBAN_INTAKE_URL": ports.url("intake"),
        "PYTHONUNBUFFERED": "1",
        # Whatever proxy the user has, these talk to one another.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    registers = {
        "LIANBAN_REGISTRIES_KEY_FILE": str(secrets.registries),
        "LIANBAN_LICENCES_KEY_FILE": str(secrets.licences),
    }
    own = {
        "intake": {
            "LIANBAN_CATALOG_STORE": str(state.catalogue),
            "LIANBAN_PUBLIC_URL": ports.url("intake"),
            "LIANBAN_REGISTRIES_URL": ports.url("sandbox_registries"),
            "LIANBAN_LICENCES_URL": ports.url("sandbox_licences"),
            "LIANBAN_EXCHANGE_URL": cluster.url(PROVINCE, secrets.database[PROVINCE], PROVINCE),
            **registers,
        },
        "orchestrator": {"LIANBAN_UI_ORIGINS": json.dumps(_origins(ports.temporal_ui))},
        "adapters": {"LIANBAN_CATALOG_STORE": str(state.catalogue), "LIANBAN_PUBLIC_URL": ports.url("adapters")},
        "notify": {
            "LIANBAN_PUBLIC_URL": ports.url("notify"),
            "LIANBAN_DOCUMENT_URL": f"{ports.url('intake')}/v1/cases/{{case_no}}/documents/{{seq}}",
            "LIANBAN_SMTP_HOST": network.HOST,
            "LIANBAN_SMTP_PORT": str(ports.sandbox_smtp),
            "LIANBAN_SMS_URL": ports.url("sandbox_sms"),
            "LIANBAN_SMS_KEY_FILE": str(secrets.sms),
            "LIANBAN_COURIER_URL": ports.url("sandbox_courier"),
            "LIANBAN_COURIER_SECRET_FILE": str(secrets.courier),
        },
        "sandbox": {
            **{f"LIANBAN_PORT_{name.upper()}": str(port) for name, port in named.items() if name.startswith("sandbox")},
            "LIANBAN_SANDBOX_STAGING_URLS": json.dumps(played),
            "LIANBAN_SANDBOX_SFTP_FOLDER": str(state.sftp),
            "LIANBAN_ADAPTERS_URL": ports.url("adapters"),
            "LIANBAN_NOTIFY_URL": ports.url("notify"),
            "LIANBAN_SMS_KEY_FILE": str(secrets.sms),
            "LIANBAN_COURIER_SECRET_FILE": str(secrets.courier),
            **registers,
        },
    }
    found = []
    for name, environment in own.items():
        port = named.get(name, ports.sandbox_departments)
        given = {**common, "LIANBAN_PORT": str(port), **environment}
        if name in MIGRATED:
            given["LIANBAN_DATABASE_URL"] = cluster.url(name, secrets.database[name], DATABASE)
        command = [sys.executable, "-m", f"lianban_{name}"]
        sandbox = name == "sandbox"
        ready = functools.partial(_sandbox_ready, ports) if sandbox else functools.partial(http_ready, port)
        priority = _SANDBOX if sandbox else _SERVICES
        found.append(Program(name, _LABELS[name], command, ready, priority, given))
    return found


def _sandbox_ready(ports: Ports) -> bool:
    """Every one of its servers answers. That of SFTP is there before the others, if any department needs it."""
    named = ports.as_dict().items()
    not_web = (ports.sandbox_smtp, ports.sandbox_sftp)
    web = [port for name, port in named if name.startswith("sandbox") and port not in not_web]
    return all(http_ready(port, "/health/live") for port in web) and network.accepts(ports.sandbox_smtp)


def _origins(port: int) -> list[str]:
    return [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")]
