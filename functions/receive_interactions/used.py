"""As much of an interaction as it takes to answer at once. The worker reads it with `shared.discord.interaction`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

PING: Final = 1
COMMAND: Final = 2
COMPONENT: Final = 3
AUTOCOMPLETE: Final = 4
FORM: Final = 5
_SUBCOMMANDS: Final = (1, 2)  # option types


class Used(NamedTuple):
    """`name` is a command's, with its subcommand after a space, or the prefix of a custom_id; nothing where there is
    none.
    """

    id: str
    kind: int
    name: str
    user_id: str
    role_ids: Sequence[str]
    guild_id: str | None
    custom_id: str
    typing: tuple[str, str]  # the option somebody types into, and what is there so far

    @property
    def arguments(self) -> list[str]:
        return self.custom_id.split(":")[1:]


def read_used(raw: Mapping[str, Any]) -> Used:
    """Raises ValueError for what is no interaction."""
    try:
        return _read(raw)
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError):
        raise ValueError("this is no interaction") from None


def _read(raw: Mapping[str, Any]) -> Used:
    member, data = raw.get("member") or {}, raw.get("data") or {}
    user = member.get("user") or raw.get("user") or {}
    path, options = _path(data)
    custom_id = str(data.get("custom_id", ""))
    typed = [one for one in options if one.get("focused")]
    return Used(
        id=_snowflake(raw["id"]),
        kind=int(raw["type"]),
        name=custom_id.partition(":")[0] or " ".join(path),
        user_id=str(user.get("id", "")),
        role_ids=[str(role) for role in member.get("roles", ())],
        guild_id=raw.get("guild_id"),
        custom_id=custom_id,
        typing=(str(typed[0]["name"]), str(typed[0].get("value", ""))) if typed else ("", ""),
    )


def _path(data: Mapping[str, Any]) -> tuple[list[str], list[Mapping[str, Any]]]:
    """The names of a command and its subcommand, and the options of the last."""
    path, options = [str(data.get("name", ""))], data.get("options") or []
    while options and options[0]["type"] in _SUBCOMMANDS:
        path.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return path, options


def _snowflake(value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ValueError("this is no snowflake")
    return text
