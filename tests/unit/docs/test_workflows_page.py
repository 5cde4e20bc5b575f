"""docs/workflows.md draws what the table of runs says, and its example is a file that can be read."""

import re
from pathlib import Path

from functions.run_workflow_step.handlers import HANDLERS
from shared.control.runs.run import TRANSITIONS
from shared.control.runs.shipped import read_workflow

PAGE = (Path(__file__).parents[3] / "docs" / "workflows.md").read_text()


def test_the_picture_has_every_way_of_the_table_and_no_other() -> None:
    drawn = set(re.findall(r"^ +(\w+|\[\*\]) --> (\w+|\[\*\])", PAGE, re.MULTILINE))
    ways = {(str(origin), str(target)) for origin, targets in TRANSITIONS.items() for target in targets}
    ends = {(str(status), "[*]") for status, targets in TRANSITIONS.items() if not targets}
    assert drawn == ways | ends | {("[*]", "pending")}


def test_the_example_is_a_workflow() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    workflow = read_workflow(text, name="ingestion")
    assert {step.does for step in workflow.steps} <= HANDLERS.keys()
