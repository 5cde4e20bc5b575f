"""What is asked for of deliveries, checked, and the cursors of their lists."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from shared.deliveries.asking import Standing
from shared.deliveries.delivery import DeliveryRecords
from shared.deliveries.pages import Wanted, list_deliveries
from shared.ledger.ledger import Ledger
from shared.runtime.cursor import seal, unseal
from shared.runtime.errors import InvalidInputError, NotFoundError
from shared.sinks.names import NAMES


def page_of(
    wanted: Wanted, cursor: str | None, *, ledger: Ledger, records: DeliveryRecords, secret: Callable[[], bytes]
) -> tuple[list[Standing], str | None]:
    """One page, newest first, and the cursor of the next. Raises InvalidInputError for a cursor not of this list."""
    scope = _scope(wanted)
    after = unseal(cursor, scope=scope, secret=secret()) if cursor else None
    page = list_deliveries(replace(wanted, after=after), ledger=ledger, records=records)
    position = page.next_position
    return page.deliveries, seal(position, scope=scope, secret=secret()) if position else None


def _scope(wanted: Wanted) -> str:
    """A list of what is open goes on over midnight: it has no day."""
    (sink,) = wanted.sinks if len(wanted.sinks) == 1 else ("",)
    return f"deliveries|{sink}|{wanted.status or ''}|{'' if wanted.is_open else wanted.day}"


def sinks_named(sink: str | None) -> tuple[str, ...]:
    """All of them where none is named."""
    return (sink,) if sink else NAMES


def check_sink(name: str) -> str:
    """Raises NotFoundError."""
    if name not in NAMES:
        raise NotFoundError(f"there is no sink {name[:50]}; there are {', '.join(NAMES)}")
    return name


def check_filters(event_id: str | None, sink: str | None, day: date | None, cursor: str | None) -> None:
    """Raises InvalidInputError."""
    if sink is not None and sink not in NAMES:
        raise InvalidInputError(f"sink: there are {', '.join(NAMES)}")
    if event_id is not None and (day is not None or cursor is not None):
        raise InvalidInputError("event_id goes with sink and status only")
