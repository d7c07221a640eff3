"""What the Temporal UI shows of a running case (current details), written when somebody looks.

Kept up to date with every turn (``workflow.set_current_details``) it would be written a dozen times for a case that
nobody opens.
"""

from __future__ import annotations

from typing import Any, Final

from temporalio import workflow
from temporalio.worker import HandleQueryInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

with workflow.unsafe.imports_passed_through():
    from lianban_orchestrator.workflows.case import CaseWorkflow

_METADATA: Final = "__temporal_workflow_metadata"
"""The query the SDK answers for the UI; its answer is a ``temporal.api.sdk.v1.WorkflowMetadata``."""


class OperatorsView(Interceptor):
    """For every worker that hosts :class:`CaseWorkflow`."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Details


class _Details(WorkflowInboundInterceptor):
    async def handle_query(self, input: HandleQueryInput) -> Any:
        answer = await super().handle_query(input)
        case = workflow.instance()
        if input.query == _METADATA and isinstance(case, CaseWorkflow):
            answer.current_details = case.details()
        return answer
