"""The history as it is shown: a page of what is wanted, with a cursor to the next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.control.history.choosing import Events, Way
from shared.control.history.cleared import Cleared
from shared.control.history.known import KINDS
from shared.control.history.pages import MOST_BYTES, cut
from shared.control.history.wanted import Wanted
from shared.ledger.envelope import Event
from shared.runtime.cursor import seal, unseal

INDEX_LAG: Final = timedelta(seconds=3)  # between what happens and its place in the indexes


class Marks(Protocol):
    def cleared(self) -> Cleared: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One page; that behind the one which gave the cursor, where there is one."""

    wanted: Wanted
    newest_first: bool = True
    include_cleared: bool = False
    limit: int = 50
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"history|{self.wanted}|{self.newest_first}|{self.include_cleared}"


def page_of_history(
    asked: Asked, *, ledger: Events, marks: Marks, secret: Callable[[], bytes], at: datetime
) -> tuple[list[Event], str | None]:
    """The events, and the cursor of the next page; None at the end.

    The newest are shown at once. The oldest first they are shown some seconds late, so that who reads on from page to
    page misses none. Raises InvalidInputError for a cursor of another question, DependencyError.
    """
    wanted = asked.wanted if asked.newest_first else _settled(asked.wanted, at - INDEX_LAG)
    cleared = Cleared() if asked.include_cleared else marks.cleared()
    way = Way(ledger=ledger, kinds=KINDS, newest_first=asked.newest_first, at_a_time=asked.limit + 1)
    page = cut(
        way.to(wanted, at=at),
        behind=unseal(asked.cursor, scope=asked.scope, secret=secret()) if asked.cursor else None,
        takes=lambda event: wanted.takes(event) and not cleared.hides(event),
        limit=asked.limit,
        most_bytes=MOST_BYTES,
    )
    return page.events, seal(page.place, scope=asked.scope, secret=secret()) if page.place else None


def _settled(wanted: Wanted, moment: datetime) -> Wanted:
    return replace(wanted, until=min(wanted.until, moment) if wanted.until else moment)
