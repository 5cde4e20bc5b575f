"""The last step: it is told that documents were brought and looked at, in an event and to the notification service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.control.ingestion.runs import LedgerIngestions
from shared.control.runs.step import Done, StepCall
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError
from shared.runtime.http import Call, Service

NAME: Final = "notification-service"
MOST_TRIES: Final = 4  # what nobody could be told is no reason to take documents back
_NOTHING: Final[Mapping[str, int]] = {"low": 0, "med": 0, "high": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The notification service, and whom it is to tell where."""

    service: Service
    channel: str
    target: str


class NotifyFindings:
    """`recipient` gives whom to tell; None where nobody is configured."""

    def __init__(
        self, recipient: Callable[[], Recipient | None], *, ingestions: LedgerIngestions, clock: Clock
    ) -> None:
        self._recipient = recipient
        self._ingestions = ingestions
        self._clock = clock

    def __call__(self, call: StepCall) -> Done:
        told = outcome_of(call)
        self._ingestions.complete(call.run_id, told, call.cause, at=self._clock())
        recipient = self._recipient()
        if recipient is None:
            return Done(output={"sent": 0, "reason": "no notification service is configured"})
        try:
            recipient.service.ask(notify_call(recipient, told, call))
        except DependencyError as error:
            if call.attempt < MOST_TRIES:
                raise
            return Done(output={"sent": 0, "reason": str(error)[:300]})
        return Done(output={"sent": 1})


def outcome_of(call: StepCall) -> dict[str, Any]:
    """As `ingestion.completed` says it: of the steps before, by what they have left."""
    sources = {one["source"]: _source(one) for one in call.outputs.values() if "source" in one}
    analysis: Mapping[str, Any] = next((one for one in call.outputs.values() if "severity_counts" in one), {})
    return {
        "workflow": call.workflow,
        "sources": sources,
        "count": analysis.get("count", 0),
        "new_count": analysis.get("new_count", 0),
        "severity_counts": dict(analysis.get("severity_counts", _NOTHING)),
        "worst": list(analysis.get("worst", ())),
    }


def notify_call(recipient: Recipient, told: Mapping[str, Any], call: StepCall) -> Call:
    """The key lets a service that knows such keys tell it once."""
    body = {
        "channel": recipient.channel,
        "target": recipient.target,
        "title": "Documents were brought" if told["sources"] else "Documents were looked at",
        "message": message_of(told),
        "metadata": {
            "run_id": call.run_id,
            "correlation_id": call.cause.correlation_id,
            "count": told["count"],
            "severity_counts": told["severity_counts"],
        },
    }
    headers = {"Idempotency-Key": call.run_id}
    return Call(method="POST", path="/notify", json=body, headers=headers, repeatable=True)


def message_of(told: Mapping[str, Any]) -> str:
    lines = [f"{source}: {_in_words(one)}" for source, one in sorted(told["sources"].items())]
    counts = told["severity_counts"]
    severities = ", ".join(f"{counts[name]} {name}" for name in ("high", "med", "low"))
    lines.append(f"Findings: {told['count']} ({severities}), {told['new_count']} of them new")
    return "\n".join([*lines, *(f"- {title}" for title in told["worst"])])


def _in_words(source: Mapping[str, Any]) -> str:
    if source["status"] == "skipped":
        return f"skipped, {source['reason']}"
    refused = f", {source['refused']} refused ({source['reason']})" if source.get("refused") else ""
    return f"{source['documents']} new or changed, {source['removed']} gone{refused}"


def _source(output: Mapping[str, Any]) -> dict[str, Any]:
    names = ("status", "documents", "removed", "refused", "reason")
    return {name: output[name] for name in names if name in output}
