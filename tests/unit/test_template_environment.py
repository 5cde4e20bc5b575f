"""What functions are told: Lambda takes 4 KB of it, names and values together."""

import re
from typing import Any

import pytest

from tests.support.in_process import template
from tests.unit.template_parts import FUNCTIONS, GLOBALS, RESOURCES, variables_of

MOST = 4_096  # bytes. Source: Lambda quotas
ROOM = 400  # for addresses that are longer than we think
PARAMETERS: dict[str, Any] = template()["Parameters"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_is_told_has_room_in_its_environment(function: str) -> None:
    told = {**GLOBALS["Environment"]["Variables"], **variables_of(function)}
    assert sum(len(name) + len(text_of(value)) for name, value in told.items()) < MOST - ROOM


def text_of(value: Any) -> str:
    """As long as it becomes in an account: what CloudFormation calls things, of which kind they are."""
    match value:
        case {"Ref": name}:
            return made(name)
        case {"Sub": text}:
            return re.sub(r"\$\{([A-Za-z:]+)(\.[A-Za-z]+)?\}", lambda found: made(found[1], found[2] or ""), text)
        case {"GetAtt": name}:
            return made(*name.split(".", 1))
        case {"If": [_, one, other]}:
            return max(text_of(one), text_of(other), key=len)
        case _:
            return str(value)


def made(name: str, attribute: str = "") -> str:
    if name not in RESOURCES:
        return str(PARAMETERS.get(name, {}).get("Default") or "https://service.example/api")
    called = f"switchyard-{name}-1ABCDEFGHIJKL"
    if RESOURCES[name]["Type"] == "AWS::SecretsManager::Secret":
        return f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{called}-AbCdEf"
    is_address = RESOURCES[name]["Type"] == "AWS::SQS::Queue" and not attribute
    return f"https://sqs.eu-central-1.amazonaws.com/123456789012/{called}" if is_address else called
