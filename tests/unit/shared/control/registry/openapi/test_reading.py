"""The text of a description: JSON or YAML, and nothing that costs more than it is worth."""

import json
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.control.registry.openapi import reading
from shared.control.registry.openapi.reading import DEEPEST, LARGEST, read_text
from shared.runtime.errors import InvalidInputError
from tests.support.ends import little_work
from tests.unit.shared.control.registry.openapi.samples import ALL

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(st.characters(codec="utf-8"), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=15,
)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump, lambda tree: json.dumps(tree, indent=1)])
def test_the_same_is_read_of_json_and_of_yaml(version: str, write: Any) -> None:
    assert read_text(write(ALL[version]).encode()) == ALL[version]


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES, max_size=3))
def test_what_is_written_as_json_is_read_as_what_it_was(tree: dict[str, Any]) -> None:
    assert read_text(json.dumps(tree).encode()) == tree
    assert read_text(b"\xef\xbb\xbf  \r\n" + json.dumps(tree, ensure_ascii=False).encode()) == tree


def test_of_yaml_what_json_can_say_is_taken_as_json_says_it() -> None:
    text = """
    # a note
    200: status
    on: no
    text: 'true'
    yes: true
    none: ~
    empty:
    version: 1.10
    number: -12
    large: 12345678901234567890
    power: 1e400
    octal: 0o17
    date: 2026-03-01
    inf: .inf
    flow: {a: [1, 2.5, "3"]}
    <<: merged
    """
    assert read_text(text.encode()) == {
        "200": "status",
        "on": "no",
        "text": "true",
        "yes": True,
        "none": None,
        "empty": None,
        "version": 1.1,
        "number": -12,
        "large": 1.2345678901234567e19,
        "power": "1e400",
        "octal": "0o17",
        "date": "2026-03-01",
        "inf": ".inf",
        "flow": {"a": [1, 2.5, "3"]},
        "<<": "merged",
    }


DEEP = DEEPEST + 1
BAD = {
    "nothing": b"",
    "only a note": b"# nothing\n",
    "a text": b"hello",
    "a number": b"7",
    "a list": b"[]",
    "a list in YAML": b"- a\n",
    "a page": b"<!doctype html><html></html>",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "cut off": b'{"a": ',
    "two values": b'{} {}',
    "NaN": b'{"a": NaN}',
    "infinite": b'{"a": 1e999}',
    "a number of 5,000 digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "deep JSON": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "rather deep JSON": b'{"a": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep YAML": b"a: " + b"[" * DEEP + b"]" * DEEP,
    "very deep YAML": b"a: " + b"[" * 5_000 + b"]" * 5_000,
    "deep YAML in blocks": "".join(f"{' ' * n}a:\n" for n in range(DEEP + 5)).encode(),
    "many values": b'{"a": [' + b"0," * 1_001 + b"0]}",
    "many values in YAML": b"a: [" + b"0," * 1_001 + b"0]",
    "an alias": b"a: &x 1\nb: *x\n",
    "an anchor alone": b"a: &x 1\n",
    "a billion laughs": LAUGHS.encode(),
    "itself": b"a: &a\n  b: *a\n",
    "a program": b"a: !!python/object/apply:os.system ['true']\n",
    "a tag": b"a: !!binary aGVsbG8=\n",
    "a key twice": b"a: 1\na: 2\n",
    "a list as key": b"? [a, b]\n: 1\n",
    "an object as key": b"{a: 1}: 2\n",
    "two documents": b"a: 1\n---\nb: 2\n",
    "a tab": b"a:\n\t- b\n",
    "not closed": b'a: "b\n',
    "a character there is not": b'a: "\\UFFFFFFFF"\n',
    "a control character": b"a: \x00\n",
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_or_should_not_be_is_refused_in_no_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_VALUES", 1_000)
    with little_work(2), pytest.raises(InvalidInputError) as refused:
        read_text(BAD[name])
    assert len(str(refused.value)) < 300


def test_there_is_an_end_to_what_is_read() -> None:
    start, end = b'{"a": "', b'"}'
    fits = start + b"x" * (LARGEST - len(start) - len(end)) + end
    assert len(read_text(fits)["a"]) > LARGEST - 100
    with pytest.raises(InvalidInputError, match="bytes"):
        read_text(fits + b" ")


@given(st.binary(max_size=60) | st.text(st.sampled_from("{}[]:,-&*!|>'\"#?%@ \n\tab1"), max_size=40).map(str.encode))
def test_whatever_comes_it_is_read_or_refused(content: bytes) -> None:
    with suppress(InvalidInputError):
        assert isinstance(read_text(content), dict)
