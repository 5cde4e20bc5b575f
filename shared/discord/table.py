"""The receiver's table: how each command, button, menu and form is answered at once, made from what they declare.

It is made beforehand, by `python -m scripts.generate`: to load all commands takes longer than Discord waits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from shared.discord.options import Acknowledge, Modal, Option, TextInput

LONGEST_TITLE: Final = 45  # of a form; of a label, too
LONGEST_TEXT: Final = 2_000
_LONGEST_HINT: Final = 100
_MOST_INPUTS: Final = 5
_LABEL: Final = 18
_TEXT_INPUT: Final = 4
_SHORT: Final = 1
_PARAGRAPH: Final = 2

Row = dict[str, Any]
# Where a source of suggestions finds them, for an option that asks for what is in these states: `columns` of the board,
# or `names` (each with its value) that are known beforehand.
Places = Callable[[str, Sequence[str]], Row]


class Declared(Protocol):
    """What is common to a command, a subcommand and a component."""

    @property
    def needs(self) -> str: ...
    @property
    def acknowledge(self) -> Acknowledge: ...
    @property
    def opens(self) -> Modal | None: ...


class DeclaredCommand(Declared, Protocol):
    @property
    def options(self) -> Sequence[Option]: ...


def table_of(
    commands: Mapping[str, DeclaredCommand], components: Mapping[str, Declared], *, places: Places
) -> dict[str, dict[str, Row]]:
    """Rows by what is used: `listing show`, and `listing.skip`, the prefix of a custom_id.

    Raises ValueError for what Discord would not take, or nobody would answer.
    """
    _check_forms(commands, components)
    return {
        "commands": {name: _command(name, one, places) for name, one in sorted(commands.items())},
        "components": {prefix: _row(prefix, one) for prefix, one in sorted(components.items())},
    }


def _command(name: str, command: DeclaredCommand, places: Places) -> Row:
    row = _row(name, command)
    sources = {
        option.name: {"source": option.autocomplete} | places(option.autocomplete, option.states)
        for option in command.options
        if option.autocomplete
    }
    return row | ({"autocomplete": sources} if sources else {})


def _row(name: str, declared: Declared) -> Row:
    row: Row = {"needs": str(declared.needs), "acknowledge": str(declared.acknowledge)}
    if declared.opens:
        return row | {"acknowledge": str(Acknowledge.MODAL), "modal": _modal(declared.opens)}
    if declared.acknowledge is Acknowledge.MODAL:
        raise ValueError(f"{name} opens a form and does not say which")
    if declared.acknowledge is Acknowledge.REPLY:
        text = str(getattr(declared, "text", ""))
        _check(0 < len(text) <= LONGEST_TEXT, f"{name} replies at once and does not say what: it has a `text`")
        row["text"] = text
    return row


def _modal(modal: Modal) -> Row:
    _check(0 < len(modal.title) <= LONGEST_TITLE, f"{modal.prefix}: a title has 1 to {LONGEST_TITLE} letters")
    _check(0 < len(modal.inputs) <= _MOST_INPUTS, f"{modal.prefix}: a form has 1 to {_MOST_INPUTS} inputs")
    return {
        "prefix": modal.prefix,
        "title": modal.title,
        "components": [_input(one) for one in modal.inputs],
        "prefill": {str(at): one.prefill for at, one in enumerate(modal.inputs) if one.prefill is not None},
    }


def _input(one: TextInput) -> Row:
    _check(0 < len(one.label) <= LONGEST_TITLE, f"{one.name}: a label has 1 to {LONGEST_TITLE} letters")
    _check(len(one.description) <= _LONGEST_HINT, f"{one.name}: a description has at most {_LONGEST_HINT} letters")
    _check(len(one.placeholder) <= _LONGEST_HINT, f"{one.name}: a placeholder has at most {_LONGEST_HINT} letters")
    field: Row = {
        "type": _TEXT_INPUT,
        "custom_id": one.name,
        "style": _PARAGRAPH if one.paragraph else _SHORT,
        "required": one.required,
        "max_length": one.longest,
    }
    field |= {"min_length": one.shortest} if one.shortest is not None else {}
    field |= {"placeholder": one.placeholder} if one.placeholder else {}
    label: Row = {"type": _LABEL, "label": one.label, "component": field}
    return label | ({"description": one.description} if one.description else {})


def _check_forms(commands: Mapping[str, DeclaredCommand], components: Mapping[str, Declared]) -> None:
    """What is filled in has somebody who takes it, and who can say so."""
    for modal in (*_opened(commands.values()), *_opened(components.values())):
        _check(modal.prefix in components, f"nobody takes the form {modal.prefix}")
        _check(components[modal.prefix].opens is None, f"the form {modal.prefix} opens a form")
    for modal in _opened(commands.values()):
        updates = components[modal.prefix].acknowledge is Acknowledge.DEFER_UPDATE
        _check(not updates, f"the form {modal.prefix} is opened where there is no message to update")


def _opened(all_of_them: Iterable[Declared]) -> Iterator[Modal]:
    yield from (one.opens for one in all_of_them if one.opens)


def _check(is_good: bool, otherwise: str) -> None:
    if not is_good:
        raise ValueError(otherwise)
