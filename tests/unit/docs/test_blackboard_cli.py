"""The sett.yml that docs/blackboard-cli.md shows: it says what the page says that it says."""

import re

from scripts.blackboard.plan import plan
from shared.blackboard.instance import Settings
from shared.blackboard.sett_file import read_sett
from tests.support.in_process import TEMPLATE


def test_the_file_is_read_and_planned_as_the_page_shows() -> None:
    page = (TEMPLATE.parent / "docs" / "blackboard-cli.md").read_text()
    (text,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    sett = read_sett(text)
    settings = {"max_review_iterations": Settings().max_review_iterations, "review_by_people": []}
    lines = [line for change in plan(sett, agents={}, settings=settings, prune=False) for line in change.lines()]
    for line in [f"not used here: {', '.join(sett.not_used)}", *lines]:
        assert f"{line}\n" in page
