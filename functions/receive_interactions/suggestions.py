"""What is offered while somebody types: listings, deliveries that were given up, runs; and names known beforehand."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from shared.runtime.errors import DependencyError
from shared.runtime.text import one_line, units

MOST: Final = 25
LONGEST: Final = 100  # of a name as people see it, and of a value
MOST_PAGES: Final = 5  # of each column, where what is typed fits little of what changed last
_SECONDS: Final = 1.2  # for all columns together
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", re.ASCII)  # of a listing; of a run

Item = Mapping[str, str]
Choice = dict[str, str]


class Board(Protocol):
    def newest(
        self, column: str, fields: Sequence[str], *, after: Mapping[str, Any] | None = None, seconds: float
    ) -> tuple[Sequence[Item], Mapping[str, Any] | None]: ...

    def get(self, pk: str, fields: Sequence[str], *, seconds: float) -> Item | None: ...


def suggest(source: Mapping[str, Any], typed: str, *, board: Board) -> list[Choice]:
    """At most 25, the latest change first. `source` is as the table has it. Raises DependencyError.

    What is typed may be a whole id: that is found whatever changed since. Else no more than `MOST_PAGES` of each
    column are looked through.
    """
    if "names" in source:
        return _fitting(source["names"], typed)
    until = time.monotonic() + _SECONDS
    known = _by_id(source, typed, board, until)
    return [known] if known else _on_board(source, typed, board, until)


def _by_id(source: Mapping[str, Any], typed: str, board: Board, until: float) -> Choice | None:
    wanted = typed.casefold().strip()
    if not _ID.fullmatch(wanted):
        return None
    fields, choice = _SOURCES[source["source"]]
    kind = source["columns"][0].partition("#")[0]
    item = board.get(f"{kind}#{wanted}", ("board_pk", *fields), seconds=until - time.monotonic())
    return choice(item) if item and item.get("board_pk") in source["columns"] else None


def _on_board(source: Mapping[str, Any], typed: str, board: Board, until: float) -> list[Choice]:
    """One page of each column; more where little of them fits, as long as there is time."""
    fields, choice = _SOURCES[source["source"]]
    items: list[Item] = []
    places: dict[str, Mapping[str, Any] | None] = dict.fromkeys(source["columns"])
    choices: list[Choice] = []
    for number in range(MOST_PAGES):
        try:
            places = _read_on(places, ("board_sk", *fields), items, board, until)
        except DependencyError:
            if number == 0:
                raise
            places = {}  # what was read before is better than nothing
        newest = sorted(items, key=lambda item: item["board_sk"], reverse=True)
        choices = _fitting((one for one in map(choice, newest) if one is not None), typed)
        if len(choices) == MOST or not places:
            break
    return choices


def _read_on(
    places: Mapping[str, Mapping[str, Any] | None],
    fields: Sequence[str],
    items: list[Item],
    board: Board,
    until: float,
) -> dict[str, Mapping[str, Any] | None]:
    """The next page of each column goes to `items`; where those that have more go on. Raises DependencyError."""
    following: dict[str, Mapping[str, Any] | None] = {}
    for column, after in places.items():
        found, rest = board.newest(column, fields, after=after, seconds=until - time.monotonic())
        items.extend(found)
        if rest:
            following[column] = rest
    return following


def _fitting(choices: Iterable[Choice], typed: str) -> list[Choice]:
    return [one for one in choices if _fits(one, typed)][:MOST]


def _listing(item: Item) -> Choice | None:
    return _choice(item["pk"].partition("#")[2], item["title"], item["state"])


def _delivery(item: Item) -> Choice | None:
    if "retry_at" in item:  # it is tried again by itself
        return None
    event_id, sink = item["pk"].partition("#")[2], item["sk"].partition("#")[2]
    return _choice(f"{event_id}|{sink}", f"{sink}: {event_id}", item["status"].replace("_", " "))


def _run(item: Item) -> Choice | None:
    run_id, status = item["pk"].partition("#")[2], item["board_pk"].partition("#")[2]
    return _choice(run_id, f"{item['workflow']} {run_id[:8]}", status)


def _choice(value: str, title: str, state: str) -> Choice | None:
    """None for what Discord would not take."""
    end = f" · {state}"
    return {"name": one_line(title, LONGEST - units(end)) + end, "value": value} if len(value) <= LONGEST else None


def _fits(choice: Choice, typed: str) -> bool:
    """What is typed begins the value, or each word of it begins a word of the name."""
    wanted = typed.casefold().strip()
    words = choice["name"].casefold().split()
    has_words = all(any(word.startswith(part) for word in words) for part in wanted.split())
    return has_words or choice["value"].casefold().startswith(wanted)


# What is read of an item, and what is offered for it.
_SOURCES: Final[Mapping[str, tuple[Sequence[str], Callable[[Item], Choice | None]]]] = {
    "listings": (("pk", "title", "state"), _listing),
    "deliveries": (("pk", "sk", "status", "retry_at"), _delivery),
    "runs": (("pk", "board_pk", "workflow"), _run),
}
