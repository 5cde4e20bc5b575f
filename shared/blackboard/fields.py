"""Claims, agents and artefacts as the ledger keeps them, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.blackboard.agent import Agent, Bid
from shared.blackboard.artefact import Artefact, StructuralType
from shared.blackboard.claim import Claim, Target
from shared.blackboard.grant import Grant, GrantStatus, Outcome
from shared.blackboard.instance import Instance, Settings
from shared.blackboard.stages import Stage
from shared.ledger.envelope import from_text, to_text
from shared.ledger.ledger import Aggregate

_ARTEFACT_TEXTS = (
    "instance",
    "logical_id",
    "type",
    "payload",
    "payload_key",
    "summary",
    "produced_by_role",
    "produced_by",
    "claim_id",
    "body_hash",
)
_TARGET_TEXTS = ("id", "logical_id", "type", "produced_by_role", "author")


def of_artefact(artefact: Artefact) -> dict[str, Any]:
    return {name: getattr(artefact, name) for name in _ARTEFACT_TEXTS} | {
        "thread_version": artefact.version,
        "structural_type": str(artefact.structural_type),
        "payload_size": artefact.payload_size,
        "source_artefacts": list(artefact.source_artefacts),
        "iteration": artefact.iteration,
        "generation": artefact.generation,
        "created_at": to_text(artefact.created_at),
    }


def artefact_from(aggregate: Aggregate) -> Artefact:
    return artefact_of(aggregate.id, aggregate.fields)


def artefact_of(artefact_id: str, fields: Mapping[str, Any]) -> Artefact:
    return Artefact(
        id=artefact_id,
        **{name: fields.get(name) for name in _ARTEFACT_TEXTS},  # type: ignore[arg-type]
        version=int(fields["thread_version"]),
        structural_type=StructuralType(fields["structural_type"]),
        payload_size=int(fields["payload_size"]),
        source_artefacts=tuple(fields["source_artefacts"]),
        iteration=int(fields["iteration"]),
        generation=int(fields.get("generation", 0)),
        created_at=from_text(fields["created_at"]),
    )


def line_of(artefact: Artefact) -> dict[str, Any]:
    """What lists show: all but the payload."""
    return {name: value for name, value in of_artefact(artefact).items() if name != "payload"}


def of_claim(claim: Claim) -> dict[str, Any]:
    target = claim.target
    return {
        "instance": claim.instance,
        "target": {name: getattr(target, name) for name in _TARGET_TEXTS}
        | {
            "version": target.version,
            "generation": target.generation,
            "structural_type": str(target.structural_type),
        },
        "stage": str(claim.stage),
        "invited": list(claim.invited),
        "asked_as": dict(claim.asked_as),
        "silent": list(claim.silent),
        "bids": {name: str(bid) for name, bid in claim.bids.items()},
        "grants": [_of_grant(grant) for grant in claim.grants],
        "context_ids": list(claim.context_ids),
        "iteration": claim.iteration,
        "is_rework": claim.is_rework,
        "question": claim.question,
        "deadline_at": _text(claim.deadline_at),
        "timer_version": claim.timer_version,
        "stage_at": to_text(claim.stage_at),
        "termination_reason": claim.termination_reason,
        "created_at": to_text(claim.created_at),
    }


def claim_from(aggregate: Aggregate) -> Claim:
    fields = aggregate.fields
    target = fields["target"]
    return Claim(
        id=aggregate.id,
        instance=fields["instance"],
        target=Target(
            **{name: target.get(name) for name in _TARGET_TEXTS},
            version=int(target["version"]),
            generation=int(target.get("generation", 0)),
            structural_type=StructuralType(target["structural_type"]),
        ),
        stage=Stage(fields["stage"]),
        invited=tuple(fields["invited"]),
        asked_as=dict(fields["asked_as"]),
        bids={name: Bid(fields["bids"][name]) for name in fields["invited"] if name in fields["bids"]},
        silent=tuple(fields["silent"]),
        grants=tuple(_grant(one) for one in fields["grants"]),
        context_ids=tuple(fields["context_ids"]),
        iteration=int(fields["iteration"]),
        is_rework=fields["is_rework"],
        question=fields.get("question"),
        deadline_at=_time(fields.get("deadline_at")),
        timer_version=int(fields["timer_version"]),
        stage_at=from_text(fields["stage_at"]),
        termination_reason=fields.get("termination_reason"),
        created_at=from_text(fields["created_at"]),
        changed_at=aggregate.changed_at,
        version=aggregate.version,
    )


def _of_grant(grant: Grant) -> dict[str, Any]:
    return {
        "agent": grant.agent,
        "stage": str(grant.stage),
        "status": str(grant.status),
        "granted_at": to_text(grant.granted_at),
        "until": to_text(grant.until),
        "times": grant.times,
        "returned": grant.returned,
        "artefact_id": grant.artefact_id,
        "outcome": grant.outcome and str(grant.outcome),
    }


def _grant(fields: Mapping[str, Any]) -> Grant:
    return Grant(
        agent=fields["agent"],
        stage=Stage(fields["stage"]),
        status=GrantStatus(fields["status"]),
        granted_at=from_text(fields["granted_at"]),
        until=from_text(fields["until"]),
        times=int(fields["times"]),
        returned=int(fields.get("returned", 0)),
        artefact_id=fields["artefact_id"],
        outcome=Outcome(fields["outcome"]) if fields["outcome"] else None,
    )


def of_agent(agent: Agent) -> dict[str, Any]:
    return {
        "instance": agent.instance,
        "name": agent.name,
        "role": agent.role,
        "bidding_strategy": agent.bidding_strategy and str(agent.bidding_strategy),
        "target_types": list(agent.target_types),
        "capacity": agent.capacity,
        "delivery": agent.delivery,
        "url": agent.url,
        "queue": agent.queue,
        "is_removed": agent.is_removed,
        "registered_at": to_text(agent.registered_at),
        "idle_since": to_text(agent.idle_since),
        "working": list(agent.working),
        "waiting": list(agent.waiting),
    }


def agent_from(aggregate: Aggregate) -> Agent:
    fields = aggregate.fields
    strategy = fields.get("bidding_strategy")
    return Agent(
        **{name: fields[name] for name in ("instance", "name", "role", "delivery", "is_removed")},
        bidding_strategy=Bid(strategy) if strategy else None,
        target_types=tuple(fields["target_types"]),
        capacity=int(fields["capacity"]),
        url=fields.get("url"),
        queue=fields.get("queue"),
        registered_at=from_text(fields["registered_at"]),
        idle_since=from_text(fields["idle_since"]),
        working=tuple(fields["working"]),
        waiting=tuple(fields["waiting"]),
        changed_at=aggregate.changed_at,
        version=aggregate.version,
    )


def of_settings(settings: Settings) -> dict[str, Any]:
    """As JSON values."""
    values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def instance_from(aggregate: Aggregate) -> Instance:
    kept = aggregate.fields["settings"]
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else int(value) for name, value in kept.items()
    }
    members = tuple(aggregate.fields.get("members", ()))
    return Instance(name=aggregate.id, settings=Settings(**values), members=members, version=aggregate.version)


def _text(time: datetime | None) -> str | None:
    return to_text(time) if time else None


def _time(text: str | None) -> datetime | None:
    return from_text(text) if text else None
