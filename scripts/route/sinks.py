"""The sinks of `switchyard route`, as the environment and the command line set them up."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared.runtime.clock import system_clock
from shared.runtime.currency import CURRENCIES
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, Send, Service
from shared.sinks.options import CalendarOptions, Options
from shared.sinks.place import Place, module_of
from shared.sinks.sink import Sink


class Known:
    """What is set, by the name it has in the environment; what is empty is not."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        self._values = {name: value.strip() for name, value in values.items() if value and value.strip()}

    def get(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the settings of one sink are called. `needed`: of the names in one group, any has to be set."""

    target: str
    parent: str = ""
    api_url: str
    secret: Mapping[str, str]  # part of the secret -> setting
    account_file: str = ""
    token_url: str = ""

    @property
    def needed(self) -> tuple[tuple[str, ...], ...]:
        credentials = [*self.secret.values(), self.account_file]
        return tuple(tuple(filter(None, group)) for group in (credentials, [self.parent, self.target]))


NAMES_OF: Final[Mapping[str, Names]] = {
    "notion": Names(
        target="NOTION_DATA_SOURCE_ID",
        parent="NOTION_DATABASE_ID",
        api_url="NOTION_API_URL",
        secret={"token": "NOTION_API_TOKEN"},
    ),
    "google-calendar": Names(
        target="GOOGLE_CALENDAR_ID",
        api_url="GOOGLE_API_URL",
        secret={"token": "GOOGLE_API_TOKEN"},
        account_file="GOOGLE_SERVICE_ACCOUNT_FILE",
        token_url="GOOGLE_TOKEN_URL",
    ),
    "shopify": Names(
        target="SHOPIFY_STORE_DOMAIN", api_url="SHOPIFY_API_URL", secret={"access_token": "SHOPIFY_ACCESS_TOKEN"}
    ),
    "discord": Names(target="DISCORD_CHANNEL_ID", api_url="DISCORD_API_URL", secret={"bot_token": "DISCORD_BOT_TOKEN"}),
    "telegram": Names(
        target="TELEGRAM_CHAT_ID", api_url="TELEGRAM_API_URL", secret={"bot_token": "TELEGRAM_BOT_TOKEN"}
    ),
}
_SHOWN_BY_NAME: Final = frozenset({"notion", "google-calendar", "discord", "telegram"})  # a shop is checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A sink that is asked; or one that is not, for a reason."""

    sink: Sink
    obstacle: str | None

    @property
    def is_live(self) -> bool:
        return self.obstacle is None


def dry_sink(name: str, known: Known, options: Options, obstacle: str) -> Served:
    """Raises InvalidInputError for a shop or a currency that is none."""
    place = _place(name, known, options, send=_nobody)
    if name in _SHOWN_BY_NAME and not place.is_complete():  # the name of the setting stands for what is not set
        names = NAMES_OF[name]
        place = replace(place, parent=names.parent, target="" if names.parent else names.target)
    return Served(sink=module_of(name).build(None, place), obstacle=obstacle)


def live_sink(name: str, known: Known, options: Options, *, send: Send) -> Served:
    """Raises InvalidInputError for a shop or a currency that is none, or an account's file that cannot be read."""
    missing = [" or ".join(group) for group in NAMES_OF[name].needed if not any(map(known.get, group))]
    if missing:
        return dry_sink(name, known, options, f"not set: {', '.join(missing)}")
    module, place = module_of(name), _place(name, known, options, send=send)
    return Served(sink=module.build(Service(name, module.locate(place), send=send), place), obstacle=None)


def with_duration(options: Options, minutes: int | None) -> Options:
    return options if minutes is None else replace(options, google_calendar=CalendarOptions(default_duration=minutes))


def currency(known: Known) -> str:
    """Of prices that do not say one. Raises InvalidInputError where it is none."""
    code = known.get("DEFAULT_CURRENCY", "GBP").upper()
    if code not in CURRENCIES:
        raise InvalidInputError("DEFAULT_CURRENCY: the three letters of ISO 4217 are needed, like GBP")
    return code


def _place(name: str, known: Known, options: Options, *, send: Send) -> Place:
    names = NAMES_OF[name]

    @cache
    def kept() -> Mapping[str, Any]:
        said = {part: known.get(setting) for part, setting in names.secret.items() if known.get(setting)}
        return said or _account(Path(known.get(names.account_file)))

    def secret(*, fresh: bool = False) -> Mapping[str, Any]:
        return kept()

    return Place(
        target=known.get(names.target),
        parent=known.get(names.parent),
        api_url=known.get(names.api_url),
        token_url=known.get(names.token_url),
        currency=currency(known),
        options=options,
        secret=secret,
        send=send,
        clock=system_clock,
    )


def _nobody(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
    raise AssertionError("in a dry run nobody is asked")


def _account(file: Path) -> Any:
    """A service account as Google hands it out; of what stands in it nothing is repeated."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"GOOGLE_SERVICE_ACCOUNT_FILE cannot be read ({type(error).__name__})") from None
