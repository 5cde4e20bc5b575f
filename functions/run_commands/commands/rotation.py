"""/rotation: the searches that take turns: shown, one more, one less, one that pauses."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from typing import Final

from functions.run_commands.command import Command, Subcommand, Use
from functions.run_commands.reading import read
from functions.run_commands.wording import list_within
from shared.discord.answers import LONGEST_DESCRIPTION, Embed, Reply, shown
from shared.discord.options import Option
from shared.runtime.attempts import attempts
from shared.runtime.auth import Role
from shared.runtime.errors import ConflictError, ContradictionError, InvalidInputError, NotFoundError
from shared.scraping.contracts import MAX_SEARCHES, SearchEntry
from shared.scraping.rotation import Rotation, Search

ATTEMPTS: Final = 10  # over a list that others change at the same moment
_REPEATED_WITHIN: Final = timedelta(days=1)  # a use that was cut off comes again sooner, or never
_LONGEST_ID: Final = 64

Edit = Callable[[Sequence[Search]], Sequence[Search]]

_ID = Option(name="id", description="Its id, as /rotation show has it", required=True, longest=_LONGEST_ID)


class Show(Subcommand):
    name = "show"
    description = "The searches that take turns, and whose turn is next"
    needs = Role.VIEWER
    example = "/rotation show"

    def run(self, use: Use) -> Reply:
        return _shown(use.ports.rotation.get())


class Add(Subcommand):
    name = "add"
    description = "One more search, at the end of the list"
    options = (
        Option(name="brand", description="Of what it searches for", required=True, longest=128),
        Option(name="search", description="What it searches for", required=True, longest=128),
        Option(name="id", description="Letters, digits, - and _; made of the brand and the search if left out"),
    )
    needs = Role.OPERATOR
    example = "/rotation add brand: Sony search: Lens"

    def run(self, use: Use) -> Reply:
        brand, search = str(use.option("brand")), str(use.option("search"))
        told = read(SearchEntry, {"id": use.option("id") or _made_id(brand, search), "brand": brand, "search": search})
        new = Search(**told.model_dump())

        def add(searches: Sequence[Search]) -> Sequence[Search]:
            if any(known.id == new.id for known in searches):
                raise ContradictionError(f"there is a search {new.id} already")
            if len(searches) >= MAX_SEARCHES:
                raise InvalidInputError(f"there are {MAX_SEARCHES} searches, and no room for more")
            return [*searches, new]

        return _edited(use, add, "🆕 It takes its turn from now on.")


class Remove(Subcommand):
    name = "remove"
    description = "One search less"
    options = (_ID,)
    needs = Role.OPERATOR
    example = "/rotation remove id: sony-lens"

    def run(self, use: Use) -> Reply:
        wanted = _wanted(use)

        def remove(searches: Sequence[Search]) -> Sequence[Search]:
            _check_known(wanted, searches)
            return [search for search in searches if search.id != wanted]

        return _edited(use, remove, "🗑️ It is gone.")


class Pause(Subcommand):
    name = "pause"
    description = "A search lets its turns go by until it is resumed"
    options = (_ID,)
    needs = Role.OPERATOR
    example = "/rotation pause id: sony-lens"

    def run(self, use: Use) -> Reply:
        return _edited(use, _switch(_wanted(use), enabled=False), "⏸️ It lets its turns go by.")


class Resume(Subcommand):
    name = "resume"
    description = "A search that pauses takes its turns again"
    options = (_ID,)
    needs = Role.OPERATOR
    example = "/rotation resume id: sony-lens"

    def run(self, use: Use) -> Reply:
        return _edited(use, _switch(_wanted(use), enabled=True), "▶️ It takes its turns again.")


def _switch(wanted: str, *, enabled: bool) -> Edit:
    def switch(searches: Sequence[Search]) -> Sequence[Search]:
        _check_known(wanted, searches)
        return [replace(search, enabled=enabled) if search.id == wanted else search for search in searches]

    return switch


def _edited(use: Use, edit: Edit, said: str) -> Reply:
    """Over what others write the edit is made anew; what an earlier try of this use has done is not."""
    rotation = use.ports.rotation
    if use.is_repeated and _is_done(use, known := rotation.get()):
        return _shown(known, said)
    for _ in attempts(ATTEMPTS, pause=use.ports.pause):
        known = rotation.get()
        edited = tuple(edit(known.searches))
        if edited == known.searches:
            return _shown(known, "It is so already.")
        try:
            return _shown(rotation.save(known.with_searches(edited, at=use.at), use.cause), said)
        except ConflictError:
            continue
    raise ConflictError("the list is changed by others all the time; try again")


def _is_done(use: Use, known: Rotation) -> bool:
    events = use.ports.rotation.newest_events(known)
    of_late = takewhile(lambda event: use.at - event.time < _REPEATED_WITHIN, events)
    return any(event.trace_id == use.cause.trace_id for event in of_late)


def _wanted(use: Use) -> str:
    return str(use.option("id")).strip()


def _check_known(wanted: str, searches: Sequence[Search]) -> None:
    if all(search.id != wanted for search in searches):
        raise NotFoundError(f"there is no search {wanted}; /rotation show has those there are")


def _made_id(brand: str, search: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", f"{brand} {search}".lower()).strip("-")[:_LONGEST_ID]
    if not made:
        raise InvalidInputError("give it an id: none can be made of this brand and search")
    return made


def _shown(rotation: Rotation, said: str = "") -> Reply:
    if not rotation.searches:
        return Reply(content=said or "There are no searches. `/rotation add` makes one.")
    following = rotation.following()
    lines = [_line(search, is_next=following is not None and search.id == following.id) for search in rotation.searches]
    text = list_within(lines, LONGEST_DESCRIPTION)
    return Reply(content=said, embeds=[Embed(title="Searches that take turns", description=text)])


def _line(search: Search, *, is_next: bool) -> str:
    sign = "⏸️" if not search.enabled else "▶️" if is_next else "・"
    return f"{sign} `{search.id}` {shown(search.brand, 40)} · {shown(search.search, 40)}"


class RotationCommand(Command):
    name = "rotation"
    description = "The searches that take turns"
    needs = Role.VIEWER
    subcommands = (Show(), Add(), Remove(), Pause(), Resume())
