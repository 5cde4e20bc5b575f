"""What happened goes to a collector of logs, line by line, from where it was left off the last time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from shared.control.proxies.asking import ask, report_call
from shared.control.proxies.levels import level_of
from shared.control.proxies.logs import message_of, service_of
from shared.ledger.envelope import Cause, Event, from_text, to_text
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError
from shared.runtime.http import Service

KEY: Final = "logs:sent"
KEPT_SECONDS: Final = 14 * 24 * 3_600
NAME: Final = "log-collector"
MOST: Final = 2_000  # lines at one time
AT_ONCE: Final = 200  # lines of one request; each of these with all of the last one's moment
LAG: Final = timedelta(seconds=10)  # what is indexed later than that would be passed over
_FIRST: Final = timedelta(hours=1)  # what is told of the past when nothing was ever told
_LONGEST: Final = timedelta(days=7)


class Timeline(Protocol):
    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Event]: ...


class State(Protocol):
    def get(self, key: str) -> Any | None: ...
    def put(self, key: str, value: Any, *, ttl: int | None = None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`collector` is None where there is none."""

    collector: Service | None
    ledger: Timeline
    state: State
    clock: Clock


def send_logs(_: Mapping[str, Any], cause: Cause, *, ports: Ports) -> dict[str, Any]:
    """`sent` counts what the collector has taken. A line may be sent twice where it took it and we did not hear of it.

    Raises DependencyError: without LOG_COLLECTOR_URL, and where the collector or the ledger fails.
    """
    if ports.collector is None:
        raise DependencyError("there is no collector of logs: LOG_COLLECTOR_URL is not set")
    since, until = _since(ports), ports.clock() - LAG
    sent = 0
    for lot in _lots(_between(since, until, ports.ledger)):
        ask(ports.collector, report_call("/logs/batch", {"logs": [_line(event) for event in lot]}, cause))
        sent += len(lot)
        _keep(lot[-1].time, ports)
        if sent >= MOST:
            return {"sent": sent, "is_more": True}
    _keep(max(until, since), ports)
    return {"sent": sent, "is_more": False}


def _since(ports: Ports) -> datetime:
    now = ports.clock()
    kept = ports.state.get(KEY)
    return max(from_text(kept), now - _LONGEST) if kept else now - _FIRST


def _keep(moment: datetime, ports: Ports) -> None:
    ports.state.put(KEY, to_text(moment), ttl=KEPT_SECONDS)


def _between(since: datetime, until: datetime, ledger: Timeline) -> Iterator[Event]:
    """Behind the first moment, up to the second."""
    day = since.date()
    while day <= until.date():
        yield from (event for event in ledger.timeline(day, since=since, until=until) if event.time > since)
        day += timedelta(days=1)


def _lots(events: Iterator[Event]) -> Iterator[list[Event]]:
    """What was recorded at one moment is in one lot: where the next time begins, that moment is over."""
    lot: list[Event] = []
    for event in events:
        if len(lot) >= AT_ONCE and event.time != lot[-1].time:
            yield lot
            lot = []
        lot.append(event)
    if lot:
        yield lot


def _line(event: Event) -> dict[str, Any]:
    return {
        "service": service_of(event),
        "level": str(level_of(event)),
        "message": message_of(event),
        "timestamp": to_text(event.time),
        "metadata": {"event_id": event.id, "trace_id": event.trace_id, "correlation_id": event.correlation_id},
    }
