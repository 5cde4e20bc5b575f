"""What stands around every command: each may look, refuse, or do something before and after. The first is outermost."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Final

from functions.run_commands.command import Component, Run, Runnable, Use
from shared.discord.access import may
from shared.discord.answers import Reply
from shared.discord.options import Option, OptionType
from shared.runtime.errors import ForbiddenError, InvalidInputError

Declared = Runnable | Component
_TYPES: Final[Mapping[OptionType, type | tuple[type, ...]]] = {
    OptionType.STRING: str,
    OptionType.INTEGER: int,
    OptionType.BOOLEAN: bool,
    OptionType.USER: str,
    OptionType.CHANNEL: str,
    OptionType.NUMBER: (int, float),
}
Middleware = Callable[[Use, Declared, Run], Reply | None]


def check_permission(use: Use, declared: Declared, following: Run) -> Reply | None:
    """Discord's own gate is for show, and the receiver's saves a wait: this is the one that counts."""
    if use.role is None or not may(use.role, declared.needs):
        raise ForbiddenError(f"this needs the role {declared.needs}; {_has(use)}")
    return following(use)


def check_options(use: Use, declared: Declared, following: Run) -> Reply | None:
    """Discord takes only what is declared; but it may still know an older version of the command."""
    given = use.interaction.options
    for one in declared.options if isinstance(declared, Runnable) else ():
        if one.name in given:
            _check(one, given[one.name])
        elif one.required:
            raise InvalidInputError(f"{one.name} has to be given; in a while Discord asks for it")
    return following(use)


def _check(option: Option, value: object) -> None:
    if isinstance(value, bool) is not (option.type is OptionType.BOOLEAN) or not isinstance(value, _TYPES[option.type]):
        raise InvalidInputError(f"{option.name} cannot be that")
    if option.choices and value not in [choice.value for choice in option.choices]:
        raise InvalidInputError(f"{option.name} is one of {', '.join(choice.name for choice in option.choices)}")
    if isinstance(value, int | float) and not _is_within(option, value):
        raise InvalidInputError(f"{option.name} is too small, or too large")


def _is_within(option: Option, value: float) -> bool:
    least = option.minimum if option.minimum is not None else -math.inf
    most = option.maximum if option.maximum is not None else math.inf
    return least <= value <= most  # nor is what is no number


ALWAYS: Final[Sequence[Middleware]] = (check_permission, check_options)


def around(declared: Declared, run: Run, middleware: Sequence[Middleware] = ALWAYS) -> Run:
    """`run` with all of it around."""

    def wrapped(following: Run, one: Middleware) -> Run:
        return lambda use: one(use, declared, following)

    return reduce(wrapped, reversed(middleware), run)


def _has(use: Use) -> str:
    return f"you have {use.role}" if use.role else "you have none here. Ask whoever runs Switchyard"
