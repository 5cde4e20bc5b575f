"""Commands are found where they stand, and Discord is told of them as it wants."""

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, ClassVar

import pytest

from functions.run_commands import commands as folder
from functions.run_commands import registry
from functions.run_commands.command import Command, Component, Subcommand, Use
from scripts.discord.line import read_line
from shared.discord.access import may
from shared.discord.answers import Reply
from shared.discord.options import Choice, Option, OptionType
from shared.discord.registration import differences, of_one_server, payload_of
from shared.runtime.auth import Role
from tests.stand_ins.discord_commands import Typed, data_of

OPTION = Option(name="env", description="Where to", required=True, choices=[Choice("Production", "prod")])


class Ship(Command):
    name = "ship"
    description = "Deploy"
    needs = Role.OPERATOR
    options: ClassVar[Any] = (Option(name="ref", description="Of what"), OPTION)
    components: ClassVar = (Component(prefix="ship.promote", needs=Role.OPERATOR),)

    def run(self, use: Use) -> Reply | None:
        return Reply(content="first")


class NewerShip(Ship):
    version = 2
    components: ClassVar = (Component(prefix="ship2.promote", needs=Role.OPERATOR),)

    def run(self, use: Use) -> Reply | None:
        return Reply(content="second")


class Show(Subcommand):
    name = "show"
    description = "Show one"
    needs = Role.VIEWER


class Move(Subcommand):
    name = "move"
    description = "Move one"
    needs = Role.OPERATOR


class Listing(Command):
    name = "listing"
    description = "One listing"
    subcommands: ClassVar = (Show(), Move())


class SendOn(Command):
    name = "Send on"
    description = "Sends it on"
    needs = Role.OPERATOR
    is_message_menu = True


def found(*classes: type[Command], monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each stood in a file of its own."""
    modules = {}
    for number, one in enumerate(classes):
        module = ModuleType(f"{folder.__name__}.file{number}")
        monkeypatch.setattr(one, "__module__", module.__name__)
        setattr(module, one.__name__, one)
        modules[module.__name__] = module
    monkeypatch.setattr(registry, "iter_modules", lambda *_: [_Found(name) for name in modules])
    monkeypatch.setattr(registry, "import_module", modules.__getitem__)


class _Found:
    def __init__(self, name: str) -> None:
        self.name = name


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    def forget() -> None:
        for one in (registry.commands, registry.runnables, registry.components):
            one.cache_clear()

    forget()
    yield
    forget()


def test_a_command_is_there_because_its_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    found(Ship, Listing, monkeypatch=monkeypatch)
    assert sorted(registry.runnables()) == ["listing move", "listing show", "ship"]
    assert list(registry.components()) == ["ship.promote"]


def test_two_versions_live_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    found(Ship, NewerShip, monkeypatch=monkeypatch)
    assert {name: type(one) for name, one in registry.runnables().items()} == {"ship": NewerShip, "ship-v1": Ship}
    assert [one["name"] for one in registry.payload()] == ["ship", "ship-v1"]


def test_two_commands_of_one_name_and_version_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = type("Other", (Ship,), {"components": ()})
    found(Ship, other, monkeypatch=monkeypatch)
    with pytest.raises(ValueError, match="more than one command ship"):
        registry.commands()


def test_a_prefix_belongs_to_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    other = type("Other", (Ship,), {"name": "other"})
    found(Ship, other, monkeypatch=monkeypatch)
    with pytest.raises(ValueError, match=r"more than one prefix ship\.promote"):
        registry.commands()


def test_discord_is_told_what_has_to_be_given_first() -> None:
    told = payload_of(Ship(), "ship")
    assert [(one["name"], one["required"]) for one in told["options"]] == [("env", True), ("ref", False)]
    assert told["options"][0]["choices"] == [{"name": "Production", "value": "prod"}]
    assert (told["type"], told["contexts"], told["integration_types"]) == (1, [0], [0])


def test_the_gate_of_a_command_is_that_of_the_least_its_parts_need() -> None:
    class ForAdmins(Command):
        name = "keys"
        description = "Keys"

    assert payload_of(Listing(), "listing")["default_member_permissions"] == str(1 << 31)
    assert payload_of(ForAdmins(), "keys")["default_member_permissions"] == str(1 << 5)


def test_subcommands_are_options_of_their_own_kind() -> None:
    assert [(one["type"], one["name"]) for one in payload_of(Listing(), "listing")["options"]] == [
        (1, "show"),
        (1, "move"),
    ]


def test_the_menu_of_a_message_has_neither_description_nor_options() -> None:
    told = payload_of(SendOn(), "Send on")
    assert told["type"] == 3
    assert not told.keys() & {"description", "options"}


def test_limits_of_an_option_are_told() -> None:
    class Extend(Command):
        name = "extend"
        description = "More time"
        options = (Option(name="days", description="How many", type=OptionType.INTEGER, minimum=1, maximum=365),)

    (option,) = payload_of(Extend(), "extend")["options"]
    assert (option["type"], option["min_value"], option["max_value"]) == (4, 1, 365)


def as_discord_gives_it_back(told: dict[str, Any]) -> dict[str, Any]:
    """With ids and defaults that nobody asked for, and without what says nothing."""
    more = {"id": "1", "application_id": "2", "version": "3", "dm_permission": False, "name_localizations": None}
    options = [{name: value for name, value in one.items() if value is not False} for one in told.get("options", [])]
    return {**told, **more, "options": options}


def test_nothing_changes_where_discord_has_what_is_wanted() -> None:
    wanted = [payload_of(one, one.name) for one in (Ship(), Listing())]
    assert differences([as_discord_gives_it_back(one) for one in wanted], wanted) == []


@pytest.mark.parametrize("said", [{}, {"contexts": None, "integration_types": [0]}])
def test_nothing_changes_where_discord_does_not_say_where_else_commands_of_a_server_are(said: dict[str, Any]) -> None:
    wanted = of_one_server([payload_of(one, one.name) for one in (Ship(), Listing())])
    known = [as_discord_gives_it_back(one) | {"guild_id": "9"} | said for one in wanted]
    assert differences(of_one_server(known), wanted) == []
    assert not any(one.keys() & {"contexts", "integration_types"} for one in wanted)


def test_what_comes_goes_and_changes_is_shown() -> None:
    class Changed(Ship):
        options: ClassVar[Any] = (replace(OPTION, description="Where it goes"),)

    known = [as_discord_gives_it_back(payload_of(one, one.name)) for one in (Ship(), Listing())]
    wanted = [payload_of(Changed(), "ship"), payload_of(SendOn(), "Send on")]
    assert differences(known, wanted) == ["- listing", "+ Send on", "~ ship: options"]


@pytest.mark.parametrize(
    "option",
    [
        Option(name="days", description="How many", type=OptionType.INTEGER, minimum=0, maximum=9),
        Option(name="days", description="How many", type=OptionType.INTEGER, minimum=1),
        Option(name="days", description="How many", type=OptionType.INTEGER, minimum=1, maximum=9, required=True),
        Option(name="days", description="How many", type=OptionType.NUMBER, minimum=1, maximum=9),
        Option(name="days", description="How many", autocomplete="listings"),
        Option(name="days", description="How many", choices=[Choice("One", 1)]),
    ],
)
def test_what_an_option_gets_or_loses_is_seen(option: Option) -> None:
    def told(options: tuple[Option, ...]) -> dict[str, Any]:
        one = type("Extend", (Command,), {"name": "extend", "description": "More time", "options": options})()
        return payload_of(one, "extend")

    before = Option(name="days", description="How many", type=OptionType.INTEGER, minimum=1, maximum=9)
    one, other = told((before,)), told((option,))
    assert differences([as_discord_gives_it_back(one)], [other]) == ["~ extend: options"]
    assert differences([as_discord_gives_it_back(other)], [one]) == ["~ extend: options"]


def test_a_limit_of_nought_is_one() -> None:
    def told(minimum: int | None) -> dict[str, Any]:
        options = (Option(name="days", description="How many", type=OptionType.INTEGER, minimum=minimum),)
        one = type("Extend", (Command,), {"name": "extend", "description": "More time", "options": options})()
        return payload_of(one, "extend")

    assert differences([as_discord_gives_it_back(told(None))], [told(0)]) == ["~ extend: options"]
    assert differences([as_discord_gives_it_back(told(0))], [told(0)]) == []


@pytest.mark.parametrize("text", ["", "x" * 101])
def test_a_description_discord_would_refuse_is_found_here(text: str) -> None:
    one = type("Wordy", (Command,), {"name": "wordy", "description": text})()
    with pytest.raises(ValueError, match="a description has 1 to 100 letters"):
        payload_of(one, "wordy")


ONLY_LOOK = {"route.look", "ship.details"}  # for viewers, whose `/deliveries` and `/deploys` show the same


def test_what_is_pressed_needs_what_its_command_needs() -> None:
    lower = set()
    for prefix, component in registry.components().items():
        of = prefix.partition(".")[0]
        needed = [one.needs for name, one in registry.runnables().items() if of in (name, name.partition(" ")[0])]
        if needed and not any(may(component.needs, role) for role in needed):
            lower.add(prefix)
    assert lower == ONLY_LOOK


TYPED = [name for name, one in registry.runnables().items() if one.example.startswith("/")]


def test_only_what_is_chosen_from_a_menu_of_a_message_is_not_typed() -> None:
    assert set(registry.runnables()) - set(TYPED) == {"Send to sinks"}


@pytest.mark.parametrize("name", TYPED)
def test_each_example_is_one_that_discord_takes(name: str) -> None:
    line = read_line(registry.runnables()[name].example)
    (told,) = [one for one in registry.payload() if one["name"] == line.words[0]]
    typed = Typed(words=line.words, options=line.options)
    assert line.command == name
    assert data_of(typed, {**told, "id": "1"})["name"] == line.words[0]
