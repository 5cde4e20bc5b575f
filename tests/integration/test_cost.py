"""What one whole life of a listing, and one message, use of AWS stays within bounds; the README tells what it costs."""

from pathlib import Path

import pytest

from scripts.cost import message_table, table
from tests.support.usage import Usage
from tests.support.whole_life import message_to_three, whole_life

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(scope="module")
def usage() -> Usage:
    listing, used = whole_life()
    assert (listing["state"], listing["final_profit"]) == ("SOLD", "59")
    return used


@pytest.fixture(scope="module")
def of_a_message() -> Usage:
    statuses, used = message_to_three()
    assert statuses == ["delivered"] * 3
    return used


def test_each_state_with_a_deadline_is_waited_for_once(usage: Usage) -> None:
    assert usage.state_transitions == 3  # FOUND, MESSAGING, NEGOTIATING


def test_a_life_writes_no_more_than_twelve_units_a_step(usage: Usage) -> None:
    assert usage.write_units <= 8 * 12


def test_every_event_passes_over_the_bus_once(usage: Usage) -> None:
    assert usage.bus_events == 8  # the scrape job, the listing, six steps


def test_a_notice_goes_to_every_place_for_people_and_costs_no_write_where_none_is_configured(usage: Usage) -> None:
    assert usage.invocations["deliver_events"] == 2 * 3  # scraped, bought, sold: Telegram, and Discord for nothing


def test_a_message_to_three_sinks_is_one_event_and_two_writes_for_each_sink(of_a_message: Usage) -> None:
    recorded = 8  # the message, its event and the event's four indexes
    assert of_a_message.write_units == recorded + 3 * 2
    assert of_a_message.bus_events == 1
    assert of_a_message.invocations["deliver_events"] == 3


def test_the_readme_shows_the_bills(usage: Usage, of_a_message: Usage) -> None:
    shown = README.read_text()
    # The length of the logs depends on how long the numbers in them are.
    rows = [*table(usage).splitlines(), *message_table(of_a_message).splitlines()]
    fixed = [row for row in rows if "CloudWatch" not in row and "all of it" not in row]
    assert [row for row in fixed if row not in shown] == []
