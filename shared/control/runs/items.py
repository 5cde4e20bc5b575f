"""A run as the ledger keeps it: an aggregate, and lines in lists that say when it began and how it ended."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.runs.json_values import as_json
from shared.control.runs.run import ENDED, Run, Status, Step, StepStatus
from shared.ledger.envelope import from_text, to_text
from shared.ledger.ledger import Aggregate, Entry

KIND: Final = "SAGA"
BEGUN: Final = "runs"
ENDINGS: Final = "runs-ended"

_TEXTS: Final = ("workflow", "correlation_id", "trace_id", "created_by")
_MAY_MISS: Final = ("error", "cancelled_by", "cancel_reason", "redrive_of")
_MOMENTS: Final = ("created_at", "started_at", "ended_at", "cancelled_at")
_STEP_TEXTS: Final = ("name", "does", "undo", "error", "undo_error")
_STEP_MOMENTS: Final = ("lease_until", "not_before", "started_at", "ended_at", "undone_at")
_STEP_COUNTS: Final = ("attempts", "calls", "tries")
_STEP_JSON: Final = ("constants", "checkpoint", "undo_checkpoint", "progress", "output")


def begun_of_workflow(workflow: str) -> str:
    """The list of its runs."""
    return f"runs-of-workflow#{workflow}"


def begun_of_correlation(correlation_id: str) -> str:
    return f"runs-of-correlation#{correlation_id}"


def place_of(run: Run) -> str:
    """In a list of runs: sorted by the time they began."""
    return f"{to_text(run.created_at)}#{run.id}"


def just_after(moment: datetime) -> str:
    """A place behind all runs that began then, and before those that began later."""
    return f"{to_text(moment)}#~"


def entries_of(run: Run, version: int) -> Iterator[Entry]:
    """The lines that go with the facts of this run, written as `version`."""
    if run.version == 0:
        said = {"run_id": run.id, "workflow": run.workflow}
        for name in (BEGUN, begun_of_workflow(run.workflow), begun_of_correlation(run.correlation_id)):
            yield Entry(list=name, key=place_of(run), fields=said)
    if run.status in ENDED:  # nothing is written of one that has ended before
        key = f"{to_text(run.changed_at)}#{run.id}#{version}"
        yield Entry(list=ENDINGS, key=key, fields={"run_id": run.id, "status": str(run.status)})


def aggregate_of(run: Run, version: int) -> Aggregate:
    fields: dict[str, Any] = {name: getattr(run, name) for name in (*_TEXTS, *_MAY_MISS)}
    fields |= {name: _text(getattr(run, name)) for name in _MOMENTS}
    fields |= {"scope": as_json(run.scope), "parameters": as_json(run.parameters)}
    fields |= {"machine": run.machine, "resumed": run.resumed, "steps": [_step_fields(step) for step in run.steps]}
    return Aggregate(
        kind=KIND, id=run.id, version=version, changed_at=run.changed_at, place=str(run.status), fields=fields
    )


def run_from(aggregate: Aggregate) -> Run:
    kept = aggregate.fields
    told: dict[str, Any] = {name: kept.get(name) for name in (*_TEXTS, *_MAY_MISS)}
    told |= {name: _moment(kept, name) for name in _MOMENTS}
    return Run(
        **told,
        id=aggregate.id,
        scope=json.loads(kept["scope"]),
        parameters=json.loads(kept["parameters"]),
        steps=tuple(map(_step_from, kept["steps"])),
        status=Status(aggregate.place or ""),
        machine=int(kept["machine"]),
        resumed=int(kept["resumed"]),
        changed_at=aggregate.changed_at,
        version=aggregate.version,
    )


def _step_fields(step: Step) -> dict[str, Any]:
    """What is empty is left out: most of it is, of most steps."""
    fields: dict[str, Any] = {name: getattr(step, name) for name in (*_STEP_TEXTS, *_STEP_COUNTS, "ended")}
    fields |= {name: _text(getattr(step, name)) for name in _STEP_MOMENTS}
    fields |= {name: as_json(value) if (value := getattr(step, name)) else None for name in _STEP_JSON}
    fields |= {"status": str(step.status), "lease_seconds": int(step.lease.total_seconds())}
    fields["after"] = list(step.after) or None
    return {name: value for name, value in fields.items() if value is not None}


def _step_from(kept: Mapping[str, Any]) -> Step:
    told: dict[str, Any] = {name: kept.get(name) for name in _STEP_TEXTS}
    told |= {name: _moment(kept, name) for name in _STEP_MOMENTS}
    told |= {name: int(kept[name]) for name in _STEP_COUNTS}
    told |= {name: json.loads(kept[name]) if name in kept else {} for name in _STEP_JSON}
    return Step(
        **told,
        after=tuple(kept.get("after", ())),
        status=StepStatus(kept["status"]),
        lease=timedelta(seconds=int(kept["lease_seconds"])),
        ended=int(kept["ended"]) if "ended" in kept else None,
    )


def _text(moment: datetime | None) -> str | None:
    return to_text(moment) if moment else None


def _moment(kept: Mapping[str, Any], name: str) -> datetime | None:
    return from_text(kept[name]) if kept.get(name) else None
