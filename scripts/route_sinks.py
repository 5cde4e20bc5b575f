"""The sinks of `switchyard route`, as the environment and the command line set them up."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from shared.runtime.clock import system_clock
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Address, Locate, Send, Service
from shared.runtime.oauth import Credential, Grant, bearer, service_account_grant
from shared.sinks import google_calendar, shopify
from shared.sinks.discord import API_URL as DISCORD_URL
from shared.sinks.discord import DiscordChannel
from shared.sinks.google_calendar import GoogleCalendar
from shared.sinks.notion import API_URL as NOTION_URL
from shared.sinks.notion import Notion
from shared.sinks.options import CalendarOptions, Options
from shared.sinks.shopify import Shopify
from shared.sinks.sink import Sink
from shared.sinks.telegram import TelegramChat

TELEGRAM_URL: Final = "https://api.telegram.org"

_SHOP: Final = re.compile(r"(?:https://)?([a-z0-9][a-z0-9-]{0,60})(?:\.myshopify\.com/?)?", re.IGNORECASE | re.ASCII)

# What has to be set before a sink is asked; of the names in one group, any.
_NEEDED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "notion": (("NOTION_API_TOKEN",), ("NOTION_DATABASE_ID", "NOTION_DATA_SOURCE_ID")),
    "google-calendar": (("GOOGLE_API_TOKEN", "GOOGLE_SERVICE_ACCOUNT_FILE"), ("GOOGLE_CALENDAR_ID",)),
    "shopify": (("SHOPIFY_ACCESS_TOKEN",), ("SHOPIFY_STORE_DOMAIN",)),
    "discord": (("DISCORD_BOT_TOKEN",), ("DISCORD_CHANNEL_ID",)),
    "telegram": (("TELEGRAM_BOT_TOKEN",), ("TELEGRAM_CHAT_ID",)),
}


class Known:
    """What is set, by the name it has in the environment; what is empty is not."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        self._values = {name: value.strip() for name, value in values.items() if value and value.strip()}

    def get(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)

    def shown(self, name: str) -> str:
        """In a dry run the name itself stands for what is not set."""
        return self._values.get(name, name)

    def missing(self, sink: str) -> list[str]:
        return [" or ".join(group) for group in _NEEDED[sink] if not any(map(self.get, group))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A sink that is asked; or one that is not, for a reason."""

    sink: Sink
    obstacle: str | None

    @property
    def is_live(self) -> bool:
        return self.obstacle is None


def dry_place(name: str, known: Known, options: Options, obstacle: str) -> Place:
    """Raises InvalidInputError for a shop that is none."""
    return Place(sink=_SINKS[name](None, known, options), obstacle=obstacle)


def place(name: str, known: Known, options: Options, *, send: Send) -> Place:
    """Raises InvalidInputError for a shop that is none, or a file with an account that cannot be read."""
    if missing := known.missing(name):
        return dry_place(name, known, options, f"not set: {', '.join(missing)}")
    service = Service(name, _LOCATES[name](known, send), send=send)
    return Place(sink=_SINKS[name](service, known, options), obstacle=None)


def with_duration(options: Options, minutes: int | None) -> Options:
    return options if minutes is None else replace(options, google_calendar=CalendarOptions(default_duration=minutes))


def shop_of(text: str) -> str:
    """`foo`, `foo.myshopify.com`, `https://foo.myshopify.com/` -> `foo.myshopify.com`: nobody else is shown the token.

    Raises InvalidInputError.
    """
    match = _SHOP.fullmatch(text)
    if not match or (text.lower().startswith("https:") and "." not in text):
        raise InvalidInputError("the shop has to be <name>.myshopify.com")
    return f"{match[1].lower()}.myshopify.com"


def _notion(service: Service | None, known: Known, options: Options) -> Sink:
    data_source = known.get("NOTION_DATA_SOURCE_ID")
    database = known.get("NOTION_DATABASE_ID") if data_source else known.shown("NOTION_DATABASE_ID")
    return Notion(service, data_source_id=data_source, database_id=database, options=options.notion)


def _google_calendar(service: Service | None, known: Known, options: Options) -> Sink:
    return GoogleCalendar(service, calendar_id=known.shown("GOOGLE_CALENDAR_ID"), options=options.google_calendar)


def _shopify(service: Service | None, known: Known, options: Options) -> Sink:
    shop = known.get("SHOPIFY_STORE_DOMAIN")
    return Shopify(service, options=options.shopify, shop=shop_of(shop) if shop else "")


def _discord(service: Service | None, known: Known, _: Options) -> Sink:
    return DiscordChannel(service, channel_id=known.shown("DISCORD_CHANNEL_ID"), currency=currency(known))


def _telegram(service: Service | None, known: Known, _: Options) -> Sink:
    return TelegramChat(service, chat_id=known.shown("TELEGRAM_CHAT_ID"), currency=currency(known))


def currency(known: Known) -> str:
    return known.get("DEFAULT_CURRENCY", "GBP")


_SINKS: Final[Mapping[str, Callable[[Service | None, Known, Options], Sink]]] = {
    "notion": _notion,
    "google-calendar": _google_calendar,
    "shopify": _shopify,
    "discord": _discord,
    "telegram": _telegram,
}


def _at(url: str, headers: Mapping[str, str]) -> Locate:
    address = Address(url=url.rstrip("/"), headers=headers)

    def locate(*, fresh: bool = False) -> Address:
        return address

    return locate


def _at_notion(known: Known, _: Send) -> Locate:
    headers = {"Authorization": f"Bearer {known.get('NOTION_API_TOKEN')}"}
    return _at(known.get("NOTION_API_URL", NOTION_URL), headers)


def _at_google(known: Known, send: Send) -> Locate:
    url = known.get("GOOGLE_API_URL", google_calendar.API_URL)
    if token := known.get("GOOGLE_API_TOKEN"):
        return _at(url, {"Authorization": f"Bearer {token}"})
    account = _account(Path(known.get("GOOGLE_SERVICE_ACCOUNT_FILE")))
    token_url = known.get("GOOGLE_TOKEN_URL", google_calendar.TOKEN_URL)

    def grant(*, fresh: bool = False) -> Grant:
        return service_account_grant(google_calendar.NAME, account, scope=google_calendar.SCOPE, audience=token_url)

    credential = Credential(google_calendar.NAME, token_url, grant, send=send, clock=system_clock)
    return bearer(url.rstrip("/"), credential)


def _at_shopify(known: Known, _: Send) -> Locate:
    """Its token goes to a shop of Shopify's and nowhere else, unless whoever runs this names the address."""
    url = known.get("SHOPIFY_API_URL") or f"https://{shop_of(known.get('SHOPIFY_STORE_DOMAIN'))}"
    return _at(url, {shopify.TOKEN_HEADER: known.get("SHOPIFY_ACCESS_TOKEN")})


def _at_discord(known: Known, _: Send) -> Locate:
    headers = {"Authorization": f"Bot {known.get('DISCORD_BOT_TOKEN')}"}
    return _at(known.get("DISCORD_API_URL", DISCORD_URL), headers)


def _at_telegram(known: Known, _: Send) -> Locate:
    """Telegram wants its token in the address."""
    url = known.get("TELEGRAM_API_URL", TELEGRAM_URL).rstrip("/")
    return _at(f"{url}/bot{known.get('TELEGRAM_BOT_TOKEN')}", {})


_LOCATES: Final[Mapping[str, Callable[[Known, Send], Locate]]] = {
    "notion": _at_notion,
    "google-calendar": _at_google,
    "shopify": _at_shopify,
    "discord": _at_discord,
    "telegram": _at_telegram,
}


def _account(file: Path) -> Any:
    """A service account as Google hands it out; of what stands in it nothing is repeated."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"GOOGLE_SERVICE_ACCOUNT_FILE cannot be read ({type(error).__name__})") from None
