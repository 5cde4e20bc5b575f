"""Whatever JSON arrives is read or refused, and the same message is always the same."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.catalogue import recorded
from shared.ledger.items import event_from, event_item
from shared.messages.contracts import MessageIn
from shared.messages.message import KIND, raw_text, recording
from shared.messages.routing import Decision
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON, a_cause
from tests.unit.shared.messages.reading import read

NUMBERS = st.integers() | st.floats() | st.decimals() | st.sampled_from([Decimal("1e999999999"), 10**4_000])
LETTERS = st.text(st.characters(exclude_categories=[]), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | LETTERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LETTERS, inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from([*MessageIn.model_fields, "timestamp", "start_time", "metadata", "author", "title"])
RAW = VALUES | st.dictionaries(NAMES | LETTERS, VALUES, max_size=8)

LINES = st.text(st.characters(categories=["L", "N", "S", "P"]), min_size=1, max_size=20)
EXTRAS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | LINES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=8,
).filter(lambda value: "[[[[" not in json.dumps(value) and json.dumps(value).count("{") < 4)
GOOD = st.fixed_dictionaries(
    {"content": LINES},
    optional={
        "id": LINES,
        "author": LINES,
        "channel": LINES.map(lambda name: f"#{name}"),
        "created_at": st.datetimes().filter(lambda when: 1971 < when.year < 9000).map(lambda when: f"{when}Z"),
        "timestamp": st.integers(0, 10**14),
        "scheduled_for": st.floats(0, 10**11),
        "duration_minutes": st.integers(1, 10_080),
        "attendees": st.lists(LINES, max_size=5),
        "price": st.decimals(0, 10**9, places=4),
        "quantity": st.integers(1, 100_000).map(str),
        "event_type": st.sampled_from(["task.created", "meeting.created", "sale.recorded"]),
        "stage": EXTRAS,
    },
)


@settings(max_examples=400)
@given(RAW)
def test_any_json_is_read_or_refused_in_our_words(raw: Any) -> None:
    try:
        message = read(raw)
    except InvalidInputError as refused:
        field, _, reason = str(refused).partition(": ")
        assert field in {*MessageIn.model_fields, "message", "metadata"}
        assert reason
    else:
        assert message.created_at.utcoffset() is not None
        assert json.loads(raw_text(raw).encode()).keys() == raw.keys()


@settings(max_examples=100)
@given(GOOD, st.randoms(use_true_random=False))
def test_the_same_message_has_one_digest_whatever_the_order_of_its_keys(raw: dict[str, Any], random: Any) -> None:
    names = list(raw)
    random.shuffle(names)
    first, again = read(raw), read({name: raw[name] for name in names})
    assert first == again
    assert read(json.loads(raw_text(raw), parse_float=Decimal)).digest == first.digest


@settings(max_examples=100)
@given(GOOD)
def test_what_is_recorded_comes_back_from_the_ledger_alike(raw: dict[str, Any]) -> None:
    message = read(raw)
    fact = recording(message, Decision(), at=NOON)
    (event,) = recorded(KIND, message.key, [fact], after=0, cause=a_cause())
    assert event.id == message.event_id
    assert event_from(event_item(KIND, event)) == event
    assert json.loads(json.dumps(event.data)) == event.data
    assert event.data["metadata"] == message.metadata
