"""The sink a function serves: which, with which options, and whether it is asked for real."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from shared.ledger.envelope import to_detail
from shared.ledger.memory import MemoryLedger
from shared.messages.settings import ROUTING
from shared.runtime import wiring, wiring_sinks
from shared.runtime.clock import system_clock
from shared.runtime.errors import DependencyError
from shared.runtime.http import ServiceError
from shared.sinks.names import NAMES
from tests.support.aws_calls import watched
from tests.support.builders import a_cause
from tests.support.fresh_process import forget
from tests.support.in_process import aws_in_process, client
from tests.support.posted import keep_message
from tests.support.sinks import PLACES
from tests.support.told import told

# What is not enough to be let in.
POOR: tuple[dict[str, Any], ...] = (
    {},
    {"token": ""},
    {"client_id": "only"},
    {"client_email": "only"},
    {"bot_token": None},
    {"nonsense": "x"},
)
ROUTES = "routes: [{name: all, when: {always: true}, to: notion}]\n"
DURATION = f"{ROUTES}sinks:\n  google-calendar:\n    default_duration: 30\n"


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    forget()
    with aws_in_process():
        yield
    forget()


def keep_secret(sink: str, text: str | None = None) -> None:
    kept = json.dumps(dict(PLACES[sink].credentials)) if text is None else text
    client("secretsmanager").put_secret_value(SecretId=PLACES[sink].secret, SecretString=kept)


def as_told(sink: str, **changes: str) -> dict[str, str]:
    place = PLACES[sink]
    known = {"sink": sink, "sink_mode": "apply", "sink_secret": place.secret, "sink_target": place.target}
    return known | {"sink_api_url": "http://127.0.0.1:9"} | changes


def put_rules(text: str, *, version: int = 0) -> None:
    wiring.settings_store().save(ROUTING, {"rules": text}, a_cause(), version=version, at=system_clock())
    rules = wiring.current_rules()
    rules._looked_at = None  # time passes


@pytest.mark.parametrize("name", NAMES)
def test_a_sink_is_asked_for_real_where_there_are_will_place_and_secret(name: str) -> None:
    for mode, has_place, has_secret in product(("apply", "dry_run", "", "APPLY"), (True, False), (True, False)):
        forget()
        keep_secret(name, None if has_secret else "{}")
        with told(**as_told(name, sink_mode=mode, sink_target=PLACES[name].target if has_place else "")):
            sink, is_live = wiring_sinks.sink()
        assert sink.name == name
        assert is_live == (mode == "apply" and has_place and has_secret)


@pytest.mark.parametrize("kept", POOR, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_secret_that_does_not_say_enough_is_none(name: str, kept: dict[str, Any]) -> None:
    keep_secret(name, json.dumps(kept))
    with told(**as_told(name)):
        assert not wiring_sinks.sink()[1]


@pytest.mark.parametrize("kept", ["not JSON", "[]", "null"])
@pytest.mark.parametrize("name", NAMES)
def test_a_secret_that_cannot_be_read_is_no_reason_for_a_dry_run(name: str, kept: str) -> None:
    keep_secret(name, kept)
    with told(**as_told(name)), pytest.raises(DependencyError):
        wiring_sinks.sink()


@pytest.mark.parametrize("name", NAMES)
def test_a_dry_run_asks_for_no_secret(name: str) -> None:
    with told(**as_told(name, sink_mode="dry_run")), watched() as calls:
        wiring_sinks.sink()
    assert "secretsmanager" not in {call.service for call in calls}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("target", ["as told", ""])
def test_what_is_not_asked_for_real_can_say_what_it_would_ask(name: str, target: str) -> None:
    said: dict[str, Any] = {"scheduled_for": "2026-03-02T10:00:00Z", "item": "Tape", "price": "2.50", "quantity": 1}
    detail = to_detail(keep_message(MemoryLedger(), sinks=(name,), **said))
    with told(**as_told(name, sink_mode="", sink_target=PLACES[name].target if target else "")):
        sink, _ = wiring_sinks.sink()
        assert sink.skips(detail) is None
        assert sink.request(detail).method == "POST"


@pytest.mark.parametrize("name", NAMES)
def test_a_sink_that_is_asked_for_real_asks_at_the_address_it_was_told(name: str) -> None:
    """Nobody is there: it was not reached, and nothing was done."""
    keep_secret(name)
    detail = to_detail(keep_message(MemoryLedger(), sinks=(name,), scheduled_for="2026-03-02T10:00:00Z"))
    with told(**as_told(name, google_token_url="http://127.0.0.1:9/token")), watched() as calls:
        sink, is_live = wiring_sinks.sink()
        with pytest.raises(ServiceError):
            sink.send(detail)
    assert is_live
    asked = {call.parameters["url"] for call in calls if call.service == "http"}
    assert asked
    assert all(url.startswith("http://127.0.0.1:9/") for url in asked)


@pytest.mark.parametrize("name", NAMES)
def test_a_sink_stays_the_same_until_its_options_change(name: str) -> None:
    keep_secret(name)
    with told(**as_told(name)):
        first, _ = wiring_sinks.sink()
        assert wiring_sinks.sink()[0] is first
        put_rules(ROUTES)
        assert wiring_sinks.sink()[0] is first
        put_rules(DURATION, version=1)
        assert wiring_sinks.sink()[0] is not first


def test_what_operators_choose_of_a_sink_is_what_it_does() -> None:
    detail = to_detail(keep_message(MemoryLedger(), scheduled_for="2026-03-02T10:00:00Z"))
    with told(**as_told("google-calendar", sink_mode="")):
        hour = wiring_sinks.sink()[0].request(detail)
        put_rules(DURATION)
        half = wiring_sinks.sink()[0].request(detail)
    assert [call.json["end"]["dateTime"][:19] for call in (hour, half)] == [
        "2026-03-02T11:00:00",
        "2026-03-02T10:30:00",
    ]


def test_a_database_of_notion_is_a_place_too() -> None:
    keep_secret("notion")
    for database, has_place in (("d" * 32, True), ("", False)):
        with told(**as_told("notion", sink_target="", notion_database_id=database)):
            assert (wiring_sinks.has_place(), wiring_sinks.sink()[1]) == (has_place, has_place)


def test_a_secret_that_is_put_right_is_used_without_a_new_start() -> None:
    keep_secret("notion", "{}")
    with told(**as_told("notion")):
        assert not wiring_sinks.sink()[1]
        keep_secret("notion")
        wiring._secrets.cache_clear()  # time passes
        wiring.secret.cache_clear()
        assert wiring_sinks.sink()[1]
