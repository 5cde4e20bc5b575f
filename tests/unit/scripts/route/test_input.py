"""The shapes messages come in."""

import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.route.input import DEMO, Read, opened, read_messages
from shared.messages.json_stream import LARGEST_ELEMENT
from shared.runtime.errors import InvalidInputError

messages = st.lists(st.fixed_dictionaries({"id": st.text(), "content": st.text(), "n": st.integers()}), max_size=8)


def read(text: str) -> list[Any]:
    found = list(read_messages(StringIO(text)))
    assert [one.index for one in found] == list(range(len(found)))
    return [one.raw if one.error is None else f"refused: {one.error}" for one in found]


@given(messages, st.sampled_from([None, 0, 2]))
def test_an_array_an_object_and_lines_say_the_same(said: list[Any], indent: int | None) -> None:
    array = json.dumps(said, indent=indent)
    document = json.dumps({"version": 1, "messages": said, "more": {"messages": 2}}, indent=indent)
    lines = "".join(f"{json.dumps(one)}\n" for one in said)

    assert read(array) == said
    assert read(document) == said
    assert read(lines or "[]") == said


def test_empty_lines_and_a_missing_last_line_break_are_nothing() -> None:
    assert read('\n\n{"id": "1"}\n\n\r\n  {"id": "2"}') == [{"id": "1"}, {"id": "2"}]


def test_a_line_that_is_no_message_is_refused_by_itself() -> None:
    lines = ['{"id": "1"}', "{oh", "[" * 100_000, '{"id": "2"}']
    first, bad, deep, last = read("\n".join(lines))
    assert (first, last) == ({"id": "1"}, {"id": "2"})
    assert bad.startswith("refused: this line is no JSON")
    assert deep == "refused: this line is nested too deeply"


def test_a_line_that_is_too_long_is_refused_by_itself() -> None:
    long = json.dumps({"id": "x" * 3 * LARGEST_ELEMENT})
    first, refused, last = read(f'{{"id": "1"}}\n{long}\n{{"id": "2"}}\n')
    assert (first, last) == ({"id": "1"}, {"id": "2"})
    assert refused == "refused: this line has more than 1,048,576 characters"


def test_a_line_that_is_too_long_may_be_the_last() -> None:
    assert len(read('{"id": "1"}\n' + "x" * LARGEST_ELEMENT)) == 2
    assert len(read('{"id": "1"}\n' + "x" * (2 * LARGEST_ELEMENT + 1))) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is wanted"),
        ("  \n ", "is wanted"),
        ("hello", "is wanted"),
        ('"hello"', "is wanted"),
        ('{\n"id": 1\n}', 'there are no "messages"'),
        ('{"messages": 1\n}', 'there are no "messages"'),
        ('[{"id": 1},', "a value is missing"),
        ('{"messages": [{"id": 1}]}\n{"id": 2}', "should end here"),
        ('[{"id": 1}] more', "should end here"),
    ],
)
def test_what_has_no_messages_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        read(text)


def test_what_stands_before_a_mistake_is_read() -> None:
    found = read_messages(StringIO('{"messages": [{"id": "1"}, oh]}'))
    assert next(found) == Read(index=0, raw={"id": "1"})
    with pytest.raises(InvalidInputError, match="line 1, column 28"):
        next(found)


@pytest.mark.parametrize("start", [b"", b'{"id": "1"}\n', b'[{"id": "1"},'])
def test_bytes_that_are_no_text_are_refused(start: bytes) -> None:
    stream = TextIOWrapper(BytesIO(start + b"\xff" * 5), encoding="utf-8-sig")
    with pytest.raises(InvalidInputError, match="not UTF-8"):
        list(read_messages(stream))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "messages.json"
    file.write_text('[{"id": "1"}]', encoding="utf-8-sig")
    with opened(file) as stream:
        assert [one.raw for one in read_messages(stream)] == [{"id": "1"}]


def test_the_demo_has_messages_for_several_sinks() -> None:
    with opened(DEMO) as stream:
        found = [one.raw for one in read_messages(stream)]
    assert len(found) == 5
    assert {one.get("event_type", "message.created") for one in found} == {
        "message.created",
        "task.created",
        "meeting.created",
        "sale.recorded",
    }
