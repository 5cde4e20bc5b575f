"""The blackboard in the ledger: artefacts that never change, claims, agents, instances, and the lists that find them.

artefacts/<instance>              by time: what lists show of each
thread/<instance>/<logical id>    by version: whoever writes a version takes its place in the thread
children/<artefact id>            by time: what hangs on an artefact
instances                         by name

Claims stand in the columns of their stages; who takes part in an instance, the instance says.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol

from shared.blackboard import fields
from shared.blackboard.agent import Agent, id_of
from shared.blackboard.artefact import Artefact
from shared.blackboard.claim import Claim
from shared.blackboard.instance import Instance
from shared.blackboard.stages import Stage
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, Fact, to_text
from shared.ledger.ledger import Aggregate, Change, Entry, Ledger
from shared.runtime.errors import ConflictError, NotFoundError

ARTEFACT: Final = "ARTEFACT"
CLAIM: Final = "CLAIM"
AGENT: Final = "AGENT"
INSTANCE: Final = "INSTANCE"
_INSTANCES: Final = "instances"
_ABOUT_CREW: Final = ("agent.registered", "agent.removed")


class Blackboard(Protocol):
    """Every method may raise DependencyError."""

    def begin(self, name: str, cause: Cause, *, at: datetime) -> None: ...
    def instance(self, name: str) -> Instance: ...
    def crew(self, instance: Instance, named: Collection[str] = ()) -> dict[str, Agent]: ...
    def agents(self, instance: str, names: Collection[str]) -> dict[str, Agent]: ...
    def claim(self, claim_id: str) -> Claim: ...
    def artefact(self, artefact_id: str) -> Artefact: ...
    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]: ...
    def thread(self, instance: str, logical_id: str) -> list[str]: ...
    def children(self, artefact_id: str, most: int) -> list[str]: ...
    def save(
        self,
        cause: Cause,
        *,
        claims: Sequence[Claim] = (),
        agents: Sequence[Agent] = (),
        artefacts: Sequence[Artefact] = (),
    ) -> None: ...


class LedgerBlackboard:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._begun: set[str] = set()

    def begin(self, name: str, cause: Cause, *, at: datetime) -> None:
        """See to it that an instance is on the list of instances: what is in none of them nobody looks after."""
        if name in self._begun:
            return
        known = self.instance(name)
        if not known.version:
            with suppress(ConflictError):  # another has begun it
                self.save_instance(known, cause, at=at)
        self._begun.add(name)

    def instances(self) -> list[str]:
        return [entry.key for entry in self._ledger.entries(_INSTANCES)]

    def instance(self, name: str) -> Instance:
        """One that nobody has used yet is as any other begins."""
        try:
            return fields.instance_from(self._ledger.get(INSTANCE, name))
        except NotFoundError:
            return Instance(name=name)

    def save_instance(self, instance: Instance, cause: Cause, *, at: datetime) -> Instance:
        """Raises ConflictError where it was changed since it was read."""
        change = _instance(instance, "instance.changed", cause, at=at)
        self._ledger.commit(change)
        return replace(instance, version=change.aggregate.version)

    def crew(self, instance: Instance, named: Collection[str] = ()) -> dict[str, Agent]:
        """The agents that take part, and these, also where they do not any more; by name."""
        return self.agents(instance.name, {*instance.members, *named})

    def agents(self, instance: str, names: Collection[str]) -> dict[str, Agent]:
        """Those of them that ever registered, by name."""
        ids = [id_of(instance, name) for name in sorted(names)]
        found = self._ledger.get_many(AGENT, ids) if ids else {}
        return {agent.name: agent for agent in (fields.agent_from(found[one]) for one in ids if one in found)}

    def told_at_urls(self) -> list[Agent]:
        """The agents of all instances that are told of their work at a URL."""
        found = self._ledger.get_many(INSTANCE, names) if (names := self.instances()) else {}
        members = [id_of(one.name, name) for one in map(fields.instance_from, found.values()) for name in one.members]
        agents = self._ledger.get_many(AGENT, members) if members else {}
        return [agent for agent in map(fields.agent_from, agents.values()) if agent.url]

    def agent(self, instance: str, name: str) -> Agent:
        """Raises NotFoundError."""
        try:
            return fields.agent_from(self._ledger.get(AGENT, id_of(instance, name)))
        except NotFoundError:
            raise NotFoundError(f"there is no agent {name} in {instance}") from None

    def claim(self, claim_id: str) -> Claim:
        """Raises NotFoundError."""
        return fields.claim_from(self._ledger.get(CLAIM, claim_id))

    def claims(self, claim_ids: Collection[str]) -> dict[str, Claim]:
        """Those that exist, by id."""
        found = self._ledger.get_many(CLAIM, claim_ids) if claim_ids else {}
        return {claim_id: fields.claim_from(one) for claim_id, one in found.items()}

    def claims_in(
        self,
        instance: str,
        stages: Sequence[Stage],
        *,
        before: str | None = None,
        newest_first: bool = True,
        at_a_time: int = 100,
    ) -> Iterator[tuple[str, Claim]]:
        """By their last change, each with its place in the list."""
        places = [_column(instance, stage) for stage in stages]
        found = self._ledger.board(CLAIM, places, before=before, newest_first=newest_first, at_a_time=at_a_time)
        return ((one.position, fields.claim_from(one)) for one in found)

    def claim_history(self, claim_id: str, *, after: int = 0, at_a_time: int | None = None) -> Iterator[Event]:
        """The oldest first."""
        return self._ledger.history(CLAIM, claim_id, after=after, at_a_time=at_a_time)

    def artefact(self, artefact_id: str) -> Artefact:
        """With its payload, if that is not kept as a file. Raises NotFoundError."""
        return fields.artefact_from(self._ledger.get(ARTEFACT, artefact_id))

    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]:
        """Those that exist, by id."""
        found = self._ledger.get_many(ARTEFACT, artefact_ids) if artefact_ids else {}
        return {artefact_id: fields.artefact_from(one) for artefact_id, one in found.items()}

    def artefact_list(
        self,
        instance: str,
        *,
        after: str | None = None,
        before: str | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[tuple[str, Artefact]]:
        """Without payloads, each with its place in the list."""
        name = f"artefacts/{instance}"
        lines = self._ledger.entries(name, after=after, before=before, newest_first=newest_first, at_a_time=at_a_time)
        for entry in lines:
            yield entry.key, fields.artefact_of(entry.key.partition("#")[2], entry.fields)

    def thread(self, instance: str, logical_id: str) -> list[str]:
        """The ids of its artefacts, the first version first; none where there is no such thread."""
        return [entry.fields["artefact_id"] for entry in self._ledger.entries(f"thread/{instance}/{logical_id}")]

    def children(self, artefact_id: str, most: int) -> list[str]:
        """The ids of artefacts that hang on it, the oldest first, at most so many."""
        entries = self._ledger.entries(f"children/{artefact_id}", at_a_time=most)
        return [entry.key.partition("#")[2] for entry in islice(entries, most)]

    def save(
        self,
        cause: Cause,
        *,
        claims: Sequence[Claim] = (),
        agents: Sequence[Agent] = (),
        artefacts: Sequence[Artefact] = (),
    ) -> None:
        """All that has changed of these, or nothing.

        Raises ConflictError where any was changed since it was read, is there already, or is in another's place;
        InvalidInputError where no more agents take part in an instance.
        """
        changes = [_claim(one, cause) for one in claims if one.facts]
        changes += [_agent(one, cause) for one in agents if one.facts]
        changes += [one for agent in agents for one in self._crew_change(agent, cause)]
        changes += [_artefact(one, cause) for one in artefacts]
        if changes:
            self._ledger.commit_together(changes)

    def _crew_change(self, agent: Agent, cause: Cause) -> Iterator[Change]:
        """Whoever has an agent take part, or no more, meets who does that with another: so they are never too many."""
        if agent.facts and agent.facts[-1].type in _ABOUT_CREW:
            before = self.instance(agent.instance)
            after = before.left_by(agent.name) if agent.is_removed else before.joined_by(agent.name)
            if after.members != before.members:
                yield _instance(after, "instance.crew_changed", cause, at=agent.changed_at)


def _column(instance: str, stage: Stage) -> str:
    return f"{instance}/{stage}"


def _claim(claim: Claim, cause: Cause) -> Change:
    change = _change(CLAIM, claim, claim.id, claim.facts, fields.of_claim(claim), cause, at=claim.changed_at)
    return replace(change, aggregate=replace(change.aggregate, place=_column(claim.instance, claim.stage)))


def _agent(agent: Agent, cause: Cause) -> Change:
    return _change(AGENT, agent, agent.id, agent.facts, fields.of_agent(agent), cause, at=agent.changed_at)


def _instance(instance: Instance, event_type: str, cause: Cause, *, at: datetime) -> Change:
    settings, members = fields.of_settings(instance.settings), list(instance.members)
    said = {"settings": settings} if event_type == "instance.changed" else {"members": members}
    fact = Fact(type=event_type, time=at, data={"instance": instance.name, **said})
    kept = {"settings": settings, "members": members}
    change = _change(INSTANCE, instance, instance.name, (fact,), kept, cause, at=at)
    return replace(change, entries=() if instance.version else (Entry(list=_INSTANCES, key=instance.name),))


def _artefact(artefact: Artefact, cause: Cause) -> Change:
    time, line = to_text(artefact.created_at), fields.line_of(artefact)
    aggregate = Aggregate(
        kind=ARTEFACT,
        id=artefact.id,
        version=1,
        changed_at=artefact.created_at,
        fields=fields.of_artefact(artefact),
    )
    thread = f"thread/{artefact.instance}/{artefact.logical_id}"
    entries = [
        Entry(list=f"artefacts/{artefact.instance}", key=f"{time}#{artefact.id}", fields=line),
        Entry(list=thread, key=f"{artefact.version:010}", fields={"artefact_id": artefact.id}),
    ]
    entries += [Entry(list=f"children/{one}", key=f"{time}#{artefact.id}") for one in artefact.source_artefacts]
    told = replace(cause, actor=artefact.produced_by)  # who gave the arbiter cause to make it has not made it
    events = recorded(ARTEFACT, artefact.id, [artefact.fact()], after=0, cause=told)
    return Change(aggregate=aggregate, events=events, entries=tuple(entries))


def _change(
    kind: str, what: Any, known_id: str, facts: Sequence[Fact], kept: dict[str, Any], cause: Cause, *, at: datetime
) -> Change:
    events = recorded(kind, known_id, facts, after=what.version, cause=cause)
    aggregate = Aggregate(kind=kind, id=known_id, version=events[-1].version, changed_at=at, fields=kept)
    return Change(aggregate=aggregate, events=events)
