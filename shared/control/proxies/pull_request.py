"""What is known of a pull request here: how what it shipped went, and what was found in it.

That is no confidence in it: nothing here knows its diff, its tests or its reviews, so no number is made of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.control.proxies.documents import Documents
from shared.control.proxies.mentions import Names
from shared.control.proxies.own_report import analyst_of, findings_in
from shared.control.proxies.span import Events
from shared.control.proxies.ticket import naming_documents, told_document
from shared.ledger.envelope import Event, to_text
from shared.runtime.clock import Clock

NOT_KNOWN: Final = ("diff", "tests", "reviews")
# What speaks for it and what against it.
_EFFECTS: Final = {
    "deploy.completed": "for",
    "deploy.canary_ready": "for",
    "deploy.promoted": "for",
    "deploy.failed": "against",
    "deploy.unhealthy": "against",
    "deploy.rolled_back": "against",
}
_FINDINGS: Final = "findings.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """`number` as its forge counts it, or any other id; `ref` is the branch, tag or commit it brings."""

    number: str
    ref: str | None = None

    @property
    def refs(self) -> frozenset[str]:
        """What a deploy of it says that it ships."""
        pull = f"pull/{self.number}"
        heads = {pull, f"{pull}/head", f"{pull}/merge", f"refs/{pull}/head", f"refs/{pull}/merge"}
        return frozenset(heads | ({self.ref} if self.ref else set()))

    @property
    def names(self) -> Names:
        """A bare number names nothing: it may be that of anything."""
        plain = [] if self.number.isdigit() else [self.number]
        return Names([f"pull/{self.number}", f"PR #{self.number}", f"PR-{self.number}", *plain])


def factors_of(wanted: PullRequest, events: Events) -> list[dict[str, Any]]:
    """What is known from events, the newest first; of findings those of the last analysis. Raises DependencyError."""
    return list(_factors(wanted, events))


def _factors(wanted: PullRequest, events: Events) -> Iterator[dict[str, Any]]:
    analysts: set[str] = set()
    for event in events:
        if event.type in _EFFECTS and event.data.get("ref") in wanted.refs:
            where = event.data.get("environment", "?")
            yield _factor(event, _EFFECTS[event.type], f"{event.type} in {where}")
        elif event.type == _FINDINGS and (analyst := analyst_of(event.data)) not in analysts:
            analysts.add(analyst)
            named = filter(wanted.names.is_said_in, findings_in(event.data))
            yield from (_factor(event, "against", _title(finding)) for finding in named)


def told(wanted: PullRequest, events: Events, *, documents: Documents, clock: Clock) -> dict[str, Any] | None:
    """The report; None where nothing is known. Raises DependencyError."""
    factors = factors_of(wanted, events)
    naming, is_cut = naming_documents(wanted.names, documents, clock=clock)
    if not factors and not naming:
        return None
    return {
        "pr_id": wanted.number,
        "confidence_score": None,
        "why_no_score": f"{', '.join(NOT_KNOWN)} of a pull request are not known here; REPORTING_URL is not set",
        "factors": factors,
        "documents": list(map(told_document, naming)),
        "is_cut": events.is_cut or is_cut,
    }


def _factor(event: Event, effect: str, what: str) -> dict[str, Any]:
    return {"effect": effect, "what": what, "time": to_text(event.time), "event_id": event.id}


def _title(finding: Mapping[str, Any]) -> str:
    words = next((finding[name] for name in ("title", "detail", "type") if finding.get(name)), "a finding")
    severity = finding.get("severity")
    return f"{words} ({severity})" if severity else str(words)
