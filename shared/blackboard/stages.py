"""How far a claim is, and what may follow: one table, a row for every stage. Nothing else decides it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.runtime.errors import IllegalTransitionError


class Stage(StrEnum):
    BIDDING = "bidding"  # agents say what they would do with it, until all have, or their time is over
    DORMANT = "dormant"  # nobody bid; it wakes when an agent registers that fits
    REVIEW = "review"
    PARALLEL = "parallel"
    EXCLUSIVE = "exclusive"
    ASSIGNMENT = "assignment"  # given to somebody without bids: rework to its author, a question to a person
    COMPLETE = "complete"
    TERMINATED = "terminated"


# From where to where. The phases come in this order, and one that nobody bid for is passed over.
TRANSITIONS: Final[Mapping[Stage, tuple[Stage, ...]]] = {
    Stage.BIDDING: (
        Stage.REVIEW,
        Stage.PARALLEL,
        Stage.EXCLUSIVE,
        Stage.DORMANT,
        Stage.ASSIGNMENT,
        Stage.TERMINATED,
    ),
    Stage.DORMANT: (Stage.BIDDING, Stage.ASSIGNMENT, Stage.TERMINATED),
    Stage.REVIEW: (Stage.PARALLEL, Stage.EXCLUSIVE, Stage.COMPLETE, Stage.TERMINATED),
    Stage.PARALLEL: (Stage.EXCLUSIVE, Stage.COMPLETE, Stage.TERMINATED),
    Stage.EXCLUSIVE: (Stage.COMPLETE, Stage.TERMINATED),
    Stage.ASSIGNMENT: (Stage.COMPLETE, Stage.TERMINATED),
    Stage.COMPLETE: (),
    Stage.TERMINATED: (),
}

# What callers are told: a claim in bidding, and one nobody bid for, has not been through its review yet.
STATUS: Final[Mapping[Stage, str]] = {
    Stage.BIDDING: "pending_review",
    Stage.DORMANT: "pending_review",
    Stage.REVIEW: "pending_review",
    Stage.PARALLEL: "pending_parallel",
    Stage.EXCLUSIVE: "pending_exclusive",
    Stage.ASSIGNMENT: "pending_assignment",
    Stage.COMPLETE: "complete",
    Stage.TERMINATED: "terminated",
}

STATUSES: Final = tuple(dict.fromkeys(STATUS.values()))
PHASES: Final = (Stage.REVIEW, Stage.PARALLEL, Stage.EXCLUSIVE)
FINAL: Final = frozenset(stage for stage, after in TRANSITIONS.items() if not after)
OPEN: Final = tuple(stage for stage in Stage if stage not in FINAL)


def step(current: Stage, target: Stage) -> Stage:
    """The target, if the table allows it from here. Raises IllegalTransitionError."""
    allowed = TRANSITIONS[current]
    if target in allowed:
        return target
    ways = ", ".join(allowed) or f"none, {current} is final"
    raise IllegalTransitionError(f"a claim in {current} cannot go on to {target}; allowed: {ways}")


def diagram() -> str:
    """docs/claims.md, as it is made from the table."""
    rows = [
        "# The life of a claim",
        "",
        "Made from `shared/blackboard/stages.py` by `python -m scripts.generate`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {Stage.BIDDING}",
        f"    [*] --> {Stage.ASSIGNMENT}",
    ]
    rows += [f"    {origin} --> {target}" for origin, targets in TRANSITIONS.items() for target in targets]
    rows += [f"    {stage} --> [*]" for stage in Stage if stage in FINAL]
    rows += ["```", "", "| stage | status it has for callers | what may follow |", "| --- | --- | --- |"]
    rows += [f"| {stage} | `{STATUS[stage]}` | {', '.join(TRANSITIONS[stage]) or 'nothing'} |" for stage in Stage]
    return "\n".join(rows) + "\n"
