"""What a command is declared with: options, forms, and how Discord is answered within its three seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Acknowledge(StrEnum):
    """What the receiver answers at once. The work comes after, and edits that answer."""

    REPLY = "reply"  # with a text that is known beforehand, shown to who asked
    DEFER = "defer"  # "is thinking…", for all to see
    DEFER_PRIVATE = "defer_private"  # the same, for who asked
    DEFER_UPDATE = "defer_update"  # nothing is shown; the message the button is on may be edited
    MODAL = "modal"  # a form opens


class OptionType(IntEnum):
    """Discord's numbers; those that are used."""

    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    NUMBER = 10


class Context(IntEnum):
    """Where a command can be used."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


@dataclass(frozen=True, slots=True)
class Choice:
    name: str  # as people see it
    value: str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`autocomplete` names what is offered while somebody types, see the receiver; with `states`, of which listings."""

    name: str
    description: str
    type: OptionType = OptionType.STRING
    required: bool = False
    choices: Sequence[Choice] = ()
    autocomplete: str | None = None
    states: Sequence[str] = ()
    minimum: int | float | None = None  # of a number
    maximum: int | float | None = None
    longest: int | None = None  # letters of a string


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInput:
    """One line or a paragraph of a form. `prefill` is the number of the pressed button's argument that stands in it."""

    name: str
    label: str
    description: str = ""
    placeholder: str = ""
    paragraph: bool = False
    required: bool = True
    shortest: int | None = None
    longest: int = 4_000
    prefill: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """A form. What is filled in comes back under `prefix`, with the arguments of the button that opened it."""

    prefix: str
    title: str
    inputs: Sequence[TextInput]
