"""The template in parts, for the tests that look at it, and EventBridge's way of matching."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.ledger.catalogue import CATALOGUE, OPEN_KINDS, SOURCES, source_of
from shared.sinks.names import NAMES
from tests.support.in_process import template

RESOURCES: dict[str, Any] = template()["Resources"]
GLOBALS: dict[str, Any] = template()["Globals"]["Function"]


def of_type(kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
RULES, QUEUES, TABLES = of_type("AWS::Events::Rule"), of_type("AWS::SQS::Queue"), of_type("AWS::DynamoDB::Table")
ALARMS = of_type("AWS::CloudWatch::Alarm")


def functions_of(folder: str) -> dict[str, Any]:
    """What is deployed from a folder: a function of its name, or several, each with what it is for after a `To`."""
    name = folder.title().replace("_", "")
    of_that_name = re.compile(rf"{name}(To[A-Z][A-Za-z]*)?Function")
    return {known: function for known, function in FUNCTIONS.items() if of_that_name.fullmatch(known)}


def variables_of(function: str) -> dict[str, Any]:
    """What a function is told beside what all are told."""
    told: dict[str, Any] = FUNCTIONS[function]["Properties"].get("Environment", {}).get("Variables", {})
    return told


# The function that serves a sink, by the name of the sink.
SERVING = {variables_of(name)["SINK"]: name for name in FUNCTIONS if "SINK" in variables_of(name)}


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


def rules_to(queue: str) -> list[str]:
    """The rules that hand events to a queue."""
    return [
        name
        for name, rule in RULES.items()
        if any(target["Arn"] == {"GetAtt": f"{queue}.Arn"} for target in rule["Properties"]["Targets"])
    ]


def many(one_or_more: Any) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def happens() -> list[dict[str, Any]]:
    """Each type of event there is, as the bus sees it; once for each sink it may speak of, for all and for none."""
    known = [(kind, source_of(kind), model) for kind, model in CATALOGUE.items()]
    posted = [("whatever.is_posted", SOURCES[kind], CATALOGUE[like]) for kind, like in OPEN_KINDS.items()]
    return [
        {"detail-type": kind, "source": source, "detail": {"type": kind, "source": source, "data": data}}
        for kind, source, model in (*known, *posted)
        for data in _said_of_sinks(model.model_fields)
    ]


def _said_of_sinks(fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "sinks" in fields:
        yield from ({"sinks": sinks} for sinks in ([], *([name] for name in (*NAMES, "cards")), list(NAMES)))
    elif "sink" in fields:
        yield from ({"sink": name} for name in NAMES)
    else:
        yield {}


_ABSENT: Any = object()


def is_matched(value: Any, pattern: Any) -> bool:
    """As EventBridge does it, for the few matchers that are used here.

    What is not there is matched by `exists: false` alone, however far up it is that nothing is there; of a list, one
    value that is matched is enough. Source: EventBridge user guide, "Arrays in event patterns" and "Exists matching".
    """
    if isinstance(pattern, Mapping):
        inside = value if isinstance(value, Mapping) else {}
        return all(is_matched(inside.get(name, _ABSENT), inner) for name, inner in pattern.items())
    if value is _ABSENT:
        return {"exists": False} in pattern
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return any(_fits(one, matcher) for one in values for matcher in pattern)


def _fits(value: Any, matcher: Any) -> bool:
    if isinstance(matcher, str):
        return bool(value == matcher)
    ((kind, wanted),) = matcher.items()
    if kind == "exists":
        return bool(wanted)
    assert kind == "prefix", f"teach this test the matcher {kind}"
    return isinstance(value, str) and value.startswith(wanted)
