"""/help: every command that is declared, to those who may use it."""

from typing import Any

import pytest

from functions.run_commands import registry
from functions.run_commands.command import Command
from functions.run_commands.commands.help import Help
from shared.runtime.auth import Role
from shared.runtime.errors import NotFoundError
from tests.support.ports import MemoryPorts, use_of
from tests.unit.functions.run_commands.desk import ODD, text_of


def helped(command: str | None = None, role: Role = Role.ADMIN) -> str:
    options: dict[str, Any] = {} if command is None else {"command": command}
    return text_of(Help().run(use_of("help", options, ports=MemoryPorts(), role=role)))


def called(name: str) -> str:
    one = registry.runnables()[name]
    return f"Apps → {name}" if isinstance(one, Command) and one.is_message_menu else f"/{name}"


def test_everybody_sees_every_command_they_may_use_and_no_other() -> None:
    order = [Role.VIEWER, Role.OPERATOR, Role.ADMIN]
    for place, role in enumerate(order):
        told = helped(role=role)
        for name, one in registry.runnables().items():
            assert (f"**{called(name)}**" in told) == (one.needs in order[: place + 1]), (role, name)


def test_who_may_not_use_all_is_told_how_many_there_are_beside() -> None:
    others = sum(one.needs == Role.ADMIN for one in registry.runnables().values())
    assert f"{others} more need a role you do not have." in helped(role=Role.OPERATOR)
    assert "more need a role" not in helped()


@pytest.mark.parametrize("name", sorted(registry.runnables()))
def test_each_command_is_shown_with_its_role_its_options_and_an_example(name: str) -> None:
    one, told = registry.runnables()[name], helped(name)
    assert called(name) in told
    assert one.description in told
    assert str(one.needs) in told
    for option in one.options:
        assert f"**{option.name}**" in told
        assert option.description in told
    assert one.example in told


@pytest.mark.parametrize("written", ["dead-letters retry", "/dead-letters retry", " Dead-Letters   RETRY "])
def test_a_command_may_be_written_as_it_is_typed(written: str) -> None:
    assert "/dead-letters retry all:Notion" in helped(written)


def test_a_command_is_shown_with_all_its_subcommands() -> None:
    told = helped("dead-letters")
    assert "/dead-letters list" in told
    assert "/dead-letters retry" in told


@pytest.mark.parametrize("written", ["dance", "dead", "sinks dance", *ODD])
def test_a_command_there_is_not_is_not_found(written: str) -> None:
    with pytest.raises(NotFoundError):
        helped(written)


def test_what_may_have_been_meant_is_named() -> None:
    with pytest.raises(NotFoundError, match="dead-letters list"):
        helped("dead")
