"""What a peer says of services: each is looked at for itself, and the later word counts."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from shared.control.registry.contracts import BatchIn, WrittenIn
from shared.control.registry.description import MAX_GONE, MAX_SERVICES, Written
from shared.control.registry.ports import Ports
from shared.control.registry.replication import Verdict, refusal_of, verdict_on
from shared.control.registry.service import Service, told_service
from shared.control.registry.statuses import Presence
from shared.control.registry.views import Reply
from shared.ledger.envelope import Cause
from shared.runtime.attempts import attempts
from shared.runtime.errors import ConflictError, InvalidInputError

ATTEMPTS: Final = 5
_SHOWN: Final = 100  # characters of what cannot be read


def take_batch(batch: BatchIn, cause: Cause, ports: Ports) -> Reply:
    """Raises DependencyError, ConflictError: the peer says all of it again. What we say ourselves is no news to us."""
    if batch.sender == ports.origin:
        return _reply(Counter({Verdict.IGNORE: len(batch.services)}), [], ports)
    counts: Counter[Verdict] = Counter()
    refused: list[dict[str, str]] = []
    read = [_read(one, batch.sender, ports, refused) for one in batch.services]
    written = [one for one in read if one is not None]
    known = ports.services.get_many({one.name for one in written})
    room = _Room(ports)
    for one in written:
        if _needs_room(one, known.get(one.name), ports) and (reason := room.refusal_of(one)):
            refused.append(_refusal(one.name, reason))
            continue
        counts[_take(one, known, cause, ports)] += 1
    return _reply(counts, refused, ports)


def _read(said: Any, sender: str, ports: Ports, refused: list[dict[str, str]]) -> Written | None:
    """None for what is refused, with the reason."""
    try:
        written = WrittenIn.model_validate(said).written(sender)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        refused.append(_refusal(_name_of(said), f"{where}: {first['msg']}"))
        return None
    if reason := refusal_of(written, at=ports.clock()):
        refused.append(_refusal(written.name, reason))
        return None
    return written


def _take(written: Written, known: dict[str, Service], cause: Cause, ports: Ports) -> Verdict:
    """Said twice in one message, the later counts. Raises ConflictError where others write each time."""
    for attempt in attempts(ATTEMPTS, pause=ports.pause):
        if attempt:
            known |= ports.services.get_many([written.name])
        service, at = known.get(written.name), ports.clock()
        verdict = verdict_on(written, service, us=ports.origin)
        if verdict is not Verdict.TAKE:
            return verdict
        taken = service.taken(written, at=at) if service else told_service(written, at=at)
        try:
            known[written.name] = ports.services.save(taken, cause)
        except ConflictError:
            continue
        return verdict
    raise ConflictError(f"{written.name} is changed by others all the time; say it again")


def _needs_room(written: Written, known: Service | None, ports: Ports) -> bool:
    """One that was not there, or is there again."""
    is_back = written.presence is Presence.REGISTERED and known is not None and not known.is_registered
    return (known is None or is_back) and verdict_on(written, known, us=ports.origin) is Verdict.TAKE


class _Room:
    """For services more; those that are there are counted when the first more comes."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._left: dict[bool, int] = {}  # of those that are registered, of those that are not any more

    def refusal_of(self, written: Written) -> str | None:
        """None where there is room, which it has then."""
        is_there = written.presence is Presence.REGISTERED
        presences = [one for one in Presence if (one is Presence.REGISTERED) is is_there]
        most = MAX_SERVICES if is_there else MAX_GONE
        if is_there not in self._left:
            self._left[is_there] = most - sum(1 for _ in self._ports.services.all(presences))
        self._left[is_there] -= 1
        if self._left[is_there] >= 0:
            return None
        return f"there are {most:,} services {'' if is_there else 'that are gone '}already"


def _reply(counts: Mapping[Verdict, int], refused: list[dict[str, str]], ports: Ports) -> Reply:
    return Reply(
        origin=ports.origin,
        taken=counts.get(Verdict.TAKE, 0),
        known=counts.get(Verdict.KNOWN, 0),
        ignored=counts.get(Verdict.IGNORE, 0),
        refused=refused,
    )


def _name_of(said: Any) -> str:
    name = said.get("name") if isinstance(said, dict) else None
    return name if isinstance(name, str) else "?"


def _refusal(name: str, reason: str) -> dict[str, str]:
    """Of what may be anything, so that it can be shown."""
    shown = "".join(letter for letter in name[:_SHOWN] if letter.isprintable())
    return {"name": shown, "reason": reason[:300]}


def read_batch(body: Any) -> BatchIn:
    """Raises InvalidInputError."""
    try:
        return BatchIn.model_validate(body)
    except ValidationError as error:
        raise InvalidInputError(f"{error.error_count()} values cannot be used") from None
