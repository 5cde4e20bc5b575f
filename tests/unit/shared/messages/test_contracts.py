"""Messages as they arrive: put into one shape, or refused for one reason."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from shared.ledger.catalogue import own_names
from shared.messages.contracts import LARGEST_MESSAGE, MessageIn
from shared.messages.message import Message
from tests.support.builders import NOON
from tests.unit.shared.messages.reading import read, refusal

# As the seed text shows it.
KICKOFF: dict[str, Any] = {
    "id": "unique-id",
    "content": "Kickoff with ACME Corp",
    "author": "Alice",
    "channel": "sales",
    "created_at": "2023-08-01T12:00:00Z",
    "scheduled_for": "2023-08-01T15:00:00Z",
    "duration_minutes": 60,
    "priority": "high",
}


def test_a_message_in_the_documented_shape_is_read_whole() -> None:
    message = read(KICKOFF)
    assert message == Message(
        id="unique-id",
        key="unique-id",
        type="message.created",
        origin="discord",
        content="Kickoff with ACME Corp",
        author="Alice",
        channel="sales",
        created_at=datetime(2023, 8, 1, 12, tzinfo=UTC),
        scheduled_for=datetime(2023, 8, 1, 15, tzinfo=UTC),
        duration_minutes=60,
        priority="high",
        digest=message.digest,
    )
    assert message.event_id == "message:unique-id:1"


def test_what_is_left_out_is_not_made_up() -> None:
    message = read({"content": "Hello"})
    assert (message.created_at, message.type, message.origin) == (NOON, "message.created", "discord")
    assert (message.author, message.channel, message.url, message.scheduled_for) == (None,) * 4
    assert (message.duration_minutes, message.attendees, message.location, message.priority) == (None, (), None, None)
    assert (message.item, message.price, message.currency, message.quantity) == (None,) * 4
    assert message.metadata == {}


@pytest.mark.parametrize("name", sorted(MessageIn.model_fields))
def test_null_is_as_good_as_left_out(name: str) -> None:
    said = {"content": "Hello", "item": "Camera", name: None}
    left_out = {key: value for key, value in said.items() if value is not None}
    assert read(said) == read(left_out)


def test_all_other_fields_are_metadata() -> None:
    message = read(thread="t1", nested={"deal": {"stage": 2}}, metadata={"source": "bot"}, timestamp=None)
    assert message.metadata == {"thread": "t1", "nested": {"deal": {"stage": 2}}, "source": "bot"}


def test_nothing_in_metadata_takes_the_place_of_a_field() -> None:
    message = read(metadata={"content": "Bye", "id": "other", "event_type": "task.created"}, type="sale.recorded")
    assert (message.content, message.type) == ("Hello", "message.created")
    assert message.id.startswith("d-")


def test_metadata_and_a_field_beside_it_may_not_contradict_each_other() -> None:
    assert read(stage=1, metadata={"stage": 1}).metadata == {"stage": 1}
    assert refusal(stage=1, metadata={"stage": 2}).startswith("metadata: says something else")


@pytest.mark.parametrize("said", [{"\ud800": None}, {"metadata": {"\ud800": None}}, {"metadata": {"": None}}])
def test_an_impossible_name_is_refused_even_where_it_says_nothing(said: dict[str, Any]) -> None:
    assert refusal(**said).startswith("metadata: ")


@pytest.mark.parametrize("metadata", ["text", 5, True, ["a"], 0, ""])
def test_metadata_has_to_be_an_object(metadata: Any) -> None:
    assert refusal(metadata=metadata) == "metadata: an object is needed"


@pytest.mark.parametrize("raw", [None, "text", 5, [], [KICKOFF], True, 1.5])
def test_a_message_has_to_be_an_object(raw: Any) -> None:
    assert refusal(raw) == "message: a JSON object is needed"


@pytest.mark.parametrize("empty", [{}, {"content": ""}, {"content": " \n"}, {"author": "Alice"}, {"title": " "}])
def test_a_message_that_says_nothing_is_refused(empty: dict[str, Any]) -> None:
    assert refusal(empty) == "content: a message needs text"


@pytest.mark.parametrize("said", [{"item": "Camera"}, {"url": "https://discord.test/1"}, {"title": "Standup"}])
def test_an_item_a_link_or_a_title_says_enough(said: dict[str, Any]) -> None:
    assert read(said).content == ""


def test_without_an_id_the_same_words_are_the_same_message() -> None:
    first = read(KICKOFF | {"id": None})
    again = read(KICKOFF | {"id": " ", "created_at": "2023-08-01T14:00:00+02:00"})
    assert first.id == again.id == first.key
    assert first.id.startswith("d-")
    assert len(first.id) == 34
    assert first.digest == again.digest


@pytest.mark.parametrize(
    "change",
    [{"content": "Bye"}, {"author": "Bob"}, {"channel": "ops"}, {"created_at": 1}, {"scheduled_for": 1}],
)
def test_without_an_id_other_words_are_another_message(change: dict[str, Any]) -> None:
    said = KICKOFF | {"id": None}
    assert read(said | change).id != read(said).id


def test_ids_of_discord_may_be_numbers() -> None:
    assert read(id=1152921504606846976).id == "1152921504606846976"


def test_an_id_that_fits_no_key_is_kept_by_its_hash() -> None:
    message = read(id="Grüße / 1")
    assert message.id == "Grüße / 1"
    assert message.key == f"h-{sha256('Grüße / 1'.encode()).hexdigest()[:32]}"


@pytest.mark.parametrize("bad", [True, 1.5, ["a"], {"a": 1}, "a\x00b", "a\nb", "x" * 257, "\ud800", 10**300])
def test_other_ids_are_refused(bad: Any) -> None:
    assert refusal(id=bad).startswith("id: ")


def test_the_digest_is_of_what_was_said_however_it_was_said() -> None:
    other_way = {
        "metadata": {"stage": 1},
        "priority": "high",
        "duration_minutes": "60.0",
        "start_time": 1690902000,
        "timestamp": "2023-08-01 14:00+02:00",
        "channel": "#sales",
        "author": {"username": "Alice"},
        "content": "Kickoff with ACME Corp",
        "id": "unique-id",
    }
    assert read(other_way).digest == read(KICKOFF | {"stage": 1.0}).digest
    assert read(KICKOFF | {"stage": 2}).digest != read(KICKOFF | {"stage": 1}).digest


def test_what_we_add_is_not_in_the_digest() -> None:
    untimed = {"id": "1", "content": "Hello", "price": 5}
    assert read(untimed).digest != read(untimed | {"created_at": NOON.isoformat()}).digest
    assert read(untimed).digest != read(untimed | {"currency": "GBP"}).digest


@pytest.mark.parametrize("spelling", ["created_at", "timestamp"])
def test_a_time_of_posting_has_two_names(spelling: str) -> None:
    assert read({"content": "a", spelling: 1690902000}).created_at == datetime(2023, 8, 1, 15, tzinfo=UTC)


def test_a_name_of_a_time_that_is_not_needed_is_metadata() -> None:
    assert read(created_at=1690902000, timestamp=1690902001).metadata == {"timestamp": 1690902001}


def test_a_start_has_two_names_and_has_to_say_when() -> None:
    assert read(start_time="2026-11-20T15:00+01:00").scheduled_for == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert refusal(scheduled_for="2026-11-20") == "scheduled_for: needs a time, not only a date"
    assert refusal(start_time="tomorrow 9am").startswith("scheduled_for: a time in ISO 8601 is needed")


@pytest.mark.parametrize("name", ["message.created", "task.created", "task.done.twice", "a.b", "x_1.y_2"])
def test_types_are_dotted_names(name: str) -> None:
    assert read(event_type=name).type == name


@pytest.mark.parametrize("name", ["task", "Task.created", "task.", ".task", "1.a", "a..b", "a b.c", f"a.{'b' * 63}", 5])
def test_other_types_are_refused(name: Any) -> None:
    assert refusal(event_type=name).startswith("event_type: ")


@pytest.mark.parametrize("name", sorted(own_names()))
def test_types_of_our_own_are_refused(name: str) -> None:
    assert refusal(event_type=f"{name}.anything") == "event_type: this is a type of Switchyard's own"


def test_a_price_has_a_currency() -> None:
    assert (read(price="12.50").price, read(price="12.50").currency) == (Decimal("12.5"), "GBP")
    assert read(price=0, currency="eur").currency == "EUR"
    assert read(currency="EUR").price is None
    assert read(item="Camera").currency is None


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("content", 5),
        ("content", ["a"]),
        ("content", "x" * 32_001),
        ("author", {"id": "1"}),
        ("author", {"username": ["a"]}),
        ("author", {"username": "a", "score": float("nan")}),
        ("author", "a\nb"),
        ("channel", "x" * 101),
        ("url", "ftp://files.test/a"),
        ("url", "javascript:alert(1)"),
        ("url", "https://user:word@site.test/"),
        ("url", "https://[::1"),
        ("url", "https://site.test:port/"),
        ("url", "https://site.test/a b"),
        ("url", "https://"),
        ("url", f"https://site.test/{'x' * 2_000}"),
        ("duration_minutes", 0),
        ("duration_minutes", 10_081),
        ("duration_minutes", 1.5),
        ("duration_minutes", "an hour"),
        ("duration_minutes", True),
        ("attendees", 5),
        ("attendees", {"a": 1}),
        ("attendees", [["a"]]),
        ("attendees", ["x" * 201]),
        ("attendees", [str(number) for number in range(501)]),
        ("location", "x" * 501),
        ("priority", "x" * 51),
        ("item", "x" * 256),
        ("price", -1),
        ("price", "12,50"),
        ("price", "1.23456"),
        ("price", 10**10),
        ("price", float("nan")),
        ("currency", "EURO"),
        ("currency", "XYZ"),
        ("currency", "XAU"),
        ("currency", "£"),
        ("quantity", 0),
        ("quantity", 100_001),
        ("quantity", float("inf")),
    ],
)
def test_a_field_is_refused_by_its_name(name: str, bad: Any) -> None:
    assert refusal(**{name: bad}).startswith(f"{name}: ")


@pytest.mark.parametrize("name", sorted({*MessageIn.model_fields, "metadata", "timestamp"} - {"content"}))
def test_a_refusal_does_not_repeat_what_was_said(name: str) -> None:
    secret = "hunter2\x00\nhunter2"
    for bad in (secret, [[[secret]]], {"username": [secret], secret: secret}):
        assert "hunter2" not in refusal(**{name: bad})


def test_authors_may_be_the_objects_that_discord_sends() -> None:
    assert read(author={"id": "1", "username": "alice", "global_name": "Alice"}).author == "alice"
    assert read(author={"username": "", "global_name": "Alice"}).author == "Alice"
    assert read(author={"name": "Bot"}).author == "Bot"


def test_channels_go_without_the_sign_that_people_write_before_them() -> None:
    assert [read(channel=name).channel for name in ("#sales", "sales", " #sales ", "#", "")] == ["sales"] * 3 + [
        None
    ] * 2


@pytest.mark.parametrize("said", ["a@x.test, Bob; ,A@X.test", ["a@x.test", " Bob ", "", None, "bob"]])
def test_attendees_are_people_and_not_letters(said: Any) -> None:
    assert read(attendees=said).attendees == ("a@x.test", "Bob")


def test_a_message_in_order_has_at_most_so_many_bytes() -> None:
    full = {"content": "x", "rest": ["y" * 30_000, "z" * 30_000]}
    assert read(full).metadata["rest"][1] == "z" * 30_000
    assert refusal(full | {"more": "ü" * 3_000}) == f"message: more than {LARGEST_MESSAGE:,} bytes"


def test_what_is_taken_out_counts_in_what_came() -> None:
    assert refusal(content="x" + "\x00" * 30_000) == "message: more than 131,072 bytes as it came"


def test_control_characters_are_taken_out_of_the_content() -> None:
    assert read(content="a\x00b\x1b[2J\r\n\tc\x85").content == "ab[2J\r\n\tc"
    assert refusal(content="a\ud800") == "content: half a character (a lone surrogate) is not text"


def test_the_schema_that_is_shown_knows_every_field() -> None:
    schema = MessageIn.model_json_schema()
    assert set(schema["properties"]) == set(MessageIn.model_fields)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": "T1"}, {"title": "T2"}),
        ({"item": "Camera", "price": "10"}, {"item": "Camera", "price": "12"}),
        ({"content": "ok", "author": "Ada"}, {"content": "ok", "author": "Bob"}),
        ({"content": "ok", "created_at": 1}, {"content": "ok", "created_at": 2}),
        ({"content": "ok", "event_type": "task.created"}, {"content": "ok"}),
    ],
)
def test_what_says_something_else_without_an_id_is_another_message(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert read(one).id != read(other).id
    assert read(one).id == read(dict(reversed(one.items()))).id


@pytest.mark.parametrize("name", [*sorted(set(MessageIn.model_fields) - {"content"}), "timestamp", "start_time"])
def test_an_empty_cell_of_a_table_says_nothing(name: str) -> None:
    assert read({"content": "Hello", name: ""}) == read(content="Hello")
