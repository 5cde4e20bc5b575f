"""The step that takes back what a source has brought: versions are withdrawn, places are where they were."""

from datetime import timedelta
from typing import Final

from shared.control.ingestion.ingesting import Ports
from shared.control.ingestion.run_tag import RunTag
from shared.control.runs.step import Again, Done, StepCall

MARGIN: Final = timedelta(seconds=15)


class ForgetIngested:
    """May be called for a step that has brought nothing, or not all. Nothing of other runs is lost."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def __call__(self, call: StepCall) -> Done | Again:
        tag = RunTag(call.run_id, call.parameters["source"])
        left_behind: int = call.checkpoint.get("left_behind", 0)
        forgotten: int = call.checkpoint.get("forgotten", 0)
        for one in self._ports.documents.brought(tag, after=call.checkpoint.get("after")):
            now, clock = self._ports.clock(), self._ports.clock
            followed = self._ports.documents.withdraw(one.document_id, one.version, tag.run_id, call.cause, clock=clock)
            forgotten, left_behind = forgotten + 1, left_behind + (not followed)
            if now >= call.until - MARGIN:
                counts = {"forgotten": forgotten, "left_behind": left_behind}
                return Again(checkpoint=counts | {"after": one.key}, progress=counts)
        places = self._ports.feeds.set_back(tag, call.cause, at=self._ports.clock())
        return Done(output={"forgotten": forgotten, "places": places, "left_at_doc_store": left_behind})
