"""Answers, those of another version and of no API at all among them."""

import pytest

from scripts.control.reading import UnexpectedAnswerError, count, part, parts, record, records, span, utc


@pytest.mark.parametrize("body", [None, [], "text", 5, {}, {"services": None}, {"services": {}}, {"services": [1]}])
def test_what_lists_nothing_is_told(body: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="is this address Switchyard's API"):
        records(body, "services")


def test_what_is_listed_is_read() -> None:
    assert records({"services": [{"name": "a"}]}, "services") == [{"name": "a"}]
    assert record({"a": 1}) == {"a": 1}


def test_parts_may_be_missing() -> None:
    found = {"last": {"status": "failed"}, "steps": [{"name": "a"}, 5], "n": 3, "flag": "x"}
    assert part(found, "last.status") == "failed"
    assert [part(found, path) for path in ("last.error", "next.status", "n.status")] == [None, None, None]
    assert parts(found, "steps") == [{"name": "a"}]
    assert parts(found, "n") == []
    assert [count(found, name) for name in ("n", "flag", "nothing")] == [3, 0, 0]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("2026-11-30T12:00:00.123456Z", "2026-11-30 12:00:00"),
        ("2026-11-30T12:00:00+02:00", "2026-11-30 10:00:00"),
        ("2026-11-30T12:00:00", "2026-11-30 12:00:00"),
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"),
        ("soon", "soon"),
        (None, None),
        (5, 5),
        ([], []),
    ],
)
def test_times_are_shown_in_utc(said: object, shown: object) -> None:
    assert utc(said) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.25, "0.25 s"),
        (59.6, "60 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_200, "2 h"),
        (3 * 86_400, "3 d"),
        (None, None),
        ("5", None),
        (True, None),
        ({"unread": "late"}, None),
    ],
)
def test_spans_are_told_in_the_unit_that_fits(seconds: object, shown: str | None) -> None:
    assert span(seconds) == shown
