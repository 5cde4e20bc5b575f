"""The template: what is for a sink gets to it and to nobody else, and nothing goes round in circles."""

from typing import Any

import pytest

from shared.sinks.names import NAMES
from tests.unit.template_parts import (
    FUNCTIONS,
    QUEUES,
    RESOURCES,
    RULES,
    SERVING,
    happens,
    is_matched,
    many,
    queue_at,
    rules_to,
    triggers,
    variables_of,
)

PEOPLE = {"telegram", "discord"}  # where people are told what happened


def queue_of(sink: str) -> str:
    (queue,) = [queue_at(source["Queue"]) for name, source in triggers("SQS") if name == SERVING[sink]]
    return queue


def allowed(function: str, action: str) -> list[Any]:
    """What a function may do this to."""
    statements = [one for policy in FUNCTIONS[function]["Properties"]["Policies"] for one in policy["Statement"]]
    return [place for one in statements if action in many(one["Action"]) for place in many(one["Resource"])]


def led_by(rule: str) -> list[dict[str, Any]]:
    return [event for event in happens() if is_matched(event, RULES[rule]["Properties"]["EventPattern"])]


def told_of(**data: Any) -> set[str]:
    """The sinks that are told where one is given up, paused or resumed."""
    about = [event for event in happens() if event["detail"]["data"] == data]
    assert about
    return {
        sink
        for sink in NAMES
        for rule in rules_to(queue_of(sink))
        if any(is_matched(event, RULES[rule]["Properties"]["EventPattern"]) for event in about)
    }


def test_every_sink_is_served() -> None:
    assert sorted(SERVING) == sorted(NAMES)
    assert len(SERVING) == sum("SINK" in variables_of(name) for name in FUNCTIONS)


@pytest.mark.parametrize("setting", ["QUEUE_URL", "DEAD_LETTERS_URL", "SINK_SECRET", "SINK_API_URL", "SINK_TARGET"])
def test_no_two_sinks_have_a_queue_a_secret_or_a_place_in_common(setting: str) -> None:
    told = [variables_of(function)[setting]["Ref"] for function in SERVING.values()]
    assert len(set(told)) == len(NAMES)


@pytest.mark.parametrize("sink", NAMES)
def test_a_sink_has_a_function_and_a_role_of_its_own_for_its_own_queue(sink: str) -> None:
    told, queue = variables_of(SERVING[sink]), queue_of(sink)
    dead_letters = queue_at(QUEUES[queue]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"])
    assert "Role" not in FUNCTIONS[SERVING[sink]]["Properties"]  # so that one is made for it alone
    assert told["QUEUE_URL"] == {"Ref": queue}
    assert told["DEAD_LETTERS_URL"] == {"Ref": dead_letters}
    written_to = (queue, dead_letters, "SpanQueue")
    assert allowed(SERVING[sink], "sqs:SendMessage") == [{"GetAtt": f"{name}.Arn"} for name in written_to]


@pytest.mark.parametrize("sink", NAMES)
def test_who_serves_a_sink_may_read_its_secret_and_no_other(sink: str) -> None:
    secret = variables_of(SERVING[sink])["SINK_SECRET"]
    assert RESOURCES[secret["Ref"]]["Type"] == "AWS::SecretsManager::Secret"
    assert allowed(SERVING[sink], "secretsmanager:GetSecretValue") == [secret]


@pytest.mark.parametrize("sink", NAMES)
def test_a_sink_s_rule_takes_what_is_for_that_sink_and_nothing_else(sink: str) -> None:
    of_its_own = [rule for rule in rules_to(queue_of(sink)) if len(RULES[rule]["Properties"]["Targets"]) == 1]
    (rule,) = of_its_own
    assert led_by(rule) == [event for event in happens() if sink in event["detail"]["data"].get("sinks", ())]


@pytest.mark.parametrize("sink", sorted(set(NAMES) - PEOPLE))
def test_a_sink_that_is_no_place_for_people_gets_nothing_beside_that(sink: str) -> None:
    assert len(rules_to(queue_of(sink))) == 1


def test_where_people_are_told_they_are_told_the_same_everywhere() -> None:
    others = [set(rules_to(queue_of(sink))) for sink in sorted(PEOPLE)]
    assert len(set.intersection(*others)) == 2
    assert all(len(rules) == 3 for rules in others)


@pytest.mark.parametrize("sink", NAMES)
def test_people_are_told_what_a_sink_gave_up_but_not_by_a_sink_that_may_have_to_give_that_up(sink: str) -> None:
    told = told_of(sink=sink)
    assert told == (set() if sink in PEOPLE else PEOPLE)
    assert all(told_of(sink=other) == set() for other in told)


@pytest.mark.parametrize("sink", sorted(PEOPLE))
def test_of_what_people_s_places_gave_up_only_the_log_of_the_bus_knows(sink: str) -> None:
    about = [event for event in happens() if event["detail"]["data"] == {"sink": sink}]
    matched = {
        name for name, rule in RULES.items() for one in about if is_matched(one, rule["Properties"]["EventPattern"])
    }
    assert matched == {"EventLogRule"}
