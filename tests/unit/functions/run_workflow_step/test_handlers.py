"""What the files of workflows name can be done, and nothing can be done that none of them names."""

from functions.run_workflow_step.handlers import HANDLERS
from shared.control.runs.shipped import workflows


def test_there_is_a_handler_for_all_that_steps_do_and_undo_and_no_other() -> None:
    steps = [step for workflow in workflows().values() for step in workflow.steps]
    named = {step.does for step in steps} | {step.undo for step in steps if step.undo}
    assert named == HANDLERS.keys()
