"""Reports on request, and the bundle of a demo: by the reporting service, or from our own events and documents."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from shared.control.proxies.contracts import DemoIn, PullRequestIn, ReportIn, SpanIn, TicketIn, read
from shared.control.proxies.logs import Wanted, analysis_of
from shared.control.proxies.markdown import markdown_of
from shared.control.proxies.own_report import report_of, summary_of, tally_of
from shared.control.proxies.ports import Ports
from shared.control.proxies.pull_request import PullRequest, told
from shared.control.proxies.reporting import SETTING, Reporting
from shared.control.proxies.span import LONGEST, Events, Span
from shared.control.proxies.ticket import life_of
from shared.ledger.catalogue import SOURCES
from shared.ledger.envelope import Cause, to_text
from shared.runtime.errors import DependencyError

OWN: Final = "switchyard"
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_PAYLOAD: Final = "payload"


def request_report(wanted: ReportIn, cause: Cause, *, ports: Ports) -> dict[str, Any]:
    """As the reporting service gives it; ours say `"generated_by": "switchyard"`.

    Raises InvalidInputError for a payload that says what nobody knows; BadAnswerError, DependencyError.
    """
    if ports.reporting is not None:
        body = wanted.payload | {"format": wanted.format}
        return Reporting(ports.reporting).report(wanted.kind, body, cause)
    report = _OWN[wanted.kind](wanted.payload, ports)
    made = {"kind": wanted.kind, "generated_by": OWN, "generated_at": to_text(ports.clock())}
    if wanted.format == "markdown":
        return made | {"format": "markdown", "markdown": markdown_of(_TITLES[wanted.kind], report)}
    return made | report


def demo(wanted: DemoIn, cause: Cause, *, ports: Ports) -> dict[str, Any]:
    """`{"summary": …, "log_analysis": …}` of the last seven days. Raises BadAnswerError, DependencyError."""
    if ports.reporting is not None:
        return _their_demo(wanted, cause, Reporting(ports.reporting))
    at = ports.clock()
    events = list(Events(ports.ledger, Span(since=at - _WEEK, until=at)))
    logs = Wanted(service=wanted.log_service, level=wanted.log_level, limit=wanted.log_limit)
    bundle = {"summary": summary_of(tally_of(events)), "log_analysis": analysis_of(events, logs)}
    if wanted.format == "markdown":
        return {name: {"markdown": markdown_of(name, part)} for name, part in bundle.items()}
    return bundle


def _their_demo(wanted: DemoIn, cause: Cause, reporting: Reporting) -> dict[str, Any]:
    said = {"service": wanted.log_service, "level": wanted.log_level}
    body: dict[str, Any] = {"format": wanted.format, "limit": wanted.log_limit}
    body |= {name: str(value) for name, value in said.items() if value is not None}
    return {
        "summary": reporting.summary(wanted.format, cause),
        "log_analysis": reporting.log_analysis(body, cause),
    }


def _generate(payload: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    events = _events(read(SpanIn, payload, name=_PAYLOAD), ports, length=_DAY)
    report = report_of(tally_of(events))
    return report | _about(events) | {"is_cut": events.is_cut}


def _life_of_ticket(payload: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    said = read(TicketIn, payload, name=_PAYLOAD)
    events = _events(said, ports, length=LONGEST)
    life = life_of(
        str(said.ticket_id),
        events,
        kinds=SOURCES,
        ledger=ports.ledger,
        documents=ports.documents,
        clock=ports.clock,
    )
    return life.told() | _about(events)


def _pr_confidence(payload: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    """Raises DependencyError where nothing is known of it."""
    said = read(PullRequestIn, payload, name=_PAYLOAD)
    events = _events(said, ports, length=LONGEST)
    report = told(PullRequest(number=said.pr_id, ref=said.ref), events, documents=ports.documents, clock=ports.clock)
    if report is None:
        raise DependencyError(f"nothing is known of {said.pr_id} here, and {SETTING} is not set")
    return report | _about(events)


_OWN: Final[Mapping[str, Callable[[Mapping[str, Any], Ports], dict[str, Any]]]] = {
    "generate": _generate,
    "life_of_ticket": _life_of_ticket,
    "pr_confidence": _pr_confidence,
}
_TITLES: Final = {
    "generate": "What happened",
    "life_of_ticket": "Life of a ticket",
    "pr_confidence": "What is known of a pull request",
}


def _events(said: SpanIn, ports: Ports, *, length: timedelta) -> Events:
    return Events(ports.ledger, Span.of(said.since, said.until, at=ports.clock(), length=length))


def _about(events: Events) -> dict[str, str]:
    return {"since": to_text(events.span.since), "until": to_text(events.span.until)}
