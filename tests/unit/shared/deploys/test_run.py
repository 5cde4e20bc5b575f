"""A run is known by the word in its name, and by nothing that only looks like it."""

import pytest

from shared.deploys.run import Run

KEY = "ship-prod-7-deploy-4f2a9c01b2d3"


@pytest.mark.parametrize(
    ("title", "is_it"),
    [
        (KEY, True),
        (f"Ship ({KEY})", True),
        (f"{KEY}: main", True),
        (f"Ship {KEY}.", True),
        (f"Ship {KEY}4", False),
        (f"re{KEY}", False),
        (f"old-{KEY}", False),
        (f"{KEY}-2", False),
        (KEY[:-1], False),
        (KEY.upper(), False),
        ("Ship", False),
        ("", False),
    ],
)
def test_a_run_is_called_what_stands_in_its_name_as_a_word(title: str, is_it: bool) -> None:
    assert Run(id=1, title=title, status="queued").is_called(KEY) is is_it


@pytest.mark.parametrize(
    ("status", "conclusion", "is_over", "has_succeeded"),
    [
        ("completed", "success", True, True),
        ("completed", "failure", True, False),
        ("completed", None, True, False),
        ("in_progress", None, False, False),
        ("waiting", "success", False, False),
    ],
)
def test_a_run_has_succeeded_when_it_is_over_and_says_so(
    status: str, conclusion: str | None, is_over: bool, has_succeeded: bool
) -> None:
    run = Run(id=1, title="Ship", status=status, conclusion=conclusion)
    assert (run.is_over, run.has_succeeded) == (is_over, has_succeeded)
