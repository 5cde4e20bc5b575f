"""What happened in a span, added up from the events of the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.control.proxies.logs import service_of
from shared.ledger.envelope import Event

_WORST_FIRST: Final = ("critical", "high", "medium", "med", "low", "info")
_RUNS: Final = ("created", "completed", "compensated", "failed", "parked", "redriven")


@dataclass(slots=True)
class Tally:
    """Counts of events, of what findings they tell, of what was given up, and of runs."""

    by_service: Counter[str] = field(default_factory=Counter)
    by_type: Counter[str] = field(default_factory=Counter)
    by_day: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)  # of the findings that stand
    finding_types: Counter[str] = field(default_factory=Counter)
    new_findings: int = 0
    analysts: set[str] = field(default_factory=set)  # whose last analysis is counted
    given_up: Counter[str] = field(default_factory=Counter)  # deliveries, by sink
    in_doubt: int = 0  # of those
    workflows: Counter[str] = field(default_factory=Counter)  # runs that began

    def add(self, event: Event) -> None:
        self.by_service[service_of(event)] += 1
        self.by_type[event.type] += 1
        self.by_day[event.time.date().isoformat()] += 1
        match event.type:
            case "findings.created":
                self._add_findings(event.data)
            case "delivery.failed":
                self.given_up[str(event.data.get("sink", "?"))] += 1
                self.in_doubt += bool(event.data.get("in_doubt"))
            case "saga.created":
                self.workflows[str(event.data.get("workflow", "?"))] += 1

    def _add_findings(self, said: Mapping[str, Any]) -> None:
        """An analysis tells all that it finds, so the last one of each analyst is what stands."""
        counts = {str(name): int(count) for name, count in (said.get("severity_counts") or {}).items()}
        self.new_findings += int(said.get("new_count", sum(counts.values())))
        if (analyst := analyst_of(said)) in self.analysts:
            return
        self.analysts.add(analyst)
        self.severities.update(counts)
        types = [str(finding.get("type", "?")) for finding in findings_in(said)]
        self.finding_types.update(types)
        self.finding_types[str(said.get("type", "?"))] += max(sum(counts.values()) - len(types), 0)


def analyst_of(said: Mapping[str, Any]) -> str:
    """Who has looked: what somebody finds later takes the place of what the same has found before."""
    return str(said.get("by") or said.get("type") or "?")


def findings_in(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those that an analysis names, which may not be all."""
    return [finding for finding in said.get("findings") or () if isinstance(finding, Mapping)]


def tally_of(events: Iterable[Event]) -> Tally:
    """The events come newest first."""
    tally = Tally()
    for event in events:
        tally.add(event)
    return tally


def summary_of(tally: Tally) -> dict[str, Any]:
    """The findings: `{"total": 3, "by_severity": {"med": 1, "low": 2}}`, the worst first."""
    found = tally.severities
    names = sorted(found, key=lambda name: (_rank(name), name))
    return {"total": found.total(), "by_severity": {name: found[name] for name in names}}


def report_of(tally: Tally) -> dict[str, Any]:
    """`total` and `by_severity` are of findings; beside them stands what else there is to tell."""
    return summary_of(tally) | {
        "findings_by_type": ranked(+tally.finding_types),
        "new_findings": tally.new_findings,
        "events": {
            "total": tally.by_type.total(),
            "by_service": ranked(tally.by_service),
            "by_type": ranked(tally.by_type),
            "by_day": dict(sorted(tally.by_day.items())),
        },
        "deliveries": {
            "given_up": tally.given_up.total(),
            "in_doubt": tally.in_doubt,
            "by_sink": ranked(tally.given_up),
        },
        "runs": {name: tally.by_type[f"saga.{name}"] for name in _RUNS} | {"by_workflow": ranked(tally.workflows)},
    }


def ranked(counted: Counter[str]) -> dict[str, int]:
    """The most frequent first, of equals by their names."""
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _rank(severity: str) -> int:
    return _WORST_FIRST.index(severity) if severity in _WORST_FIRST else len(_WORST_FIRST)
