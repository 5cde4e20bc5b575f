"""Where `switchyard route` takes its sinks from, and whom it shows a token."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.route.sinks import Known, Served, currency, dry_sink, live_sink, with_duration
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, NotSentError
from shared.sinks.names import NAMES
from shared.sinks.options import Options
from shared.sinks.shopify import shop_of
from tests.unit.shared.sinks.samples import a_message

ALL = {
    "NOTION_API_TOKEN": "secret-notion",
    "NOTION_DATABASE_ID": "d" * 32,
    "GOOGLE_API_TOKEN": "secret-google",
    "GOOGLE_CALENDAR_ID": "sales@example.com",
    "SHOPIFY_ACCESS_TOKEN": "secret-shopify",
    "SHOPIFY_STORE_DOMAIN": "Foo",
    "DISCORD_BOT_TOKEN": "secret-discord",
    "DISCORD_CHANNEL_ID": "200000000000000002",
    "TELEGRAM_BOT_TOKEN": "1:secret-telegram",
    "TELEGRAM_CHAT_ID": "-1001",
}


class Wire:
    """Nobody answers; what was asked, where, and with which headers, is remembered."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.urls.append(url)
        self.headers.append(headers)
        raise NotSentError("cannot be reached")


def placed(name: str, wire: Wire, **changes: str) -> Served:
    return live_sink(name, Known({**ALL, **changes}), Options(), send=wire)


def asked(name: str, **changes: str) -> tuple[str, str]:
    """The address of the first request and all its headers."""
    wire = Wire()
    message = a_message("sale.recorded", item="Sony", price="12", currency="GBP")
    with pytest.raises(Exception, match="cannot be reached"):
        placed(name, wire, **changes).sink.send(message)
    return wire.urls[0], str(wire.headers[0])


@pytest.mark.parametrize(
    "said", ["foo", "FOO", "foo.myshopify.com", "https://foo.myshopify.com", "https://foo.myshopify.com/"]
)
def test_a_shop_is_one_of_shopifys(said: str) -> None:
    assert shop_of(said) == "foo.myshopify.com"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "foo.example",
        "foo.myshopify.com.evil.example",
        "evil.example/foo.myshopify.com",
        "https://evil.example#foo.myshopify.com",
        "https://foo",
        "http://foo.myshopify.com",
        "https://user@foo.myshopify.com",
        "foo.myshopify.com:8443",
        "foo.myshopify.com/admin",
        "foo.myshopify.com\n",
        "-foo",
        "föö",
        "a.b.myshopify.com",
    ],
)
def test_anything_else_is_no_shop_and_is_not_shown_the_token(said: str) -> None:
    with pytest.raises(InvalidInputError, match="myshopify"):
        shop_of(said)


@given(st.text(max_size=80))
def test_whatever_is_said_the_token_goes_to_shopify_or_nowhere(said: str) -> None:
    try:
        shop = shop_of(said)
    except InvalidInputError:
        return
    name, _, rest = shop.partition(".")
    assert rest == "myshopify.com"
    assert name.isascii()
    assert name.replace("-", "").isalnum()


@pytest.mark.parametrize(
    ("name", "url", "token"),
    [
        ("notion", "https://api.notion.com/v1/", "Bearer secret-notion"),
        (
            "google-calendar",
            "https://www.googleapis.com/calendar/v3/calendars/sales%40example.com/events",
            "Bearer secret-google",
        ),
        ("shopify", "https://foo.myshopify.com/admin/api/", "secret-shopify"),
        ("discord", "https://discord.com/api/v10/channels/200000000000000002/messages", "Bot secret-discord"),
        ("telegram", "https://api.telegram.org/bot1:secret-telegram/sendMessage", ""),
    ],
)
def test_each_provider_is_asked_at_its_address_with_its_token(name: str, url: str, token: str) -> None:
    where, headers = asked(name)
    assert where.startswith(url)
    assert token in headers
    others = [value for key, value in ALL.items() if "TOKEN" in key and value not in f"{url} {token}"]
    assert not [value for value in others if value in headers]


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("notion", "NOTION_API_URL"),
        ("google-calendar", "GOOGLE_API_URL"),
        ("shopify", "SHOPIFY_API_URL"),
        ("discord", "DISCORD_API_URL"),
        ("telegram", "TELEGRAM_API_URL"),
    ],
)
def test_another_address_takes_its_place(name: str, setting: str) -> None:
    where, _ = asked(name, **{setting: "http://127.0.0.1:8001/there/"})
    assert where.startswith("http://127.0.0.1:8001/there/")
    assert "//" not in where.removeprefix("http://")


@pytest.mark.parametrize("name", NAMES)
def test_a_sink_without_its_settings_is_not_asked_and_says_what_is_missing(name: str) -> None:
    found = live_sink(name, Known({"NOTION_API_TOKEN": "  "}), Options(), send=Wire())
    assert not found.is_live
    assert found.obstacle is not None
    assert "TOKEN" in found.obstacle


@pytest.mark.parametrize("name", NAMES)
def test_in_a_dry_run_a_request_can_be_built_without_any_settings(name: str) -> None:
    found = dry_sink(name, Known({}), Options(), "a dry run")
    assert not found.is_live
    assert found.sink.request(a_message(item="Sony", price="12", currency="GBP")).method == "POST"


def test_a_shop_that_is_none_stops_the_run() -> None:
    with pytest.raises(InvalidInputError, match="myshopify"):
        placed("shopify", Wire(), SHOPIFY_STORE_DOMAIN="evil.example")
    with pytest.raises(InvalidInputError, match="myshopify"):
        dry_sink("shopify", Known({"SHOPIFY_STORE_DOMAIN": "evil.example"}), Options(), "a dry run")


@pytest.mark.parametrize("code", ["pounds", "£", "XYZ", "GB"])
def test_a_currency_that_is_none_stops_the_run(code: str) -> None:
    for read in (currency, lambda known: dry_sink("telegram", known, Options(), "a dry run")):
        with pytest.raises(InvalidInputError, match="DEFAULT_CURRENCY: the three letters of ISO 4217"):
            read(Known({"DEFAULT_CURRENCY": code}))


def test_a_currency_is_taken_as_messages_have_it() -> None:
    assert [currency(Known({"DEFAULT_CURRENCY": code})) for code in ("", "EUR", " eur ")] == ["GBP", "EUR", "EUR"]


def test_a_service_account_that_cannot_be_read_stops_the_run_and_nothing_of_it_is_repeated(tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text('{"private_key": "secret')
    for path in (file, tmp_path / "nowhere.json"):
        with pytest.raises(InvalidInputError) as refused:
            placed("google-calendar", Wire(), GOOGLE_API_TOKEN="", GOOGLE_SERVICE_ACCOUNT_FILE=str(path))
        assert "secret" not in str(refused.value)


def test_the_duration_of_the_command_line_goes_before_that_of_the_rules() -> None:
    assert with_duration(Options(), 25).google_calendar.default_duration == 25
    assert with_duration(Options(), None) == Options()
