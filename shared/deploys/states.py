"""What may follow what when something is shipped: one table, a row for every state. Nothing else decides it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.runtime.errors import IllegalTransitionError


class State(StrEnum):
    STARTING = "STARTING"  # GitHub is being asked for a run
    RUNNING = "RUNNING"
    VERIFYING = "VERIFYING"  # the run has succeeded; what it shipped is being looked at
    CANARY = "CANARY"  # a part is out and well, and waits for somebody to decide
    PROMOTING = "PROMOTING"
    DEPLOYED = "DEPLOYED"
    PROMOTED = "PROMOTED"
    UNHEALTHY = "UNHEALTHY"  # the run has succeeded, and what it shipped does not answer as it should
    ROLLING_BACK = "ROLLING_BACK"
    ROLLED_BACK = "ROLLED_BACK"
    REFUSED = "REFUSED"  # GitHub did not start anything
    FAILED = "FAILED"  # the run has not succeeded, and may have changed something
    UNKNOWN = "UNKNOWN"  # it cannot be told what has become of the run, or whether there is one


# Where GitHub does not take what was asked of a deploy that is out, that is where it was before.
TRANSITIONS: Final[Mapping[State, tuple[State, ...]]] = {
    State.STARTING: (State.RUNNING, State.REFUSED, State.UNKNOWN),
    State.RUNNING: (State.VERIFYING, State.FAILED, State.UNKNOWN),
    State.VERIFYING: (State.CANARY, State.DEPLOYED, State.PROMOTED, State.ROLLED_BACK, State.UNHEALTHY, State.UNKNOWN),
    State.CANARY: (State.PROMOTING, State.ROLLING_BACK),
    State.PROMOTING: (State.VERIFYING, State.FAILED, State.UNKNOWN, State.CANARY),
    State.DEPLOYED: (State.ROLLING_BACK,),
    State.PROMOTED: (State.ROLLING_BACK,),
    State.UNHEALTHY: (State.ROLLING_BACK,),
    State.ROLLING_BACK: (
        State.VERIFYING,
        State.FAILED,
        State.UNKNOWN,
        State.CANARY,
        State.DEPLOYED,
        State.PROMOTED,
        State.UNHEALTHY,
    ),
    State.ROLLED_BACK: (),
    State.REFUSED: (),
    State.FAILED: (State.ROLLING_BACK,),
    State.UNKNOWN: (State.ROLLING_BACK, State.RUNNING, State.VERIFYING, State.FAILED),  # news may come late
}

# Something is under way; it goes on by itself, or is found to be lost.
MOVING: Final = frozenset({State.STARTING, State.RUNNING, State.VERIFYING, State.PROMOTING, State.ROLLING_BACK})
# Nothing else is shipped there meanwhile.
BUSY: Final = MOVING | {State.CANARY}


def step(current: State, target: State) -> State:
    """The target, if the table allows it from here. Raises IllegalTransitionError."""
    allowed = TRANSITIONS[current]
    if target in allowed:
        return target
    ways = ", ".join(allowed) or f"none, {current} is final"
    raise IllegalTransitionError(f"a deploy in {current} cannot become {target}; allowed: {ways}")


def diagram() -> str:
    """docs/deploys.md, as it is made from the table."""
    rows = [
        "# The life of a deploy",
        "",
        "Made from `shared/deploys/states.py` by `python -m scripts.generate`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {State.STARTING}",
    ]
    rows += [f"    {origin} --> {target}" for origin, targets in TRANSITIONS.items() for target in targets]
    rows += [f"    {state} --> [*]" for state in State if not TRANSITIONS[state]]
    rows += ["```", "", "| state | an environment in it | what may follow |", "| --- | --- | --- |"]
    rows += [f"| {state} | {_openness(state)} | {', '.join(TRANSITIONS[state]) or 'nothing'} |" for state in State]
    return "\n".join(rows) + "\n"


def _openness(state: State) -> str:
    return "takes nothing new" if state in BUSY else "takes the next deploy"
