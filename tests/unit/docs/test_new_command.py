"""The command that docs/discord.md adds: one file, and Discord is told of it, and it is carried out."""

import re
from types import ModuleType

import pytest

from functions.run_commands import commands as folder
from functions.run_commands import registry
from functions.run_commands.command import Command
from shared.discord.registration import payload_of
from tests.support.in_process import TEMPLATE
from tests.support.ports import MemoryPorts, use_of


@pytest.fixture
def margin() -> Command:
    (source,) = re.findall(r"```python\n(.*?)```", (TEMPLATE.parent / "docs" / "discord.md").read_text(), re.DOTALL)
    module = ModuleType(f"{folder.__name__}.margin")
    exec(compile(source, "docs/discord.md", "exec"), module.__dict__)
    found = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    (command,) = [one() for one in found if issubclass(one, Command)]
    return command


def test_it_says_what_it_says_of_itself(margin: Command) -> None:
    told = payload_of(margin, margin.name)
    assert told["name"] == "margin"
    assert [(one["name"], one["type"], one["min_value"]) for one in told["options"]] == [
        ("bought", 10, 0),
        ("sold", 10, 0),
    ]


def test_it_does_what_it_says(margin: Command) -> None:
    reply = margin.run(use_of("margin", {"bought": 310, "sold": 420.5}, ports=MemoryPorts()))
    assert reply
    assert reply.content == "110.50 is left"


def test_its_name_is_free() -> None:
    assert "margin" not in registry.runnables()
