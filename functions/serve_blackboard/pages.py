"""Pages of artefacts, claims and events."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Protocol, TypeVar

from shared.blackboard.artefact import Artefact, StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.instance import matches
from shared.blackboard.stages import OPEN, STATUS, Stage
from shared.ledger.envelope import Event, from_text, to_text
from shared.runtime.cursor import seal, unseal
from shared.runtime.errors import InvalidInputError

MOST_LOOKED_AT: Final = 2_000  # for one page; what is rare gives short pages, never slow ones
LONGEST_SPAN: Final = timedelta(days=31)
INDEX_LAG: Final = timedelta(seconds=3)  # between what happens and its place in the index: tries, and the index itself
_KINDS: Final = ("artefact:", "claim:", "agent:", "instance:")

# In which stages a claim waits for what: see `Claim.waits_for`.
WAITING: Final[Mapping[str, tuple[Stage, ...]]] = {
    "bids": (Stage.BIDDING,),
    "agents": (Stage.DORMANT,),
    "work": tuple(stage for stage in OPEN if stage not in (Stage.BIDDING, Stage.DORMANT)),
    "person": (Stage.REVIEW, Stage.ASSIGNMENT),
}

T = TypeVar("T")
Secret = Callable[[], bytes]


class Board(Protocol):
    def artefact_list(
        self,
        instance: str,
        *,
        after: str | None = None,
        before: str | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[tuple[str, Artefact]]: ...
    def claims_in(
        self, instance: str, stages: Sequence[Stage], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Claim]]: ...
    def claim_history(self, claim_id: str, *, after: int = 0, at_a_time: int | None = None) -> Iterator[Event]: ...


class Timeline(Protocol):
    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedArtefacts:
    instance: str
    type: str | None = None
    role: str | None = None
    structural_type: StructuralType | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"artefacts|{self.instance}|{self.type}|{self.role}|{self.structural_type}"

    def takes(self, artefact: Artefact) -> bool:
        return (
            (self.type is None or matches(artefact.type, [self.type]))
            and self.role in (None, artefact.produced_by_role)
            and self.structural_type in (None, artefact.structural_type)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedClaims:
    instance: str
    statuses: tuple[str, ...] = ()  # none for all
    structural_type: StructuralType | None = None
    waits_for: str | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"claims|{self.instance}|{','.join(self.statuses)}|{self.structural_type}|{self.waits_for}"

    @property
    def stages(self) -> Collection[Stage]:
        """Those that may have it: what waits for a person is not looked for among all that sleep."""
        stages = WAITING[self.waits_for] if self.waits_for else tuple(Stage)
        return [one for one in stages if not self.statuses or STATUS[one] in self.statuses]

    def takes(self, claim: Claim) -> bool:
        is_kind = self.structural_type in (None, claim.target.structural_type)
        return is_kind and self.waits_for in (None, claim.waits_for)


def page_of_artefacts(wanted: WantedArtefacts, *, board: Board, secret: Secret) -> tuple[list[Artefact], str | None]:
    """The newest first. Raises InvalidInputError for a cursor of another list."""
    before = _place(wanted.cursor, wanted.scope, secret)
    found = board.artefact_list(wanted.instance, before=before, newest_first=True, at_a_time=wanted.limit + 1)
    page, following = _cut(found, wanted.takes, wanted.limit)
    return page, seal(following, scope=wanted.scope, secret=secret()) if following else None


def page_of_claims(wanted: WantedClaims, *, board: Board, secret: Secret) -> tuple[list[Claim], str | None]:
    """The newest change first. Raises InvalidInputError for a cursor of another list."""
    before = _place(wanted.cursor, wanted.scope, secret)
    found = board.claims_in(wanted.instance, list(wanted.stages), before=before, at_a_time=wanted.limit + 1)
    page, following = _cut(found, wanted.takes, wanted.limit)
    return page, seal(following, scope=wanted.scope, secret=secret()) if following else None


def page_of_history(
    claim_id: str, *, limit: int, cursor: str | None, board: Board, secret: Secret
) -> tuple[list[Event], str | None]:
    """The oldest first. Raises InvalidInputError for a cursor of another list."""
    scope = f"history|{claim_id}"
    after = int(_place(cursor, scope, secret) or 0)
    events = board.claim_history(claim_id, after=after, at_a_time=limit + 1)
    page, following = _cut(((str(event.version), event) for event in events), lambda _: True, limit)
    return page, seal(following, scope=scope, secret=secret()) if following else None


def _cut(found: Iterator[tuple[str, T]], takes: Callable[[T], bool], limit: int) -> tuple[list[T], str | None]:
    page: list[T] = []
    last = ""
    for looked_at, (place, one) in enumerate(found):
        if len(page) == limit or looked_at == MOST_LOOKED_AT:
            return page, last
        last = place
        if takes(one):
            page.append(one)
    return page, None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEvents:
    instance: str
    since: datetime
    until: datetime
    limit: int = 50
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"events|{self.instance}"


def page_of_events(
    wanted: WantedEvents, *, ledger: Timeline, secret: Secret, at: datetime
) -> tuple[list[Event], str | None]:
    """The oldest first, with a cursor in any case: what happens later comes behind it. Raises InvalidInputError."""
    place = _place(wanted.cursor, wanted.scope, secret)
    since = from_text(place.partition("#")[0]) if place else wanted.since
    until = min(wanted.until, at - INDEX_LAG)
    if until - since > LONGEST_SPAN:
        raise InvalidInputError(f"at most {LONGEST_SPAN.days} days can be looked through at once")
    page: list[Event] = []
    last = place or f"{to_text(since)}#"
    for looked_at, event in enumerate(_in_order(since, until, ledger)):
        if len(page) == wanted.limit or looked_at == MOST_LOOKED_AT:
            break
        if (position := _position(event)) <= (place or ""):
            continue
        last = position
        if event.id.startswith(_KINDS) and event.data.get("instance") == wanted.instance:
            page.append(event)
    return page, seal(last, scope=wanted.scope, secret=secret())


def _in_order(since: datetime, until: datetime, ledger: Timeline) -> Iterator[Event]:
    """By time, and those of one moment always in the same order."""
    day = since.date()
    while day <= until.date():
        events = ledger.timeline(day, since=since, until=until)
        for _, together in groupby(events, key=lambda event: event.time):
            yield from sorted(together, key=_position)
        day += timedelta(days=1)


def _position(event: Event) -> str:
    return f"{to_text(event.time)}#{event.id.rpartition(':')[0]}:{event.version:010}"


def _place(cursor: str | None, scope: str, secret: Secret) -> str | None:
    return unseal(cursor, scope=scope, secret=secret()) if cursor else None
