"""The composition root of workflow runs."""

from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.settings import settings
from shared.runtime.wiring import client, ledger

if TYPE_CHECKING:
    from shared.control.runs.machines import StepFunctionsMachines
    from shared.control.runs.store import LedgerRuns


@cache
def runs() -> "LedgerRuns":
    from shared.control.runs.store import LedgerRuns

    return LedgerRuns(ledger())


@cache
def machines() -> "StepFunctionsMachines":
    from shared.control.runs.machines import StepFunctionsMachines

    return StepFunctionsMachines(client("stepfunctions"), settings().workflow_machine)
