"""An interaction on its way in: who is answered what, and what the worker hears of it."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.receive_interactions.service import SECONDS_TO_SEND, SECONDS_TO_TAKE
from scripts.discord.signing import signature_headers
from shared.discord.interaction import Kind, read_interaction
from shared.ledger.envelope import from_text, to_text
from tests.support.http_events import api_event
from tests.support.interactions import (
    ADMIN,
    KEY,
    MESSAGE,
    OPERATOR,
    PATH,
    USER,
    VIEWER,
    autocomplete,
    component,
    form,
    message_menu,
    ping,
    posted,
    signed,
    slash,
)
from tests.unit.functions.receive_interactions.world import NOW, SOURCE, World

PRIVATE: Final = 64
DEFERRED_PRIVATELY: Final = {"type": 5, "data": {"flags": PRIVATE}}


@pytest.fixture
def world() -> World:
    return World()


def test_discord_waits_for_three_seconds_and_the_network_has_one_of_them() -> None:
    assert SECONDS_TO_TAKE + SECONDS_TO_SEND < 2


@pytest.mark.parametrize(
    ("used", "answer", "kind"),
    [
        (slash("listing show", {"listing": "1"}), DEFERRED_PRIVATELY, "defer_private"),
        (slash("listing move", {"listing": "1", "days": 2, "now": True}), {"type": 5}, "defer"),
        (slash("ship", roles=[ADMIN]), {"type": 5}, "defer"),
        (message_menu("Post this", "Kickoff"), DEFERRED_PRIVATELY, "defer_private"),
        (component("listing.skip:1"), {"type": 6}, "defer_update"),
        (component("listing.skip"), {"type": 6}, "defer_update"),
        (component("listing.more", values=["1", "2"]), DEFERRED_PRIVATELY, "defer_private"),
        (form("listing.priced:1:2", {"price": "3"}), DEFERRED_PRIVATELY, "defer_private"),
        (form("listing.priced", {"price": "3"}, on_message=False), DEFERRED_PRIVATELY, "defer_private"),
        (slash("ship", roles=[], user_id=MESSAGE), {"type": 5}, "defer"),  # a person, not a role
        (slash("ship", guild=False, user_id=MESSAGE), {"type": 5}, "defer"),
    ],
)
def test_what_is_asked_for_is_acknowledged_as_the_table_says_and_handed_on(
    used: dict[str, Any], answer: dict[str, Any], kind: str, world: World
) -> None:
    done = world.receive(used)
    (detail,) = world.details()
    assert (done.outcome, done.answer, done.trouble) == ("taken", answer, None)
    assert (detail["acknowledged"], detail["interaction"]) == (kind, used)


def test_what_replies_at_once_does_so_and_is_handed_on(world: World) -> None:
    answer = world.receive(slash("help", roles=[VIEWER])).answer
    said = {"content": "Ask away.", "flags": PRIVATE, "allowed_mentions": {"parse": []}}
    assert answer == {"type": 4, "data": said}
    assert [detail["acknowledged"] for detail in world.details()] == ["reply"]


def test_the_worker_is_told_which_interaction_when_and_under_which_trace(world: World) -> None:
    used = slash("listing show")
    world.receive(used)
    (detail,) = world.details()
    assert detail == {
        "id": f"interaction:{used['id']}",
        "type": "discord.interaction",
        "trace_id": sha256(f"discord:{used['id']}".encode()).hexdigest()[:32],
        "acknowledged": "defer_private",
        "received_at": to_text(datetime.fromtimestamp(NOW, UTC)),
        "received": {"start": int(NOW * 1_000_000), "duration": 0},
        "interaction": used,
    }
    assert from_text(detail["received_at"]).timestamp() == NOW


@pytest.mark.parametrize(
    "used",
    [
        slash("listing show", {"listing": "1"}),
        message_menu("Post this", "Kickoff"),
        component("listing.skip:1:2"),
        component("listing.more", values=["1"]),
        form("listing.priced:1", {"price": "3", "note": "x"}),
        slash("ship", guild=False, user_id=MESSAGE),
    ],
)
def test_the_worker_reads_in_it_what_the_receiver_has_read(used: dict[str, Any], world: World) -> None:
    done = world.receive(used)
    read = read_interaction(world.details()[0]["interaction"])
    assert done.used is not None
    assert done.used[:4] == (read.id, int(read.kind), read.name, read.user_id)
    assert (frozenset(done.used.role_ids), done.used.guild_id) == (read.role_ids, read.guild_id)
    assert tuple(done.used.arguments) == read.arguments


# ---------------------------------------------------------------- who is not believed, and what is no interaction


def test_a_ping_is_answered_and_nothing_else_happens(world: World) -> None:
    for _ in range(2):
        assert world.receive(ping()).answer == {"type": 1}
    assert (world.aws.taken, world.aws.sent) == (set(), [])


Spoil = Callable[[dict[str, Any]], dict[str, Any]]


def with_headers(**changes: list[str] | None) -> Spoil:
    def spoil(event: dict[str, Any]) -> dict[str, Any]:
        many = {name.lower(): values for name, values in event["multiValueHeaders"].items()}
        named = {name.replace("_", "-").lower(): values for name, values in changes.items()}
        kept = {name: values for name, values in {**many, **named}.items() if values is not None}
        return event | {"multiValueHeaders": kept, "headers": {name: values[-1] for name, values in kept.items()}}

    return spoil


def doubled(event: dict[str, Any]) -> dict[str, Any]:
    """The same header once more, in other letters."""
    many = event["multiValueHeaders"]
    return event | {"multiValueHeaders": {**many, "x-signature-ed25519": many["X-Signature-Ed25519"]}}


BAD_REQUESTS: Final[dict[str, Spoil]] = {
    "no signature": with_headers(X_Signature_Ed25519=None),
    "no timestamp": with_headers(X_Signature_Timestamp=None),
    "a bad signature": with_headers(X_Signature_Ed25519=["0" * 128]),
    "no hex": with_headers(X_Signature_Ed25519=["none"]),
    "the header twice": doubled,
    "another body": lambda event: event | {"body": event["body"] + "\n"},
    "no body": lambda event: event | {"body": None},
    "a body that is a number": lambda event: event | {"body": 1},
    "half a pair in it": lambda event: event | {"body": event["body"] + "\ud83d"},
    "said to be base64": lambda event: event | {"isBase64Encoded": True},
    "half of its base64": lambda event: event | {"body": in_base64(event["body"])[:-3], "isBase64Encoded": True},
    "base64 not of ASCII": lambda event: event | {"body": "ü", "isBase64Encoded": True},
    "base64 with spaces": lambda event: event | {"body": f" {in_base64(event['body'])}", "isBase64Encoded": True},
    "headers that are a list": lambda event: event | {"multiValueHeaders": [1]},
    "headers without values": lambda event: event | {"multiValueHeaders": {"x-signature-ed25519": None}},
    "no headers": lambda event: event | {"multiValueHeaders": None, "headers": None},
    "nothing": lambda _: {},
}


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("used", [ping(), slash("listing show")], ids=["ping", "command"])
@pytest.mark.parametrize("spoil", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_what_is_not_proven_is_refused_and_leaves_no_trace(spoil: Spoil, used: dict[str, Any], world: World) -> None:
    done = world.receiver.receive(spoil(posted(used, at=NOW)))
    assert (done.outcome, done.status, done.answer) == ("unproven", 401, None)
    assert (world.aws.taken, world.aws.sent) == (set(), [])


@pytest.mark.parametrize(("drift", "status"), [(-301, 401), (-299, 200), (299, 200), (301, 401)])
def test_what_is_old_or_of_the_future_is_not_believed(drift: int, status: int, world: World) -> None:
    done = world.receiver.receive(posted(ping(), at=NOW + drift))
    assert (done.status, done.answer) == (status, {"type": 1} if status == 200 else None)


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title])
def test_names_of_headers_are_read_in_any_letters(spell: Callable[[str], str], world: World) -> None:
    headers, body = signed(ping(), at=NOW)
    event = api_event("POST", PATH, body=body.decode(), headers={spell(name): one for name, one in headers.items()})
    assert world.receiver.receive(event).answer == {"type": 1}
    assert world.receiver.receive(event | {"multiValueHeaders": None}).answer == {"type": 1}


def test_a_body_in_base64_is_read_as_the_bytes_it_was(world: World) -> None:
    used = slash("listing show", {"listing": "ü\u2028\U0001f4f7"})
    event = posted(used, at=NOW)
    assert world.receiver.receive(event | {"body": in_base64(event["body"]), "isBase64Encoded": True}).status == 200
    assert world.details()[0]["interaction"] == used


def as_signed(body: bytes) -> dict[str, Any]:
    """Any bytes, as if Discord had signed them."""
    headers = signature_headers(body, at=NOW, key=KEY)
    return api_event("POST", PATH, headers=headers) | {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


NO_INTERACTIONS: Final = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"{}"',
    "a number": b"1",
    "no type": b'{"id": "1"}',
    "no id": b'{"type": 2}',
    "a type that is a text": b'{"id": "1", "type": "x"}',
    "a type that is null": b'{"id": "1", "type": null}',
    "an id that is none": b'{"id": "1/../2", "type": 2}',
    "an id without an end": b'{"id": "%s", "type": 2}' % (b"1" * 21),
    "no UTF-8": b'{"id": "\xff"}',
    "brackets without end": b"[" * 100_000,
    "a number without end": b'{"id": %s}' % (b"1" * 5_000),
    "data that is a text": b'{"id": "1", "type": 2, "data": "x"}',
    "options that are numbers": b'{"id": "1", "type": 2, "data": {"name": "x", "options": [1]}}',
    "a member that is a list": b'{"id": "1", "type": 2, "data": {"name": "x"}, "member": [1]}',
    "roles that are a number": b'{"id": "1", "type": 2, "data": {"name": "x"}, "member": {"roles": 1}}',
}


@pytest.mark.parametrize("body", NO_INTERACTIONS.values(), ids=NO_INTERACTIONS)
def test_what_is_signed_and_no_interaction_is_refused(body: bytes, world: World) -> None:
    done = world.receiver.receive(as_signed(body))
    assert (done.outcome, done.status, world.aws.sent) == ("unreadable", 400, [])


JSON: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)
PARTS: Final = st.sampled_from(["id", "type", "data", "member", "user", "message", "guild_id", "token"])


@given(st.sampled_from([slash("listing show"), component("listing.skip:1"), form("listing.priced", {})]), PARTS, JSON)
def test_whatever_stands_in_an_interaction_there_is_an_answer(used: dict[str, Any], part: str, other: Any) -> None:
    done = World().receiver.receive(as_signed(json.dumps({**used, part: other}).encode()))
    assert done.status in (200, 400)
    assert (done.answer is not None) == (done.status == 200)


# ---------------------------------------------------------------- once


def test_the_same_interaction_is_not_taken_twice(world: World) -> None:
    used = component("listing.skip:1")
    outcomes = [world.receive(used) for _ in range(3)]
    assert [(done.outcome, done.status) for done in outcomes] == [("taken", 200), ("replayed", 401), ("replayed", 401)]
    assert len(world.aws.sent) == 1


def test_without_the_table_it_goes_on_and_leaves_it_to_the_worker_to_do_it_once(world: World) -> None:
    world.aws.down = {"seen"}
    used = component("listing.skip:1")
    for _ in range(2):
        done = world.receive(used)
        assert (done.outcome, done.answer, done.trouble) == ("taken", {"type": 6}, "seen does not answer")
    assert [detail["id"] for detail in world.details()] == [f"interaction:{used['id']}"] * 2


@pytest.mark.parametrize("used", [slash("listing show"), slash("help"), component("listing.skip:1")])
def test_what_the_queue_does_not_take_is_said_not_to_be_taken(used: dict[str, Any], world: World) -> None:
    world.aws.down = {"queue"}
    done = world.receive(used)
    assert (done.outcome, done.trouble) == ("lost", "queue does not answer")
    assert done.answer is not None
    assert (done.answer["type"], done.answer["data"]["flags"]) == (4, PRIVATE)
    assert "please try again" in done.answer["data"]["content"]


# ---------------------------------------------------------------- who may not


@pytest.mark.parametrize(
    ("used", "needed", "theirs"),
    [
        (slash("listing move", roles=[VIEWER]), "operator", "viewer"),
        (slash("ship", roles=[OPERATOR]), "admin", "operator"),
        (slash("listing show", roles=[]), "viewer", None),
        (slash("listing show", roles=[USER]), "viewer", None),
        (slash("listing show", guild=False), "viewer", None),
        (slash("price", roles=[VIEWER]), "operator", "viewer"),  # no form opens
        (component("listing.price:1:2", roles=[VIEWER]), "operator", "viewer"),
        (form("listing.priced:1", {"price": "3"}, roles=[VIEWER]), "operator", "viewer"),
    ],
)
def test_who_may_not_learns_which_role_it_takes_and_it_is_recorded(
    used: dict[str, Any], needed: str, theirs: str | None, world: World
) -> None:
    done = world.receive(used)
    assert done.outcome == "refused"
    assert done.answer is not None
    content = done.answer["data"]["content"]
    assert (done.answer["type"], done.answer["data"]["flags"]) == (4, PRIVATE)
    assert f"**{needed}**" in content
    assert (f"**{theirs}**" in content) if theirs else ("you have none" in content)
    assert [(detail["acknowledged"], detail["interaction"]) for detail in world.details()] == [("refused", used)]


def test_who_may_not_is_refused_also_where_that_cannot_be_recorded(world: World) -> None:
    world.aws.down = {"queue"}
    done = world.receive(slash("ship"))
    assert (done.outcome, done.trouble) == ("refused", "queue does not answer")
    assert done.answer is not None
    assert "**admin**" in done.answer["data"]["content"]


# ---------------------------------------------------------------- what nobody knows


@pytest.mark.parametrize(
    "used",
    [
        slash("listing"),
        slash("listing show deep"),
        slash("nothing"),
        message_menu("Do that", "x"),
        component("listing.old:1"),
        component("x" * 100),
        form("listing.skipped", {}),
        form("listing.price", {}),  # is a button that opens a form
    ],
)
def test_what_nobody_knows_any_more_has_a_friendly_answer_and_is_handed_on_to_be_recorded(
    used: dict[str, Any], world: World
) -> None:
    done = world.receive(used)
    assert (done.outcome, [detail["acknowledged"] for detail in world.details()]) == ("unknown", ["wrong"])
    assert world.details()[0]["interaction"] == used
    assert done.answer is not None
    assert (done.answer["type"], done.answer["data"]["flags"]) == (4, PRIVATE)
    assert len(done.answer["data"]["content"]) > 20


def test_what_nobody_knows_any_more_is_answered_also_where_that_cannot_be_recorded(world: World) -> None:
    world.aws.down = {"queue"}
    done = world.receive(component("listing.old:1"))
    assert (done.outcome, done.trouble) == ("unknown", "queue does not answer")
    assert done.answer is not None


@pytest.mark.parametrize(
    "used",
    [
        component(":"),
        slash("listing show") | {"type": 99},
        slash("listing show") | {"type": 6},
        slash("listing show") | {"type": 0},
        slash("listing show") | {"type": -1},
    ],
)
def test_what_nobody_could_record_has_a_friendly_answer_and_is_not_handed_on(
    used: dict[str, Any], world: World
) -> None:
    done = world.receive(used)
    assert (done.outcome, world.aws.sent) == ("unknown", [])
    assert done.answer is not None
    assert (done.answer["type"], done.answer["data"]["flags"]) == (4, PRIVATE)
    assert len(done.answer["data"]["content"]) > 20


# ---------------------------------------------------------------- forms


def test_a_button_opens_its_form_with_its_arguments_and_what_is_known_filled_in(world: World) -> None:
    done = world.receive(component("listing.price:1:as new"))
    assert done.answer is not None
    data = done.answer["data"]
    price, note = data["components"]
    assert (done.outcome, done.answer["type"]) == ("opened", 9)
    assert [detail["acknowledged"] for detail in world.details()] == ["modal"]  # so that it is recorded
    assert (data["custom_id"], data["title"]) == ("listing.priced:1:as new", "What does it cost?")
    assert "value" not in price["component"]
    assert note["component"]["value"] == "as n"  # no longer than the field takes


def test_a_form_opens_also_where_that_cannot_be_recorded(world: World) -> None:
    world.aws.down = {"queue"}
    done = world.receive(component("listing.price:1:as new"))
    assert done.answer is not None
    assert (done.outcome, done.answer["type"], done.trouble) == ("opened", 9, "queue does not answer")


@pytest.mark.parametrize("custom_id", ["listing.price", "listing.price:1", "listing.price:1:"])
def test_what_is_not_known_stays_empty(custom_id: str, world: World) -> None:
    for _ in range(2):  # and one form leaves nothing in the next
        answer = world.receive(component(custom_id)).answer
        assert answer is not None
        assert ["value" in label["component"] for label in answer["data"]["components"]] == [False, False]
        world.receive(component("listing.price:1:as new"))


def test_a_command_opens_a_form_without_arguments(world: World) -> None:
    answer = world.receive(slash("price")).answer
    assert answer is not None
    assert (answer["type"], answer["data"]["custom_id"]) == (9, "listing.priced")


def test_what_a_form_cannot_carry_is_said(world: World) -> None:
    done = world.receive(component(f"listing.price:{'x' * 86}"))
    assert done.answer is not None
    assert (done.answer["type"], done.answer["data"]["flags"]) == (4, PRIVATE)
    assert [detail["acknowledged"] for detail in world.details()] == ["wrong"]
    fits = world.receive(component(f"listing.price:{'x' * 85}")).answer
    assert fits is not None
    assert len(fits["data"]["custom_id"]) == 100


# ---------------------------------------------------------------- while somebody types


def test_while_somebody_types_something_is_offered_at_once(world: World) -> None:
    done = world.receive(autocomplete("listing show", "listing", "son", roles=[VIEWER]))
    assert done.answer == {"type": 8, "data": {"choices": [{"name": "Sony A6400 · FOUND", "value": "1"}]}}
    assert (done.outcome, world.aws.typed, world.aws.sent) == ("suggested", [(SOURCE, "son")], [])


def test_numbers_may_be_typed_too(world: World) -> None:
    used = autocomplete("listing show", "listing", "")
    used["data"]["options"][0]["options"][0]["value"] = 7
    world.receive(used)
    assert world.aws.typed == [(SOURCE, "7")]


@pytest.mark.parametrize(
    ("used", "outcome"),
    [
        (autocomplete("listing move", "listing", "s", roles=[VIEWER]), "refused"),
        (autocomplete("listing show", "listing", "s", roles=[]), "refused"),
        (autocomplete("listing show", "note", "s"), "suggested"),
        (autocomplete("help", "listing", "s"), "suggested"),
        (autocomplete("nothing", "listing", "s"), "unknown"),
        (slash("listing show") | {"type": int(Kind.AUTOCOMPLETE)}, "suggested"),
    ],
)
def test_nothing_is_offered_to_who_may_not_or_where_there_is_nothing(
    used: dict[str, Any], outcome: str, world: World
) -> None:
    done = world.receive(used)
    assert (done.outcome, done.answer) == (outcome, {"type": 8, "data": {"choices": []}})
    assert (world.aws.typed, world.aws.sent) == ([], [])


def test_where_the_board_fails_nothing_is_offered(world: World) -> None:
    world.aws.down = {"board", "seen"}
    done = world.receive(autocomplete("listing show", "listing", "s"))
    assert (done.outcome, done.answer) == ("lost", {"type": 8, "data": {"choices": []}})
    assert done.trouble == "board does not answer"
