"""What a machine asks for: what is due in a run, and that a step of it is done, or taken back."""

from datetime import datetime
from typing import Any, Final

from functions.run_workflow_step.ports import Ports
from functions.run_workflow_step.recording import changed
from functions.run_workflow_step.working import work
from shared.control.runs.deciding import Next, decision
from shared.control.runs.run import Run
from shared.control.runs.settling import settled
from shared.control.runs.taking import taken

# Of a machine: its history may have 25,000 lines, and a round with eight steps takes seventy. The sweep starts another.
MOST_ROUNDS: Final = 300


def decide(run_id: str, number: int, *, ports: Ports) -> dict[str, Any]:
    """What the machine does next; `number` of rounds it has behind it.

    Raises NotFoundError, ConflictError, DependencyError.
    """
    run = changed(run_id, lambda known: settled(known, at=ports.clock()), ports)
    what = decision(run, at=ports.clock())
    is_worn_out = run.is_open and number >= MOST_ROUNDS
    return {
        "run_id": run_id,
        "round": number + 1,
        "next": str(Next.DONE if is_worn_out else what.next),
        "steps": list(what.steps),
        "seconds": what.seconds,
    }


def do_step(run_id: str, name: str, *, ends: datetime, ports: Ports) -> dict[str, Any]:
    """What came of it; `ends`: when this process does. Nothing is done where the step is not due, or in other hands.

    Raises NotFoundError, ConflictError, DependencyError.
    """
    before = [0]

    def take(known: Run) -> Run:
        before[0] = known.step(name).calls
        return taken(known, name, at=ports.clock())

    run = changed(run_id, take, ports)
    is_taken = run.step(name).calls != before[0]
    return {"run_id": run_id, "step": name, "outcome": work(run, name, ends, ports) if is_taken else "not due"}
