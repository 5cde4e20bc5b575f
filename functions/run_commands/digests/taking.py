"""A digest is taken, compared with the one before, kept, and shown: for whoever asks, and for a schedule."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from functions.run_commands.digests.view import Shown, reply_of
from functions.run_commands.ports import Ports
from shared.deliveries.asking import sinks_of
from shared.discord.answers import Reply
from shared.ledger.envelope import Cause, Event, to_detail, to_text
from shared.listings.lifecycle import State
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.text import one_line
from shared.sinks.facts import MESSAGES
from shared.sinks.notices import text_of
from shared.status import taking
from shared.status.digest import Count, Digest, figures_of
from shared.status.judging import Finding, Level, findings, worst
from shared.status.period import Period
from shared.status.store import LedgerDigests, Taken

MOST_LISTINGS: Final = 1_000  # that are counted in one state
_TOLD: Final = ("discord", "telegram")  # where people are told what they should know; of themselves they are not
_NOT_KEPT: Final = Finding(level=Level.UNKNOWN, reason="this digest could not be kept, nor be compared with another")
_LONGEST_REASON: Final = 300
_MOST_REASONS: Final = 50


def take_digest(period: Period, until: datetime, cause: Cause, *, ports: Ports) -> Reply:
    """What is seen of the period that ends then. Taken again in the same trace, it is compared with the same one.

    What cannot be read is said in it: nothing is raised for that.
    """
    digest = taking.take(period, until, ports=_ports(ports))
    found = findings(digest)
    try:
        before = _keep(digest, found, cause, ports=ports)
    except (ConflictError, DependencyError):
        found, before = [*found, _NOT_KEPT], None
    return reply_of(Shown(digest=digest, level=worst(found), reasons=reasons_of(found), before=before))


def reasons_of(found: Sequence[Finding]) -> list[str]:
    """The worst first."""
    wrong = sorted((one for one in found if one.reason), key=lambda one: -one.level)
    return [one_line(one.reason, _LONGEST_REASON) for one in wrong[:_MOST_REASONS]]


def places_of(event: Event, currency: str) -> Sequence[str]:
    """The sinks an event is brought to: those the rules chose for a message, if any; or those where people are told."""
    if event.source == MESSAGES:
        return sinks_of(event)
    is_told = event.data.get("sink") not in _TOLD and text_of(to_detail(event), currency) is not None
    return _TOLD if is_told else ()


def _keep(digest: Digest, found: Sequence[Finding], cause: Cause, *, ports: Ports) -> Taken | None:
    said = {
        "period": digest.period.value,
        "since": to_text(digest.since),
        "until": to_text(digest.until),
        "level": worst(found).word,
        "reasons": reasons_of(found),
        "figures": figures_of(digest),
    }
    return LedgerDigests(ports.ledger, pause=ports.pause).record(digest.period, said, cause, at=ports.clock())


def _ports(ports: Ports) -> taking.Ports:
    return taking.Ports(
        watched=ports.watched,
        waiting=ports.waiting_queues,
        dead=ports.dead_letter_queues,
        ledger=ports.ledger,
        records=ports.deliveries,
        listings=lambda: _listings(ports),
        places_of=lambda event: places_of(event, ports.default_currency),
    )


def _listings(ports: Ports) -> Mapping[str, Count]:
    return {state.value: _count(state, ports) for state in State}


def _count(state: State, ports: Ports) -> Count:
    number = sum(1 for _ in islice(ports.listings.newest([state], at_a_time=250), MOST_LISTINGS + 1))
    return Count(number=min(number, MOST_LISTINGS), is_more=number > MOST_LISTINGS)
