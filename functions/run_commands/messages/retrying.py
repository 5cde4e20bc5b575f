"""Asking for deliveries once more, and saying that one is there: once for each use, however often it is carried out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from functions.run_commands.command import Use
from shared.deliveries.asking import Ports, Standing, ask_again, confirm
from shared.deliveries.delivery import Status
from shared.deliveries.events import CONFIRMED, RETRY_REQUESTED
from shared.deliveries.pages import Wanted, list_deliveries
from shared.runtime.errors import ConflictError, ContradictionError, NotFoundError

AT_ONCE: Final = 25  # are asked for with one command
LOOKED_AT: Final = 100  # given-up deliveries of one sink and status


@dataclass(slots=True)
class Asked:
    """What came of asking for many: how many were asked for, what was refused why, and what was left alone."""

    number: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    doubtful: int = 0  # nobody knows whether they are there: that needs a look first
    left: int = 0
    is_more: bool = False  # than were looked at


def retry(use: Use, event_id: str, sink: str) -> None:
    """Raises NotFoundError; ContradictionError where there is nothing to ask for, or somebody has."""
    if not _has_said(use, event_id, sink, RETRY_REQUESTED):
        ask_again(event_id, sink, use.cause, ports=_asking(use), at=use.at)


def say_it_is_there(use: Use, event_id: str, sink: str) -> None:
    """Raises NotFoundError; ContradictionError where there is no doubt."""
    try:
        confirm(event_id, sink, use.cause, ports=_asking(use), at=use.at)
    except ContradictionError:
        if not _has_said(use, event_id, sink, CONFIRMED):
            raise


def retry_all(use: Use, sink: str) -> Asked:
    """Those that surely failed, the newest first; what is in doubt is left to somebody who looks."""
    failed, is_more = given_up(use, (sink,), Status.FAILED)
    doubtful, is_more_in_doubt = given_up(use, (sink,), Status.IN_DOUBT)
    asked = Asked(doubtful=len(doubtful), is_more=is_more or is_more_in_doubt)
    before = set(_asked_before(use)) if use.is_repeated else set()
    asked.number = len(before)
    for one in failed:
        if one.event_id in before:
            continue
        if asked.number >= AT_ONCE:
            asked.left += 1
        elif reason := _refusal(use, one):
            asked.refused[reason] += 1
        else:
            asked.number += 1
    return asked


def given_up(use: Use, sinks: Sequence[str], status: Status) -> tuple[list[Standing], bool]:
    """Those of this status that nothing is done about any more, newest first; whether there are more."""
    wanted = Wanted(sinks=sinks, status=status, day=use.at.date(), limit=LOOKED_AT)
    page = list_deliveries(wanted, ledger=use.ports.ledger, records=use.ports.deliveries)
    resting = [one for one in page.deliveries if one.record and one.record.is_given_up]
    return resting, page.next_position is not None


def _refusal(use: Use, one: Standing) -> str | None:
    try:
        retry(use, one.event_id, one.sink)
    except (ContradictionError, NotFoundError) as refusal:
        return str(refusal)
    except ConflictError:
        return "somebody else was at it at this moment"
    return None


def _asked_before(use: Use) -> Iterator[str]:
    """What this use has asked for when it was carried out before, as far as is known: it is for counting them.

    That none is asked for twice does not rest on it.
    """
    for event in use.ports.ledger.trace(use.cause.trace_id):
        if event.type == RETRY_REQUESTED:
            yield event.data["event_id"]


def _has_said(use: Use, event_id: str, sink: str, said: str) -> bool:
    """This use has, when it was carried out before, whatever was said since."""
    if not use.is_repeated:
        return False
    history = use.ports.delivery_events.history(event_id, sink)
    return any((event.type, event.trace_id) == (said, use.cause.trace_id) for event in history)


def _asking(use: Use) -> Ports:
    return Ports(ledger=use.ports.ledger, records=use.ports.deliveries, said=use.ports.delivery_events)
