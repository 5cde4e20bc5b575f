"""The job that tells people of documents which say the same: found here, or by the reporting service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from shared.control.proxies.asking import refusal_of
from shared.control.proxies.contracts import ConsolidationIn, read
from shared.control.proxies.notification import SETTING, Notice, Notify, through_service, to_webhook
from shared.control.proxies.ports import Ports
from shared.control.proxies.reading import Contents
from shared.control.proxies.reporting import Reporting
from shared.control.proxies.similarity import Candidate, Sketch, candidates_in, sketch_of
from shared.ledger.envelope import Cause
from shared.runtime.clock import Clock
from shared.runtime.errors import BadAnswerError, DependencyError
from shared.runtime.http import ServiceError, Verdict

TITLE: Final = "Documents that could become one"
MOST_DOCUMENTS: Final = 1_000  # the newest
MOST_READ: Final = 64 * 1024  # characters of one
PATIENCE: Final = timedelta(seconds=12)  # then nobody else is told
_MOST_NAMED: Final = 10  # documents in one notice


@dataclass(slots=True)
class _Outcome:
    sent: int = 0
    suppressed: int = 0  # the same was sent not long ago
    failed: int = 0
    error: DependencyError | None = None  # the last one


def notify_consolidation(parameters: Mapping[str, Any], cause: Cause, *, ports: Ports) -> dict[str, Any]:
    """`{"status": "ok", "sent": 2, "failed": 0, "suppressed": 0, "candidates": 2, …}`, a notice for each candidate.

    Where the receiver does not answer, or wants to be left alone, the rest is not tried and counts as failed.

    Raises InvalidInputError, also for a webhook that may not be called; DependencyError where there is no channel, or
    nothing of what was to be sent has arrived.
    """
    wanted = read(ConsolidationIn, parameters, name="parameters")
    notify = _channel(wanted, cause, ports)
    found, is_cut = _candidates(wanted, cause, ports)
    outcome = _tell(found[: wanted.limit], notify, ports.clock)
    if outcome.error and not outcome.sent and not outcome.suppressed:
        raise outcome.error
    return {
        "status": "partial" if outcome.failed else "ok",
        "sent": outcome.sent,
        "failed": outcome.failed,
        "suppressed": outcome.suppressed,
        "candidates": len(found),
        "error": str(outcome.error) if outcome.error else None,
        "is_cut": is_cut or len(found) > wanted.limit,
    }


def _channel(wanted: ConsolidationIn, cause: Cause, ports: Ports) -> Notify:
    if wanted.webhook_url is not None:
        return to_webhook(wanted.webhook_url, cause, ports.guard)
    if ports.notification is None:
        raise DependencyError(f"nobody can be told: {SETTING} is not set, and no webhook_url was given")
    return through_service(ports.notification, ports.place, cause)


def _candidates(wanted: ConsolidationIn, cause: Cause, ports: Ports) -> tuple[list[Candidate], bool]:
    """The most certain first; and whether there may be more of them, in documents that were not looked at."""
    if ports.reporting is None:
        sketches, is_cut = _sketches(ports)
        return candidates_in(sketches, least=wanted.min_confidence), is_cut
    told = Reporting(ports.reporting).consolidation(cause)
    sure = [candidate for candidate in told if candidate.confidence >= wanted.min_confidence]
    return sorted(sure, key=lambda candidate: (-candidate.confidence, candidate.id)), False


def _sketches(ports: Ports) -> tuple[list[Sketch], bool]:
    """Of the newest documents, and whether there are more. Of those with one content it is read once."""
    known = list(islice(ports.documents.newest_first(), MOST_DOCUMENTS + 1))
    first = {document.content_hash: document for document in reversed(known[:MOST_DOCUMENTS])}
    contents = Contents(list(first.values()), clock=ports.clock)
    numbers = {one.content_hash: sketch_of(one, content[:MOST_READ]).numbers for one, content in contents}
    sketches = [
        Sketch(document=document, numbers=numbers[document.content_hash])
        for document in known[:MOST_DOCUMENTS]
        if document.content_hash in numbers
    ]
    return sketches, contents.is_cut or len(known) > MOST_DOCUMENTS


def _tell(candidates: list[Candidate], notify: Notify, clock: Clock) -> _Outcome:
    outcome, ends = _Outcome(), clock() + PATIENCE
    for number, candidate in enumerate(candidates):
        if clock() > ends:
            outcome.error = DependencyError("there was no time for all of them")
        elif _tried(_notice(candidate), notify, outcome):
            continue
        outcome.failed += len(candidates) - number
        break
    return outcome


def _tried(notice: Notice, notify: Notify, outcome: _Outcome) -> bool:
    """False where trying is hopeless: nobody answers, or wants to be asked now."""
    try:
        is_sent = notify(notice)
    except ServiceError as error:
        outcome.error = refusal_of(error)
        if error.answer is None or error.verdict is Verdict.RETRY_AFTER:
            return False
        outcome.failed += 1
    except BadAnswerError as error:
        outcome.error = error
        outcome.failed += 1
    else:
        outcome.sent += is_sent
        outcome.suppressed += not is_sent
    return True


def _notice(candidate: Candidate) -> Notice:
    named = [f"{one['title'] or one['id']} ({one['source']}, {_where(one)})" for one in candidate.documents]
    flags = ", ".join(candidate.flags) or "no flags"
    head = f"{candidate.title or candidate.id}: confidence {candidate.confidence:.2f}, {flags}"
    owners = [f"Owners: {', '.join(candidate.owners)}"] if candidate.owners else []
    rest = [f"and {len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else []
    return Notice(
        key=f"consolidation-{sha256(repr((candidate.id, named, candidate.flags)).encode()).hexdigest()[:32]}",
        title=TITLE,
        message="\n".join([head, *owners, *named[:_MOST_NAMED], *rest]),
        metadata={
            "id": candidate.id,
            "confidence": candidate.confidence,
            "flags": list(candidate.flags),
            "owners": list(candidate.owners),
            "documents": [one["id"] for one in candidate.documents[:100]],
        },
    )


def _where(document: Mapping[str, Any]) -> str:
    """As people find it."""
    return str(document["url"] or document["place"] or document["id"])
