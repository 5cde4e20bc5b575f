"""The template: what is on the bus once more reaches whom it is for, and of the others only who may hear it twice."""

from typing import Any

import pytest

from shared.control.history.consumers import ALL, CONSUMERS, LOG
from tests.unit.template_parts import RULES, happens, is_matched

FROM_THE_BUS = {name: rule["Properties"] for name, rule in RULES.items() if name != "EventLogRule"}
# Who takes what a rule lets through. `notices` come through two rules to two sinks.
NAMES = {
    "ListingRule": "listings",
    "TimerRule": "timers",
    "NotionRule": "notion",
    "CalendarRule": "google-calendar",
    "ShopifyRule": "shopify",
    "DiscordRule": "discord",
    "TelegramRule": "telegram",
    "NoticeRule": "notices",
    "SinkNoticeRule": "notices",
    "CardRule": "cards",
    "QuestionRule": "cards",
    "CardRetryRule": "cards",
    "DeployRule": "deploys",
    "ClaimRule": "claims",
    "AgentNoticeRule": "agents",
    "ChannelRule": "agents",
    "JobRule": "runs",
}
# Whoever hears it twice would see it twice, or somebody would act on it who is not meant.
DISTURBING = {"listings", "timers", "discord", "telegram", "notices", "cards", "deploys", "agents", "runs"}


def replayed(event: dict[str, Any], to: str) -> dict[str, Any]:
    return event | {"detail": event["detail"] | {"replay": {"name": "again", "to": to}}}


def let_through(rule: str) -> list[dict[str, Any]]:
    return [event for event in happens() if is_matched(event, RULES[rule]["Properties"]["EventPattern"])]


def test_every_rule_but_that_of_the_log_is_of_a_consumer_that_is_known() -> None:
    assert set(NAMES) == set(FROM_THE_BUS)
    assert set(NAMES.values()) | {LOG} == set(CONSUMERS)


@pytest.mark.parametrize("rule", FROM_THE_BUS)
def test_a_rule_asks_for_whom_a_replay_is(rule: str) -> None:
    name = NAMES[rule]
    wanted = [{"exists": False}, *([ALL] if CONSUMERS[name].in_all else []), name]
    assert FROM_THE_BUS[rule]["EventPattern"]["detail"]["replay"] == {"to": wanted}


@pytest.mark.parametrize("rule", FROM_THE_BUS)
def test_a_rule_lets_through_what_is_new_and_of_what_is_replayed_only_what_is_for_it(rule: str) -> None:
    pattern, name = FROM_THE_BUS[rule]["EventPattern"], NAMES[rule]
    events = let_through(rule)
    assert events
    for to in (ALL, *CONSUMERS):
        is_for_it = to == name or (to == ALL and CONSUMERS[name].in_all)
        assert all(is_matched(replayed(event, to), pattern) is is_for_it for event in events)


def test_a_replay_for_all_reaches_nobody_whom_it_would_disturb() -> None:
    assert {name for name, consumer in CONSUMERS.items() if not (consumer.in_all or name == LOG)} == DISTURBING


def test_the_log_of_the_bus_shows_every_replay() -> None:
    pattern = RULES["EventLogRule"]["Properties"]["EventPattern"]
    assert all(is_matched(replayed(event, to), pattern) for event in happens() for to in (ALL, *CONSUMERS))
