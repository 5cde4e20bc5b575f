"""What follows from the news of a blackboard: claims begin, are granted, go on, and end."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any, Final, Protocol

from shared.blackboard.agent import Agent
from shared.blackboard.artefact import Artefact, StructuralType, claim_id_of
from shared.blackboard.changing import Ports, settle
from shared.blackboard.claim import Claim
from shared.blackboard.instance import Instance
from shared.blackboard.inviting import fitting
from shared.blackboard.opening import opened, starts_work
from shared.blackboard.sitting import Sitting
from shared.blackboard.stages import Stage
from shared.ledger.envelope import Cause, from_text, is_replayed, to_text
from shared.runtime.errors import ConflictError, NotFoundError

# Of these the last one about a claim waits for its deadline.
TIMED: Final = frozenset({"claim.created", "claim.dormant", "claim.reopened", "claim.granted"})
SHORTEST_WAIT: Final = timedelta(seconds=1)
MOST_AT_ONCE: Final = 50  # claims that follow from the news of an agent; the message comes back for the others

News = Mapping[str, Any]


class Log(Protocol):
    def __call__(self, event: str, **said: Any) -> None: ...


class Claims(Protocol):
    """Where many claims are found, and the payload of a question is."""

    def claims_in(self, instance: str, stages: list[Stage], *, newest_first: bool) -> Iterable[tuple[str, Claim]]: ...


def arbitrate(
    news: News, cause: Cause, *, ports: Ports, claims: Claims, read: Callable[[Artefact], Artefact], log: Log
) -> timedelta | None:
    """After which time to come back with this news; None where nothing waits with it.

    `read` gives an artefact with its payload. Raises ConflictError where others keep changing the claim, and
    DependencyError.
    """
    kind, _, what = news["type"].partition(".")
    match kind:
        case "artefact":
            open_claim(news, cause, ports=ports, read=read, log=log)
        case "claim":
            return _go_on(news, cause, ports)
        case "agent":
            return _about_agent(what, news, cause, ports=ports, claims=claims)
    return None


def open_claim(
    news: News, cause: Cause, *, ports: Ports, read: Callable[[Artefact], Artefact], log: Log
) -> Claim | None:
    """The one claim of an artefact, however often it is told of; None where it starts no work."""
    said, at = news["data"], ports.clock()
    instance = ports.board.instance(said["instance"])
    about = {"artefact_id": said["artefact_id"], "type": said["artefact_type"], "instance": said["instance"]}
    kind = StructuralType(said["structural_type"])
    if not starts_work(kind, instance.settings):
        log("terminal_skipped" if kind is StructuralType.TERMINAL else "claim_creation_skipped", **about)
        return None
    artefact = _told(news)
    if kind is StructuralType.QUESTION:
        artefact = read(ports.board.artefact(artefact.id))
    sitting = _opened(artefact, instance, ports, at=at)
    claim = sitting.claim
    try:
        ports.board.save(replace(cause, actor="arbiter"), claims=[claim], artefacts=sitting.artefacts)
    except ConflictError:
        # Whoever was first has made the same one: it is left to its own news.
        log("duplicate_artefact", **about, existing_claim_id=_first(artefact, ports).id)
        return None
    latency = int((ports.clock() - from_text(news["time"])).total_seconds() * 1_000)
    log("claim_created", **about, claim_id=claim.id, status=claim.status, latency_ms=latency)
    return settle(claim.recorded(), replace(cause, actor="arbiter"), ports)


def _opened(artefact: Artefact, instance: Instance, ports: Ports, *, at: datetime) -> Sitting:
    """Agents that answer one another go on for ever: what comes of that is ended before anybody is asked."""
    settings = instance.settings
    if artefact.generation <= settings.max_generations:
        claim = opened(artefact, ports.board.crew(instance), settings, at=at)
        return Sitting(claim=claim, crew={}, settings=settings, at=at)
    sitting = Sitting(claim=opened(artefact, {}, settings, at=at), crew={}, settings=settings, at=at)
    sitting.fail("TooManyGenerations", f"{settings.max_generations} pieces of work followed from one another before it")
    return sitting


def _first(artefact: Artefact, ports: Ports) -> Claim:
    """Raises ConflictError where it is not there yet: DynamoDB refuses also who meets one that is still writing."""
    try:
        return ports.board.claim(claim_id_of(artefact.id))
    except NotFoundError:
        raise ConflictError(f"the claim of artefact {artefact.id} is being made; look again") from None


def _told(news: News) -> Artefact:
    """The artefact as the news tell of it: without its payload."""
    said = news["data"]
    return Artefact(
        id=said["artefact_id"],
        instance=said["instance"],
        logical_id=said["logical_id"],
        version=said["version"],
        structural_type=StructuralType(said["structural_type"]),
        type=said["artefact_type"],
        payload=None,
        payload_size=said["payload_size"],
        produced_by_role=said["produced_by_role"],
        produced_by=news["actor"],
        iteration=said["iteration"],
        generation=said.get("generation", 0),
        body_hash="",
        created_at=from_text(news["time"]),
    )


def _go_on(news: News, cause: Cause, ports: Ports) -> timedelta | None:
    """What is due, if it is; and how long the message waits that waits for the claim's deadline."""
    if news["data"].get("by_strategy") or news["data"].get("silent"):
        return None  # it was written together with what follows from it
    claim = ports.board.claim(news["subject"])
    is_timer = claim.timer_version == news["version"]
    if not claim.is_open or (news["type"] in TIMED and not is_timer):
        return None
    claim = settle(claim, replace(cause, actor="arbiter"), ports)
    if not claim.is_open or claim.timer_version != news["version"] or claim.deadline_at is None:
        return None
    if is_replayed(news):
        return None  # the message waits that told of it first; if that is lost, the sweep sees to it
    return max(claim.deadline_at - ports.clock(), SHORTEST_WAIT)


def _about_agent(what: str, news: News, cause: Cause, *, ports: Ports, claims: Claims) -> timedelta | None:
    """A lot of the claims that are concerned; what has gone on is none of them any more when the news come back."""
    said = news["data"]
    agent = ports.board.agents(said["instance"], [said["agent_name"]]).get(said["agent_name"])
    if agent is None:
        return None
    concerned = chain(_in_hand(agent), _dormant(agent, claims) if what == "registered" else ())
    lot = list(islice(concerned, MOST_AT_ONCE + 1))
    for claim_id in lot[:MOST_AT_ONCE]:
        settle(ports.board.claim(claim_id), replace(cause, actor="arbiter"), ports)
    return SHORTEST_WAIT if len(lot) > MOST_AT_ONCE else None


def _in_hand(agent: Agent) -> Sequence[str]:
    """The claims that may go on: all where it is gone, as many of those that wait as it has hands free."""
    if agent.is_removed:
        return (*agent.working, *agent.waiting)
    return agent.waiting[: max(agent.capacity - len(agent.working), 0)]


def _dormant(agent: Agent, claims: Claims) -> Iterator[str]:
    """Those that it has not been asked about yet, as it is now; the oldest first."""
    for _, claim in claims.claims_in(agent.instance, [Stage.DORMANT], newest_first=False):
        if fitting(claim, [agent]) and claim.asked_as.get(agent.name) != to_text(agent.registered_at):
            yield claim.id
