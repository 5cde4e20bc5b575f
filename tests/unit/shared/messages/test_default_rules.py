"""Where messages go by the rules that are shipped."""

from itertools import product
from typing import Final

import pytest

from shared.messages.routing import decide
from shared.messages.rules_file import default_text, read_rules
from tests.unit.shared.messages.reading import read

SINKS: Final = ("discord", "google-calendar", "notion", "shopify", "telegram")
RULES: Final = read_rules(default_text(), sinks=SINKS)

WITH_TIME: Final = {
    "message.created": ("google-calendar", "notion"),
    "message.edited": ("google-calendar", "notion"),
    "task.created": ("notion",),
    "meeting.created": ("google-calendar",),
    "meeting.moved": ("google-calendar",),
    "sale.recorded": ("shopify",),
    "note.taken": (),
}
WITHOUT_TIME: Final = {
    "message.created": ("notion",),
    "message.edited": ("notion",),
    "task.created": ("notion",),
    "meeting.created": ("notion",),
    "meeting.moved": ("notion",),
    "sale.recorded": ("shopify",),
    "note.taken": (),
}
OWN_TAGS: Final = {"task": "task", "meeting": "meeting", "sale": "sale"}


@pytest.mark.parametrize(("event_type", "has_time"), list(product(WITH_TIME, [True, False])))
def test_each_type_goes_where_its_people_look_for_it(event_type: str, has_time: bool) -> None:
    message = read(event_type=event_type, scheduled_for="2026-11-20T15:00Z" if has_time else None)
    decision = decide(message, RULES)
    assert decision.sinks == (WITH_TIME if has_time else WITHOUT_TIME)[event_type]
    kind = OWN_TAGS.get(event_type.partition(".")[0])
    assert set(decision.tags) == {tag for tag in (kind, "scheduled" if has_time else None) if tag}


@pytest.mark.parametrize(("priority", "urgent"), [("high", True), ("Urgent", True), ("low", False), (None, False)])
def test_what_is_urgent_is_tagged_so(priority: str | None, urgent: bool) -> None:
    assert ("urgent" in decide(read(priority=priority), RULES).tags) is urgent


def test_the_documented_message_goes_to_the_calendar_and_to_notion_and_says_why() -> None:
    message = read(
        {
            "id": "unique-id",
            "content": "Kickoff with ACME Corp",
            "scheduled_for": "2023-08-01T15:00:00Z",
            "priority": "high",
        }
    )
    decision = decide(message, RULES)
    assert decision.tags == ("scheduled", "urgent")
    assert [(sent.sink, sent.why) for sent in decision.sent] == [
        ("google-calendar", "type is message.created; has a time"),
        ("notion", "type is message.created"),
    ]


def test_the_example_for_the_team_works_when_its_notes_are_taken_away() -> None:
    lines = default_text().splitlines()
    first = next(number for number, line in enumerate(lines) if "- name: what is urgent to the team" in line)
    lines[first : first + 4] = [line.replace("  # ", "  ", 1) for line in lines[first : first + 4]]
    rules = read_rules("\n".join(lines), sinks=SINKS)
    assert {"discord", "telegram"} <= set(decide(read(priority="high"), rules).sinks)
    assert decide(read(), rules).sinks == ("notion",)


def test_the_example_of_options_works_when_its_notes_are_taken_away() -> None:
    text, _, options = default_text().rpartition("# sinks:")
    plain = "sinks:" + options.replace("#", "")
    assert read_rules(text + plain, sinks=SINKS).options == {"google-calendar": {"default_duration": 30}}
