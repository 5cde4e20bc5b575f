"""What an agent is to do: claims it may bid for, and work it has in hand, with all it has to see for that."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from shared.blackboard.agent import MAX_CAPACITY, Agent
from shared.blackboard.artefact import Artefact, StructuralType, told_size
from shared.blackboard.claim import GRANT_TYPE, Claim
from shared.blackboard.grant import GrantStatus
from shared.blackboard.stages import Stage

DEEPEST: Final = 10  # generations that are looked at
MOST_ARTEFACTS: Final = 200  # of one lineage
MOST_BIDDINGS: Final = 2_000  # claims in bidding, and as many dormant, that are looked through, the oldest first
MOST_ITEMS: Final = MAX_CAPACITY  # in one answer
MOST_BYTES: Final = 3 * 1024 * 1024  # of payloads in one answer, as they stand there; what is beyond is read by its id
MOST_HELD: Final = 4 * MOST_BYTES  # of payloads in memory meanwhile: some of what is read is not shown
MOST_CONTEXT: Final = 100  # artefacts, the latest of them
_AT_A_TIME: Final = 50  # artefacts: each may have a payload of 256 KiB

_CONTEXT: Final = frozenset({StructuralType.STANDARD, StructuralType.ANSWER, StructuralType.REVIEW})


class Artefacts(Protocol):
    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]: ...
    def children(self, artefact_id: str, most: int) -> list[str]: ...


class Board(Artefacts, Protocol):
    def claims(self, claim_ids: Collection[str]) -> dict[str, Claim]: ...
    def claims_in(
        self, instance: str, stages: Sequence[Stage], *, newest_first: bool = True, at_a_time: int = 100
    ) -> Iterator[tuple[str, Claim]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A claim to bid for (`bid`), or one whose work is granted (`grant`)."""

    kind: str
    claim: Claim
    until: datetime
    target: Artefact
    context: tuple[Artefact, ...] = ()

    @property
    def grant_type(self) -> str:
        return GRANT_TYPE[self.claim.stage]


class _Shelf:
    """What was read is not read again. Without its payload is what there is no room for: it is read by its id."""

    def __init__(self, board: Artefacts) -> None:
        self._board = board
        self._known: dict[str, Artefact] = {}
        self._left = MOST_HELD

    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]:
        missing = iter([one for one in dict.fromkeys(artefact_ids) if one not in self._known])
        while some := list(islice(missing, _AT_A_TIME)):
            self._known |= {name: self._kept(one) for name, one in self._board.artefacts(some).items()}
        return {one: self._known[one] for one in artefact_ids if one in self._known}

    def children(self, artefact_id: str, most: int) -> list[str]:
        return self._board.children(artefact_id, most)

    def _kept(self, artefact: Artefact) -> Artefact:
        size = len(artefact.payload or "")
        if size > self._left:
            return replace(artefact, payload=None)
        self._left -= size
        return artefact


def work_of(agent: Agent, *, board: Board, at: datetime, asleep: bool = True) -> list[Work]:
    """What is granted first, in the order in which it was; then what may be bid for, the oldest first.

    `asleep`: whether dormant claims are looked through, too. They change seldom.
    """
    granted = list(_granted(agent, board, at))
    stages = (Stage.BIDDING, Stage.DORMANT) if asleep else (Stage.BIDDING,)
    asked = [] if agent.bidding_strategy else list(islice(_asked(agent, stages, board, at), MOST_ITEMS))
    claims = [claim for claim, _ in granted] + [claim for claim, _ in asked]
    shelf = _Shelf(board)
    targets = shelf.artefacts([claim.target.id for claim in claims])
    work = []
    for claim, until in granted[:MOST_ITEMS]:
        target = targets[claim.target.id]
        context = context_of(claim, target, shelf)
        work.append(Work(kind="grant", claim=claim, until=until, target=target, context=tuple(context)))
    for claim, until in asked[: MOST_ITEMS - len(work)]:
        work.append(Work(kind="bid", claim=claim, until=until, target=targets[claim.target.id]))
    return work


def _granted(agent: Agent, board: Board, at: datetime) -> Iterator[tuple[Claim, datetime]]:
    found = board.claims(agent.working)
    for claim_id in agent.working:
        claim = found[claim_id]
        for grant in claim.active:
            if grant.agent == agent.name and grant.status is GrantStatus.LIVE and at < grant.until:
                yield claim, grant.until


def _asked(agent: Agent, stages: Sequence[Stage], board: Board, at: datetime) -> Iterator[tuple[Claim, datetime]]:
    """In bidding; and those nobody is at, and for which this agent was not there in time.

    The oldest first: it is over soonest, and each bid puts a claim behind the others.
    """
    for stage in stages:
        for _, claim in islice(board.claims_in(agent.instance, [stage], newest_first=False), MOST_BIDDINGS):
            if claim.deadline_at and at < claim.deadline_at and _may_bid(agent, claim):
                yield claim, claim.deadline_at


def _may_bid(agent: Agent, claim: Claim) -> bool:
    return agent.name in (claim.silent if claim.stage is Stage.DORMANT else claim.missing)


def context_of(claim: Claim, target: Artefact, board: Artefacts) -> list[Artefact]:
    """What led to the target, and what sent it back: oldest first, of each other thread the latest of them.

    What led to the first version of it is there however often it was sent back since.
    """
    roots = _roots(target, board)
    first = (*roots, *target.source_artefacts, *claim.context_ids)
    found, _ = lineage(first, board, depth=DEEPEST, up=True)
    latest: dict[str, Artefact] = {}
    for artefact in found:
        known = latest.get(artefact.logical_id)
        if artefact.logical_id != target.logical_id and (known is None or known.version < artefact.version):
            latest[artefact.logical_id] = artefact
    context = (one for one in latest.values() if one.structural_type in _CONTEXT)
    kept = sorted(context, key=lambda artefact: (artefact.id in roots, artefact.created_at, artefact.id))
    return sorted(kept[-MOST_CONTEXT:], key=lambda artefact: (artefact.created_at, artefact.id))


def _roots(target: Artefact, board: Artefacts) -> tuple[str, ...]:
    """What the thread of a later version began with; it is named after its first."""
    if target.version == 1:
        return ()
    began = board.artefacts([target.logical_id]).get(target.logical_id)
    return began.source_artefacts if began else ()


def lineage(first: Iterable[str], board: Artefacts, *, depth: int, up: bool) -> tuple[list[Artefact], bool]:
    """These artefacts and those before (`up`) or behind them, generation by generation; whether there are more."""
    found: dict[str, Artefact] = {}
    generation = list(dict.fromkeys(first))
    for _ in range(depth):
        room = MOST_ARTEFACTS - len(found)
        if not generation or not room:
            break
        fresh = board.artefacts(generation[:room])
        found |= {one: fresh[one] for one in generation[:room] if one in fresh}
        following = (link for one in fresh.values() for link in _links(one, board, up=up))
        generation = generation[room:] + [one for one in dict.fromkeys(following) if one not in found]
    return list(found.values()), bool(generation)


def _links(artefact: Artefact, board: Artefacts, *, up: bool) -> Sequence[str]:
    return artefact.source_artefacts if up else board.children(artefact.id, MOST_ARTEFACTS)


def may_see(agent: Agent, artefact: Artefact, *, board: Board, at: datetime) -> bool:
    """Its own work, what it is to work on or to bid for, and what it has to see for that. Nothing else."""
    if artefact.instance != agent.instance:
        return False
    if artefact.author == agent.name:
        return True
    for work in work_of(agent, board=board, at=at):
        if artefact.id in (work.target.id, *(one.id for one in work.context)):
            return True
    return False


def in_order(work: Sequence[Work]) -> list[Artefact]:
    """All that is shown of it: targets come before what led to them."""
    return [*(one.target for one in work), *(context for one in work for context in one.context)]


def targets_read(work: Sequence[Work], read: Callable[[Artefact], Artefact]) -> list[Work]:
    """With the payloads of targets that are kept as files, where the answer may have room for them."""
    left, done = MOST_BYTES, list[Work]()
    for one in work:
        is_read = one.target.payload_key is not None and one.target.payload_size <= left
        left -= one.target.payload_size if is_read else 0
        done.append(replace(one, target=read(one.target)) if is_read else one)
    return done


def fits_in(artefacts: Iterable[Artefact]) -> Mapping[str, bool]:
    """By artefact id: whether its payload has room, as often as it stands in the answer; the first ones first."""
    left, shown = MOST_BYTES, list(artefacts)
    times = Counter(one.id for one in shown)
    fits: dict[str, bool] = {}
    for artefact in shown:
        if artefact.id not in fits:
            size = times[artefact.id] * told_size(artefact.payload or "")
            fits[artefact.id] = size <= left
            left -= size if fits[artefact.id] else 0
    return fits
