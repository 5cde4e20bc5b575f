"""The template in parts, for the tests that look at it, and EventBridge's way of matching."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.ledger.catalogue import CATALOGUE, SOURCES
from tests.support.in_process import template

RESOURCES: dict[str, Any] = template()["Resources"]
GLOBALS: dict[str, Any] = template()["Globals"]["Function"]


def of_type(kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
RULES, QUEUES, TABLES = of_type("AWS::Events::Rule"), of_type("AWS::SQS::Queue"), of_type("AWS::DynamoDB::Table")
ALARMS = of_type("AWS::CloudWatch::Alarm")


def triggers(*kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of these kinds that wake functions, each with the name of the function."""
    for name, function in FUNCTIONS.items():
        for trigger in function["Properties"].get("Events", {}).values():
            if trigger["Type"] in kinds:
                yield name, trigger["Properties"]


def timeout_of(function: str) -> int:
    seconds: int = FUNCTIONS[function]["Properties"].get("Timeout", GLOBALS["Timeout"])
    return seconds


def queue_at(arn: Any) -> str:
    """The logical id of the queue whose ARN this is."""
    name: str = arn["GetAtt"].removesuffix(".Arn")
    assert name in QUEUES
    return name


def happens() -> list[dict[str, str]]:
    """Each type of event there is, as the bus sees it."""
    return [{"detail-type": kind, "source": SOURCES[kind.partition(".")[0].upper()]} for kind in CATALOGUE]


def is_matched(value: Any, pattern: Any) -> bool:
    """As EventBridge does it, for the few matchers that are used here."""
    if isinstance(pattern, Mapping):
        return all(name in value and is_matched(value[name], inner) for name, inner in pattern.items())
    return any(_fits(value, matcher) for matcher in pattern)


def _fits(value: str, matcher: Any) -> bool:
    if isinstance(matcher, str):
        return value == matcher
    ((kind, text),) = matcher.items()
    assert kind == "prefix", f"teach this test the matcher {kind}"
    return bool(value.startswith(text))
