"""What one whole life of a listing uses of AWS stays within bounds, and the README tells what it costs."""

from pathlib import Path

import pytest

from scripts.cost import table
from tests.support.whole_life import Usage, whole_life

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(scope="module")
def usage() -> Usage:
    listing, used = whole_life()
    assert (listing["state"], listing["final_profit"]) == ("SOLD", "59")
    return used


def test_each_state_with_a_deadline_is_waited_for_once(usage: Usage) -> None:
    assert usage.state_transitions == 3  # FOUND, MESSAGING, NEGOTIATING


def test_a_life_writes_no_more_than_ten_units_a_step(usage: Usage) -> None:
    assert usage.write_units <= 80


def test_every_event_passes_over_the_bus_once(usage: Usage) -> None:
    assert usage.bus_events == 8  # the scrape job, the listing, six steps


def test_the_readme_shows_the_bill(usage: Usage) -> None:
    shown = README.read_text()
    # The length of the logs depends on how long the numbers in them are.
    rows = [row for row in table(usage).splitlines() if "CloudWatch" not in row and "all of it" not in row]
    assert [row for row in rows if row not in shown] == []
