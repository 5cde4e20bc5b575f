"""What steps of workflows can do: each handler by its name in the workflows' files, built when it is first needed."""

from collections.abc import Callable, Mapping
from typing import Final

from shared.control.runs.step import StepHandler
from shared.runtime import wiring_history, wiring_ingestion, wiring_letters

HANDLERS: Final[Mapping[str, Callable[[], StepHandler]]] = {
    "replay-events": wiring_history.replaying,
    "ingest": wiring_ingestion.ingesting,
    "forget-ingested": wiring_ingestion.forgetting,
    "analyse": wiring_ingestion.analysing,
    "notify-findings": wiring_ingestion.notifying,
    "retry-dead-letters": wiring_letters.retrying,
}
