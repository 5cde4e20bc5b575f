"""What was lost on the way is found: artefacts whose claim nobody has made, and claims that nobody goes on with."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Protocol

from functions.arbitrate_claims.service import Log, open_claim
from shared.blackboard.arbiter import take_step
from shared.blackboard.artefact import Artefact, claim_id_of
from shared.blackboard.changing import Ports, settle
from shared.blackboard.claim import Claim
from shared.blackboard.instance import Settings
from shared.blackboard.opening import starts_work
from shared.blackboard.sitting import Sitting
from shared.blackboard.stages import OPEN, Stage
from shared.ledger.envelope import Cause, from_text, to_text
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.observability import logger

GRACE: Final = timedelta(seconds=60)  # news that are younger may be on their way
OVERLAP: Final = timedelta(minutes=10)  # clocks differ, and who writes may be slow
REMEMBERED_SECONDS: Final = 30 * 86_400  # how far it had come; forgotten, it looks at everything once more
MOST_CLAIMS: Final = 2_000  # of an instance that one sweep looks at; the next goes on behind them
MOST_FAILED: Final = 100  # artefacts of an instance that are looked at apart; where there are more, none is passed over
_AT_A_TIME: Final = 100
_FIRST: Final = "sweep::first"  # the instance that had no turn last time


class Board(Protocol):
    def instances(self) -> list[str]: ...
    def artefact_list(
        self, instance: str, *, after: str | None = None, before: str | None = None
    ) -> Iterator[tuple[str, Artefact]]: ...
    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]: ...
    def claims(self, claim_ids: Sequence[str]) -> dict[str, Claim]: ...
    def claims_in(
        self, instance: str, stages: Sequence[Stage], *, before: str | None = None
    ) -> Iterable[tuple[str, Claim]]: ...


class State(Protocol):
    def get(self, key: str) -> Any | None: ...
    def put(self, key: str, value: Any, *, ttl: int | None = None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How many claims were made that were missing, how many went on that stood still; what could not be looked at."""

    opened: int
    resumed: int
    failed: tuple[str, ...] = ()  # ids of artefacts and claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """One sweep: who asks for it, and with what it is done."""

    cause: Cause
    board: Board
    state: State
    ports: Ports
    read: Callable[[Artefact], Artefact]
    log: Log
    has_time: Callable[[], bool]
    failed: list[str] = field(default_factory=list)


def sweep(
    cause: Cause,
    *,
    board: Board,
    state: State,
    ports: Ports,
    read: Callable[[Artefact], Artefact],
    log: Log,
    has_time: Callable[[], bool],
) -> Swept:
    """Each instance from where the last sweep had come, as far as there is time; the next begins with who had no turn.

    What cannot be looked at holds up nothing else. Raises DependencyError.
    """
    work = Sweeping(cause=cause, board=board, state=state, ports=ports, read=read, log=log, has_time=has_time)
    opened = resumed = 0
    first = state.get(_FIRST) or ""
    instances = sorted(board.instances(), key=lambda name: (name < first, name))
    for instance in instances:
        opened += _artefacts(instance, work)
    following = ""
    for instance in instances:
        if not has_time():
            following = instance
            break
        resumed += _claims(instance, work)
    if following != first:
        state.put(_FIRST, following, ttl=REMEMBERED_SECONDS)
    return Swept(opened=opened, resumed=resumed, failed=tuple(work.failed))


@contextmanager
def _apart(what: str, failed: list[str]) -> Iterator[None]:
    """Raises DependencyError."""
    try:
        yield
    except ConflictError:
        pass  # somebody is at it
    except DependencyError:
        raise
    except Exception:
        logger.exception("cannot be looked at", subject=what)
        failed.append(what)


def _artefacts(instance: str, work: Sweeping) -> int:
    """From where the last sweep had come; what could not be looked at then is looked at apart from the others."""
    key, until = f"sweep:{instance}", work.ports.clock() - GRACE
    since = work.state.get(key)
    after = to_text(from_text(since) - OVERLAP) if since else None
    settings = work.ports.board.instance(instance).settings
    known: list[str] = work.state.get(f"{key}:failed") or []
    again = list(work.board.artefacts(known).values()) if known and work.has_time() else []
    opened, failed = _opened(again, settings, work)
    failed |= set(known) - {one.id for one in again}
    found = (one for _, one in work.board.artefact_list(instance, after=after, before=to_text(until)))
    while work.has_time() and (lot := list(islice(found, _AT_A_TIME))):
        made, anew = _opened([one for one in lot if one.id not in failed], settings, work)
        opened, failed = opened + made, failed | anew
        if len(failed) <= MOST_FAILED:  # else the next one begins here once more
            known = _remembered(f"{key}:failed", known, failed, work)  # before the place is: none is passed over
            work.state.put(key, to_text(lot[-1].created_at), ttl=REMEMBERED_SECONDS)
    if len(failed) <= MOST_FAILED:
        _remembered(f"{key}:failed", known, failed, work)
    return opened


def _remembered(key: str, known: list[str], failed: set[str], work: Sweeping) -> list[str]:
    if known or failed:  # written anew where it is the same: it is not to be forgotten
        work.state.put(key, sorted(failed), ttl=REMEMBERED_SECONDS)
    return sorted(failed)


def _opened(artefacts: Sequence[Artefact], settings: Settings, work: Sweeping) -> tuple[int, set[str]]:
    """How many got their claim, and which cannot be looked at."""
    starting = [one for one in artefacts if starts_work(one.structural_type, settings)]
    known = work.board.claims([claim_id_of(one.id) for one in starting])
    opened, failed_before = 0, len(work.failed)
    for artefact in starting:
        if claim_id_of(artefact.id) not in known:
            with _apart(artefact.id, work.failed):
                opened += _opens(artefact, work)
    return opened, set(work.failed[failed_before:])


def _opens(artefact: Artefact, work: Sweeping) -> bool:
    return open_claim(_news(artefact), work.cause, ports=work.ports, read=work.read, log=work.log) is not None


def _news(artefact: Artefact) -> dict[str, Any]:
    """As the bus should have brought them."""
    fact = artefact.fact()
    return {
        "type": fact.type,
        "time": to_text(fact.time),
        "actor": artefact.produced_by,
        "data": fact.data,
    }


def _claims(instance: str, work: Sweeping) -> int:
    """Those where something was due when the news of it should have come long ago.

    The newest change first: what changes comes to the top, where the next round begins, and holds up no round.
    """
    key, resumed, last = f"sweep:{instance}:claims", 0, ""
    then = work.ports.clock() - GRACE
    known = work.ports.board.instance(instance)
    crew, settings = work.ports.board.crew(known), known.settings
    begun = work.state.get(key) or ""
    found = work.board.claims_in(instance, OPEN, before=begun or None)
    for looked_at, (place, claim) in enumerate(found):
        if looked_at == MOST_CLAIMS or not work.has_time():
            break
        last = place
        sitting = Sitting(claim=claim, crew=dict(crew), settings=settings, at=then)
        with _apart(claim.id, work.failed):
            if _is_old(claim, then) and take_step(sitting):
                resumed += settle(claim, work.cause, work.ports).version != claim.version
    else:
        last = ""  # that was all: the next begins anew
    if last != begun:
        work.state.put(key, last, ttl=REMEMBERED_SECONDS)
    return resumed


def _is_old(claim: Claim, then: datetime) -> bool:
    """Nothing has happened since, or was due before: who is at it still does not hide who is not."""
    return claim.changed_at <= then or (claim.deadline_at is not None and claim.deadline_at <= then)
