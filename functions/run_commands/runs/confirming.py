"""A run that somebody has to ask for twice: what it would do is shown first, with buttons to begin or to leave it."""

from collections.abc import Mapping
from typing import Any, Final

from functions.run_commands.command import Use
from functions.run_commands.runs import acting
from functions.run_commands.runs.answers import view_of
from shared.control.runs.shipped import find_workflow
from shared.control.runs.workflow import Workflow
from shared.discord import flows
from shared.discord.answers import Button, Embed, Reply, Style

CONFIRM: Final = "workflow.confirm"
LEAVE: Final = "workflow.leave"


def ask_first(use: Use, workflow: Workflow, parameters: Mapping[str, Any], *, shown: Embed, label: str) -> Reply:
    """Who asked has fifteen minutes to press, once. Raises ForbiddenError, InvalidInputError, as the run would."""
    workflow.check_role(acting.role_of(use))
    workflow.values(parameters)
    what = {"workflow": workflow.name, "parameters": dict(parameters)}
    flow_id = flows.begin(use.ports.state, what, user_id=use.interaction.user_id)
    buttons = (
        Button(label=label, custom_id=f"{CONFIRM}:{flow_id}", style=Style.DANGER),
        Button(label="Leave it", custom_id=f"{LEAVE}:{flow_id}"),
    )
    return Reply(content="You have 15 minutes to decide.", embeds=[shown], buttons=buttons)


def confirm(use: Use) -> Reply:
    """Raises FlowOverError, FlowDoneError, NotYoursError; as `start`."""
    what = flows.take(use.ports.state, use.argument(), user_id=use.interaction.user_id, by=use.key)
    run = acting.start(use, find_workflow(what["workflow"]), what["parameters"])
    return view_of(run, acting.role_of(use))


def leave(use: Use) -> Reply:
    flows.take(use.ports.state, use.argument(), user_id=use.interaction.user_id, by=use.key)
    return Reply(content="Nothing was begun.")
