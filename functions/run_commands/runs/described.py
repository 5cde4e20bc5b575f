"""What people are shown of a workflow: what it does, who may start it, its steps, and what may be given to it."""

from collections.abc import Iterator
from typing import Any, Final

from functions.run_commands.wording import lines_within
from shared.control.runs.parameter import Kind, Parameter
from shared.control.runs.workflow import Workflow
from shared.discord.answers import Embed, shown

_LONGEST: Final = 3_000


def description_of(workflow: Workflow) -> Embed:
    return Embed(
        title=shown(workflow.name, 60),
        description=lines_within(_lines(workflow), _LONGEST),
        footer=f"For {workflow.role} and above",
    )


def _lines(workflow: Workflow) -> Iterator[str]:
    yield shown(workflow.description, 500)
    yield f"-# Steps: {', '.join(shown(step.name, 60) for step in workflow.steps)}"
    yield from map(_parameter, workflow.parameters.values())


def _parameter(one: Parameter) -> str:
    needed = "needed" if one.is_required else _default(one.default)
    kind = f"list of {one.of}" if one.kind is Kind.LIST else str(one.kind)
    of_these = f" of {', '.join(shown(str(value), 60) for value in one.allowed)}" if one.allowed else ""
    about = f" {shown(one.description, 120)}" if one.description else ""
    return f"`{one.name}`{about} ({kind}{of_these}{needed and f'; {needed}'})"


def _default(value: Any) -> str:
    match value:
        case None | []:
            return ""
        case bool():
            return f"{str(value).lower()}, if nothing is said"
        case list():
            return f"{','.join(map(str, value))}, if nothing is said"
        case _:
            return f"{shown(str(value), 60)}, if nothing is said"
