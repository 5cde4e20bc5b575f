"""The composition root of the sinks: the one a function serves, as its environment says, and whether for real."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger
from shared.runtime.settings import settings
from shared.runtime.wiring import current_rules, secret, service

if TYPE_CHECKING:
    from shared.runtime.http import Locate, Service
    from shared.runtime.oauth import Credential, Grant
    from shared.sinks.options import Options
    from shared.sinks.sink import Sink

APPLY: Final = "apply"


def sink() -> "tuple[Sink, bool]":
    """The sink, and whether it is asked for real: where the stack says so, and there is a secret and a place for it."""
    known = settings()
    is_live = known.sink_mode == APPLY and has_place() and _has_secret()
    return _kept_sink(known.sink, is_live, _options()), is_live


def has_place() -> bool:
    """Whether the stack says where in the provider."""
    return bool(settings().sink_target or settings().notion_database_id)


def _has_secret() -> bool:
    kept = _kept()
    return any(all(kept.get(name) for name in names) for names in _CREDENTIALS[settings().sink])


def _kept(*, fresh: bool = False) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = secret(settings().sink_secret, "json")(fresh=fresh)
    return kept


# What a secret has to say, in one of these ways.
_CREDENTIALS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "notion": (("token",),),
    "google-calendar": (("client_email", "private_key"), ("token",)),
    "shopify": (("access_token",), ("client_id", "client_secret")),
    "discord": (("bot_token",),),
    "telegram": (("bot_token",),),
}


def _options() -> "Options":
    from shared.sinks.contracts import read_options

    return read_options(current_rules()().options)


_built: "dict[tuple[str, bool], tuple[Options, Sink]]" = {}  # a sink may keep what it has looked up


def _kept_sink(name: str, is_live: bool, options: "Options") -> "Sink":
    known = _built.get((name, is_live))
    if known is None or known[0] != options:
        known = options, _BUILDERS[name](_live(name) if is_live else None, options)
        _built[name, is_live] = known
    return known[1]


def _notion(asked: "Service | None", options: "Options") -> "Sink":
    from shared.sinks.notion import Notion

    known = settings()
    return Notion(asked, data_source_id=known.sink_target, database_id=known.notion_database_id, options=options.notion)


def _google_calendar(asked: "Service | None", options: "Options") -> "Sink":
    from shared.sinks.google_calendar import GoogleCalendar

    return GoogleCalendar(asked, calendar_id=settings().sink_target, options=options.google_calendar)


def _shopify(asked: "Service | None", options: "Options") -> "Sink":
    from shared.sinks.shopify import Shopify

    def report(version: str) -> None:
        logger.warning("Shopify answers as another version", version=version)
        count("ShopifyVersionPassed")

    return Shopify(asked, options=options.shopify, shop=settings().sink_target, on_other_version=report)


def _discord(asked: "Service | None", _: "Options") -> "Sink":
    from shared.sinks.discord import DiscordChannel

    return DiscordChannel(asked, channel_id=settings().sink_target, currency=settings().default_currency)


def _telegram(asked: "Service | None", _: "Options") -> "Sink":
    from shared.sinks.telegram import TelegramChat

    return TelegramChat(asked, chat_id=settings().sink_target, currency=settings().default_currency)


_BUILDERS: Final[Mapping[str, Callable[[Any, Any], "Sink"]]] = {
    "notion": _notion,
    "google-calendar": _google_calendar,
    "shopify": _shopify,
    "discord": _discord,
    "telegram": _telegram,
}


def _live(name: str) -> "Service":
    return service(name, _LOCATES[name]())


def _with_token(header: str, prefix: str, field: str, url: str | None = None) -> "Locate":
    """A token that is kept as it is."""
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        token = str(_kept(fresh=fresh).get(field, "")).strip()
        return Address(url=url or settings().sink_api_url.rstrip("/"), headers={header: f"{prefix}{token}"})

    return locate


def _at_notion() -> "Locate":
    return _with_token("Authorization", "Bearer ", "token")


def _at_discord() -> "Locate":
    return _with_token("Authorization", "Bot ", "bot_token")


def _at_google() -> "Locate":
    from shared.runtime.oauth import bearer, service_account_grant
    from shared.sinks.google_calendar import NAME, SCOPE

    if _kept().get("token"):
        return _with_token("Authorization", "Bearer ", "token")
    token_url = settings().google_token_url

    def grant(*, fresh: bool = False) -> "Grant":
        return service_account_grant(NAME, _kept(fresh=fresh), scope=SCOPE, audience=token_url)

    return bearer(settings().sink_api_url.rstrip("/"), _credential(NAME, token_url, grant))


def _at_shopify() -> "Locate":
    from shared.runtime.http import Address
    from shared.runtime.oauth import client_grant
    from shared.sinks.shopify import NAME, TOKEN_HEADER, TOKEN_PATH

    # The template takes no other place for a shop than one below myshopify.com: its token goes nowhere else.
    url = settings().sink_api_url.rstrip("/") or f"https://{settings().sink_target}"
    if _kept().get("access_token"):
        return _with_token(TOKEN_HEADER, "", "access_token", url)

    def grant(*, fresh: bool = False) -> "Grant":
        return client_grant(NAME, _kept(fresh=fresh))

    tokens = _credential(NAME, url + TOKEN_PATH, grant)

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=url, headers={TOKEN_HEADER: tokens(fresh=fresh)})

    return locate


def _at_telegram() -> "Locate":
    """Telegram wants its token in the address."""
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=f"{settings().sink_api_url.rstrip('/')}/bot{_kept(fresh=fresh).get('bot_token', '')}")

    return locate


def _credential(name: str, url: str, grant: Any) -> "Credential":
    from shared.runtime.http import send
    from shared.runtime.oauth import Credential

    return Credential(name, url, grant, send=send, clock=system_clock)


_LOCATES: Final[Mapping[str, "Callable[[], Locate]"]] = {
    "notion": _at_notion,
    "google-calendar": _at_google,
    "shopify": _at_shopify,
    "discord": _at_discord,
    "telegram": _at_telegram,
}
