"""Rules give messages tags and send them to sinks, and say why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages.message import Message, recording
from shared.messages.routing import Decision, Fired, Route, Rules, Sent, TagRule, When, decide
from tests.support.builders import NOON
from tests.unit.shared.messages.reading import read

TYPES = ("message.created", "task.created", "task.done", "meeting.created", "sale.recorded")
NAMES = ("Alice", "sales", "sales-eu", "high", "STRASSE")


def tags(when: When, message: Message) -> str | None:
    """Why a rule of this condition fires."""
    fired = decide(message, Rules(tag_rules=(TagRule(name="rule", when=when, tags=("tag",)),))).fired
    return fired[0].why if fired else None


@pytest.mark.parametrize(
    ("when", "said", "why"),
    [
        (When(types=("meeting.created",)), {"event_type": "meeting.created"}, "type is meeting.created"),
        (When(types=("task.*",)), {"event_type": "task.done"}, "type is task.done"),
        (When(types=("*",)), {}, "type is message.created"),
        (When(types=("TASK.Done",)), {"event_type": "task.done"}, "type is task.done"),
        (When(types=("task",)), {"event_type": "task.done"}, None),
        (When(types=("task.*",)), {"event_type": "tasks.done"}, None),
        (When(channels=("ops", "Sales")), {"channel": "#sales"}, "channel is sales"),
        (When(channels=("sales*",)), {"channel": "Sales-EU"}, "channel is Sales-EU"),
        (When(channels=("sales",)), {"channel": "sales-eu"}, None),
        (When(channels=("*",)), {}, None),
        (When(authors=("alice",)), {"author": "Alice"}, "author is Alice"),
        (When(authors=("Ali*",)), {"author": "Alice"}, None),
        (When(authors=("straße",)), {"author": "STRASSE"}, "author is STRASSE"),
        (When(priorities=("high", "urgent")), {"priority": "Urgent"}, "priority is Urgent"),
        (When(priorities=("high",)), {}, None),
        (When(words=("invoice",)), {"content": "The Invoice is due"}, 'says "invoice"'),
        (When(words=("invoice",)), {"content": "invoices"}, None),
        (When(words=("invoice",)), {"content": "", "item": "invoice"}, None),
        (When(has_time=True), {"scheduled_for": 1795186800}, "has a time"),
        (When(has_time=True), {}, None),
        (When(has_time=False), {}, "has no time"),
        (When(has_time=False), {"scheduled_for": 1795186800}, None),
        (When(always=True), {}, "always"),
        (When(), {}, None),
    ],
)
def test_a_condition_holds_and_says_why(when: When, said: dict[str, Any], why: str | None) -> None:
    assert tags(when, read(**said)) == why


def test_all_conditions_of_a_rule_have_to_hold() -> None:
    when = When(types=("message.*",), channels=("sales",), has_time=True, words=("invoice",))
    said = {"content": "Invoice!", "channel": "sales", "scheduled_for": 1795186800}
    assert tags(when, read(**said)) == 'type is message.created; channel is sales; has a time; says "invoice"'
    for name in said:
        assert tags(when, read(**{key: value for key, value in said.items() if key != name}, title="x")) is None


def test_tags_are_sorted_and_given_once_and_routes_may_ask_for_them() -> None:
    rules = Rules(
        tag_rules=(
            TagRule(name="first", when=When(always=True), tags=("zebra", "urgent")),
            TagRule(name="second", when=When(types=("message.*",)), tags=("urgent", "ant")),
            TagRule(name="third", when=When(types=("task.*",)), tags=("task",)),
        ),
        routes=(
            Route(name="loud", when=When(tags=("Urgent",), channels=("ops",)), to=("discord", "telegram")),
            Route(name="tasks", when=When(tags=("task",)), to=("shopify",)),
            Route(name="rest", when=When(always=True), to=("telegram", "notion")),
        ),
    )
    decision = decide(read(channel="ops"), rules)
    assert decision == Decision(
        tags=("ant", "urgent", "zebra"),
        fired=(
            Fired(rule="first", tags=("zebra", "urgent"), why="always"),
            Fired(rule="second", tags=("urgent", "ant"), why="type is message.created"),
        ),
        sent=(
            Sent(sink="discord", route="loud", why="channel is ops; is tagged urgent"),
            Sent(sink="telegram", route="loud", why="channel is ops; is tagged urgent"),
            Sent(sink="notion", route="rest", why="always"),
        ),
    )
    assert decision.sinks == ("discord", "notion", "telegram")
    assert decision.rules == ("first", "second", "loud", "rest")


def test_a_message_that_no_rule_knows_goes_nowhere() -> None:
    assert decide(read(), Rules()) == Decision()
    assert decide(read(), Rules()).sinks == ()


def test_what_was_decided_is_recorded_with_the_message() -> None:
    rules = Rules(
        tag_rules=(TagRule(name="all", when=When(always=True), tags=("seen",)),),
        routes=(Route(name="out", when=When(tags=("seen",)), to=("notion",)),),
    )
    message = read(id=7, event_type="task.created", price="5.00", stage={"a": 1})
    fact = recording(message, decide(message, rules), at=NOON)
    assert (fact.type, fact.time, fact.tags) == ("task.created", NOON, ("seen",))
    assert (fact.data["rules"], fact.data["sinks"]) == (["all", "out"], ["notion"])
    assert (fact.data["message_id"], fact.data["price"], fact.data["metadata"]) == ("7", "5", {"stage": {"a": 1}})


SOME = st.lists(st.sampled_from(NAMES), max_size=2).map(tuple)
WHEN = st.builds(
    When,
    types=st.lists(st.sampled_from([*TYPES, "task.*", "*"]), max_size=2).map(tuple),
    channels=SOME,
    authors=SOME,
    priorities=SOME,
    words=SOME,
    has_time=st.none() | st.booleans(),
    always=st.booleans(),
)
TAGS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3).map(tuple)
RULES = st.builds(
    Rules,
    tag_rules=st.lists(st.builds(TagRule, name=st.sampled_from("xyz"), when=WHEN, tags=TAGS), max_size=5).map(tuple),
    routes=st.lists(st.builds(Route, name=st.sampled_from("uvw"), when=WHEN, to=TAGS), max_size=5).map(tuple),
)
MESSAGES = st.builds(
    read,
    content=st.lists(st.sampled_from([*NAMES, "and"]), min_size=1, max_size=4).map(" ".join),
    event_type=st.sampled_from(TYPES),
    channel=st.none() | st.sampled_from(NAMES),
    author=st.none() | st.sampled_from(NAMES),
    priority=st.none() | st.sampled_from(NAMES),
    scheduled_for=st.none() | st.just(1795186800),
)


@given(MESSAGES, RULES)
def test_a_decision_is_the_same_each_time_and_rests_on_its_rules(message: Message, rules: Rules) -> None:
    decision = decide(message, rules)
    assert decide(message, rules) == decision
    assert set(decision.tags) == {tag for fired in decision.fired for tag in fired.tags}
    assert list(decision.tags) == sorted(set(decision.tags))
    assert len(set(decision.sinks)) == len(decision.sent)
    assert all(fired.why for fired in decision.fired)
    assert all(sent.why for sent in decision.sent)
    for sent in decision.sent:
        assert any(sent.route == route.name and sent.sink in route.to for route in rules.routes)
