"""Long JSON documents, read a piece at a time."""

import json
from decimal import Decimal
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages.json_stream import JsonStream, decoded
from shared.runtime.errors import InvalidInputError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Dripping(StringIO):
    """Gives so many characters at a time, whatever it is asked for."""

    def __init__(self, text: str, at_a_time: int) -> None:
        super().__init__(text)
        self._at_a_time = at_a_time
        self.reads = 0

    def read(self, size: int | None = -1, /) -> str:
        self.reads += 1
        return super().read(self._at_a_time)


class Counting(StringIO):
    """Remembers how much it was asked for at most."""

    largest = 0

    def read(self, size: int | None = -1, /) -> str:
        self.largest = max(self.largest, size or 0)
        return super().read(size)


@given(st.lists(values, max_size=6), st.integers(1, 7), st.sampled_from([None, 0, 2]), st.integers(0, 5))
def test_an_array_is_read_as_it_was_written_however_it_comes_in(
    written: list[Any], at_a_time: int, indent: int | None, begun: int
) -> None:
    text = json.dumps(written, indent=indent)
    stream = Dripping(text[begun:], at_a_time)
    document = JsonStream(stream, begin=text[:begun])

    assert list(document.array()) == written
    document.end()


@given(st.dictionaries(st.text(), values, max_size=6), st.integers(1, 7))
def test_an_object_is_read_name_by_name(written: dict[str, Any], at_a_time: int) -> None:
    document = JsonStream(Dripping(json.dumps(written), at_a_time))

    assert {name: document.value() for name in document.names()} == written
    document.end()


@pytest.mark.parametrize("number", ["1", "-1.5", "1e5", "1.25E-3", "0"])
def test_a_number_is_not_taken_before_it_ends(number: str) -> None:
    assert list(JsonStream(Dripping(f"[{number}]", 1)).array()) == [Decimal(number)]


def test_fractions_are_decimals_and_numbers_beyond_reason_are_none() -> None:
    assert decoded("0.10") == Decimal("0.10")
    assert str(decoded("0.10")) == "0.10"
    assert decoded("9" * 5_000) == float("inf")
    assert decoded("1e99999999999999999999").is_nan()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[1, 2 "3"]', "line 1, column 7: ] is missing"),
        ("[1,\n 2,\n x]", "line 3, column 2: this is no JSON"),
        ("[1, 2", "line 1, column 6: ] is missing"),
        ("[1, ", "line 1, column 5: a value is missing"),
        ('[{"id": 1}, {"id"', "line 1, column 18: this is no JSON"),
        ("[1] 2", "line 1, column 5: the document should end here"),
        ("{}", "line 1, column 1: [ is missing"),
    ],
)
@pytest.mark.parametrize("at_a_time", [1, 1_000])
def test_what_is_no_array_is_refused_with_its_place(text: str, where: str, at_a_time: int) -> None:
    document = JsonStream(Dripping(text, at_a_time))

    def read() -> None:
        list(document.array())
        document.end()

    with pytest.raises(InvalidInputError) as refused:
        read()
    assert str(refused.value).startswith(where)


def test_the_place_is_counted_over_all_that_was_read() -> None:
    text = "[" + ",\n".join(['"' + "x" * 50_000 + '"'] * 20) + ",\n  nothing]"
    with pytest.raises(InvalidInputError, match=r"^line 21, column 3: "):
        list(JsonStream(StringIO(text)).array())


def test_what_comes_before_a_mistake_is_read() -> None:
    document = JsonStream(StringIO("[1, 2, oh]"))
    read = document.array()
    assert [next(read), next(read)] == [1, 2]


def test_an_element_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    stream = Counting('["' + "x" * 50_000_000)
    with pytest.raises(InvalidInputError, match="within 1,048,576 characters"):
        list(JsonStream(stream).array())
    assert stream.tell() < 5_000_000
    assert stream.largest <= 2 * 1024 * 1024


def test_a_long_element_is_looked_at_a_few_times_only() -> None:
    stream = Dripping(json.dumps(["x" * 1_000_000]), 1_000_000_000)
    assert len(next(JsonStream(stream).array())) == 1_000_000
    assert stream.reads < 8


def test_a_value_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="nested too deeply"):
        list(JsonStream(StringIO("[" * 100_000)).array())


def test_bytes_that_are_no_text_are_refused() -> None:
    stream = TextIOWrapper(BytesIO(b'["a", "' + b"x" * 200_000 + b"\xff" + b'"]'), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="not UTF-8"):
        list(JsonStream(stream).array())
