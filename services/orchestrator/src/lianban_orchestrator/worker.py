"""The worker that hosts the case workflow."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.worker import Worker

from lianban.contracts.names import QUEUE_ORCHESTRATOR
from lianban.platform.temporal import make_worker
from lianban_orchestrator.workflows.case import CaseWorkflow
from lianban_orchestrator.workflows.operators_view import OperatorsView


def case_worker(client: Client, queue: str = QUEUE_ORCHESTRATOR) -> Worker:
    return make_worker(client, queue, workflows=[CaseWorkflow], interceptors=[OperatorsView()])
