"""/runs: the runs of workflows that began last, of all or of some, and a menu to see one."""

from dataclasses import replace

from functions.run_commands.command import Command, Component, Use
from functions.run_commands.runs.acting import role_of, run_named
from functions.run_commands.runs.answers import OPEN, list_of, view_of
from shared.control.runs.pages import WantedRuns, page_of_runs
from shared.control.runs.run import Status
from shared.control.runs.shipped import find_workflow
from shared.discord.answers import MAX_MENU, Reply
from shared.discord.options import Choice, Option, OptionType
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError


def open_one(use: Use) -> Reply:
    """Beside the list, which stays."""
    if not use.interaction.values:
        raise InvalidInputError("choose one of them")
    return replace(view_of(run_named(use, use.interaction.values[0]), role_of(use)), private=True)


class Runs(Command):
    name = "runs"
    description = "Runs of workflows, the last first; of all, of one workflow, or of those that stand so"
    options = (
        Option(name="workflow", description="Of this workflow only", autocomplete="workflows", longest=40),
        Option(
            name="status", description="Only those that stand so", choices=[Choice(status, status) for status in Status]
        ),
        Option(
            name="limit",
            description="How many; 10 if you do not say",
            type=OptionType.INTEGER,
            minimum=1,
            maximum=MAX_MENU,
        ),
    )
    needs = Role.VIEWER
    example = "/runs workflow:ingestion status:failed"
    components = (Component(prefix=OPEN, run=open_one, needs=Role.VIEWER),)

    def run(self, use: Use) -> Reply:
        name, status = use.option("workflow"), use.option("status")
        wanted = WantedRuns(
            workflow=find_workflow(str(name).strip()).name if name else None,
            status=Status(status) if status else None,
            limit=int(use.option("limit", 10)),
        )
        # Nobody is shown the place where they go on: all that is wanted of it is whether there is one.
        found, following = page_of_runs(wanted, runs=use.ports.runs, secret=bytes)
        title = " · ".join(("Runs", *filter(None, (wanted.workflow, wanted.status))))
        return list_of(found, title, is_more=following is not None)
