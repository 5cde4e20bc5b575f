"""Parameters, scopes and seconds, as people write them."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime

import pytest

from scripts.control.arguments import merged, pair, parameters, seconds, text_of, value_of, values, without_none

DECLARED = {
    "sources": {"type": "list", "of": "string"},
    "rate": {"type": "integer"},
    "share": {"type": "number"},
    "dry_run": {"type": "boolean"},
    "name": {"type": "string"},
}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (["sources=github,jira"], {"sources": ["github", "jira"]}),
        (["sources=github", "sources=jira"], {"sources": ["github", "jira"]}),
        (['sources=["a,b"]'], {"sources": ["a,b"]}),
        (["sources="], {"sources": []}),
        (["rate=50"], {"rate": 50}),
        (["rate=-5"], {"rate": -5}),
        (["rate=fast"], {"rate": "fast"}),
        (["rate=٣"], {"rate": "٣"}),
        (["rate=" + "9" * 5_000], {"rate": "9" * 5_000}),
        (["share=0.10"], {"share": "0.10"}),
        (["dry_run=true"], {"dry_run": True}),
        (["dry_run=No"], {"dry_run": False}),
        (["dry_run=maybe"], {"dry_run": "maybe"}),
        (["name=123"], {"name": "123"}),
        (["name=a=b"], {"name": "a=b"}),
        (["unknown=5"], {"unknown": 5}),
        (["name=a", "name=b"], {"name": "b"}),
    ],
)
def test_a_parameter_is_read_as_the_kind_it_is_declared_to_be(said: list[str], read: dict[str, object]) -> None:
    assert parameters(map(pair, said), DECLARED) == read


@pytest.mark.parametrize("text", ["", "name", "=5", " =5"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no NAME=VALUE"):
        pair(text)
    with pytest.raises(ArgumentTypeError, match="is no NAME=VALUE"):
        values(text)


def test_a_scope_is_written_in_pairs_or_in_json() -> None:
    assert values("listing=abc") == {"listing": "abc"}
    assert values("count=5") == {"count": 5}
    assert values(' {"listing": "abc", "more": [1]}') == {"listing": "abc", "more": [1]}
    assert merged([{"a": 1}, {"b": 2}, {"a": 3}]) == {"a": 3, "b": 2}


@pytest.mark.parametrize("text", ["{", '{"a": NaN}', "{" * 5_000, '{"a": ' * 5_000])
def test_json_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no JSON object"):
        values(text)


def test_a_value_is_json_where_it_is_some() -> None:
    assert [value_of(text) for text in ("5", "null", '"5"', "[1]", "NaN", "five", "")] == [
        5,
        None,
        "5",
        [1],
        "NaN",
        "five",
        "",
    ]


def test_seconds_have_bounds() -> None:
    assert [seconds(0.1, 60)(text) for text in ("0.1", "5", "60")] == [0.1, 5, 60]
    for text in ("0", "61", "nan", "inf", "soon", "-1"):
        with pytest.raises(ArgumentTypeError, match=r"a number of seconds from 0\.1 to 60 is needed"):
            seconds(0.1, 60)(text)


def test_what_is_not_said_is_not_sent() -> None:
    assert without_none(a=None, b=0, c="") == {"b": 0, "c": ""}
    assert text_of(None) is None
    assert text_of(datetime(2026, 11, 30, tzinfo=UTC)) == "2026-11-30T00:00:00.000000Z"
