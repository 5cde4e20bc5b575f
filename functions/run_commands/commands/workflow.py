"""/workflow: the workflows there are, starting one, and what becomes of a run; the buttons under each run."""

from typing import Final

from functions.run_commands.command import Command, Component, Subcommand, Use
from functions.run_commands.runs import acting
from functions.run_commands.runs.answers import CANCEL, REDRIVE, REFRESH, view_of
from functions.run_commands.runs.confirming import CONFIRM, LEAVE, confirm, leave
from functions.run_commands.runs.described import description_of
from functions.run_commands.runs.parameters import read_parameters
from shared.control.runs.run import Run, Status
from shared.control.runs.shipped import find_workflow, workflows
from shared.discord.answers import Reply
from shared.discord.options import Acknowledge, Modal, Option, TextInput
from shared.runtime.auth import Role

CANCELLED: Final = "workflow.cancelled"
_LONGEST_REASON: Final = 300
_NAME: Final = Option(name="name", description="Which workflow", autocomplete="workflows", longest=40)
_RUN: Final = Option(
    name="run", description="The run's id, as /runs shows it", required=True, autocomplete="runs", longest=32
)


class ListWorkflows(Subcommand):
    name = "list"
    description = "The workflows there are, with what may be given to each"
    options = (_NAME,)
    needs = Role.VIEWER
    example = "/workflow list"

    def run(self, use: Use) -> Reply:
        name = use.option("name")
        chosen = [find_workflow(str(name).strip())] if name else list(workflows().values())
        return Reply(embeds=[description_of(one) for one in chosen])


class RunWorkflow(Subcommand):
    name = "run"
    description = "Start a workflow, and see how far it is"
    options = (
        Option(name="name", description="Which workflow", required=True, autocomplete="workflows", longest=40),
        Option(
            name="parameters",
            description='Like sources=github,jira check_links=no; "quotes" hold words together',
            longest=4_000,
        ),
    )
    needs = Role.OPERATOR  # some need more: the workflow itself says so
    example = "/workflow run name:ingestion parameters:sources=github,jira most_links=50"

    def run(self, use: Use) -> Reply:
        workflow = find_workflow(str(use.option("name")).strip())
        workflow.check_role(acting.role_of(use))
        return _view(use, acting.start(use, workflow, read_parameters(str(use.option("parameters", "")), workflow)))


class ShowRun(Subcommand):
    name = "status"
    description = "A run: its steps, how far it is, and what went wrong"
    options = (_RUN,)
    needs = Role.VIEWER
    example = "/workflow status run:c2ef8bd2be9aff817017707f77ed0083"

    def run(self, use: Use) -> Reply:
        return _view(use, acting.run_named(use, use.option("run")))


class CancelRun(Subcommand):
    name = "cancel"
    description = "Stop a run; what it did is taken back"
    options = (
        Option(
            name="run",
            description="The run's id, as /runs shows it",
            required=True,
            autocomplete="runs",
            states=(Status.PENDING, Status.RUNNING),
            longest=32,
        ),
        Option(name="reason", description="Why; everybody can read it", required=True, longest=_LONGEST_REASON),
    )
    needs = Role.OPERATOR
    example = "/workflow cancel run:c2ef8bd2be9aff817017707f77ed0083 reason:the wrong sources"

    def run(self, use: Use) -> Reply:
        return _view(use, acting.cancel(use, use.option("run"), str(use.option("reason"))))


class RedriveRun(Subcommand):
    name = "redrive"
    description = "Try again what could not be taken back; or all of a run that was taken back, as a new one"
    options = (
        Option(
            name="run",
            description="The run's id, as /runs shows it",
            required=True,
            autocomplete="runs",
            states=(Status.FAILED, Status.COMPENSATED),
            longest=32,
        ),
    )
    needs = Role.OPERATOR
    example = "/workflow redrive run:c2ef8bd2be9aff817017707f77ed0083"

    def run(self, use: Use) -> Reply:
        return _view(use, acting.redrive(use, use.option("run")))


def refresh(use: Use) -> Reply:
    return _view(use, acting.run_named(use, use.argument()))


def press_cancelled(use: Use) -> Reply:
    """The form that Cancel opens."""
    return _view(use, acting.cancel(use, use.argument(), use.interaction.fields.get("reason", "")))


def press_redrive(use: Use) -> Reply:
    """Where it was driven on since the button was shown, nothing is done."""
    return _view(use, acting.redrive(use, use.argument(), machine=use.argument(1) or "0"))


def _view(use: Use, run: Run) -> Reply:
    return view_of(run, acting.role_of(use))


_CANCEL: Final = Modal(
    prefix=CANCELLED,
    title="Cancel it, and take back what it did",
    inputs=(TextInput(name="reason", label="Why; everybody can read it", longest=_LONGEST_REASON),),
)


class WorkflowCommand(Command):
    name = "workflow"
    description = "Workflows, and what becomes of their runs"
    subcommands = (ListWorkflows(), RunWorkflow(), ShowRun(), CancelRun(), RedriveRun())
    components = (
        Component(prefix=REFRESH, run=refresh, needs=Role.VIEWER),
        Component(prefix=CANCEL, needs=Role.OPERATOR, acknowledge=Acknowledge.MODAL, opens=_CANCEL),
        Component(prefix=CANCELLED, run=press_cancelled, needs=Role.OPERATOR),
        Component(prefix=REDRIVE, run=press_redrive, needs=Role.OPERATOR),
        Component(prefix=CONFIRM, run=confirm, needs=Role.OPERATOR),
        Component(prefix=LEAVE, run=leave, needs=Role.OPERATOR),
    )
