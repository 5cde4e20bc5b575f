"""What agents of Sett announce, and in which order what they keep is brought."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.blackboard.bridge.announced import (
    LARGEST,
    Announced,
    Kept,
    MalformedError,
    in_order,
    read_announcement,
    read_hash,
)

ID = "11111111-1111-4111-8111-111111111111"
THREAD = "22222222-2222-4222-8222-222222222222"
SOURCE = "33333333-3333-4333-8333-333333333333"
SAID: dict[str, Any] = {
    "id": ID,
    "logical_id": THREAD,
    "version": 2,
    "structural_type": "Standard",
    "type": "CodeCommit",
    "payload": "abc123",
    "source_artefacts": [SOURCE],
    "produced_by_role": "Coder",
    "created_at_ms": 1_700_000_000_000,
}
READ = Announced(
    id=ID,
    logical_id=THREAD,
    version=2,
    structural_type="Standard",
    type="CodeCommit",
    payload="abc123",
    source_artefacts=(SOURCE,),
    produced_by_role="Coder",
)


def test_an_announcement_is_read_and_posted_as_it_is() -> None:
    assert read_announcement(json.dumps(SAID)) == READ
    assert READ.body(None) == {
        "id": ID,
        "structural_type": "Standard",
        "type": "CodeCommit",
        "payload": "abc123",
        "source_artefacts": [SOURCE],
        "produced_by_role": "Coder",
    }
    assert READ.body(THREAD)["logical_id"] == THREAD


def test_what_is_kept_under_a_key_has_its_lists_in_json() -> None:
    fields = {name: json.dumps(value) if isinstance(value, list) else str(value) for name, value in SAID.items()}
    assert read_hash(fields) == READ


def test_what_may_be_missing_is_as_it_would_be() -> None:
    few = {name: SAID[name] for name in ("id", "structural_type", "type", "produced_by_role")}
    read = read_announcement(json.dumps(few))
    assert (read.version, read.logical_id, read.payload, read.source_artefacts) == (1, None, "", ())
    assert read_announcement(json.dumps(few | {"payload": {"a": 1}})).payload == '{"a": 1}'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it is no JSON object"),
        (json.dumps(SAID | {"id": "x"}), "its id is no UUID: 'x'"),
        (json.dumps(SAID | {"id": None}), "its id is no UUID: None"),
        (json.dumps(SAID | {"type": ""}), "it has no type"),
        (json.dumps(SAID | {"produced_by_role": 3}), "it has no produced_by_role"),
        (json.dumps(SAID | {"source_artefacts": "abc"}), "its version is no number, or its source_artefacts"),
        (json.dumps(SAID | {"source_artefacts": [[]]}), "its source is no UUID"),
        (json.dumps(SAID | {"version": "two"}), "its version is no number"),
        (json.dumps(SAID | {"payload": "x" * LARGEST}), "it is larger than"),
    ],
)
def test_what_is_malformed_is_told(text: str, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        read_announcement(text)


def test_a_key_whose_lists_cannot_be_read_is_malformed() -> None:
    with pytest.raises(MalformedError, match="no list in JSON"):
        read_hash({"source_artefacts": "[", "version": "1"})


def kept(number: int, made: int, *sources: int) -> Kept:
    return Kept(id=str(UUID(int=number)), created_at_ms=made, source_artefacts=tuple(str(UUID(int=s)) for s in sources))


def numbers(ids: list[str]) -> list[int]:
    return [UUID(one).int for one in ids]


def test_what_was_made_first_is_brought_first() -> None:
    assert numbers(in_order([kept(1, 30), kept(2, 10), kept(3, 20)])) == [2, 3, 1]


def test_nothing_is_brought_before_what_it_was_made_of() -> None:
    """Clocks of two machines differ."""
    assert numbers(in_order([kept(1, 10, 2), kept(2, 20, 3), kept(3, 30), kept(4, 15, 1, 99)])) == [3, 2, 1, 4]


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = [kept(number, -number, number - 1) for number in range(1, 5_000)]
    assert numbers(in_order(chain)) == list(range(1, 5_000))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.lists(st.integers(0, 9), max_size=4)), max_size=12))
def test_each_is_brought_once_even_of_a_circle(known: list[tuple[int, int, list[int]]]) -> None:
    all_of_them = {number: kept(number, made, *sources) for number, made, sources in known}
    assert sorted(numbers(in_order(list(all_of_them.values())))) == sorted(all_of_them)
